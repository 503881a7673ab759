import { mkdir, rmdir } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { KeptAttributes } from '../../src-shared/kept-attributes.ts';
import type { LockHolder, ScoutAnswer } from '../../src-shared/scout-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { errnoOf } from './errno.ts';
import { failure, noLock, notAFolder, notHeld } from './lock-errors.ts';
import {
  isClaim,
  isOwnTemporary,
  isSameHolder,
  isStale,
  linkLock,
  lockName,
  newLockName,
  readHolder,
  removeOwn,
  stepAside,
  touchLock,
  writeHolder,
  writeHolderFirst,
} from './lock-file.ts';
import { holdRoot, type SafeFolder } from './safe-folder.ts';

const ownFolder = OWN_FOLDER as ByteName;

/** How long to go on while others take and give back the lock, ms. */
const patienceMs = 10_000;
/**
 * How long a file that is no lock (yet) is given to become one, ms: only where links are not supported it is written bit
 * by bit.
 */
const writingMs = 1000;

/**
 * Takes the lock of a destination folder, `DEST/.daybreak/lock`, for `holder`, across processes, users and machines.
 *
 * Answers `held-by-us` with the moment by the destination's clock (ms), whether `.daybreak` had to be made and what files
 * keep there, or `held-by-other` with who holds it. Taking it again with the very same holder answers `held-by-us`.
 *
 * How it stays exclusive: the lock is created whole by link(2), which fails when the name is taken. A lock left behind
 * (see `isStale`) is removed only inside a claim: a file of a name never used before, made first, then all claims are
 * listed; whoever sees another's live claim takes back its own and starts over. Of two takers at least one sees the
 * other, so no two are ever past that point, and no one can remove a lock that was just taken anew.
 *
 * Throws `AppError`: invalid-input where `.daybreak` is a symlink or no folder; permission, no-space; busy where others
 * kept taking it for 10 s, or a file lies there that does not tell who holds it; destination-unreachable where the folder
 * is not there.
 */
export async function lock(destination: string, holder: LockHolder): Promise<ScoutAnswer<'lock'>> {
  const begin = performance.now();
  let madeFolder = false;
  while (performance.now() < begin + patienceMs) {
    const answer = await within(destination, true, async ({ folder, isNew }) => {
      madeFolder ||= isNew;
      return tryToTake(folder, holder);
    });
    if (answer?.state === 'held-by-us') return { ...answer, madeFolder };
    if (answer?.state === 'held-by-other') return answer;
    if (answer?.state === 'no-lock' && performance.now() > begin + writingMs) throw noLock(destination);
    await stepAside();
  }
  throw new AppError({
    kind: 'busy',
    message: `The destination ${destination} is being taken by another backup`,
    hint: `Wait for it to end. If none runs, remove the files in ${destination}/${OWN_FOLDER} whose names begin with "lock".`,
  });
}

/**
 * Shows other machines that the lock is still in use; to be called at least once a minute. Throws `AppError` (busy) when
 * the lock is not ours any more: the run must stop, another one may be at work.
 */
export async function renewLock(destination: string, holder: LockHolder): Promise<Record<string, never>> {
  const result = await within(destination, false, ({ folder }) => touchLock(folder, holder));
  if (!result?.renewed) throw notHeld(destination, result?.other ?? null);
  return {};
}

/**
 * Gives the lock back: removes it, what processes that are gone left beside it, and then `.daybreak` itself when it is
 * empty. Touches nothing where the lock is not ours. That changes the time of the destination's root folder.
 */
export async function unlock(destination: string, holder: LockHolder): Promise<{ removedFolder: boolean }> {
  const removedFolder = await within(destination, false, async ({ folder }) => {
    const now = await readHolder(folder, lockName);
    // Another run's, or another disk that is mounted there now: nothing of that is ours to touch.
    if (!now?.holder || !isSameHolder(now.holder, holder)) return false;
    const end = performance.now() + patienceMs;
    let done = false;
    let isAlone = false;
    while (!done && performance.now() < end) {
      done = await withClaim(folder, holder, async (others) => {
        isAlone = others.length === 0;
        await removeOurs(folder, holder);
      }).catch(async (error: unknown) => {
        // A claim needs room for a file. On a full disk the lock goes without one: it is ours and alive.
        if (!isFull(error)) throw error;
        await removeOurs(folder, holder);
        return true;
      });
      if (!done) await stepAside();
    }
    if (!isAlone) await sweepOwn(folder, holder);
    return done;
  }, async (root, done) => done && removeIfEmpty(root));
  return { removedFolder: removedFolder === true };
}

async function removeOurs(folder: SafeFolder, holder: LockHolder): Promise<void> {
  const now = await readHolder(folder, lockName);
  if (now?.holder && isSameHolder(now.holder, holder)) await removeOwn(folder, lockName);
}

function isFull(error: unknown): boolean {
  return (error instanceof AppError && error.kind === 'no-space') || ['ENOSPC', 'EDQUOT'].includes(errnoOf(error));
}

type Taken = { state: 'held-by-us'; atMs: number; keeps: KeptAttributes } | { state: 'held-by-other'; holder: LockHolder } | { state: 'no-lock' };

