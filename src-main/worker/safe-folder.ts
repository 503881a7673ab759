import { close, closeSync, constants, existsSync, fstat, open } from 'node:fs';
import { chmod, chown, lchown, lstat, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { joinName, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import { toBytes } from '../core/rsync/byte-name.ts';
import { listNames, type ListedName } from './list-names.ts';

/**
 * What tells one folder from another while both exist (inode(7)). Device numbers hold within a run, not over a reboot.
 */
export interface FolderIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

/**
 * A folder that is held, so that the names in it can be acted on without passing through a symbolic link, whatever
 * others do to the folders above it meanwhile.
 *
 * Node has no openat(2). On Linux the folder is held open and a name in it is reached as `/proc/self/fd/N/name`, where
 * the kernel goes straight to the open folder (proc_pid_fd(5)). Elsewhere the path is used, and `confirm` looks
 * at every folder on it again, right before each act.
 */
export interface SafeFolder {
  /** From the root it was reached from. */
  readonly path: ByteName;
  /** By which it is held; null where that is its path. Some calls need one that is open (see `holdBelow`). */
  readonly descriptor: number | null;
  /** Asked for once, of a root when it is held. */
  identity(): Promise<FolderIdentity>;
  /** The path by which a name directly in this folder is handed to a file call that does not follow the last part. */
  at(name: ByteName): Buffer;
  /**
   * Rejects with ENOENT, ENOTDIR or ESTALE where the path has come to lead elsewhere. To be called right before a name is
   * changed.
   */
  confirm(): Promise<void>;
  /** A folder in this one. Rejects with ENOENT, and with ENOTDIR or ELOOP where the name is no folder or a symlink. */
  enter(name: ByteName): Promise<SafeFolder>;
  /**
   * The same for a folder that is only looked into: it is held and not opened, which asks nothing of its server. NFS asks when a folder is
   * opened whether it is still as it was told, so what is to be changed is entered.
   */
  holdBelow(name: ByteName): Promise<SafeFolder>;
  names(): Promise<ListedName[]>;
  setMode(mode: number): Promise<void>;
  setOwner(uid: number, gid: number): Promise<void>;
  mode(): Promise<number>;
  owner(): Promise<{ uid: number; gid: number }>;
  /** Safe to call again. */
  close(): Promise<void>;
}

const realFolder = constants.O_DIRECTORY | constants.O_NOFOLLOW;
const openFlags = constants.O_RDONLY | realFolder;
/** O_PATH, which Node has no name for (open(2); asm-generic/fcntl.h, right for all processors that Node is built for). */
const holdFlags = 0o10_000_000 | realFolder;

// A descriptor's number costs half of what a FileHandle does.
const openNumber = promisify(open);
const closeNumber = promisify(close);
const statNumber = promisify(fstat);

/** How folders are held: `handle` needs /proc. */
export type HoldBy = 'handle' | 'path';

export function usualHold(): HoldBy {
  return process.platform === 'linux' && existsSync('/proc/self/fd') ? 'handle' : 'path';
}

/** Holds the folder at an absolute path, which itself may lead through symlinks: it is what the user named. */
export async function holdRoot(path: string, by: HoldBy = usualHold()): Promise<SafeFolder> {
  const real = await realpath(path);
  if (by === 'path') return byPath(real, ROOT);
  const root = await opened(Buffer.from(real), ROOT);
  try {
    await root.identity();
    return root;
  } catch (error) {
    await root.close();
    throw error;
  }
}

/**
 * Holds the folder `path` below `root`, going down part by part, while `use` runs; for the root itself the root as it
 * is held already. Rejects as `enter` does.
 */
export async function withFolder<Result>(
  root: SafeFolder,
  path: ByteName,
  use: (folder: SafeFolder) => Promise<Result>,
): Promise<Result> {
  if (path === ROOT) return use(root);
  let folder = root;
  try {
    for (const part of path.split('/') as ByteName[]) {
      const next = await folder.enter(part);
      if (folder !== root) await folder.close();
      folder = next;
    }
    return await use(folder);
  } finally {
    if (folder !== root) await folder.close();
  }
}

/** Holds a folder while `use` runs. */
export async function using(opening: Promise<SafeFolder>, use: (folder: SafeFolder) => Promise<void>): Promise<void> {
  const folder = await opening;
  try {
    await use(folder);
  } finally {
    await folder.close();
  }
}

async function opened(at: Buffer, path: ByteName): Promise<SafeFolder> {
  const descriptor = await openNumber(at, openFlags);
  return byDescriptor(descriptor, path, () => closeNumber(descriptor));
}

async function held(at: Buffer, path: ByteName): Promise<SafeFolder> {
  const descriptor = await openNumber(at, holdFlags);
  // What is not open is closed at once, without a server.
  return byDescriptor(descriptor, path, async () => closeSync(descriptor));
}

function byDescriptor(descriptor: number, path: ByteName, end: () => Promise<void>): SafeFolder {
  let known: Promise<FolderIdentity> | null = null;
  let isOpen = true;
  const inside = `/proc/self/fd/${descriptor}`;
  const base = Buffer.from(`${inside}/`);
  const at = (name: ByteName): Buffer => Buffer.concat([base, toBytes(name)]);
  return {
    path,
    descriptor,
    // Most are only looked into, and on a server each question is a round trip.
    identity: () => (known ??= identify(descriptor)),
    at,
    confirm: () => Promise.resolve(),
    enter: (name) => opened(at(name), joinName(path, name)),
    holdBelow: (name) => held(at(name), joinName(path, name)),
    names: () => listNames(base),
    // By this path, as the number of what is only held is not enough (open(2), O_PATH).
    setMode: (mode) => chmod(inside, mode),
    setOwner: (uid, gid) => chown(inside, uid, gid),
    mode: async () => (await statNumber(descriptor)).mode & 0o7777,
    owner: async () => ownerIn(await statNumber(descriptor)),
    close: async () => {
      // A second time its number may be another folder's.
      if (!isOpen) return;
      isOpen = false;
      await end();
    },
  };
}

async function byPath(root: string, path: ByteName): Promise<SafeFolder> {
  const here = path === ROOT ? Buffer.from(root) : Buffer.concat([Buffer.from(`${root}/`), toBytes(path)]);
  const identity = await lookDown(root, path);
  const at = (name: ByteName): Buffer => Buffer.concat([here, Buffer.from('/'), toBytes(name)]);
  const enter = async (name: ByteName): Promise<SafeFolder> => {
    await confirm();
    return byPath(root, joinName(path, name));
  };
  const confirm = async (): Promise<void> => {
    const now = await lookDown(root, path);
    if (!sameFolder(now, identity))
      throw Object.assign(new Error('ESTALE: another folder stands there now'), { code: 'ESTALE' });
  };
  return {
    path,
    descriptor: null,
    identity: () => Promise.resolve(identity),
    at,
    confirm,
    enter,
    holdBelow: enter,
    names: async () => {
      await confirm();
      return listNames(here);
    },
    setMode: async (mode) => {
      await confirm();
      await chmod(here, mode);
    },
    setOwner: async (uid, gid) => {
      await confirm();
      await lchown(here, uid, gid);
    },
    mode: async () => (await lstat(here)).mode & 0o7777,
    owner: async () => ownerIn(await lstat(here)),
    close: () => Promise.resolve(),
  };
}

/** Looks at the root and at each folder down to `path`; all must be folders and no symlinks. */
async function lookDown(root: string, path: ByteName): Promise<FolderIdentity> {
  let at = Buffer.from(root);
  let facts = await lstat(at, { bigint: true });
  for (const part of path === ROOT ? [] : path.split('/')) {
    at = Buffer.concat([at, Buffer.from('/'), Buffer.from(part, 'latin1')]);
    facts = await lstat(at, { bigint: true });
    if (!facts.isDirectory()) throw notAFolder();
  }
  if (!facts.isDirectory()) throw notAFolder();
  return { device: facts.dev, inode: facts.ino };
}

export function sameFolder(one: FolderIdentity, other: FolderIdentity): boolean {
  return one.device === other.device && one.inode === other.inode;
}

function notAFolder(): Error {
  return Object.assign(new Error('ENOTDIR: a folder on the way is not a folder any more'), { code: 'ENOTDIR' });
}

async function identify(descriptor: number): Promise<FolderIdentity> {
  const facts = await statNumber(descriptor, { bigint: true });
  return { device: facts.dev, inode: facts.ino };
}

function ownerIn({ uid, gid }: { uid: number; gid: number }): { uid: number; gid: number } {
  return { uid, gid };
}
