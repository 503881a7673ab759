import { readdirSync, type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { fromBytes } from '../core/rsync/byte-name.ts';

/** A name in a folder, with what readdir knows of its type. */
export interface ListedName {
  readonly name: ByteName;
  readonly isFolder: boolean;
  readonly isSymlink: boolean;
}

/** One character per byte is what a ByteName is, and cheaper than buffers. */
const asBytes = { withFileTypes: true, encoding: 'latin1' } as const;
/** Where the file system tells no types, Node asks for each by its name, which only a buffer carries safely. */
const asBuffers = { withFileTypes: true, encoding: 'buffer' } as const;

/** The names in a folder. Throws as readdir(2). */
export function listNow(path: string | Buffer): ListedName[] {
  try {
    return readdirSync(path, asBytes).map((entry) => listed(entry.name as ByteName, entry));
  } catch {
    return readdirSync(path, asBuffers).map((entry) => listed(fromBytes(entry.name), entry));
  }
}

/** The same through the thread pool. */
export async function listNames(path: string | Buffer): Promise<ListedName[]> {
  try {
    return (await readdir(path, asBytes)).map((entry) => listed(entry.name as ByteName, entry));
  } catch {
    return (await readdir(path, asBuffers)).map((entry) => listed(fromBytes(entry.name), entry));
  }
}

function listed(name: ByteName, entry: Pick<Dirent, 'isDirectory' | 'isSymbolicLink'>): ListedName {
  return { name, isFolder: entry.isDirectory(), isSymlink: entry.isSymbolicLink() };
}
