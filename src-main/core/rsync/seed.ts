import { ROOT } from '../../../src-shared/byte-name.ts';
import type { JobOptions } from '../../../src-shared/job.ts';
import type { KeptAttributes } from '../../../src-shared/kept-attributes.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { FillCall, RsyncCall } from '../../../src-shared/worker-protocol.ts';
import { argumentsBelow, type CallContext } from './args.ts';
import { toArgument } from './byte-name.ts';

/** Below so many entries, and so many bytes, starting a second program costs more than it saves. */
const worthEntries = 200;
const worthBytes = 16 * 1024 * 1024;
/** Round trips of cp for a new small file on a server, half of them at either end (docs/benchmarks.md). */
const tripsOfCopy = 31;
const fewestAtOnce = 8;
const mostAtOnce = 32;
/** Mean size from which on files are not small, bytes. */
const largeFile = 256 * 1024;

export interface SeedFacts {
  /** No file call of either end waits for a server. */
  readonly isLocal: boolean;
  /** Of a file call, both ends together, ms. */
  readonly latencyMs: number;
  readonly seedEntries: number | undefined;
}

/** Whether cp and tar copy as these options ask for: they know no filters, no limits and no further attributes. */
export function isPlain({ excludes, compress, checksum, bandwidthLimit, further }: JobOptions): boolean {
  return excludes.length === 0 && !compress && !checksum && bandwidthLimit === null && further.length === 0;
}

/** What `rsync -aH` copies, and nothing over what is there (cp(1)); modes as the umask leaves them. */
export function cpFlags(keeps: KeptAttributes): string[] {
  return ['-dR', '-n', keeps.owners ? '--preserve=ownership,timestamps,links' : '--preserve=timestamps,links'];
}

/** Whether new files may be copied by a simpler program first, cp or tar. */
export function maySpare({ options, lifeline }: Pick<CallContext, 'options' | 'lifeline'>): boolean {
  return isPlain(options) && lifeline === 'pdeathsig';
}

/**
 * What cp(1) and tar(1) copy before the rsync of a unit of new small files on a server, or null where that must not be, or would not pay.
 * Large files are for rsync: it tells how far they are, and goes on with what was cut off.
 */
export function fillCall(unit: Unit, context: CallContext & SeedFacts): FillCall | null {
  const isSmall = unit.bytes / Math.max(1, unit.entries) < largeFile;
  if (!isFirstCopy(unit, context) || context.isLocal || !maySpare(context) || !isSmall || unit.names.includes(ROOT)) return null;
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
  return (unit.kind === 'group' || unit.kind === 'part') && unit.isNew && attempt === 1 && purpose === 'copy' && !tellChanges && hardLinks;
}

/**
 * The copy by cp(1) that goes before the rsync of a unit of new folders or files, or null where that must not be, or would not pay:
 * for new files cp needs half the processor time of rsync, for large ones a quarter. Afterwards both sides are compared, and rsync
 * mends what differs (docs/benchmarks.md). It copies what `rsync -aH` does and nothing more: no ACLs, no extended attributes. It overwrites
 * nothing (-n), and what it does wrong or not at all is rsync's to find: a file that was cut off has the time of now.
 * Needs a kernel that ends cp with its worker, and GNU's cp; another one refuses these options at once.
 */
export function seedCall(unit: Unit, context: CallContext & SeedFacts): RsyncCall | null {
  const { source, destination, lifeline, keeps } = context;
  const isWorth = context.seedEntries === undefined ? unit.entries >= worthEntries || unit.bytes >= worthBytes : unit.entries >= context.seedEntries;
  if (!isFirstCopy(unit, context) || !context.isLocal || !maySpare(context) || !isWorth || unit.names.includes(ROOT)) return null;
  const folder = toArgument(unit.folder);
  const paths = argumentsBelow(`${source}/`, unit.names);
  if (folder === null || paths === null) return null;
  const target = folder === '' ? destination : `${destination}/${folder}`;
  return {
    program: 'cp', lifeline, input: null,
    argv: [...cpFlags(keeps), '-t', target, '--', ...paths],
  };
}
