import { rootFolderCall } from '../rsync/args.ts';
import { compareRootCall } from '../rsync/compare.ts';
import type { RunContext } from './context.ts';
import { callContext } from './copying.ts';
import { plainCall } from './pool.ts';

/**
 * Gives the root folder the time and the attributes of the source's again, which what the run did there has changed. Mostly
 * that is its time alone, and no rsync is needed.
 */
export async function mendRoot(context: RunContext): Promise<void> {
  const facts = callContext(context, 'copy');
  const call = rootFolderCall(facts);
  const compare = compareRootCall(facts, process.getuid?.() === 0);
  const { source, destination } = context.job;
  if (compare) await context.scout().ask({ op: 'copy-time', source, destination });
  await context.pool.run({ unit: -1, weight: 0, message: () => ({ ...plainCall(call), compare }) });
}
