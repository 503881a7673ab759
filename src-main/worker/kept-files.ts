import { lstat, mkdir, realpath, rename, rmdir, unlink } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import { AppError } from '../../src-shared/errors.ts';
import { isAtOrInside } from '../../src-shared/path-inside.ts';
import { errnoOf, reasonOf } from './errno.ts';
import { fromText } from '../core/rsync/byte-name.ts';
import { holdRoot, type HoldBy, type SafeFolder } from './safe-folder.ts';

/** Said for a name that cannot be moved into a backup folder on another disk. */
export const otherFileSystem = 'the backup folder must be on the same file system as the destination';

/** A place in the backup folder for what is removed from one folder of the destination. It is made when first needed. */
export interface KeptPlace {
  folder(): Promise<SafeFolder>;
  /** The place for a folder in this one; `like` is that folder at the destination, whose mode and owner it gets. */
  below(name: ByteName, like: SafeFolder): KeptPlace;
  /** Closes what this place opened. */
  close(): Promise<void>;
}

export interface KeptFiles {
  readonly place: KeptPlace;
  /** Where the backup folder lies in the destination, or null when it lies elsewhere. */
  readonly inDestination: ByteName | null;
}

/** Opens the backup folder, and makes it with its parents where it is missing. Throws `AppError` where that fails. */
export async function openKept(backupDir: string, destination: string, by: HoldBy): Promise<KeptFiles> {
  try {
    await mkdir(backupDir, { recursive: true });
    const [real, realDestination] = await Promise.all([realpath(backupDir), realpath(destination)]);
    const root = await holdRoot(backupDir, by);
    const inDestination = isAtOrInside(real, realDestination) ? fromText(real.slice(realDestination.length + 1)) : null;
    if (inDestination === ROOT) {
      await root.close();
      throw new AppError({
        kind: 'invalid-input',
        message: `The backup folder ${backupDir} is the destination itself`,
        hint: 'Choose another backup folder.',
      });
    }
    return {
      inDestination,
      place: placeAt(
        () => Promise.resolve(root),
        () => root.close(),
      ),
    };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError({
      kind: errnoOf(error) === 'ENOSPC' ? 'no-space' : 'permission',
      message: `The backup folder ${backupDir} cannot be used: ${reasonOf(error)}; nothing was removed`,
      hint: 'Choose a backup folder that can be written, on the same file system as the destination.',
    });
  }
}

function placeAt(open: () => Promise<SafeFolder>, close: () => Promise<void>): KeptPlace {
  let opened: Promise<SafeFolder> | null = null;
  const folder = (): Promise<SafeFolder> => (opened ??= open());
  return {
    folder,
    below: (name, like) => {
      let below: SafeFolder | null = null;
      return placeAt(
        async () => (below = await enterOrMake(await folder(), name, like)),
        async () => below?.close(),
      );
    },
    close,
  };
}

async function enterOrMake(parent: SafeFolder, name: ByteName, like: SafeFolder): Promise<SafeFolder> {
  try {
    return await parent.enter(name);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  await parent.confirm();
  await mkdir(parent.at(name), 0o700).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw error;
  });
  const made = await parent.enter(name);
  const [mode, { uid, gid }] = await Promise.all([like.mode(), like.owner()]);
  await made.setOwner(uid, gid).catch(() => {});
  // Root needs no right to put more into it; without that a read-only folder could keep one name and no second.
  await made.setMode(process.getuid?.() === 0 ? mode : mode | 0o200);
  return made;
}

/**
 * Moves a name that is not a folder to `name` in `to`, over what was kept there before, as rsync does. Unlike rsync,
 * which removes a whole folder of kept files that stands in the way, it rejects then (EISDIR): kept files are there to
 * stay.
 */
export async function moveKept(
  from: SafeFolder,
  name: ByteName,
  to: SafeFolder,
  newName: ByteName,
  facts: BigIntStats,
): Promise<void> {
  await to.confirm();
  await from.confirm();
  const move = (): Promise<void> => rename(from.at(name), to.at(newName));
  await move().catch(async (error: unknown) => {
    if (errnoOf(error) !== 'EISDIR' && errnoOf(error) !== 'EEXIST') throw error;
    await rmdir(to.at(newName)).catch(() => {
      throw error;
    });
    await move();
  });
  if (facts.nlink < 2n) return;
  // rename(2) does nothing where both names are links to the same file.
  const left = await lstat(from.at(name), { bigint: true }).catch(() => null);
  if (left && left.ino === facts.ino && left.dev === facts.dev) await unlink(from.at(name));
}

/** Why a name could not be moved to the kept files, in plain words. */
export function keptReason(error: unknown): string {
  switch (errnoOf(error)) {
    case 'EXDEV':
      return otherFileSystem;
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOTDIR':
    case 'ELOOP':
      return 'kept files of an earlier run stand in its place in the backup folder';
    default:
      return `it cannot be moved to the backup folder: ${reasonOf(error)}`;
  }
}
