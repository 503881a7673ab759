import { lstatSync } from 'node:fs';
import { joinName, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { LinkedName } from '../../src-shared/rsync-result.ts';
import type { LinkScan } from '../../src-shared/worker-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { pathTo } from '../core/rsync/byte-name.ts';
import { compileExcludes } from '../core/rsync/filter.ts';
import { listNow, type ListedName } from './list-names.ts';
import type { Repeats } from './filled-stats.ts';

/** A file of a unit with several names, and where each of them leads at the destination, as far as that is known. */
export interface LinkSet {
  readonly links: number;
  readonly bytes: number;
  readonly names: { readonly name: ByteName; readonly theirs: string | null }[];
}

/** What files with several names mean for the run, by `device:inode`. `all`: sets that lie in the unit as a whole are told too. */
export function sumOfLinks(sets: ReadonlyMap<string, LinkSet>, all: boolean): { links: LinkedName[]; repeats: Repeats } {
  const found = [...sets];
  return {
    links: found.flatMap(([file, { links, names, bytes }]) => (all || links > names.length ? names.map((each) => ({ file, ...each, bytes })) : [])),
    repeats: {
      files: found.reduce((sum, [, { names }]) => sum + names.length - 1, 0),
      bytes: found.reduce((sum, [, { names, bytes }]) => sum + (names.length - 1) * bytes, 0),
    },
  };
}

/**
 * Names of files in a unit that have hard links outside of it: those the `rsync -H` of the unit could not see together.
 * Runs right after that rsync, while the attributes are cached; sync calls, because a worker has nothing else to do.
 * What cannot be read is left out: rsync has reported it. `known`: the files with more than one name, where they have been
 * found already. `repeats`: further names of files within the unit.
 */
export function findOutsideLinks(scan: LinkScan, known: readonly ByteName[] | null): { links: LinkedName[]; repeats: Repeats } {
  const isExcluded = compileExcludes(scan.excludes);
  const seen = new Map<string, LinkSet>();

  function look(path: ByteName): void {
    let exact;
    try {
      const stats = lstatSync(pathTo(scan.source, path));
      if (stats.nlink < 2 || stats.isDirectory()) return;
      // Inode numbers of some network file systems do not fit a double; asked again only for the few with links.
      exact = lstatSync(pathTo(scan.source, path), { bigint: true });
    } catch {
      return;
    }
    const file = `${exact.dev}:${exact.ino}`;
    const entry = seen.get(file) ?? { links: Number(exact.nlink), names: [], bytes: Number(exact.size) };
    entry.names.push({ name: path, theirs: null });
    seen.set(file, entry);
  }

  function list(folder: ByteName, deep: boolean): void {
    for (const { name, isFolder } of entriesOf(pathTo(scan.source, folder))) {
      const path = joinName(folder, name);
      if (path === OWN_FOLDER || isExcluded(path, isFolder)) continue;
      if (!isFolder) look(path);
      else if (deep) list(path, true);
    }
  }

  for (const name of known ?? []) look(name);
  for (const name of known ? [] : scan.names) {
    if (scan.depth === 'level') list(name, false);
    else if (scan.depth === 'flat') look(name);
    else if (name === ROOT || isFolderNow(scan.source, name)) list(name, true);
    else look(name);
  }
  return sumOfLinks(seen, scan.all);
}

/** What lies in a folder; nothing where it cannot be read. */
function entriesOf(path: string | Buffer): readonly ListedName[] {
  try {
    return listNow(path);
  } catch {
    return [];
  }
}

function isFolderNow(source: string, path: ByteName): boolean {
  try {
    return lstatSync(pathTo(source, path)).isDirectory();
  } catch {
    return false;
  }
}
