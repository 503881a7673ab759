import type { BigIntStats } from 'node:fs';
import { lstat, rmdir, unlink } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import type { Change } from '../../src-shared/rsync-result.ts';
import { errnoOf, reasonOf } from './errno.ts';
import { forEachInParallel, inFlight, type Lanes } from './in-parallel.ts';
import { keptReason, moveKept, type KeptFiles, type KeptPlace } from './kept-files.ts';
import { enterSource, isAbsence, leaveSource, namesBelow, type RemovalNode, type SourcePlace } from './removal-tree.ts';
import type { RemovalWatch } from './removal-watch.ts';
import type { SafeFolder } from './safe-folder.ts';

/**
 * Names of one folder that are removed at the same time. Linux locks the folder until the server has answered (unlink in its
 * Documentation/filesystems/locking), so more would only keep threads from other folders: one goes, the next is ready.
 */
const inOneFolder = 2;

/** A removal under way. */
export interface Removing {
  readonly watch: RemovalWatch;
  readonly kept: KeptFiles | null;
  readonly keepBeside: boolean;
  readonly lanes: Lanes;
  readonly failed: { name: ByteName; reason: string }[];
  removed: number;
  /** Why everything stops; set once. */
  stop: AppError | null;
}

/** One folder while it is worked on. */
export interface Place {
  readonly node: RemovalNode;
  readonly folder: SafeFolder;
  readonly source: SourcePlace;
  readonly kept: KeptPlace | null;
}

/** Removes what is listed below a folder, then what is listed in it. Notes failures in `run`, and why to stop. */
export async function removeListed(run: Removing, place: Place): Promise<void> {
  await run.lanes.forEach(place.node.children, async ([name, node]) => {
    if (run.stop) return;
    await workChild(run, place, name, node).catch((error: unknown) => {
      run.stop ??= toAppError(error);
    });
  });
  if (run.stop || place.node.entries.size === 0) return;
  const restore = await makeWritable(place.folder);
  const entries = [...place.node.entries];
  for (let from = 0; from < entries.length && !run.stop; from += inFlight) {
    await removeSome(run, place, entries.slice(from, from + inFlight));
  }
  await restore();
}

async function workChild(run: Removing, place: Place, name: ByteName, node: RemovalNode): Promise<void> {
  const fail = (reason: string): void => {
    for (const below of namesBelow(node)) run.failed.push({ name: below, reason });
  };
  let folder: SafeFolder;
  try {
    folder = await place.folder.enter(name);
  } catch (error) {
    // Where the folder is gone, so is all that was listed in it.
    if (errnoOf(error) !== 'ENOENT') fail(reasonOf(error));
    return;
  }
  const kept = place.kept?.below(name, folder) ?? null;
  try {
    let source: SourcePlace;
    try {
      source = await enterSource(place.source, name);
    } catch (error) {
      fail(`its folder at the source cannot be read: ${reasonOf(error)}`);
      return;
    }
    try {
      await removeListed(run, { node, folder, source, kept });
    } finally {
      await leaveSource(source, place.source);
    }
  } finally {
    await kept?.close();
    await folder.close();
  }
}

async function removeSome(
  run: Removing,
  place: Place,
  entries: [ByteName, Pick<Change, 'name' | 'isFolder'>][],
): Promise<void> {
  const gone = await goneAtSource(run, place, entries);
  if (gone.length === 0) return;
  // After the look at the source: had it been unmounted by then, this tells.
  await run.watch.confirm().catch((error: unknown) => {
    run.stop ??= toAppError(error);
  });
  if (run.stop) return;
  await forEachInParallel(gone, inOneFolder, async ([last, { name, isFolder }]) => {
    try {
      await removeOne(run, place, last, name, isFolder);
    } catch (error) {
      run.failed.push({ name, reason: error instanceof AppError ? error.message : reasonOf(error) });
    }
  });
}

