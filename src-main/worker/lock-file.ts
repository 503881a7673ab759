import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { KeptAttributes } from '../../src-shared/kept-attributes.ts';
import type { LockHolder } from '../../src-shared/scout-protocol.ts';
import { hasEnded, processFacts } from '../core/rsync/process-identity.ts';
import { errnoOf } from './errno.ts';
import type { SafeFolder } from './safe-folder.ts';

/** The lock itself. All other files of ours begin with it. */
export const lockName = 'lock' as ByteName;

const everyoneReads = 0o644;
const ownerOnly = 0o600;

/** A lock of another machine counts as left behind when its holder has not renewed it for so long, ms. */
export const renewalLimitMs = 5 * 60_000;

/** A lock or claim as it was read. `holder` is null where the content is no lock (cut short by a crash, for instance). */
export interface ReadLock {
  readonly holder: LockHolder | null;
  /** By the clock of the destination. */
  readonly mtimeMs: number;
}

/** A new name of our own in the lock's folder, never used again. */
export function newLockName(ending: '' | '.taking'): ByteName {
  return `${lockName}.${randomUUID()}${ending}` as ByteName;
}

const ownName = /^lock\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(\.taking)?$/;

/** Temporary files and claims, not the lock. */
export function isOwnTemporary(name: ByteName): boolean {
  return ownName.test(name);
}

export function isClaim(name: ByteName): boolean {
  return isOwnTemporary(name) && name.endsWith('.taking');
}

/**
 * Writes a new file that names the holder and that everyone may read. Returns its time by the destination's clock, ms.
 */
export async function writeHolder(folder: SafeFolder, name: ByteName, holder: LockHolder): Promise<number> {
  const { mtimeMs } = await write(folder, name, holder, async (file) => {
    const facts = await file.stat();
    // Whoever is refused must be able to read by whom, whatever the umask. Some file systems have no modes.
    if (modeOf(facts) !== everyoneReads) await file.chmod(everyoneReads).catch(() => {});
    return facts;
  });
  return mtimeMs;
}

/**
 * The same under a name that nobody else opens, and by the way what this file system keeps of modes and owners: SMB without
 * POSIX extensions, FAT and others have one of each for all files, and servers may map root to somebody else (root_squash, exports(5)).
 */
export async function writeHolderFirst(folder: SafeFolder, name: ByteName, holder: LockHolder): Promise<{ mtimeMs: number; keeps: KeptAttributes }> {
  return write(folder, name, holder, async (file) => {
    const facts = await file.stat();
    let modes = modeOf(facts) === ownerOnly;
    if (!modes) {
      // New files may get theirs from the folder; what counts is whether one can be set.
      await file.chmod(ownerOnly).catch(() => {});
      modes = modeOf(await file.stat()) === ownerOnly;
    }
    await file.chmod(everyoneReads).catch(() => {});
    return { mtimeMs: facts.mtimeMs, keeps: { modes, owners: modes && facts.uid === process.geteuid?.() } };
  }, ownerOnly);
}

async function write<Result>(
  folder: SafeFolder, name: ByteName, holder: LockHolder, look: (file: FileHandle) => Promise<Result>, mode = everyoneReads,
): Promise<Result> {
  await folder.confirm();
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(folder.at(name), flags, mode);
  try {
    await file.writeFile(textOf(holder));
    return await look(file);
  } finally {
    await file.close();
  }
}

function modeOf({ mode }: { mode: number }): number {
  return mode & 0o777;
}

function textOf(holder: LockHolder): string {
  return `${JSON.stringify(holder)}\n`;
}

/**
 * Reads a lock or claim; null where there is none of that name. Follows no symlink and waits for no pipe: throws
 * `AppError` (permission) for what is not a regular file or may not be read.
 */
