import { randomUUID } from 'node:crypto';
import { constants, lstatSync, type Dirent } from 'node:fs';
import { access, lstat, mkdir, opendir, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import type { Mount, PathFacts } from '../../src-shared/passport.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { errnoOf, reasonOf } from './errno.ts';
import { readMarker } from './marker.ts';
import { mountOf, mountsInside, readFstab, readMounts, unmountedPointOf, type FstabEntry } from './mounts.ts';

/** What `look` asks of the system besides the path itself. */
export interface SystemReaders {
  mounts(): Promise<readonly Mount[]>;
  fstab(): Promise<readonly FstabEntry[]>;
}

const system: SystemReaders = { mounts: readMounts, fstab: readFstab };

/** How many names are asked for to measure the latency. */
const latencySamples = 9;
/** A lookup that takes less is answered by this machine, and one that takes more by a server, whatever else goes on; ms. */
const surelyLocalMs = 0.1;
const surelyServerMs = 1;
/** The machine may be busy while it answers one of them; two that take as long as a server's tell enough. */
const looksAtOneName = 4;
const enoughSlow = 2;
/** So many slow answers are not the machine's mood any more. */
const enoughOfServer = 4;

interface Found {
  readonly kind: PathFacts['kind'];
  /** Symlinks resolved as far as the path exists; the rest as it was given. */
  readonly real: string;
  /** The path itself where it is a folder, else the nearest folder above it. */
  readonly folder: string;
  readonly mayBeSeen: boolean;
}

/**
 * Everything a preflight needs to know of an absolute path.
 *
 * `path` is the path as it was asked for, `realPath` the same with symlinks resolved as far as it exists. `kind` is
 * `other` for devices, for a symlink that leads nowhere, and for a path that may not be looked at (then `readable` is
 * false as well).
 *
 * Where nothing is there (`missing`): `passport` is null, and `writable` says whether the folder could be made in its
 * parent; `freeBytes`, `usedBytes`, `freeInodes`, `latencyMs` and `unmountedPoint` are those of the nearest folder above
 * it that exists, which is where it would be made. So whether a missing destination may be made is decided by
 * `parentExists`, `writable` and `unmountedPoint`; that it was there at the last run only the last passport tells.
 *
 * Sizes in bytes, latency in ms: the quickest of several lstats of random names that are not there, which no cache can know.
 * Throws `AppError` (connection) where the mount answers with an error of its own (EIO, ESTALE, ENOTCONN ...). Hangs as
 * long as the mount does: the caller sets the deadline.
 */
export async function look(path: string, readers: SystemReaders = system): Promise<PathFacts> {
  const found = await find(path);
  const isFolder = found.kind === 'folder';
  const parent = dirname(found.real);
  const parentExists = isFolder || found.kind === 'file' || (await isFolderAt(parent));
  // After the path was touched: looking at it may have mounted it.
  const [mounts, fstab] = await Promise.all([readers.mounts(), readers.fstab()]);
  const mount = mountOf(found.real, mounts);
  const content = isFolder ? await contentOf(found.real) : { firstName: null, listable: true };
  const place = isFolder || found.kind === 'file' ? found.real : parent;
  const exists = found.kind !== 'missing';
  const hasDaybreakFolder = isFolder && (await isThere(join(found.real, OWN_FOLDER)));
  const marker = hasDaybreakFolder ? await readMarker(found.real) : null;
  const executable = isFolder || !exists ? constants.X_OK : 0;
  const [space, latencyMs, readable, writable] = await Promise.all([
    spaceOf(found.folder),
    latencyOf(found.folder),
    exists && found.mayBeSeen && content.listable ? allows(place, constants.R_OK | executable) : false,
    found.mayBeSeen && parentExists ? allows(place, constants.W_OK | executable) : false,
  ]);
  return {
    path,
    realPath: found.real,
    kind: found.kind,
    passport: exists && mount ? { path: found.real, mount, inside: mountsInside(found.real, mounts), ...(marker ? { marker: marker.id } : {}) } : null,
    isEmpty: isFolder && content.listable && content.firstName === null,
    readable,
    writable,
    unmountedPoint: unmountedPointOf([found.real, path], fstab, mounts),
    hasDaybreakFolder,
    parentExists,
    ...space,
    latencyMs,
    keepsAttributes: content.firstName !== null && (await keepsAttributes(found.real, content.firstName)),
  };
}

/** Resolves as soon as the path's file system answers anything at all, be it an error. */
export async function ping(path: string): Promise<Record<string, never>> {
  await lstat(join(path, unusedName())).catch(() => null);
  return {};
}

/**
 * Makes a folder (not its parents), with the mode the umask leaves, as rsync makes its destination. A folder that is
 * there already is fine. Throws `AppError`: destination-unreachable, permission, no-space or invalid-input.
 */
export async function makeFolder(path: string): Promise<Record<string, never>> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST' && (await isFolderAt(path))) return {};
    const kind =
      code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? 'permission'
        : code === 'ENOSPC' || code === 'EDQUOT'
          ? 'no-space'
          : code === 'EEXIST'
            ? 'invalid-input'
            : 'destination-unreachable';
    const reason =
      code === 'EEXIST'
        ? 'something else has that name'
        : code === 'ENOENT'
          ? `its parent ${dirname(path)} is not there`
          : reasonOf(error);
    throw new AppError({
      kind,
      message: `The folder ${path} cannot be made: ${reason}`,
      hint: 'Make it yourself, or choose another destination.',
    });
  }
  return {};
}

