import { readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { fromBytes } from '../core/rsync/byte-name.ts';

export interface ListedName {
  readonly name: ByteName;
  readonly isFolder: boolean;
}

/** One character per byte is what a ByteName is, and cheaper than buffers. */
const asBytes = { withFileTypes: true, encoding: 'latin1' } as const;
/** Where the file system tells no types, Node asks for each by its name, which only a buffer carries safely. */
const asBuffers = { withFileTypes: true, encoding: 'buffer' } as const;

/** The names in a folder. Throws as readdir(2). */
export function listNow(path: string | Buffer): ListedName[] {
  try {
    return readdirSync(path, asBytes).map((entry) => ({ name: entry.name as ByteName, isFolder: entry.isDirectory() }));
  } catch {
    return readdirSync(path, asBuffers).map((entry) => ({ name: fromBytes(entry.name), isFolder: entry.isDirectory() }));
  }
}

/** The same through the thread pool. */
export async function listNames(path: string | Buffer): Promise<ListedName[]> {
  try {
    return (await readdir(path, asBytes)).map((entry) => ({ name: entry.name as ByteName, isFolder: entry.isDirectory() }));
  } catch {
    return (await readdir(path, asBuffers)).map((entry) => ({ name: fromBytes(entry.name), isFolder: entry.isDirectory() }));
  }
}