/** One try. Null: somebody changed something meanwhile, try again. */
async function tryToTake(folder: SafeFolder, holder: LockHolder): Promise<Taken | null> {
  const temporary = newLockName('');
  const written = await writeHolderFirst(folder, temporary, holder).catch(async (error: unknown) => {
    // Who may not write here may still be told who holds it.
    const found = errnoOf(error) === 'EACCES' ? await readHolder(folder, lockName) : null;
    if (!found?.holder || isStale(found, holder, Date.now())) throw error;
    return found.holder;
  });
  if (!('keeps' in written)) return { state: 'held-by-other', holder: written };
  const { mtimeMs: nowMs, keeps } = written;
  const ours: Taken = { state: 'held-by-us', atMs: Math.floor(nowMs), keeps };
  try {
    if (await linkLock(folder, temporary, holder)) return ours;
    const found = await readHolder(folder, lockName);
    if (!found) return null;
    if (found.holder && isSameHolder(found.holder, holder)) return ours;
    if (!isStale(found, holder, nowMs))
      return found.holder ? { state: 'held-by-other', holder: found.holder } : { state: 'no-lock' };
    let isOurs = false;
    await withClaim(folder, holder, async () => {
      // Another may have taken it over before our claim was alone.
      const still = await readHolder(folder, lockName);
      if (still && !isStale(still, holder, nowMs)) return;
      if (still) await removeOwn(folder, lockName);
      isOurs = await linkLock(folder, temporary, holder);
    });
    return isOurs ? ours : null;
  } finally {
    await removeOwn(folder, temporary);
  }
}

/**
 * Runs `act`, with the other claims and temporary files that were there, while no other process is inside a claim in this folder;
 * false where another is: then nothing was done.
 */
async function withClaim(folder: SafeFolder, holder: LockHolder, act: (others: readonly ByteName[]) => Promise<void>): Promise<boolean> {
  const claim = newLockName('.taking');
  try {
    const nowMs = await writeHolder(folder, claim, holder);
    const others = (await folder.names()).map(({ name }) => name).filter((name) => name !== claim && isOwnTemporary(name));
    for (const name of others.filter(isClaim)) {
      const other = await readHolder(folder, name);
      if (!other) continue;
      // One of our own was left by a scout that had to be killed.
      const isOwn = other.holder !== null && isSameHolder(other.holder, holder);
      if (!isOwn && !isStale(other, holder, nowMs)) return false;
      // A claim's name is never used again: removing one that was left behind cannot hit another.
      await removeOwn(folder, name);
    }
    await act(others);
    return true;
  } finally {
    await removeOwn(folder, claim);
  }
}

/** Removes temporary files and claims of ours and of processes that are gone. */
async function sweepOwn(folder: SafeFolder, holder: LockHolder): Promise<void> {
  const left = (await folder.names()).filter(({ name }) => isOwnTemporary(name));
  if (left.length === 0) return;
  const mark = newLockName('');
  const nowMs = await writeHolder(folder, mark, holder);
  await removeOwn(folder, mark);
  for (const { name } of left) {
    const found = await readHolder(folder, name).catch(() => null);
    if (found && (isStale(found, holder, nowMs) || (found.holder && isSameHolder(found.holder, holder)))) {
      await removeOwn(folder, name).catch(() => {});
    }
  }
}

/** `.daybreak`, held. */
interface Held {
  readonly folder: SafeFolder;
  readonly isNew: boolean;
}

/**
 * Runs `act` with `.daybreak` held, and `after` when only the destination is; null where it is not there, or was removed meanwhile by
 * one who was done.
 */
async function within<Result>(
  destination: string, make: boolean, act: (held: Held) => Promise<Result>,
  after: (root: SafeFolder, result: Result) => Promise<Result> = async (_, result) => result,
): Promise<Result | null> {
  const root = await holdRoot(destination).catch((error: unknown) => {
    throw failure(destination, 'cannot be opened', error);
  });
  try {
    const made = make ? await makeOwnFolder(root) : null;
    const folder = made ?? (await root.enter(ownFolder));
    let result: Result;
    try {
      result = await act({ folder, isNew: made !== null });
    } finally {
      await folder.close();
    }
    return await after(root, result);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = errnoOf(error);
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP' || code === 'ENOTDIR') throw await notAFolder(root, destination);
    throw failure(`${destination}/${OWN_FOLDER}`, 'cannot be used for the lock', error);
  } finally {
    await root.close();
  }
}

/** Null where it is there. Whoever may write the destination may write the folder: another user has to be able to remove what was left behind. */
async function makeOwnFolder(root: SafeFolder): Promise<SafeFolder | null> {
  const at = root.at(ownFolder);
  const [mode, owner] = await Promise.all([root.mode(), root.owner()]);
  try {
    await root.confirm();
    await mkdir(at, mode & 0o777);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return null;
    throw error;
  }
  const folder = await root.enter(ownFolder);
  try {
    const uid = process.getuid?.() === 0 ? owner.uid : (process.getuid?.() ?? owner.uid);
    const [modeNow, now] = await Promise.all([folder.mode(), folder.owner()]);
    // Best effort: shares without owners or modes refuse, and then have none to get wrong.
    const isOwned = now.uid === uid && now.gid === owner.gid;
    if (!isOwned) await folder.setOwner(uid, owner.gid).catch(() => {});
    // Another owner may have cost it the bit of its group.
    if (!isOwned || modeNow !== (mode & 0o2777)) await folder.setMode(mode & 0o2777).catch(() => {});
    return folder;
  } catch (error) {
    await folder.close();
    throw error;
  }
}

async function removeIfEmpty(root: SafeFolder): Promise<boolean> {
  try {
    await root.confirm();
    await rmdir(root.at(ownFolder));
    return true;
  } catch {
    // Something else is in it, or another run has begun to use it.
    return false;
  }
}
