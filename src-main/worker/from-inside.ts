import { lstatSync, type BigIntStats } from 'node:fs';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { isAscii, toBytes } from '../core/rsync/byte-name.ts';
import type { SafeFolder } from './safe-folder.ts';

/** What lstat(2) tells of a name in the folder this process is in; null where there is none. */
export function lookHere(name: ByteName): BigIntStats | null {
  return lookAtPath(isAscii(name) ? name : toBytes(name));
}

/** Looks at names of a folder, from inside of it where that can be; `use` must not wait for anything. */
export function fromInside<Result>(folder: SafeFolder, use: (look: (name: ByteName) => BigIntStats | null) => Result): Result {
  if (folder.inside === null) return use((name) => lookAtPath(folder.at(name)));
  process.chdir(folder.inside);
  try {
    return use(lookHere);
  } finally {
    process.chdir('/');
  }
}

function lookAtPath(path: string | Buffer): BigIntStats | null {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
}
