import { ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import type { PlanRequest } from '../../../src-shared/scout-protocol.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { weightOf } from './cost.ts';

/** What the walk found in one folder. Names are paths from the root. */
export interface Listing {
  readonly files: readonly ByteName[];
  readonly folders: readonly ByteName[];
  /** Bytes of the files, measured or extrapolated from samples. */
  readonly bytes: number;
  /** Bytes of each file, where all were measured. */
  readonly sizes: readonly number[] | null;
}

/** What stands at the destination for a folder that is about to be split. Child names are paths from the root. */
export interface Prepared {
  /** Nothing of the folder was there. */
  readonly wasMissing: boolean;
  /** Children folders that were not there (they have been made, empty). */
  readonly newFolders: ReadonlySet<ByteName>;
  /** Children folders in whose place stands something else; rsync has to make way for them first. */
  readonly blocked: ReadonlySet<ByteName>;
  /** The destination has names in this folder that the source has not, or of another type. */
  readonly hasStrangers: boolean;
}

export interface SplitterSettings extends Pick<PlanRequest, 'cost' | 'levelCost' | 'minWeight' | 'maxWeight' | 'lanes' | 'unitsPerLane' | 'mirror'> {
  /** So many first units of a tree that nothing is known of are smaller: their lanes begin while the walk goes on. */
  readonly earlyUnits: number;
  /** Total weight known from the last run, 0 for none, ms. */
  readonly knownWeight: number;
  /** New files go by the names of what lies in the root, however few: who copies them before rsync does cannot be handed the root. */
  readonly fills: boolean;
  /** Groups of folders that share hard links: each group stays together in one unit. */
  readonly linked: readonly (readonly ByteName[])[];
  /** Makes a folder ready to be split; null when it cannot be (then it stays whole). */
  readonly prepare: (folder: ByteName, listing: Listing, wasMissing: boolean) => Promise<Prepared | null>;
  /** Plan only folders of this one, which has been split before. Left out: the whole tree. */
  readonly within?: ByteName | undefined;
  /** Most files in a part of a flat folder. */
  readonly partNames: number;
  readonly emit: (unit: Unit) => void;
  /** Resolves when whoever takes the units has room for more names. */
  readonly room: () => Promise<void>;
}

/** A subtree that is small enough to stay whole, waiting in its parent to be packed into a unit. */
interface Whole {
  readonly path: ByteName;
  readonly entries: number;
  readonly bytes: number;
  /** Must wait for its parent's level, alone in touching its own folder entry. */
  readonly late: boolean;
}

/** A folder between its first sight and the end of its subtree's walk. */
export interface Folder {
  readonly path: ByteName;
  readonly parent: Folder | null;
  /** Must not be split, nor anything below it (a folder its owner cannot write, without root). */
  readonly solid: boolean;
  listing: Listing | null;
  entries: number;
  bytes: number;
  openChildren: number;
  wholes: Whole[];
  split: 'no' | 'preparing' | 'yes' | 'given-up';
  prepared: Prepared | null;
  /** Resolves when the folder has been prepared or given up. */
  ready: Promise<void>;
  /** Weight of the waiting wholes, ms. */
  waiting: number;
  /** Id of the unit that carries the folder's own level; children that must wait for it name it. -1: there is none, or it has ended. */
  levelId: number;
}

/** Most names in one call (rsync(1) takes more, but argv and the blast radius of a retry should stay small). */
const maxNames = 1000;
/** From so many new files of one folder on they are filled as a part, which needs a call of its own for the folder. */
const worthFilling = 20;
/** A folder that is so little above the size of a unit stays whole: the rest that splitting leaves would cost more. */
const slack = 1.3;

/**
 * Turns a walk into units while the walk goes on. A folder is split as soon as what was found below it outgrows the unit
 * size, which is known long before the whole is; subtrees that stay small are packed with their siblings. Memory holds
 * open folders and unpacked siblings only, never the tree; the most is one folder with all that lies directly in it.
 */
export function createSplitter(settings: SplitterSettings) {
  const { cost } = settings;
  let nextId = 0;
  let seenWeight = 0;
  const preparing = new Set<Promise<void>>();
  let failure: Error | null = null;
  const bundleOf = new Map(settings.linked.flatMap((group, index) => group.map((path): [ByteName, number] => [path, index])));
  const bundles: Whole[][] = settings.linked.map(() => []);
  const root = newFolder(settings.within ?? ROOT, null, false);
  if (settings.within !== undefined) {
    root.split = 'yes';
    root.prepared = { wasMissing: false, newFolders: new Set(), blocked: new Set(), hasStrangers: false };
  }

  function newFolder(path: ByteName, parent: Folder | null, solid: boolean): Folder {
    return {
      path, parent, solid, listing: null, entries: 0, bytes: 0, openChildren: 0, wholes: [], waiting: 0,
      split: 'no', prepared: null, ready: Promise.resolve(), levelId: -1,
    };
  }

  function unitWeight(): number {
    const total = Math.max(seenWeight, settings.knownWeight);
    const least = settings.knownWeight === 0 && nextId < settings.earlyUnits ? settings.minWeight / 4 : settings.minWeight;
    return Math.min(settings.maxWeight, Math.max(least, total / (settings.unitsPerLane * settings.lanes)));
  }

  function isFilled(folder: Folder): boolean {
    return settings.fills && folder === root;
  }

  function grow(folder: Folder, entries: number, bytes: number): void {
    const limit = unitWeight();
    const outgrown: Folder[] = [];
    for (let each: Folder | null = folder; each; each = each.parent) {
      each.entries += entries;
      each.bytes += bytes;
      if (each.split === 'no' && !each.solid && (weightOf(each.entries, each.bytes, cost) > slack * limit || isFilled(each))) outgrown.push(each);
    }
    // A parent first: its children's folders at the destination must exist before they are split in turn.
    for (const each of outgrown.reverse()) split(each);
  }

  function split(folder: Folder): void {
    folder.split = 'preparing';
    const work = prepareAndEmit(folder);
    folder.ready = work;
    preparing.add(work);
    work.then(
      () => preparing.delete(work),
      (error: unknown) => {
        failure ??= error instanceof Error ? error : new Error(String(error));
        preparing.delete(work);
      },
    );
  }

  async function prepareAndEmit(folder: Folder): Promise<void> {
    const { parent, listing } = folder;
    await parent?.ready;
    if (!listing) throw new Error('A folder is split only after it was listed');
    if (parent && (parent.split !== 'yes' || parent.prepared?.blocked.has(folder.path))) return giveUp(folder);
    const wasMissing = parent?.prepared?.newFolders.has(folder.path) ?? false;
    const prepared = await settings.prepare(folder.path, listing, wasMissing);
    if (!prepared) return giveUp(folder);
    folder.prepared = prepared;
    await emitLevel(folder, listing, prepared);
    folder.split = 'yes';
    folder.listing = null;
    packWholes(folder, folder.openChildren === 0);
  }

  /** Leaves a folder whole after all. Its parent takes it as a subtree once its walk has ended. */
  function giveUp(folder: Folder): void {
    folder.split = 'given-up';
    folder.wholes = [];
    if (folder.openChildren === 0 && folder.parent) addWhole(folder.parent, folder);
  }

  async function emitLevel(folder: Folder, { files, folders, bytes, sizes }: Listing, prepared: Prepared): Promise<void> {
    const partIds: number[] = [];
    const isWorthParts = weightOf(files.length, bytes, cost) > 1.5 * unitWeight() || (settings.fills && prepared.wasMissing && files.length >= worthFilling);
    const parts = isWorthParts ? cutFiles(files, bytes, sizes) : [];
    for (const part of parts) {
      await settings.room();
      partIds.push(emit('part', folder.path, part.names, [], part.names.length, part.bytes, prepared.wasMissing, []));
    }
    folder.levelId = nextId;
    const inFolder = files.length + folders.length;
    const premade = prepared.newFolders.size;
    if (partIds.length === 0) {
      emit('level', folder.path, [], [], inFolder, bytes, prepared.wasMissing, [], premade);
    } else if (settings.mirror && prepared.hasStrangers) {
      emit('level', folder.path, [], [], inFolder, 0, false, partIds, premade);
    } else {
      // Nothing to remove here: the folders as entries are enough, without a second look at every file. In a list of names the root
      // would mean all that lies in it; it is mended at the end of the run.
      const own = folder.path === ROOT ? [] : [folder.path];
      emit('entries', folder.path, [...own, ...folders], [], folders.length + own.length, 0, prepared.wasMissing, partIds, premade);
    }
  }

  function cutFiles(files: readonly ByteName[], bytes: number, sizes: readonly number[] | null) {
    const parts: { names: ByteName[]; bytes: number }[] = [];
    const order = sizes ? files.map((_, index) => index).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0)) : files.map((_, index) => index);
    let part = { names: [] as ByteName[], bytes: 0 };
    for (const index of order) {
      const size = sizes?.[index] ?? bytes / files.length;
      if (part.names.length > 0 && (part.names.length >= settings.partNames || weightOf(part.names.length + 1, part.bytes + size, cost) > unitWeight())) {
        parts.push(part);
        part = { names: [], bytes: 0 };
      }
      part.names.push(files[index]!);
      part.bytes += size;
    }
    if (part.names.length > 0) parts.push(part);
    return parts;
  }

  function addWhole(parent: Folder, child: Folder): void {
    if (parent.split === 'given-up') return;
    const bundle = bundleOf.get(child.path);
    const late = child.solid && !parent.solid && bundle === undefined;
    parent.wholes.push({ path: child.path, entries: child.entries + 1, bytes: child.bytes, late });
    parent.waiting += weightOf(child.entries + 1, child.bytes, cost);
    // A child that gives up late may be the last to come, after its parent's walk has ended.
    const isLast = parent.openChildren === 0;
    if (parent.split === 'yes' && (isLast || parent.waiting > unitWeight() || parent.wholes.length >= maxNames)) packWholes(parent, isLast);
  }

  /** Packs waiting siblings into units: full ones only, or, at the end of the folder's walk, all. */
  function packWholes(folder: Folder, all: boolean): void {
    const { prepared } = folder;
    if (!prepared) return;
    takeBundled(folder);
    const isLate = (whole: Whole) => whole.late || prepared.blocked.has(whole.path);
    const isNew = (whole: Whole) => prepared.newFolders.has(whole.path) && !isLate(whole);
    const rest = [
      ...pack(folder, folder.wholes.filter(isNew), true, [], all),
      ...pack(folder, folder.wholes.filter(isLate), false, folder.levelId < 0 ? [] : [folder.levelId], all),
      ...pack(folder, folder.wholes.filter((whole) => !isNew(whole) && !isLate(whole)), false, [], all),
    ];
    folder.wholes = rest;
    folder.waiting = rest.reduce((sum, whole) => sum + weightOf(whole.entries, whole.bytes, cost), 0);
  }

  /** Puts aside what is to stay together with folders that may lie elsewhere; those units come at the end of the walk. */
  function takeBundled(folder: Folder): void {
    if (bundleOf.size === 0) return;
    for (const whole of folder.wholes) {
      const bundle = bundleOf.get(whole.path);
      if (bundle !== undefined && !folder.prepared?.blocked.has(whole.path)) bundles[bundle]!.push(whole);
    }
    folder.wholes = folder.wholes.filter((whole) => !bundleOf.has(whole.path) || folder.prepared?.blocked.has(whole.path));
  }

  /** Emits groups of siblings up to the unit size; returns the last, unfilled one unless `all`. */
  function pack(folder: Folder, wholes: readonly Whole[], isNew: boolean, after: number[], all: boolean): Whole[] {
    let group: Whole[] = [];
    let weight = 0;
    const flush = () => {
      emitGroup(folder.path, group, isNew, after);
      group = [];
      weight = 0;
    };
    for (const whole of wholes) {
      const own = weightOf(whole.entries, whole.bytes, cost);
      if (group.length > 0 && (weight + own > unitWeight() || group.length === maxNames)) flush();
      group.push(whole);
      weight += own;
    }
    if (all && group.length > 0) flush();
    return group;
  }

  function emitGroup(folder: ByteName, group: readonly Whole[], isNew: boolean, after: number[]): void {
    const entries = group.reduce((sum, whole) => sum + whole.entries, 0);
    const bytes = group.reduce((sum, whole) => sum + whole.bytes, 0);
    emit('group', folder, group.map((whole) => whole.path), group.map((whole) => whole.entries), entries, bytes, isNew, after);
  }

  function emit(
    kind: Unit['kind'], folder: ByteName, names: ByteName[], shares: number[], entries: number, bytes: number, isNew: boolean,
    after: number[], premade = 0,
  ): number {
    const id = nextId++;
    const weight = weightOf(entries, bytes, kind === 'level' || kind === 'entries' ? settings.levelCost ?? cost : cost);
    settings.emit({ id, kind, folder, names, shares, entries, bytes, weight, isNew, premade, after });
    return id;
  }

  /** A folder's subtree has been walked to its end. */
  function close(folder: Folder): void {
    const { parent } = folder;
    if (folder.split === 'yes') packWholes(folder, true);
    else if (folder.split !== 'preparing' && parent) addWhole(parent, folder);
    // The files of a closed folder are not needed again unless it is about to be split.
    if (folder.split === 'no') folder.listing = null;
    if (parent && --parent.openChildren === 0) close(parent);
  }

  return {
    root,
    /** The next folder to list below `parent`. Call for every folder of a listing, before the listing is given to `listed`. */
    child(parent: Folder, path: ByteName, solid: boolean): Folder {
      return newFolder(path, parent, solid || parent.solid || bundleOf.has(path));
    },
    /** Tells what a folder holds. `children` are those that will be walked; each must be listed or `known` in turn. */
    listed(folder: Folder, listing: Listing, children: number): void {
      folder.listing = listing;
      folder.openChildren = children;
      const entries = listing.files.length + listing.folders.length;
      seenWeight += weightOf(entries, listing.bytes, cost);
      grow(folder, entries, listing.bytes);
      if (children === 0) close(folder);
    },
    /** A folder that is not walked because the last run's record shows it to be small. */
    known(folder: Folder, entries: number, bytes: number): void {
      seenWeight += weightOf(entries, bytes, cost);
      grow(folder.parent!, entries, bytes);
      folder.entries = entries;
      folder.bytes = bytes;
      folder.split = 'given-up';
      close(folder);
    },
    /** True when a recorded subtree is small enough to stay whole without a look inside. */
    isSmall(entries: number, bytes: number): boolean {
      return weightOf(entries, bytes, cost) <= slack * unitWeight();
    },
    /** Ends the walk: waits for the last preparations and, where nothing was split, emits the whole tree as one unit. */
    async finish(rootIsNew: boolean): Promise<{ entries: number; bytes: number; units: number }> {
      while (preparing.size > 0) await Promise.allSettled(preparing);
      if (failure) throw failure;
      for (const bundle of bundles) if (bundle.length > 0) emitGroup(ROOT, bundle, false, []);
      if (root.split !== 'yes') emit('group', ROOT, [ROOT], [root.entries + 1], root.entries + 1, root.bytes, rootIsNew, []);
      return { entries: root.entries + 1, bytes: root.bytes, units: nextId };
    },
    /** How many folders wait to be prepared: a walk should not run far ahead of them. */
    preparing: (): number => preparing.size,
  };
}
export type Splitter = ReturnType<typeof createSplitter>;