async function find(path: string): Promise<Found> {
  try {
    const facts = await stat(path);
    const real = await realpath(path);
    if (facts.isDirectory()) return { kind: 'folder', real, folder: real, mayBeSeen: true };
    return { kind: facts.isFile() ? 'file' : 'other', real, folder: dirname(real), mayBeSeen: true };
  } catch (error) {
    const code = errnoOf(error);
    const isDangling = code === 'ENOENT' && (await isThere(path));
    if (isDangling || code === 'ELOOP') return { kind: 'other', ...(await nearest(path)), mayBeSeen: true };
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', ...(await nearest(path)), mayBeSeen: true };
    if (code === 'EACCES' || code === 'EPERM') return { kind: 'other', ...(await nearest(path)), mayBeSeen: false };
    throw notAnsweringProperly(path, error);
  }
}

/** Of a file system that is there and answers with an error of its own. */
export function notAnsweringProperly(path: string, error: unknown): AppError {
  return new AppError({
    kind: 'connection',
    message: `${path} does not answer properly: ${reasonOf(error)}`,
    hint: 'Check that the disk or the server behind it is there, mount it again if need be, then run again.',
  });
}

/** The path with its existing part resolved, and the nearest folder above it. */
async function nearest(path: string): Promise<{ real: string; folder: string }> {
  let rest = '';
  for (let at = path; ; at = dirname(at)) {
    const parent = dirname(at);
    rest = rest === '' ? at.slice(parent.length).replace(/^\//, '') : `${at.slice(parent.length).replace(/^\//, '')}/${rest}`;
    const real = await realpath(parent).catch(() => null);
    if (real !== null) return { real: join(real, rest), folder: (await isFolderAt(real)) ? real : dirname(real) };
    if (parent === '/') return { real: path, folder: '/' };
  }
}

async function isFolderAt(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function allows(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** Names that do not make a folder a full one: our own, and what mkfs leaves in the root of a file system. */
const ownNames = new Set<string>([OWN_FOLDER, 'lost+found']);

/** A folder that may not be listed is not known to be empty. */
async function contentOf(folder: string): Promise<{ firstName: Buffer | null; listable: boolean }> {
  try {
    // As bytes: where the file system tells no types, Node asks for each by its name. Its types know of text alone here.
    const entries = await opendir(folder, { bufferSize: 8, encoding: 'buffer' as BufferEncoding });
    for await (const { name } of entries as unknown as AsyncIterable<Dirent<Buffer>>) {
      if (!ownNames.has(name.toString('latin1'))) return { firstName: name, listable: true };
    }
    return { firstName: null, listable: true };
  } catch (error) {
    if (errnoOf(error) === 'EACCES' || errnoOf(error) === 'EPERM') return { firstName: null, listable: false };
    throw new AppError({
      kind: 'connection',
      message: `${folder} cannot be listed: ${reasonOf(error)}`,
      hint: 'Check that the disk or the server behind it is there, mount it again if need be, then run again.',
    });
  }
}

/**
 * statfs(2). File systems without inodes of a fixed number (btrfs, many network ones) report 0 of 0: then there is no
 * limit.
 */
async function spaceOf(folder: string): Promise<Pick<PathFacts, 'freeBytes' | 'usedBytes' | 'freeInodes'>> {
  const facts = await statfs(folder, { bigint: true });
  // Blocks are counted in fragments (statvfs(3) f_frsize), which differ from f_bsize on some FUSE mounts.
  const unit = facts.frsize > 0n ? facts.frsize : facts.bsize;
  return {
    freeBytes: Number(facts.bavail * unit),
    usedBytes: Number((facts.blocks - facts.bfree) * unit),
    freeInodes: facts.files === 0n ? Number.MAX_SAFE_INTEGER : Number(facts.ffree),
  };
}

async function latencyOf(folder: string): Promise<number> {
  let quickest = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < latencySamples; sample++) {
    const path = join(folder, unusedName());
    const from = performance.now();
    await lstat(path).catch(() => null);
    // The quickest: a busy machine makes local lookups slow now and then, a server never makes them quick.
    quickest = Math.min(quickest, performance.now() - from);
    if (quickest < surelyLocalMs || (sample >= enoughOfServer && quickest > surelyServerMs)) return quickest;
  }
  if (quickest > surelyServerMs) return quickest;
  // The way through Node's threads may be all there is to it, while this machine starts other processes. What has just
  // answered nine times so quickly may be asked without them.
  for (let sample = 0; sample < latencySamples; sample++) {
    const path = join(folder, unusedName());
    const from = performance.now();
    try {
      lstatSync(path, { throwIfNoEntry: false });
    } catch {
      // A refusal takes as long as an answer.
    }
    quickest = Math.min(quickest, performance.now() - from);
  }
  return quickest;
}

/** Whether what was just told of a name is answered from memory: asked for in the way that a comparison does. */
async function keepsAttributes(folder: string, name: Buffer): Promise<boolean> {
  const path = Buffer.concat([Buffer.from(`${folder}/`), name]);
  await lstat(path).catch(() => null);
  let slow = 0;
  for (let sample = 0; sample < looksAtOneName && slow < enoughSlow; sample++) {
    const from = performance.now();
    try {
      lstatSync(path, { throwIfNoEntry: false });
    } catch {
      // A refusal takes as long as an answer.
    }
    const ms = performance.now() - from;
    if (ms < surelyLocalMs) return true;
    if (ms > surelyServerMs) slow++;
  }
  return false;
}

/** A name nobody asked for before, so that no cache can answer for the file system. */
function unusedName(): string {
  return `.${randomUUID()}`;
}
