import { expect, test } from 'vitest';
import { joinName, parentOf, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { Unit } from '../../src-shared/unit.ts';
import { createSplitter, type Listing, type Prepared } from '../../src-main/core/plan/splitter.ts';
import { linkedFolders } from '../../src-main/core/plan/linked-folders.ts';
import { seededRandom, type Random } from '../fixtures/random.ts';

type Tree = Map<ByteName, Listing>;

/** A random tree as listings by folder. */
function randomListings(random: Random, depth: number): Tree {
  const tree: Tree = new Map();
  const grow = (folder: ByteName, left: number): void => {
    const files = names(folder, 'file', random.int(0, random.chance(0.1) ? 400 : 12));
    const folders = left > 0 ? names(folder, 'folder', random.int(0, 5)) : [];
    tree.set(folder, { files, folders, bytes: files.length * 10, sizes: random.chance(0.3) ? files.map(() => 10) : null });
    for (const child of folders) grow(child, left - 1);
  };
  grow(ROOT, depth);
  return tree;
}

/** Three folders of three folders of ten files each, and a file in the root. */
function evenTree(): Tree {
  const tree: Tree = new Map();
  const add = (folder: ByteName, depth: number): void => {
    const files = names(folder, 'file', depth === 0 ? 10 : 1);
    const folders = depth === 0 ? [] : names(folder, 'folder', 3);
    tree.set(folder, { files, folders, bytes: 0, sizes: null });
    for (const child of folders) add(child, depth - 1);
  };
  add(ROOT, 2);
  return tree;
}

function names(folder: ByteName, kind: string, count: number): ByteName[] {
  return Array.from({ length: count }, (_, index) => joinName(folder, `${kind}${index}` as ByteName));
}

interface SplitOptions {
  readonly prepare?: (folder: ByteName, listing: Listing) => Prepared | null;
  readonly unitEntries: number;
  readonly solid?: ReadonlySet<ByteName>;
  readonly mirror?: boolean;
  readonly fills?: boolean;
  readonly known?: ReadonlyMap<ByteName, number>;
  readonly linked?: ByteName[][];
  readonly levelMsPerEntry?: number;
}

/** Walks a tree in memory, in random order, with preparations that take random time. */
async function split(tree: Tree, random: Random, { prepare = allNew, unitEntries, solid = new Set(), mirror = false, fills = false, known = new Map(), linked = [], levelMsPerEntry }: SplitOptions) {
  const units: Unit[] = [];
  const splitter = createSplitter({
    cost: { msPerEntry: 1, bytesPerMs: 1e9 }, levelCost: levelMsPerEntry === undefined ? undefined : { msPerEntry: levelMsPerEntry, bytesPerMs: 1e9 }, minWeight: unitEntries, maxWeight: unitEntries, lanes: 4, unitsPerLane: 4, partNames: 300, earlyUnits: 0, knownWeight: 0, mirror, fills, linked,
    emit: (unit) => units.push(unit),
    room: () => Promise.resolve(),
    prepare: async (folder, listing) => {
      for (let turns = random.int(0, 3); turns > 0; turns--) await Promise.resolve();
      return prepare(folder, listing);
    },
  });
  const open = [splitter.root];
  while (open.length > 0) {
    const [folder] = open.splice(random.int(0, open.length - 1), 1);
    const listing = tree.get(folder!.path)!;
    const children = listing.folders.map((path) => splitter.child(folder!, path, solid.has(path)));
    splitter.listed(folder!, listing, children.length);
    for (const child of children) {
      const entries = known.get(child.path);
      if (entries !== undefined && splitter.isSmall(entries, 0)) splitter.known(child, entries, 0);
      else open.push(child);
    }
    if (random.chance(0.5)) await Promise.resolve();
  }
  return { units, totals: await splitter.finish(true) };
}

function allNew(_folder: ByteName, listing: Listing): Prepared {
  return { wasMissing: true, newFolders: new Set(listing.folders), blocked: new Set(), hasStrangers: false };
}

/** Every file and the units that carry it. */
function carriers(tree: Tree, units: readonly Unit[]): Map<ByteName, Unit[]> {
  const byFile = new Map<ByteName, Unit[]>();
  const add = (file: ByteName, unit: Unit): void => void byFile.set(file, [...(byFile.get(file) ?? []), unit]);
  const deep = (folder: ByteName, unit: Unit): void => {
    const listing = tree.get(folder)!;
    for (const file of listing.files) add(file, unit);
    for (const child of listing.folders) deep(child, unit);
  };
  for (const unit of units) {
    if (unit.kind === 'part') unit.names.forEach((name) => add(name, unit));
    if (unit.kind === 'level' && unit.after.length === 0) tree.get(unit.folder)!.files.forEach((name) => add(name, unit));
    if (unit.kind === 'group') unit.names.forEach((name) => deep(name, unit));
  }
  return byFile;
}

test('every file is carried by exactly one unit, whatever the tree, the order of the walk and the unit size', async () => {
  for (let seed = 1; seed <= 120; seed++) {
    const random = seededRandom(seed);
    const tree = randomListings(random, random.int(0, 5));
    const some = (share: number): ReadonlySet<ByteName> => new Set([...tree.keys()].filter(() => random.chance(share)));
    const [refused, blocked, solid, old] = [some(0.1), some(0.1), some(0.1), some(0.5)];
    const { units, totals } = await split(tree, random, {
      unitEntries: random.int(3, 200), mirror: random.chance(0.5), solid, linked: [[...some(0.05)], [...some(0.02)]],
      prepare: (folder, listing) => refused.has(folder) ? null : {
        wasMissing: false, hasStrangers: random.chance(0.5), blocked: new Set(listing.folders.filter((child) => blocked.has(child))),
        newFolders: new Set(listing.folders.filter((child) => !old.has(child) && !blocked.has(child))),
      },
    });
    const byFile = carriers(tree, units);
    for (const { files } of tree.values()) {
      for (const file of files) expect(byFile.get(file)?.length, `seed ${seed}, ${file}`).toBe(1);
    }
    const entries = [...tree.values()].reduce((sum, { files, folders }) => sum + files.length + folders.length, 1);
    expect(totals, `seed ${seed}`).toMatchObject({ entries, units: units.length });
  }
});

test('what is directly in a split folder weighs what rsync takes for it, and all else what a simpler program takes', async () => {
  const random = seededRandom(7);
  const { units } = await split(randomListings(random, 4), random, { unitEntries: 20, mirror: true, levelMsPerEntry: 50 });
  const [levels, others] = [true, false].map((isLevel) => units.filter(({ kind }) => (kind === 'level' || kind === 'entries') === isLevel));
  expect([levels?.length, others?.length]).not.toContain(0);
  for (const { weight, entries } of levels!) expect(weight).toBeCloseTo(50 * entries, 2);
  for (const { weight, entries } of others!) expect(weight).toBeCloseTo(entries, 2);
});

test('every folder whose children are split away has a unit for its own entry, after the parts of its files', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seededRandom(seed);
    const tree = randomListings(random, 4);
    const { units } = await split(tree, random, { unitEntries: 20, mirror: true, fills: random.chance(0.5) });
    const own = new Map(units.filter(({ kind }) => kind === 'level' || kind === 'entries').map((unit) => [unit.folder, unit]));
    for (const unit of units) {
      const folder = unit.kind === 'group' && unit.names[0] === ROOT ? null : unit.folder;
      if (folder === null) continue;
      expect(own.has(folder), `seed ${seed}, ${folder}`).toBe(true);
      if (unit.kind === 'part') expect(own.get(folder)?.after, `seed ${seed}`).toContain(unit.id);
    }
  }
});

