import { joinName, type ByteName } from '../../src-shared/byte-name.ts';
import type { Change } from '../../src-shared/rsync-result.ts';
import type { ScoutAnswer, ScoutRequest } from '../../src-shared/scout-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { createLanes, inFlight } from './in-parallel.ts';
import { OnlyRsyncKnows, unlessOnlyRsyncKnows } from './only-rsync.ts';
import { holdRoot, using, withFolder, type SafeFolder } from './safe-folder.ts';

/**
 * The names below these folders that only the destination has, with all that lies below them, as `rsync -n --delete` without
 * filters lists them; at a server's pace of two calls a folder. `names` null: only rsync can tell, as something could not be
 * read on either side, or a folder stands in the place of something else.
 */
export async function listStrangers({ source, destination, folders, isDeep }: Extract<ScoutRequest, { op: 'list-strangers' }>): Promise<ScoutAnswer<'list-strangers'>> {
  const lanes = createLanes(inFlight);
  const names: Change[] = [];

  function tell(name: ByteName, isFolder: boolean): void {
    names.push({ code: '*deleting', name, isFolder, bytes: 0 });
  }

  async function compare(from: SafeFolder, to: SafeFolder): Promise<void> {
    const [ours, theirs] = await Promise.all([from.names(), to.names()]);
    const known = new Map(ours.map(({ name, isFolder }) => [name, isFolder]));
    const common: ByteName[] = [];
    const only: ByteName[] = [];
    for (const { name, isFolder } of theirs) {
      const path = joinName(to.path, name);
      if (path === OWN_FOLDER) continue;
      const isFolderToo = known.get(name);
      if (isFolderToo === undefined) {
        tell(path, isFolder);
        if (isFolder) only.push(name);
      } else if (isFolderToo !== isFolder) throw new OnlyRsyncKnows();
      else if (isFolder) common.push(name);
    }
    await lanes.forEach(only, (name) => using(to.holdBelow(name), tellAll));
    if (isDeep) await lanes.forEach(common, (name) => using(from.holdBelow(name), (below) => using(to.holdBelow(name), (other) => compare(below, other))));
  }

  async function tellAll(folder: SafeFolder): Promise<void> {
    const found = await folder.names();
    for (const { name, isFolder } of found) tell(joinName(folder.path, name), isFolder);
    await lanes.forEach(found.filter(({ isFolder }) => isFolder), ({ name }) => using(folder.holdBelow(name), tellAll));
  }

  const isWhole = await unlessOnlyRsyncKnows(async () => {
    await using(holdRoot(source), (from) => using(holdRoot(destination), (to) => lanes.forEach(folders, (path) =>
      withFolder(from, path, (below) => withFolder(to, path, (other) => compare(below, other))))));
    return true;
  });
  return { names: isWhole ? names : null };
}
