import { foldersAbove, parentOf, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import { toArgument } from '../core/rsync/byte-name.ts';

/** Names to be copied together, by a program that works in `folder`: all of them lie in it, and an argument can tell it. */
export interface Pack {
  readonly folder: ByteName;
  readonly names: readonly ByteName[];
}

/**
 * Names in packs of at least `least` of a few folders, or at most `most` of one. A folder that has enough of them has packs of its own:
 * whatever lies between a pack's folder and a name is looked up anew by each call for that name, and on a server each look is a round trip.
 */
export function packsOf(names: readonly ByteName[], { least, most }: { least: number; most: number }): Pack[] {
  const packs: Pack[] = [];
  let open: ByteName[] = [];
  const close = (): void => {
    if (open.length > 0) packs.push({ folder: commonFolder(open), names: open });
    open = [];
  };
  for (const group of Map.groupBy(names, parentOf).values()) {
    const parts = Math.ceil(group.length / most);
    for (let part = 0; part < parts; part++) {
      open = [...open, ...group.slice(Math.floor(part * group.length / parts), Math.floor((part + 1) * group.length / parts))];
      if (open.length >= least) close();
    }
  }
  close();
  return packs;
}

/** The deepest folder that holds all of the names, and whose path is text. */
function commonFolder(names: readonly ByteName[]): ByteName {
  const [first, ...others] = [...new Set(names.map(parentOf))];
  if (first === undefined) return ROOT;
  const isCommon = (folder: ByteName): boolean => toArgument(folder) !== null && others.every((other) => other === folder || other.startsWith(`${folder}/`));
  return [first, ...foldersAbove(first)].find(isCommon) ?? ROOT;
}
