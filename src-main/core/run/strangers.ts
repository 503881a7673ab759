import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { Change } from '../../../src-shared/rsync-result.ts';
import { mayCompare } from '../rsync/compare.ts';
import type { RunContext } from './context.ts';
import { holdsRootFiles, runOptions } from './run-options.ts';

/**
 * The names in these folders that only the destination has, as `rsync -n --delete` lists them, but without an rsync, which looks at
 * every file for it; null where only rsync can tell. `isDeep`: with all that lies below.
 */
export async function listStrangers(context: RunContext, folders: readonly ByteName[], isDeep: boolean): Promise<readonly Change[] | null> {
  const { source, destination } = context.job;
  const options = runOptions(context);
  if (options.excludes.length > 0 || holdsRootFiles(context) || !mayCompare(options, destination, context.isLocal)) return null;
  const { names } = await context.scout().ask({ op: 'list-strangers', source, destination, folders: [...folders], isDeep });
  return names;
}
