import { ROOT } from '../../../src-shared/byte-name.ts';
import type { JobOptions } from '../../../src-shared/job.ts';
import type { KeptAttributes } from '../../../src-shared/kept-attributes.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { FillCall } from '../../../src-shared/worker-protocol.ts';
import type { CallContext } from './args.ts';

/** Round trips of cp for a new small file on a server, half of them at either end (docs/benchmarks.md). */
const tripsOfCopy = 31;
const fewestAtOnce = 8;
const mostAtOnce = 32;
/** Mean size from which on files are not small, bytes. */
const largeFile = 256 * 1024;

export interface FillFacts {
  /** No file call of either end waits for a server. */
  readonly isLocal: boolean;
  /** Of a file call, both ends together, ms. */
  readonly latencyMs: number;
}

/** Whether what copies new files before rsync does as these options ask for: it knows no filters, no limits and no further attributes. */
export function isPlain({ excludes, compress, checksum, bandwidthLimit, further }: JobOptions): boolean {
  return excludes.length === 0 && !compress && !checksum && bandwidthLimit === null && further.length === 0;
}

/** What `rsync -aH` copies, and nothing over what is there (cp(1)); modes as the umask leaves them. */
export function cpFlags(keeps: KeptAttributes): string[] {
  return ['-dR', '-n', keeps.owners ? '--preserve=ownership,timestamps,links' : '--preserve=timestamps,links'];
}

/** Whether new files may be copied by something simpler first: a worker itself, cp or tar. */
export function maySpare({ options, lifeline }: Pick<CallContext, 'options' | 'lifeline'>): boolean {
  return isPlain(options) && lifeline === 'pdeathsig';
}

/**
 * What cp(1) and tar(1) copy before the rsync of a unit of new small files on a server, or null where that must not be, or would not pay.
 * Large files are for rsync: it tells how far they are, and goes on with what was cut off.
 */
export function fillCall(unit: Unit, context: CallContext & FillFacts): FillCall | null {
  const isSmall = unit.bytes / Math.max(1, unit.entries) < largeFile;
  const isWhole = unit.kind === 'group' || unit.kind === 'part';
  if (!isWhole || !isFirstCopy(unit, context) || context.isLocal || !maySpare(context) || !isSmall || unit.names.includes(ROOT)) return null;
  return {
    source: context.source, destination: context.destination, names: unit.names, folder: unit.folder, areFiles: unit.kind === 'part', bytes: unit.bytes, namesAtOnce: namesAtOnce(context.latencyMs), keeps: context.keeps,
  };
}

/** So many as wait for their round trips for about a second, but enough to be worth a program. */
function namesAtOnce(latencyMs: number): number {
  return Math.max(fewestAtOnce, Math.min(mostAtOnce, Math.round(1000 / (tripsOfCopy * latencyMs / 2))));
}

/** New files or folders, tried for the first time, of which nothing has to be told. */
function isFirstCopy(unit: Unit, { attempt, purpose, tellChanges, hardLinks }: CallContext): boolean {
  return unit.kind !== 'links' && unit.isNew && attempt === 1 && purpose === 'copy' && !tellChanges && hardLinks;
}

/**
 * Whether a worker copies the files of a unit of new folders or files itself before it compares both sides, on disks of this machine: for
 * small files that takes half of rsync's processor time, for large ones a third (docs/benchmarks.md). It copies what `rsync -aH`
 * does and nothing more: no ACLs, no extended attributes. It overwrites nothing, and what it does wrong or not at all is rsync's to find.
 */
export function fillsItself(unit: Unit, context: CallContext, isLocal: boolean): boolean {
  return isFirstCopy(unit, context) && isLocal && maySpare(context);
}
