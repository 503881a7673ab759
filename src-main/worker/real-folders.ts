import { parentOf, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { ScoutAnswer } from '../../src-shared/scout-protocol.ts';
import { toBytes } from '../core/rsync/byte-name.ts';
import { isFolder } from './facts.ts';
import { directCalls, pooledCalls } from './file-calls.ts';
import { createLimit, inFlight } from './in-parallel.ts';

/**
 * Those of `folders` that are real folders at the destination, as are all their parents. Before 3.5 rsync wrote through a
 * symlink among the parents of a name it was given, so names below one must not be given. `isSlow`: a server lets each call wait.
 */
export async function realFolders(destination: string, folders: readonly ByteName[], isSlow: boolean): Promise<ScoutAnswer<'real-folders'>> {
  const files = isSlow ? pooledCalls : directCalls;
  const limit = createLimit(inFlight);
  const known = new Map<ByteName, Promise<boolean>>();

  function isReal(folder: ByteName): Promise<boolean> {
    if (folder === ROOT) return Promise.resolve(true);
    const before = known.get(folder);
    if (before) return before;
    const answer = isReal(parentOf(folder)).then((parentIsReal) => parentIsReal && isFolderAt(folder));
    known.set(folder, answer);
    return answer;
  }

  async function isFolderAt(folder: ByteName): Promise<boolean> {
    const path = Buffer.concat([Buffer.from(`${destination}/`), toBytes(folder)]);
    const found = await limit(async () => files.look(path));
    return found !== null && isFolder(found);
  }

  const answers = await Promise.all(folders.map(isReal));
  return { folders: folders.filter((_, index) => answers[index]) };
}