test('a folder its owner cannot write, and all below it, stays in one unit that waits for its parent', async () => {
  const random = seededRandom(1);
  const tree = evenTree();
  const top = tree.get(ROOT)!.folders[0]!;
  const { units } = await split(tree, random, { unitEntries: 5, solid: new Set([top]) });
  const inside = units.filter(({ folder, names: carried }) => folder === top || folder.startsWith(`${top}/`) || carried.includes(top));
  expect(inside).toHaveLength(1);
  expect(inside[0]).toMatchObject({ kind: 'group', names: [top] });
  expect(units.find(({ id }) => id === inside[0]?.after[0])).toMatchObject({ kind: 'level', folder: ROOT });
});

test('a folder in whose place something else stands is left to one rsync, after its parent', async () => {
  const tree = evenTree();
  const blockedName = tree.get(ROOT)!.folders[1]!;
  const { units } = await split(tree, seededRandom(2), {
    unitEntries: 5,
    prepare: (folder, listing) => ({ ...allNew(folder, listing), newFolders: new Set(), blocked: new Set(folder === ROOT ? [blockedName] : []) }),
  });
  const inside = units.filter(({ folder, names: carried }) => folder === blockedName || folder.startsWith(`${blockedName}/`) || carried.includes(blockedName));
  expect(inside).toHaveLength(1);
  expect(inside[0]?.after).toHaveLength(1);
});

