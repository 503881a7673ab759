import { lstatSync, type BigIntStats } from 'node:fs';
import { ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import { isAscii, toBytes } from '../core/rsync/byte-name.ts';
import type { SafeFolder } from './safe-folder.ts';

/**
 * Where a held folder can be gone into with chdir(2): a name by itself is looked up in half the time that it takes from
 * `/proc/self/fd/N/name`. The folder is the one that is held open, wherever its path leads by now.
 */
export function heldAt(folder: SafeFolder): string {
  return folder.at(ROOT).toString('latin1').replace(/\/$/u, '');
}

/** What lstat(2) tells of a name in the folder this process is in; null where there is none. */
export function lookHere(name: ByteName): BigIntStats | null {
  return lstatSync(isAscii(name) ? name : toBytes(name), { bigint: true, throwIfNoEntry: false }) ?? null;
}
