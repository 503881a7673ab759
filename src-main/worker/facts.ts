import { constants, type BigIntStats } from 'node:fs';

/** What lstat(2) tells of a name. */
export interface Facts {
  /** Type and permissions (inode(7)). */
  readonly mode: number;
  /** How many names the file has. */
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  /** When the content was changed: seconds since 1970, rounded down, and the rest of one. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Of a device file, which one it stands for. */
  readonly stands: number;
  /** Where it lies, and which file it is there. A number where that holds it exactly. */
  readonly device: number | bigint;
  readonly inode: number | bigint;
}

export const permissions = 0o7777;

const second = 1_000_000_000n;

/** The same as Node tells it. */
export function factsOf(stats: BigIntStats): Facts {
  const { mtimeNs } = stats;
  // Rounded down before 1970 as well.
  const nanoseconds = ((mtimeNs % second) + second) % second;
  return {
    mode: Number(stats.mode), links: Number(stats.nlink), uid: Number(stats.uid), gid: Number(stats.gid), size: Number(stats.size),
    seconds: Number((mtimeNs - nanoseconds) / second), nanoseconds: Number(nanoseconds), stands: Number(stats.rdev), device: stats.dev, inode: stats.ino,
  };
}

/** S_IFREG and the like. */
export function typeOf({ mode }: Facts): number {
  return mode & constants.S_IFMT;
}

export function isFile(facts: Facts): boolean {
  return typeOf(facts) === constants.S_IFREG;
}

export function isFolder(facts: Facts): boolean {
  return typeOf(facts) === constants.S_IFDIR;
}

export function isSymlink(facts: Facts): boolean {
  return typeOf(facts) === constants.S_IFLNK;
}

/** Whether the content is of the same size and the same moment. */
export function isSameVersion(one: Facts, other: Facts): boolean {
  return one.size === other.size && one.seconds === other.seconds && one.nanoseconds === other.nanoseconds;
}

/** Names with the same answer are names of one file, also where the other was told by Node. */
export function identityOf({ device, inode }: Facts): string {
  return `${device}:${inode}`;
}
