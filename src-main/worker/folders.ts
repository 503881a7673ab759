import { accessSync, constants } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import type { FolderListing } from '../../src-shared/place.ts';
import { fromBytes, isUtf8, display } from '../core/rsync/byte-name.ts';
import { errnoOf } from './errno.ts';
import { readMounts } from './mounts.ts';

/** More than a person looks through. */
const mostFolders = 5000;

/** The folders directly in `path` (absolute), by name. Throws `AppError` not-found, invalid-input or permission. */
export async function listFolders(path: string): Promise<FolderListing> {
  const [names, mounts] = await Promise.all([read(path), readMounts()]);
  const points = new Set(mounts.map(({ point }) => point));
  const folders: FolderListing['folders'] = [];
  let otherNames = 0;
  for (const entry of names) {
    if (!entry.isDirectory() && !(entry.isSymbolicLink() && (await leadsToFolder(join(path, entry.name.toString('utf8')))))) {
      otherNames++;
      continue;
    }
    const name = fromBytes(entry.name);
    const isOpaque = !isUtf8(name);
    const full = join(path, entry.name.toString('utf8'));
    folders.push({ name: isOpaque ? display(name) : entry.name.toString('utf8'), path: full, isOpaque, isMount: points.has(full) });
  }
  // As people count: `shot 9` before `shot 10`. Made here, as it takes 10 ms, and every run waits for its scout.
  const order = new Intl.Collator('en', { numeric: true });
  folders.sort((one, other) => order.compare(one.name, other.name));
  return {
    path, parent: path === '/' ? null : dirname(path), folders: folders.slice(0, mostFolders), otherNames,
    isCut: folders.length > mostFolders, writable: isWritable(path),
  };
}

async function read(path: string) {
  try {
    return await readdir(path, { withFileTypes: true, encoding: 'buffer' });
  } catch (thrown) {
    const code = errnoOf(thrown);
    if (code === 'ENOENT') throw new AppError({ kind: 'not-found', message: `${path} is not there.`, hint: 'Choose another folder, or mount its disk or share.' });
    if (code === 'ENOTDIR') throw new AppError({ kind: 'invalid-input', message: `${path} is not a folder.`, hint: 'Choose the folder it lies in.' });
    if (code === 'EACCES' || code === 'EPERM') {
      throw new AppError({ kind: 'permission', message: `${path} cannot be read: permission denied.`, hint: 'Choose another folder, or run Daybreak as a user who may read it.' });
    }
    throw thrown;
  }
}

async function leadsToFolder(path: string): Promise<boolean> {
  return stat(path).then((stats) => stats.isDirectory(), () => false);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
