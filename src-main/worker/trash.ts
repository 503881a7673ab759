import { lstat, mkdir, rmdir, unlink } from 'node:fs/promises';
import { joinName, type ByteName } from '../../src-shared/byte-name.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { ScoutAnswer } from '../../src-shared/scout-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { display } from '../core/rsync/byte-name.ts';
import { errnoOf, reasonOf } from './errno.ts';
import { createLanes, createLimit, inFlight, type Lanes } from './in-parallel.ts';
import { holdRoot, usualHold, withFolder, type HoldBy, type SafeFolder } from './safe-folder.ts';

/** Where the trash lies in a destination. */
const trashFolder = `${OWN_FOLDER}/trash` as ByteName;
/** More than a person looks through. */
const mostItems = 5000;
/** Folders of one run tried before giving up: another Daybreak may have used its number. */
const mostTries = 1000;

/**
 * Makes a folder of its own for what run `run` moves away, mode 0700, and answers with its name. No part of the way to it may
 * be a symlink. Throws `AppError`: invalid-input for such a one, permission, no-space, destination-unreachable.
 */
export async function openTrash(destination: string, run: number, by: HoldBy = usualHold()): Promise<ScoutAnswer<'open-trash'>> {
  try {
    return await withRoot(destination, by, async (root) => {
      for (const part of [OWN_FOLDER as ByteName, trashFolder]) await makePart(root, part);
      return withFolder(root, trashFolder, async (trash) => {
        for (let attempt = 1; attempt <= mostTries; attempt++) {
          const folder = attempt === 1 ? `${run}` : `${run}-${attempt}`;
          if (await makeIn(trash, folder as ByteName)) return { folder };
        }
        throw new AppError({ kind: 'internal', message: `The trash of ${destination} has ${mostTries} folders of run ${run} already` });
      });
    });
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : notUsable(destination, thrown);
  }
}

/** Removes the folder of a run where nothing was put into it, and the trash itself where that is empty then. */
export async function closeTrash(destination: string, folder: string, by: HoldBy = usualHold()): Promise<ScoutAnswer<'close-trash'>> {
  return withRoot(destination, by, async (root) => {
    const isKept = await withFolder(root, trashFolder, (trash) => removeEmpty(trash, folder as ByteName)).catch(absentIs(false));
    await withFolder(root, OWN_FOLDER as ByteName, (own) => removeEmpty(own, 'trash' as ByteName)).catch(absentIs(false));
    return { isKept };
  });
}

/**
 * Removes these folders of the trash with all that is in them. Never passes a symlink, on the way or below: a link in the
 * place of a folder of the trash is a failure and stays, one in it is removed as what it is. Nor does it leave the file system.
 * A folder that is gone already counts as removed.
 */
export async function expireTrash(
  destination: string, folders: readonly string[], by: HoldBy = usualHold(),
): Promise<ScoutAnswer<'expire-trash'>> {
  const removed: string[] = [];
  const failed: { folder: string; reason: string }[] = [];
  await withRoot(destination, by, async (root) => {
    for (const folder of folders) {
      try {
        await withFolder(root, trashFolder, (trash) => removeRun(trash, folder as ByteName)).catch(absentIs(undefined));
        removed.push(folder);
      } catch (error) {
        failed.push({ folder, reason: error instanceof AppError ? error.message : reasonOf(error) });
      }
    }
  });
  return { removed, failed };
}

/** What lies directly in `path` of a folder of the trash, by name: at most 5,000. Throws `AppError` not-found, permission or invalid-input. */
export async function browseTrash(
  destination: string, folder: string, path: ByteName, by: HoldBy = usualHold(),
): Promise<ScoutAnswer<'browse-trash'>> {
  return inTrash(destination, folder, path, by, async (held) => {
    const names = (await held.names()).sort((a, b) => (a.name < b.name ? -1 : 1));
    const limit = createLimit(inFlight);
    const items = await Promise.all(names.slice(0, mostItems).map(({ name }) => limit(async () => {
      const facts = await lstat(held.at(name));
      const kind = facts.isDirectory() ? 'folder' as const : facts.isFile() ? 'file' as const : 'other' as const;
      return { name, kind, bytes: facts.isFile() ? facts.size : 0, modifiedAt: Math.round(facts.mtimeMs) };
    })));
    return { items, isAll: names.length <= mostItems };
  });
}