export async function readHolder(folder: SafeFolder, name: ByteName): Promise<ReadLock | null> {
  try {
    await folder.confirm();
    const file = await open(folder.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const facts = await file.stat();
      if (!facts.isFile()) throw notOurs(name, 'is not a regular file');
      const { buffer, bytesRead } = await file.read(Buffer.alloc(16_384), 0, 16_384, 0);
      return { holder: parseHolder(buffer.subarray(0, bytesRead).toString('utf8')), mtimeMs: facts.mtimeMs };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP') throw notOurs(name, 'is a symbolic link');
    if (code === 'EACCES' || code === 'EPERM') throw notOurs(name, 'may not be read');
    throw error;
  }
}

function notOurs(name: ByteName, what: string): AppError {
  return new AppError({
    kind: 'permission',
    message: `The file .daybreak/${name} at the destination ${what}`,
    hint: 'Make sure that no backup runs into this destination, then remove that file.',
  });
}

function parseHolder(text: string): LockHolder | null {
  try {
    const value = JSON.parse(text) as Record<keyof LockHolder, unknown>;
    const { host, user, pid, startTime, bootId, since, job } = value;
    const texts = [host, user, startTime, bootId, job];
    if (!texts.every((field) => typeof field === 'string') || !Number.isSafeInteger(pid) || typeof since !== 'number')
      return null;
    return { host, user, pid, startTime, bootId, since, job } as LockHolder;
  } catch {
    return null;
  }
}

export function isSameHolder(one: LockHolder, other: LockHolder): boolean {
  return textOf(inOrder(one)) === textOf(inOrder(other));
}

function inOrder({ host, user, pid, startTime, bootId, since, job }: LockHolder): LockHolder {
  return { host, user, pid, startTime, bootId, since, job };
}

/**
 * Gives the lock's name to the complete file `from`, unless it is taken: link(2) does both at once, also over NFS, where
 * a lost answer can make a success look like EEXIST. Where links are not supported (FAT, some shares): an exclusive
 * create.
 */
export async function linkLock(folder: SafeFolder, from: ByteName, holder: LockHolder): Promise<boolean> {
  try {
    await folder.confirm();
    await link(folder.at(from), folder.at(lockName));
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') return isSameFile(folder, from);
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'].includes(code)) throw error;
  }
  try {
    await writeHolder(folder, lockName, holder);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isSameFile(folder: SafeFolder, from: ByteName): Promise<boolean> {
  const [one, other] = await Promise.all(
    [from, lockName].map((name) => lstat(folder.at(name), { bigint: true }).catch(() => null)),
  );
  return (
    one !== null && other !== null && one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino
  );
}

/** Writes the holder over itself: the file's time becomes that of the destination's clock. False where it is not ours. */
export async function touchLock(
  folder: SafeFolder,
  holder: LockHolder,
): Promise<{ renewed: boolean; other: LockHolder | null }> {
  const now = await readHolder(folder, lockName);
  if (!now?.holder || !isSameHolder(now.holder, holder)) return { renewed: false, other: now?.holder ?? null };
  const file = await open(folder.at(lockName), constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    await file.write(textOf(inOrder(holder)), 0);
  } finally {
    await file.close();
  }
  return { renewed: true, other: null };
}

export async function removeOwn(folder: SafeFolder, name: ByteName): Promise<void> {
  await folder.confirm();
  await unlink(folder.at(name)).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
  });
}

/**
 * Whether a lock was left behind by a process that is gone.
 *
 * Of our own machine, boot and process namespace: its process has ended. Of our own machine before its last start:
 * always. Of any other (another machine, a container whose processes we cannot see): not renewed for 5 minutes by the
 * destination's clock. A file that is no lock at all: older than 5 minutes.
 */
export function isStale(lock: ReadLock, ours: LockHolder, nowMs: number): boolean {
  const notRenewed = nowMs - lock.mtimeMs >= renewalLimitMs;
  if (!lock.holder) return notRenewed;
  switch (relation(lock.holder, ours)) {
    case 'same':
      return isGone(lock.holder);
    case 'earlier-boot':
      return true;
    case 'elsewhere':
      return notRenewed;
  }
}

/**
 * A boot id may be `BOOT MACHINE NAMESPACE` (see lock-holder.ts) or a plain boot id. The machine tells a restart of this
 * host from another host of the same name; the namespace tells containers that see different processes.
 */
function relation(holder: LockHolder, ours: LockHolder): 'same' | 'earlier-boot' | 'elsewhere' {
  if (holder.host !== ours.host) return 'elsewhere';
  if (holder.bootId === ours.bootId) return 'same';
  const [boot, machine, namespace] = holder.bootId.split(' ');
  const [ourBoot, ourMachine, ourNamespace] = ours.bootId.split(' ');
  if (namespace === undefined || ourNamespace === undefined) return 'earlier-boot';
  return machine === ourMachine && boot !== ourBoot ? 'earlier-boot' : 'elsewhere';
}

function isGone(holder: LockHolder): boolean {
  const facts = processFacts(holder.pid);
  if (facts) return hasEnded(facts) || !isStartTimeOf(holder.startTime, facts.started);
  try {
    // /proc may hide processes of other users (hidepid): only ESRCH says that there is none.
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ESRCH';
  }
}

/** A start time is `TICKS@BOOT` (see processStartTime) or the ticks alone. */
function isStartTimeOf(startTime: string, started: string): boolean {
  return startTime === started || startTime.startsWith(`${started}@`);
}

/** A short wait of random length, so that contenders do not meet again and again. */
export async function stepAside(): Promise<void> {
  await wait(2 + Math.random() * 30);
}
