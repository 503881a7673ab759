import { lstat } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { AppError, type ErrorKind } from '../../src-shared/errors.ts';
import type { LockHolder } from '../../src-shared/scout-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { errnoOf, reasonOf } from './errno.ts';
import { lockName } from './lock-file.ts';
import type { SafeFolder } from './safe-folder.ts';

/** What stands in the place of `.daybreak` and is no folder. */
export async function notAFolder(root: SafeFolder, destination: string): Promise<AppError> {
  const facts = await lstat(root.at(OWN_FOLDER as ByteName)).catch(() => null);
  const what = facts?.isSymbolicLink() ? 'is a symbolic link, which is never followed there' : 'is not a folder';
  return new AppError({
    kind: 'invalid-input',
    message: `${destination}/${OWN_FOLDER} ${what}`,
    hint: 'Daybreak keeps its lock in that folder. Move away what is there, then run again.',
  });
}

/** A file named as the lock that is none. */
export function noLock(destination: string): AppError {
  return new AppError({
    kind: 'busy',
    message: `The file ${destination}/${OWN_FOLDER}/${lockName} is there, but does not say who holds the destination`,
    hint: 'If no backup runs there, remove that file. After 5 minutes it is taken for left behind.',
  });
}

/** Our lock is gone, or another's. */
export function notHeld(destination: string, other: LockHolder | null): AppError {
  const by = other ? `; ${other.user} on ${other.host} (process ${other.pid}) holds it` : '';
  return new AppError({
    kind: 'busy',
    message: `The lock of ${destination} is not ours any more${by}`,
    hint: 'This machine may have been asleep or cut off for more than 5 minutes. Run again when the other backup has ended.',
  });
}

/** A file call that failed, told with the path and the reason. */
export function failure(path: string, what: string, error: unknown): AppError {
  const code = errnoOf(error);
  const kind: ErrorKind =
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
      ? 'permission'
      : code === 'ENOSPC' || code === 'EDQUOT'
        ? 'no-space'
        : 'destination-unreachable';
  return new AppError({
    kind,
    message: `${path} ${what}: ${reasonOf(error)}`,
    hint:
      kind === 'no-space'
        ? 'Make room at the destination, then run again.'
        : kind === 'permission'
          ? 'Run as a user who may write there.'
          : 'Check that the destination is there and its disk is mounted.',
  });
}
