import { joinName, ROOT, type ByteName } from '../../../src-shared/byte-name.ts';

/**
 * Folders that must stay together in one unit because files in them are hard links of one another: for each set of names,
 * the entries of their nearest common folder that hold them. Apart, every unit would copy the shared files anew, and the
 * pass that links them afterwards would be the longest of the run (seven `cp -al` copies: five times the time of one rsync).
 */
export function linkedFolders(sets: Iterable<readonly ByteName[]>): ByteName[][] {
  const parents = new Map<ByteName, ByteName>();

  function find(folder: ByteName): ByteName {
    const parent = parents.get(folder) ?? folder;
    if (parent === folder) return folder;
    const top = find(parent);
    parents.set(folder, top);
    return top;
  }

  for (const names of sets) {
    const holders = holdersOf(names);
    const [first] = holders;
    if (first === undefined || holders.length < 2) continue;
    for (const holder of holders) parents.set(find(holder), find(first));
  }
  const groups = new Map<ByteName, Set<ByteName>>();
  for (const folder of parents.keys()) {
    const top = find(folder);
    groups.set(top, (groups.get(top) ?? new Set([top])).add(folder));
  }
  return [...groups.values()].filter((group) => group.size > 1).map((group) => [...group].sort());
}

/** The sub-folders of the nearest common folder of `names` that hold them; a name that lies in it directly has none. */
function holdersOf(names: readonly ByteName[]): ByteName[] {
  const [first, ...others] = names.map((name) => name.split('/') as ByteName[]);
  if (!first) return [];
  let depth = 0;
  while (depth < first.length - 1 && others.every((parts) => parts.length > depth + 1 && parts[depth] === first[depth])) depth++;
  const common = first.slice(0, depth).reduce<ByteName>((path, part) => joinName(path, part), ROOT);
  const holders = [first, ...others].filter((parts) => parts.length > depth + 1).map((parts) => joinName(common, parts[depth]!));
  return [...new Set(holders)];
}
