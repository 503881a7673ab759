import { constants } from 'node:fs';
import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';
import type { KoffiFunc, load, os, errno, sizeof } from 'koffi';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { isAscii } from '../core/rsync/byte-name.ts';
import type { Facts } from './facts.ts';

/** In the place of a folder: the name is an absolute path (AT_FDCWD in linux/fcntl.h). */
export const byPath = -100;

/**
 * File calls of Linux that Node has not, or has at several times their cost (docs/benchmarks.md). A folder is the number of its
 * descriptor, and a name is looked up right in it: nothing on the way can be a symlink. None of them waits in a thread of Node's, but for
 * those that are promised. Numbers below 0 and false are failures, as reasons are for rsync to tell, unless it says that it throws.
 */
export interface NativeCalls {
  /** As lstat(2); null where there is no such name. Throws as Node does. */
  look(folder: number, name: ByteName): Facts | null;
  /** The same of what is open. */
  lookAt(descriptor: number): Facts;
  /** The names in a folder that is open. Throws as Node does. */
  list(folder: number): ByteName[];
  /** Tells each of them and its type: S_IFREG and the like, or 0 where the file system does not know. Throws as Node does. */
  forEachName(folder: number, tell: (name: ByteName, type: number) => void): void;
  /** How many there are. Throws as Node does. */
  count(folder: number): number;
  openFile(folder: number, name: ByteName): number;
  openFolder(folder: number, name: ByteName): number;
  /** Opens a new file for writing; fails where the name is taken. */
  createFile(folder: number, name: ByteName, mode: number): number;
  makeFolder(folder: number, name: ByteName, mode: number): boolean;
  makeSymlink(folder: number, name: ByteName, target: Buffer): boolean;
  /** Gives a file another name. */
  link(fromFolder: number, fromName: ByteName, folder: number, name: ByteName): boolean;
  /** Within a folder; what had the new name is gone in the same moment (rename(2)). */
  rename(folder: number, from: ByteName, to: ByteName): boolean;
  /** Takes a name away from what is no folder. */
  unlink(folder: number, name: ByteName): boolean;
  /** Answers the number of bytes. */
  read(descriptor: number, into: Uint8Array, bytes: number): number;
  write(descriptor: number, from: Uint8Array, bytes: number): number;
  /** From where one file is to where the other is, in the kernel; answers the number of bytes (copy_file_range(2)). */
  copy(from: number, to: number, bytes: number): Promise<number>;
  readSlowly(descriptor: number, into: Uint8Array, bytes: number): Promise<number>;
  writeSlowly(descriptor: number, from: Uint8Array, bytes: number): Promise<number>;
  /** Where the next content begins at or after `at`; null where a hole reaches to the end (lseek(2), SEEK_DATA). Throws as Node does. */
  nextData(descriptor: number, at: number): number | null;
  /** Where that content ends. Throws as Node does. */
  nextHole(descriptor: number, at: number): number;
  goTo(descriptor: number, at: number): boolean;
  setSize(descriptor: number, bytes: number): boolean;
  /** -1 leaves the user or the group as it is. */
  setOwner(descriptor: number, uid: number, gid: number): boolean;
  setMode(descriptor: number, mode: number): boolean;
  setTime(descriptor: number, wanted: Facts): boolean;
  /** Of a symlink. */
  setOwnerOf(folder: number, name: ByteName, uid: number, gid: number): boolean;
  setTimeOf(folder: number, name: ByteName, wanted: Facts): boolean;
  close(descriptor: number): void;
}

/** linux/fcntl.h, linux/stat.h and linux/fs.h: the same on all processors. */
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_NO_AUTOMOUNT = 0x800;
const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff;
const UTIME_OMIT = 0x3fffffff;
const SEEK_SET = 0;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
/** Node has no name for it (asm-generic/fcntl.h, right for all processors that Node is built for). */
const O_CLOEXEC = 0o2_000_000;

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;
const noName = Buffer.from([0]);
const twoTo32 = 2 ** 32;
const dot = 0x2e;
/** Types of names are those of stat(2), moved (dirent.h, DTTOIF). */
const typeShift = 12;

/** Null where they cannot be had: then comparisons and new files are left to rsync alone, and all is as right, and slower. */
export type FindNativeCalls = () => NativeCalls | null;

/** Loads them when they are first asked for, as that takes a process 10 ms. */
export function createNativeCalls(): FindNativeCalls {
  let found: NativeCalls | null | undefined;
  return () => (found === undefined ? (found = loadCalls()) : found);
}

function loadCalls(): NativeCalls | null {
  if (process.platform !== 'linux') return null;
  try {
    return bind(createRequire(import.meta.url)('koffi') as ForeignFunctions);
  } catch {
    return null;
  }
}