test('a folder that cannot be prepared is carried whole', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const tree = randomListings(random, 4);
    const refused = random.pick([...tree.keys()]);
    const { units } = await split(tree, random, { unitEntries: 8, prepare: (folder, listing) => (folder === refused ? null : allNew(folder, listing)) });
    expect(units.some(({ kind, folder }) => kind === 'level' && folder === refused), `seed ${seed}`).toBe(false);
    for (const [file, by] of carriers(tree, units)) expect(by, `seed ${seed}, ${file}`).toHaveLength(1);
  }
});

test('a huge flat folder is cut into parts of the unit size, and a mirror looks at its level again only where strangers are', async () => {
  const files = names(ROOT, 'f', 1000);
  const tree: Tree = new Map([[ROOT, { files, folders: [], bytes: 0, sizes: null }]]);
  const quiet = await split(tree, seededRandom(1), { unitEntries: 100, mirror: true });
  expect(quiet.units.map(({ kind }) => kind)).toEqual([...Array.from({ length: 10 }, () => 'part'), 'entries']);
  const strange = await split(tree, seededRandom(1), {
    unitEntries: 100, mirror: true, prepare: (folder, listing) => ({ ...allNew(folder, listing), hasStrangers: true }),
  });
  expect(strange.units.at(-1)).toMatchObject({ kind: 'level', after: strange.units.slice(0, 10).map(({ id }) => id) });
});

test('where new files are filled, even a small tree goes by the names in its root', async () => {
  const tree = evenTree();
  const { units } = await split(tree, seededRandom(1), { unitEntries: 1000, fills: true });
  expect(units.map(({ kind, names: carried }) => [kind, [...carried].sort()])).toEqual([['level', []], ['group', tree.get(ROOT)!.folders]]);
  const files = names(ROOT, 'f', 30);
  const flat = await split(new Map([[ROOT, { files, folders: [], bytes: 0, sizes: null }]]), seededRandom(1), { unitEntries: 1000, fills: true });
  expect(flat.units.map(({ kind, names: carried }) => [kind, carried])).toEqual([['part', files], ['entries', []]]);
});

test('large files of one folder are spread by their size', async () => {
  const files = names(ROOT, 'video', 6);
  const sizes = [900, 100, 800, 200, 700, 300].map((size) => size * 1e9);
  const tree: Tree = new Map([[ROOT, { files, folders: [], bytes: 3000e9, sizes }]]);
  const { units } = await split(tree, seededRandom(1), { unitEntries: 1000 });
  const parts = units.filter(({ kind }) => kind === 'part');
  expect(parts.map(({ bytes }) => bytes / 1e9)).toEqual([900, 800, 700, 600]);
});

test('subtrees known to be small from the last run are not walked', async () => {
  const tree = evenTree();
  const known = new Map(tree.get(ROOT)!.folders.map((path) => [path, 10]));
  const { units } = await split(tree, seededRandom(1), { unitEntries: 25, known });
  const groups = units.filter(({ kind }) => kind === 'group');
  expect(groups.flatMap(({ names: carried }) => carried).sort()).toEqual([...known.keys()].sort());
  expect(groups.every(({ folder }) => folder === ROOT)).toBe(true);
  expect(parentOf(groups[0]!.names[0]!)).toBe(ROOT);
});

test('folders that share hard links stay together in one unit, wherever they lie', async () => {
  const tree = evenTree();
  const linked = [['folder0' as ByteName, 'folder2/folder1' as ByteName]];
  const { units } = await split(tree, seededRandom(1), { unitEntries: 5, linked });
  const together = units.filter(({ names: carried }) => carried.includes(linked[0]![0]!));
  expect(together).toHaveLength(1);
  expect(together[0]?.names).toEqual(linked[0]);
  for (const [file, by] of carriers(tree, units)) expect(by, file).toHaveLength(1);
});

test('which folders share links follows from where the names of each set part', () => {
  const sets = [['a/x/1', 'b/x/1', 'c/1'], ['d/p/1', 'd/q/1'], ['d/q/2', 'd/r/2'], ['e/1', 'e/2'], ['f', 'g/1']] as ByteName[][];
  expect(linkedFolders(sets)).toEqual([['a', 'b', 'c'], ['d/p', 'd/q', 'd/r']]);
});