/** Holds `path` in a folder of the trash while `use` runs. Throws `AppError` for a path that leads out, or is not there. */
export async function inTrash<Result>(
  destination: string, folder: string, path: ByteName, by: HoldBy, use: (held: SafeFolder) => Promise<Result>,
): Promise<Result> {
  if (path !== '') refuseOutside(path);
  const where = joinName(joinName(trashFolder, folder as ByteName), path).replace(/\/$/u, '') as ByteName;
  try {
    return await withRoot(destination, by, (root) => withFolder(root, where, use));
  } catch (error) {
    if (error instanceof AppError || errnoOf(error) === '') throw error;
    const isAbsent = ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error));
    throw new AppError({
      kind: isAbsent ? 'not-found' : 'permission',
      message: `${display(path)} in the trash of ${destination} cannot be read: ${reasonOf(error)}`,
      hint: isAbsent ? 'Is the disk or share of the destination mounted?' : 'Run Daybreak as the user whose trash it is.',
    });
  }
}

/** Throws `AppError` invalid-input for a name that is the root or could lead out of it. */
export function refuseOutside(name: ByteName): void {
  const parts = name.split('/');
  if (!parts.some((part) => part === '' || part === '.' || part === '..') && !name.includes('\0')) return;
  throw new AppError({ kind: 'invalid-input', message: `"${display(name)}" is not a name in the trash.`, hint: 'Choose one of those shown.' });
}

async function withRoot<Result>(path: string, by: HoldBy, use: (root: SafeFolder) => Promise<Result>): Promise<Result> {
  const root = await holdRoot(path, by);
  try {
    return await use(root);
  } finally {
    await root.close();
  }
}

/** Makes the last part of a path from the root, for its owner alone. One that is there already must be a real folder. */
async function makePart(root: SafeFolder, path: ByteName): Promise<void> {
  const parent = path === trashFolder ? (OWN_FOLDER as ByteName) : ('' as ByteName);
  await withFolder(root, parent, (held) => makeIn(held, path.slice(parent === '' ? 0 : parent.length + 1) as ByteName));
  await withFolder(root, path, async (held) => {
    // Whoever may write into the trash could put a link where a run moves files to. A share that knows no modes keeps its own.
    if (path === trashFolder && ((await held.mode()) & 0o077) !== 0) await held.setMode(0o700).catch(() => {});
  });
}

/** False where the name is taken. */
async function makeIn(parent: SafeFolder, name: ByteName): Promise<boolean> {
  await parent.confirm();
  try {
    await mkdir(parent.at(name), 0o700);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** True where the folder holds something and stays. */
async function removeEmpty(parent: SafeFolder, name: ByteName): Promise<boolean> {
  await parent.confirm();
  try {
    await rmdir(parent.at(name));
    return false;
  } catch (error) {
    if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') return true;
    throw error;
  }
}

async function isOnSame(one: SafeFolder, other: SafeFolder): Promise<boolean> {
  return (await one.identity()).device === (await other.identity()).device;
}

async function removeRun(trash: SafeFolder, name: ByteName): Promise<void> {
  const folder = await trash.enter(name);
  try {
    if (!(await isOnSame(folder, trash))) throw otherFileSystem();
    await removeContent(folder, createLanes(inFlight));
  } finally {
    await folder.close();
  }
  await trash.confirm();
  await rmdir(trash.at(name));
}

async function removeContent(folder: SafeFolder, lanes: Lanes): Promise<void> {
  // Kept folders have the mode of the originals, which may not let even their owner remove what is in them.
  const mode = await folder.mode();
  if ((mode & 0o300) !== 0o300) await folder.setMode(mode | 0o700);
  await lanes.forEach(await folder.names(), async ({ name, isFolder, isSymlink }) => {
    if (isFolder && !isSymlink) {
      const below = await folder.enter(name);
      try {
        if (!(await isOnSame(below, folder))) throw otherFileSystem();
        await removeContent(below, lanes);
      } finally {
        await below.close();
      }
      await folder.confirm();
      await rmdir(folder.at(name));
    } else {
      await folder.confirm();
      await unlink(folder.at(name));
    }
  });
}

function otherFileSystem(): AppError {
  return new AppError({ kind: 'permission', message: 'another file system is mounted in it' });
}

/** `value` where a folder on the way is not there; a symlink in its place stays an error. */
function absentIs<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (errnoOf(error) === 'ENOENT') return value;
    throw error;
  };
}

function notUsable(destination: string, error: unknown): AppError {
  const code = errnoOf(error);
  const isReplaced = code === 'ENOTDIR' || code === 'ELOOP';
  return new AppError({
    kind: isReplaced ? 'invalid-input' : code === 'ENOSPC' || code === 'EDQUOT' ? 'no-space' : code === 'ENOENT' ? 'destination-unreachable' : 'permission',
    message: `The trash ${destination}/${trashFolder} cannot be used: ${isReplaced ? 'something that is no folder stands in its place' : reasonOf(error)}; nothing was copied`,
    hint: isReplaced ? 'Look at what it is, and move it away.' : 'Check that the destination can be written, or turn the trash of this job off.',
  });
}
