import { parentOf, ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import type { LabSample, SampleFolder } from '../../../src-shared/lab-protocol.ts';
import type { CostModel } from '../../../src-shared/scout-protocol.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { weightOf } from '../plan/cost.ts';

/** A sample as units, heaviest first. */
export interface Cut {
  readonly units: Unit[];
  /** Folders that must be there before the units are copied, parents first. */
  readonly folders: ByteName[];
}

export interface CutFacts {
  readonly cost: CostModel;
  /** File calls of an end wait for a server. */
  readonly isSlow: boolean;
}

/** As in a plan of a run. */
const mostNames = 1000;
/** A pool is measured with so many units for each of its workers; on a server, where a sample has few files, with less. */
const unitsPerWorker = 4;
const unitsPerWorkerOnServer = 2;
/** On local disks a unit is predicted to take so long at least, ms: less, and starting programs would be most of what is measured. */
const leastMs = 250;

interface Node {
  readonly folder: SampleFolder;
  readonly children: Node[];
  entries: number;
  bytes: number;
}

/**
 * Cuts a sample as a run cuts its source (plan/splitter.ts): small folders stay whole and are packed with their siblings, larger ones
 * are split. What differs: units are as small as a sample must have them to keep `workers` busy, and a folder of which only some
 * files are in the sample is cut by names.
 */
export function cutSample(sample: LabSample, workers: number, { cost, isSlow }: CutFacts): Cut {
  const root = treeOf(sample);
  const even = weightOf(root.entries, root.bytes, cost) / ((isSlow ? unitsPerWorkerOnServer : unitsPerWorker) * workers);
  const most = isSlow ? even : Math.max(even, leastMs);
  const units: Unit[] = [];
  const folders: ByteName[] = [];
  const weigh = ({ entries, bytes }: Pick<Node, 'entries' | 'bytes'>): number => weightOf(entries, bytes, cost);

  function emit(kind: 'group' | 'part', folder: ByteName, items: readonly { name: ByteName; entries: number; bytes: number }[]): void {
    for (const packed of pack(items, weigh, most)) {
      const entries = packed.reduce((sum, item) => sum + item.entries, 0);
      const bytes = packed.reduce((sum, item) => sum + item.bytes, 0);
      units.push({
        id: units.length, kind, folder, names: packed.map(({ name }) => name), shares: kind === 'group' ? packed.map((item) => item.entries) : [],
        entries, bytes, weight: weigh({ entries, bytes }), isNew: true, premade: 0, after: [],
      });
    }
  }

  function split({ folder, children }: Node): void {
    if (folder.path !== ROOT) folders.push(folder.path);
    const closed = children.filter((child) => child.folder.isWhole && weigh(child) <= most);
    emit('group', folder.path, closed.map((child) => ({ name: child.folder.path, entries: child.entries, bytes: child.bytes })));
    emit('part', folder.path, folder.files.map(({ name, bytes }) => ({ name, entries: 1, bytes })));
    for (const child of children) if (!closed.includes(child)) split(child);
  }

  split(root);
  return { units: units.sort((a, b) => b.weight - a.weight), folders };
}

/** Names that together are no heavier than a unit may be, in their order. */
function pack<Item extends { entries: number; bytes: number }>(items: readonly Item[], weigh: (item: Item) => number, most: number): Item[][] {
  const packs: Item[][] = [];
  let weight = Infinity;
  for (const item of items) {
    const own = weigh(item);
    if (weight + own > most || (packs.at(-1)?.length ?? 0) >= mostNames) {
      packs.push([]);
      weight = 0;
    }
    packs.at(-1)!.push(item);
    weight += own;
  }
  return packs;
}

function treeOf({ folders }: LabSample): Node {
  const nodes = new Map<ByteName, Node>();
  for (const folder of folders) {
    const node: Node = { folder, children: [], entries: 1 + folder.files.length, bytes: folder.files.reduce((sum, { bytes }) => sum + bytes, 0) };
    nodes.set(folder.path, node);
    if (folder.path !== ROOT) nodes.get(parentOf(folder.path))?.children.push(node);
  }
  const root = nodes.get(ROOT)!;
  addUp(root);
  return root;
}

function addUp(node: Node): void {
  for (const child of node.children) {
    addUp(child);
    node.entries += child.entries;
    node.bytes += child.bytes;
  }
}

/** The fewest names that together are the sample: whole folders, and files. */
export function namesOf({ folders }: LabSample): ByteName[] {
  const inWhole = new Set<ByteName>();
  const names: ByteName[] = [];
  for (const { path, files, isWhole } of folders) {
    const parent = parentOf(path);
    const isInside = path !== ROOT && inWhole.has(parent);
    if (isWhole && path !== ROOT) {
      inWhole.add(path);
      if (!isInside) names.push(path);
    } else {
      for (const { name } of files) names.push(name);
    }
  }
  return names;
}
