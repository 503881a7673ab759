import { joinName, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Change } from '../../src-shared/rsync-result.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { display } from '../core/rsync/byte-name.ts';
import { errnoOf } from './errno.ts';
import type { SafeFolder } from './safe-folder.ts';

/** Listed names by the folder they lie in, so that each folder is entered once, on its way down. */
export interface RemovalNode {
  readonly path: ByteName;
  /** What is listed directly in this folder, by last name. */
  readonly entries: Map<ByteName, Pick<Change, 'name' | 'isFolder'>>;
  /** Folders below which something is listed, by last name. */
  readonly children: Map<ByteName, RemovalNode>;
}

export interface RemovalTree {
  readonly root: RemovalNode;
  /** Names in Daybreak's own folder: never to be touched. */
  readonly refused: ByteName[];
}

/**
 * Orders listed names into a tree. Throws `AppError` (internal) before anything is touched when one of them is the root
 * itself or could lead out of it (an empty part, `.`, `..`, a NUL).
 */
export function removalTree(removals: readonly Pick<Change, 'name' | 'isFolder'>[]): RemovalTree {
  const root = emptyNode(ROOT);
  const refused: ByteName[] = [];
  for (const { name, isFolder } of removals) {
    const parts = name.split('/') as ByteName[];
    if (parts.some((part) => part === '' || part === '.' || part === '..') || name.includes('\0')) {
      throw new AppError({
        kind: 'internal',
        message: `"${display(name)}" is not a name that can be removed; nothing was removed`,
      });
    }
    if (parts[0] === OWN_FOLDER) {
      refused.push(name);
      continue;
    }
    let node = root;
    for (const part of parts.slice(0, -1)) {
      const next = node.children.get(part) ?? emptyNode(joinName(node.path, part));
      node.children.set(part, next);
      node = next;
    }
    node.entries.set(parts.at(-1) as ByteName, { name, isFolder });
  }
  return { root, refused };
}

function emptyNode(path: ByteName): RemovalNode {
  return { path, entries: new Map(), children: new Map() };
}

/** Every listed name in and below a folder. */
export function* namesBelow(node: RemovalNode): Generator<ByteName> {
  for (const child of node.children.values()) yield* namesBelow(child);
  for (const { name } of node.entries.values()) yield name;
}

/**
 * Where a folder stands at the source: held open, or gone. Of a folder that is gone, the nearest folder above it that
 * is there is kept, with the name in it that is missing: so that its coming back is noticed.
 */
export interface SourcePlace {
  readonly folder: SafeFolder;
  /** The name in `folder` that is no folder at the source; null where `folder` itself is the place. */
  readonly missing: ByteName | null;
}

/** Goes down one folder at the source. Rejects where it cannot be told whether it is there (permission, I/O errors). */
export async function enterSource(place: SourcePlace, name: ByteName): Promise<SourcePlace> {
  if (place.missing !== null) return place;
  try {
    return { folder: await place.folder.enter(name), missing: null };
  } catch (error) {
    if (isAbsence(error)) return { folder: place.folder, missing: name };
    throw error;
  }
}

/** Closes what `enterSource` opened. */
export async function leaveSource(place: SourcePlace, from: SourcePlace): Promise<void> {
  if (place.folder !== from.folder) await place.folder.close();
}

/** True for errors that say: there is no folder of that name (it is missing, a file, or a symlink). */
export function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error));
}
