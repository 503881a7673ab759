import { lstatSync, type BigIntStats } from 'node:fs';
import { ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import { isAscii, toBytes } from '../core/rsync/byte-name.ts';
import { usualHold, type SafeFolder } from './safe-folder.ts';

/**
 * Where a folder that is held by its handle can be gone into with chdir(2): a name by itself is looked up in half the time that it
 * takes from `/proc/self/fd/N/name`. The folder is the one that is held open, wherever its path leads by now.
 */
export function heldAt(folder: SafeFolder): string {
  return folder.at(ROOT).toString('latin1').replace(/\/$/u, '');
}

/** What lstat(2) tells of a name in the folder this process is in; null where there is none. */
export function lookHere(name: ByteName): BigIntStats | null {
  return lookAtPath(isAscii(name) ? name : toBytes(name));
}

/** Looks at names of a folder, from inside of it where that can be; `use` must not wait for anything. */
export function fromInside<Result>(folder: SafeFolder, use: (look: (name: ByteName) => BigIntStats | null) => Result): Result {
  // Where a folder is held by its path, chdir could not be told bytes that are not text.
  if (usualHold() === 'path') return use((name) => lookAtPath(folder.at(name)));
  process.chdir(heldAt(folder));
  try {
    return use(lookHere);
  } finally {
    process.chdir('/');
  }
}

function lookAtPath(path: string | Buffer): BigIntStats | null {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
}
