import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { RsyncCall } from '../../../src-shared/worker-protocol.ts';
import { argumentsBelow, type CallContext } from './args.ts';
import { toArgument } from './byte-name.ts';

/** Below so many entries starting a second program costs more than it saves. */
const worthEntries = 200;

export interface SeedFacts {
  /** No file call of either end waits for a server. */
  readonly isLocal: boolean;
  readonly seedEntries: number | undefined;
}

/** Whether cp may go before the rsync of a unit of new files, as far as the run decides that. */
export function maySeed({ options, lifeline, isLocal }: Pick<CallContext, 'options' | 'lifeline'> & Pick<SeedFacts, 'isLocal'>): boolean {
  const isPlain = options.excludes.length === 0 && !options.compress && !options.checksum && options.bandwidthLimit === null && options.further.length === 0;
  return isPlain && isLocal && lifeline === 'pdeathsig';
}

/**
 * The copy by cp(1) that goes before the rsync of a unit of new folders or files, or null where that must not be, or would not pay:
 * for new small files cp needs half the processor time of rsync, which afterwards has only to compare and to mend
 * (docs/benchmarks.md). It copies what `rsync -aH` does and nothing more: no ACLs, no extended attributes. It overwrites
 * nothing (-n), and what it does wrong or not at all is rsync's to find: a file that was cut off has the time of now.
 * Needs a kernel that ends cp with its worker, and GNU's cp; another one refuses these options at once.
 */
export function seedCall(unit: Unit, context: CallContext & SeedFacts): RsyncCall | null {
  const { source, destination, lifeline } = context;
  const isFirstCopy = (unit.kind === 'group' || unit.kind === 'part') && unit.isNew && context.attempt === 1 && context.purpose === 'copy';
  if (!isFirstCopy || context.tellChanges || !context.hardLinks || !maySeed(context) || unit.entries < (context.seedEntries ?? worthEntries)) return null;
  if (unit.names.includes('' as ByteName)) return null;
  const folder = toArgument(unit.folder);
  const paths = argumentsBelow(`${source}/`, unit.names);
  if (folder === null || paths === null) return null;
  const target = folder === '' ? destination : `${destination}/${folder}`;
  return {
    program: 'cp', lifeline, input: null,
    argv: ['-dR', '-n', '--preserve=ownership,timestamps,links', '-t', target, '--', ...paths],
  };
}
