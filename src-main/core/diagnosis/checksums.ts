import { bytesText } from '../safety/words.ts';
import { percent, type Finding } from './finding.ts';
import type { Picture } from './picture.ts';

/** Without -c a run looks at names only; with it, every byte of both sides is read. */
const mostlyUnchanged = 0.5;

/** Where -c reads what a plain run would not, that is the reason, be it the disk or the processor that is busy with it; else null. */
export function checksumsInstead(picture: Picture): Omit<Finding, 'score'> | null {
  const { facts: { options }, work } = picture;
  if (!options.checksum || work === null || work.bytesTransferred > mostlyUnchanged * work.bytes) return null;
  const read = bytesText(work.bytes - work.bytesTransferred);
  return {
    cause: 'checksums', title: 'Checksums (-c)', evidence: [`${read} were read at both ends to find that nothing had changed`, `CPU ${percent(picture.cpuBusy)} busy`],
    advise: () => [{ text: 'Drop -c: compare by size and time, and run with -c now and then', gain: null, options: { checksum: false } }],
  };
}