/** Those entries the source lacks; the others are noted as failed. */
async function goneAtSource<Entry extends [ByteName, Pick<Change, 'name' | 'isFolder'>]>(
  run: Removing,
  { source }: Place,
  entries: readonly Entry[],
): Promise<Entry[]> {
  if (source.missing !== null) {
    const { folder, missing } = source;
    const isBack = await lstat(folder.at(missing)).then(
      (facts) => facts.isDirectory(),
      (error: unknown) => !isAbsence(error),
    );
    if (!isBack) return [...entries];
    for (const [, { name }] of entries) run.failed.push({ name, reason: 'its folder is at the source again' });
    return [];
  }
  const verdicts = await Promise.all(
    entries.map(async ([last, { isFolder }]) => {
      try {
        await source.folder.confirm();
        const facts = await lstat(source.folder.at(last));
        return facts.isDirectory() === isFolder ? 'it is at the source again' : null;
      } catch (error) {
        return isAbsence(error) ? null : `the source cannot be read: ${reasonOf(error)}`;
      }
    }),
  );
  return entries.filter(([, { name }], index) => {
    const reason = verdicts[index] ?? null;
    if (reason !== null) run.failed.push({ name, reason });
    return reason === null;
  });
}

async function removeOne(run: Removing, place: Place, last: ByteName, name: ByteName, isFolder: boolean): Promise<void> {
  const { folder } = place;
  await folder.confirm();
  if (isKept(run, name)) throw refusal('it belongs to the kept files');
  try {
    if (!isFolder) await removeFile(run, place, last);
    else if (!(await removeFolder(run, folder.at(last)))) return;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw isFolder && errnoOf(error) === 'ENOTDIR' ? refusal('it is not a folder any more') : error;
  }
  run.removed++;
}

async function removeFile(run: Removing, { folder, kept }: Place, last: ByteName): Promise<void> {
  const at = folder.at(last);
  if (kept === null && (!run.keepBeside || last.endsWith('~'))) return unlinkFile(at);
  const facts = await lstat(at, { bigint: true });
  if (facts.isDirectory()) throw refusal(nowFolder);
  if (kept) await keep(kept, folder, last, facts);
  else await moveKept(folder, last, folder, `${last}~` as ByteName, facts);
}

const nowFolder = 'it has become a folder';
/** Linux itself refuses to unlink a folder (unlink(2), EISDIR), which saves a look; elsewhere root may be able to. */
const refusesFolders = process.platform === 'linux';

async function unlinkFile(at: Buffer): Promise<void> {
  if (!refusesFolders && (await lstat(at)).isDirectory()) throw refusal(nowFolder);
  await unlink(at).catch((error: unknown) => {
    throw errnoOf(error) === 'EISDIR' ? refusal(nowFolder) : error;
  });
}

/** False where it stays, as it holds what is kept beside its place. */
async function removeFolder(run: Removing, at: Buffer): Promise<boolean> {
  try {
    await rmdir(at);
    return true;
  } catch (error) {
    const isFull = errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST';
    if (isFull && run.keepBeside) return false;
    throw error;
  }
}

async function keep(place: KeptPlace, folder: SafeFolder, last: ByteName, facts: BigIntStats): Promise<void> {
  try {
    await moveKept(folder, last, await place.folder(), last, facts);
  } catch (error) {
    throw refusal(keptReason(error));
  }
}

function refusal(reason: string): AppError {
  return new AppError({ kind: 'permission', message: reason });
}

function isKept({ kept }: Removing, name: ByteName): boolean {
  const place = kept?.inDestination ?? null;
  return place !== null && (name === place || name.startsWith(`${place}/`));
}

/** Without root a folder of ours may lack owner write; returns what gives it back its mode. */
async function makeWritable(folder: SafeFolder): Promise<() => Promise<void>> {
  const user = process.getuid?.() ?? 0;
  if (user === 0) return () => Promise.resolve();
  const mode = await folder.mode();
  if ((mode & 0o200) !== 0 || (await folder.owner()).uid !== user) return () => Promise.resolve();
  await folder.setMode(mode | 0o200).catch(() => {});
  return () => folder.setMode(mode).catch(() => {});
}