/** What is used of koffi. */
interface ForeignFunctions {
  readonly load: typeof load;
  readonly sizeof: typeof sizeof;
  readonly errno: typeof errno;
  readonly os: typeof os;
}
type Name = string | Buffer;
type Transfer = (descriptor: number, buffer: Uint8Array, bytes: number) => number;

function bind(ffi: ForeignFunctions): NativeCalls {
  if (ffi.sizeof('long') !== 8) throw new Error('Sizes and times are declared as those of a processor of 64 bits.');
  const libc = ffi.load(null);
  const declare = <Call extends (...args: never[]) => number>(prototype: string) => libc.func(prototype) as unknown as KoffiFunc<Call>;
  const statx = declare<(folder: number, name: Name, flags: number, mask: number, into: Int32Array) => number>('int statx(int, const char *, int, uint32_t, void *)');
  const getdents = declare<Transfer>('int64_t getdents64(int, void *, size_t)');
  const openat = declare<(folder: number, name: Name, flags: number, mode: number) => number>('int openat(int, const char *, int, uint32_t)');
  const mkdirat = declare<(folder: number, name: Name, mode: number) => number>('int mkdirat(int, const char *, uint32_t)');
  const symlinkat = declare<(target: Buffer, folder: number, name: Name) => number>('int symlinkat(const char *, int, const char *)');
  const linkat = declare<(folder: number, name: Name, toFolder: number, toName: Name, flags: number) => number>('int linkat(int, const char *, int, const char *, int)');
  const renameat = declare<(folder: number, name: Name, toFolder: number, toName: Name) => number>('int renameat(int, const char *, int, const char *)');
  const unlinkat = declare<(folder: number, name: Name, flags: number) => number>('int unlinkat(int, const char *, int)');
  const read = declare<Transfer>('int64_t read(int, void *, size_t)');
  const write = declare<Transfer>('int64_t write(int, const void *, size_t)');
  const copyRange = declare<(from: number, at: null, to: number, toAt: null, bytes: number, flags: number) => number>('int64_t copy_file_range(int, void *, int, void *, size_t, uint32_t)');
  const lseek = declare<(descriptor: number, at: number, from: number) => number>('int64_t lseek(int, int64_t, int)');
  const ftruncate = declare<(descriptor: number, bytes: number) => number>('int ftruncate(int, int64_t)');
  const fchown = declare<(descriptor: number, uid: number, gid: number) => number>('int fchown(int, uint32_t, uint32_t)');
  const fchownat = declare<(folder: number, name: Name, uid: number, gid: number, flags: number) => number>('int fchownat(int, const char *, uint32_t, uint32_t, int)');
  const fchmod = declare<(descriptor: number, mode: number) => number>('int fchmod(int, uint32_t)');
  const utimensat = declare<(folder: number, name: Name, times: BigInt64Array, flags: number) => number>('int utimensat(int, const char *, const void *, int)');
  const futimens = declare<(descriptor: number, times: BigInt64Array) => number>('int futimens(int, const void *)');
  const close = declare<(descriptor: number) => number>('int close(int)');

  const found = new Int32Array(64);
  const unsigned = new Uint32Array(found.buffer);
  /** What getdents64 has told last: as much as glibc asks for at once. */
  const entries = Buffer.alloc(32_768);
  /** Two timespec: of the last access, which is left as it is, and of the last change. */
  const times = new BigInt64Array(4);
  times[1] = BigInt(UTIME_OMIT);

  /** What statx(2) has told: struct statx in linux/stat.h. */
  function facts(): Facts {
    return {
      mode: unsigned[7]! & 0xffff, links: unsigned[4]!, uid: unsigned[5]!, gid: unsigned[6]!, size: unsigned[11]! * twoTo32 + unsigned[10]!,
      seconds: found[29]! * twoTo32 + unsigned[28]!, nanoseconds: unsigned[30]!, stands: Number(deviceOf(unsigned[32]!, unsigned[33]!)),
      device: deviceOf(unsigned[34]!, unsigned[35]!), inode: exactly(unsigned[9]!, unsigned[8]!),
    };
  }

  function timeOf({ seconds, nanoseconds }: Facts): BigInt64Array {
    times[2] = BigInt(seconds);
    times[3] = BigInt(nanoseconds);
    return times;
  }

  /** Tells the length and the type of each name in a folder, and where it begins in `entries`: struct linux_dirent64 in getdents(2). */
  function forEachEntry(folder: number, tell: (at: number, length: number, type: number) => void): void {
    lseek(folder, 0, SEEK_SET);
    for (;;) {
      const filled = getdents(folder, entries, entries.length);
      if (filled < 0) fail('getdents64');
      if (filled === 0) return;
      let next = 0;
      for (let at = 0; at < filled; at = next) {
        next = at + (entries[at + 16]! | (entries[at + 17]! << 8));
        const name = at + 19;
        // The next one begins at a multiple of eight.
        let end = Math.max(name, next - 8);
        while (entries[end] !== 0) end++;
        if (entries[name] !== dot || end - name > 2 || (end - name === 2 && entries[name + 1] !== dot)) tell(name, end - name, entries[name - 1]!);
      }
    }
  }

  function fail(call: string): never {
    const code = getSystemErrorName(-ffi.errno());
    throw Object.assign(new Error(`${code}: ${call} failed`), { code });
  }

  const copySlowly = slowly(copyRange);
  return {
    look(folder, name) {
      if (statx(folder, asArgument(name), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, found) === 0) return facts();
      return ffi.errno() === ffi.os.errno['ENOENT'] ? null : fail('statx');
    },
    lookAt: (descriptor) => (statx(descriptor, noName, AT_EMPTY_PATH, STATX_BASIC_STATS, found) === 0 ? facts() : fail('statx')),
    list(folder) {
      const names: ByteName[] = [];
      // One character per byte is what a ByteName is.
      forEachEntry(folder, (at, length) => names.push(entries.toString('latin1', at, at + length) as ByteName));
      return names;
    },
    forEachName: (folder, tell) => forEachEntry(folder, (at, length, type) => tell(entries.toString('latin1', at, at + length) as ByteName, type << typeShift)),
    count(folder) {
      let names = 0;
      forEachEntry(folder, () => names++);
      return names;
    },
    // Without O_NONBLOCK a fifo that has come in the place of a file would keep it waiting.
    openFile: (folder, name) => openat(folder, asArgument(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0),
    openFolder: (folder, name) => openat(folder, asArgument(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0),
    createFile: (folder, name, mode) => openat(folder, asArgument(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode),
    makeFolder: (folder, name, mode) => mkdirat(folder, asArgument(name), mode) === 0,
    makeSymlink: (folder, name, target) => symlinkat(Buffer.concat([target, noName]), folder, asArgument(name)) === 0,
    link: (fromFolder, fromName, folder, name) => linkat(fromFolder, asArgument(fromName), folder, asArgument(name), 0) === 0,
    rename: (folder, from, to) => renameat(folder, asArgument(from), folder, asArgument(to)) === 0,
    unlink: (folder, name) => unlinkat(folder, asArgument(name), 0) === 0,
    read, write,
    copy: (from, to, bytes) => copySlowly(from, null, to, null, bytes, 0),
    readSlowly: slowly(read),
    writeSlowly: slowly(write),
    nextData(descriptor, at) {
      const start = lseek(descriptor, at, SEEK_DATA);
      if (start >= 0) return start;
      // Any other failure must not pass for a hole.
      return ffi.errno() === ffi.os.errno['ENXIO'] ? null : fail('lseek');
    },
    nextHole(descriptor, at) {
      const end = lseek(descriptor, at, SEEK_HOLE);
      return end >= 0 ? end : fail('lseek');
    },
    goTo: (descriptor, at) => lseek(descriptor, at, SEEK_SET) === at,
    setSize: (descriptor, bytes) => ftruncate(descriptor, bytes) === 0,
    setOwner: (descriptor, uid, gid) => fchown(descriptor, uid >>> 0, gid >>> 0) === 0,
    setMode: (descriptor, mode) => fchmod(descriptor, mode) === 0,
    setTime: (descriptor, wanted) => futimens(descriptor, timeOf(wanted)) === 0,
    setOwnerOf: (folder, name, uid, gid) => fchownat(folder, asArgument(name), uid >>> 0, gid >>> 0, AT_SYMLINK_NOFOLLOW) === 0,
    setTimeOf: (folder, name, wanted) => utimensat(folder, asArgument(name), timeOf(wanted), AT_SYMLINK_NOFOLLOW) === 0,
    close: (descriptor) => void close(descriptor),
  };
}

/** In another thread. */
function slowly<Arguments extends unknown[]>(call: KoffiFunc<(...args: Arguments) => number>): (...args: Arguments) => Promise<number> {
  return (...args) => new Promise((resolve, reject) => call.async(...args, (error: Error | null, result: number) => (error ? reject(error) : resolve(result))));
}

/** A string costs less, but is given as UTF-8. */
function asArgument(name: ByteName): string | Buffer {
  return isAscii(name) ? name : Buffer.from(`${name}\0`, 'latin1');
}

function exactly(high: number, low: number): number | bigint {
  return high < 2 ** 21 ? high * twoTo32 + low : (BigInt(high) << 32n) | BigInt(low);
}

/** As stat(2) tells it: makedev(3). */
function deviceOf(major: number, minor: number): number | bigint {
  if (major < 0x1000 && minor < 0x100) return (major << 8) | minor;
  return exactly((major & 0xfffff000 | minor >>> 20) >>> 0, ((minor & 0xfff00) << 12 | (major & 0xfff) << 8 | minor & 0xff) >>> 0);
}
