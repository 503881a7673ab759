/**
 * A file name or relative path as bytes, one character per byte (latin1), `/` between parts,
 * no leading `./`. The root itself is the empty string. Unix names are bytes, not text: a name that
 * is not valid UTF-8 would be damaged by any other string form, and this one is safe in JSON.
 */
export type ByteName = string & { readonly __bytes: 'one char per byte' };

/** The root of a transfer. */
export const ROOT = '' as ByteName;

/** The folder `parent` and the name `child` as one path. */
export function joinName(parent: ByteName, child: ByteName): ByteName {
  return (parent === '' ? child : `${parent}/${child}`) as ByteName;
}

/** The folder that holds `path`; the root for a top-level name. */
export function parentOf(path: ByteName): ByteName {
  const slash = path.lastIndexOf('/');
  return (slash < 0 ? '' : path.slice(0, slash)) as ByteName;
}

/** The folders that a path lies in, the nearest first, without the root. */
export function foldersAbove(path: ByteName): ByteName[] {
  const folders: ByteName[] = [];
  for (let folder = parentOf(path); folder !== ROOT; folder = parentOf(folder)) folders.push(folder);
  return folders;
}

/** The first part of `path`: the top folder it lies in. */
export function topOf(path: ByteName): ByteName {
  const slash = path.indexOf('/');
  return (slash < 0 ? path : path.slice(0, slash)) as ByteName;
}

/** The last part of `path`. */
export function lastOf(path: ByteName): ByteName {
  return path.slice(path.lastIndexOf('/') + 1) as ByteName;
}
