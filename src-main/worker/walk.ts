import { foldersAbove, joinName, lastOf, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { PlanRequest, ScoutAnswer } from '../../src-shared/scout-protocol.ts';
import type { Unit } from '../../src-shared/unit.ts';
import { createSplitter, type Folder, type Listing, type Prepared } from '../core/plan/splitter.ts';
import { weightOf } from '../core/plan/cost.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { pathTo } from '../core/rsync/byte-name.ts';
import { compileExcludes } from '../core/rsync/filter.ts';
import { isFile } from './facts.ts';
import { createNativeFileCalls, directCalls, pooledCalls, type FileCalls } from './file-calls.ts';
import type { ListedName } from './list-names.ts';
import { createNativeCalls } from './native-calls.ts';
import { fewSampledFolders, findLinkedFolders, sampledFolders } from './linked-sets.ts';

const nativeCalls = createNativeCalls();

/** Folders read at the same time from a server: enough to hide its latency, and what the thread pool can carry. */
const readersOfServer = 48;
/** Folders between two turns for all else. */
const turnEvery = 32;
/** Files measured per folder to guess the bytes of the rest; where bytes cost nothing and each look waits for a server, one tells enough. */
const usualSamples = 4;
const fewestSamples = 1;
/** From this mean size on, every file of a folder is measured: few large files must be spread over the lanes. */
const largeFile = 256 * 1024;
/** Files of one folder that are all measured at most. */
const mostMeasured = 50_000;
/**
 * What the host has not worked off yet before the walk waits, so that neither side's memory grows with the tree. More than the
 * units of all workers can carry (64 of 1,000 names): under a bandwidth limit a run begins when there is one for each.
 */
const mostAhead: InHand = { units: 4096, names: 70_000 };
/** Names in a part of a flat folder, at most: a message of more takes memory of both sides that they keep for long. */
const mostInPart = 4000;

/** Units of local work that begin before much is walked; on a server small ones cost more than waiting does. */
const earlyUnits = 2;
/** A folder with so many entries in and below it may have very many names itself. */
const manyEntries = 150_000;
/** Top folders told of at the end of a walk. */
const mostTops = 2000;

/** Units in the host's hands, and the names they carry. */
export interface InHand {
  readonly units: number;
  readonly names: number;
}

/** How the walk hands over units and learns that the host has worked some off. */
export interface UnitSink {
  units(units: readonly Unit[], walkedEntries: number): void;
  /** Resolves when the host has less than `limit` in its hands, of both. */
  roomBelow(limit: InHand): Promise<void>;
}

/**
 * Walks the source, splits it into units while it goes, and makes the folders at the destination that split folders
 * need (mode 0700; the level unit of their parent gives them their own). Reads names everywhere, sizes only in samples.
 * Throws where the root of the source cannot be read; a folder below that cannot be read stays whole, for rsync to report.
 */
export async function plan(request: PlanRequest, sink: UnitSink): Promise<ScoutAnswer<'plan'>> {
  const isExcluded = compileExcludes(request.excludes);
  const files = fileCallsFor(request);
  const readers = request.isSlow ? readersOfServer : 1;
  const samples = request.isSlow && request.cost.bytesPerMs === Number.MAX_SAFE_INTEGER ? fewestSamples : usualSamples;
  const records = new Map(request.records.map((record) => [record.path, record]));
  const unreadable: ByteName[] = [];
  let folders = 0;
  let walkedEntries = 0;
  let ready: Unit[] = [];
  const flush = () => {
    if (ready.length === 0) return;
    sink.units(ready, walkedEntries);
    ready = [];
  };

  const { cost, levelCost, minWeight, maxWeight, lanes, unitsPerLane, mirror, fills, within } = request;
  // Small enough that each lane has one and others wait; on local disks short enough to be arguments, which are read faster than a list.
  const partNames = Math.min(mostInPart, Math.floor(mostAhead.names / (4 * lanes)));
  const ahead: InHand = { units: mostAhead.units, names: 4 * lanes * partNames };
  const knownWeight = request.records.reduce((sum, record) => sum + weightOf(record.entries, record.bytes, cost), 0);
  let tops: Folder[] = [];
  let rootFiles = 0;
  let rootIsNew = false;
  const linked = request.mayHaveLinks ? await findLinkedFolders(files, request.source, request.excludes, request.isSlow ? fewSampledFolders : sampledFolders) : [];
  // What stays together with folders elsewhere must be found, however little lies around it.
  const aboveLinked = new Set(linked.flat().flatMap(foldersAbove));
  const splitter = createSplitter({
    cost, levelCost, minWeight, maxWeight, lanes, unitsPerLane, mirror, fills, knownWeight, linked, earlyUnits: request.isSlow || within ? 0 : earlyUnits, within: within?.folder,
    emit: (unit) => {
      ready.push(unit);
      if (ready.length === 1) setImmediate(flush);
    },
    partNames,
    room: () => {
      flush();
      return sink.roomBelow(ahead);
    },
    prepare: (folder, listing, wasMissing) => prepare(files, request, folder, listing, wasMissing),
  });

  const pending: Folder[] = [splitter.root];
  let active = 0;
  await new Promise<void>((resolve, reject) => {
    const next = (): void => {
      // The newest first: depth before breadth keeps few folders open.
      while (active < readers && pending.length > 0) {
        const folder = pending.pop()!;
        active++;
        visit(folder).then(() => {
          active--;
          if (pending.length === 0 && active === 0) resolve();
          else next();
        }, reject);
      }
    };
    next();
  });
  rootIsNew = await isEmptyOrMissing(files, request.destination);
  const { entries, bytes, units } = await splitter.finish(rootIsNew);
  flush();
  const counts = tops.map((top) => ({ name: top.path, entries: top.entries + 1 }));
  return { entries, bytes, folders, units, unreadable, tops: [{ name: ROOT, entries: rootFiles + 1 }, ...counts] };

  async function visit(folder: Folder): Promise<void> {
    await sink.roomBelow(ahead);
    // Direct calls never wait, and units must get out between them.
    if (folders % turnEvery === 0) await new Promise(setImmediate);
    const found = within && folder === splitter.root ? { files: [], folders: within.names, bytes: 0, sizes: null } : await list(folder);
    folders++;
    walkedEntries += found.files.length + found.folders.length;
    const children: Folder[] = [];
    for (const path of found.folders) {
      const solid = !request.isRoot && !folder.solid && !(await ownerMayWrite(files, request.source, path));
      children.push(splitter.child(folder, path, solid));
    }
    if (folder.path === ROOT) {
      tops = children.slice(0, mostTops - 1);
      rootFiles = found.files.length;
    }
    splitter.listed(folder, found, children.length);
    for (const child of children) {
      const record = records.get(child.path);
      if (record && !aboveLinked.has(child.path) && splitter.isSmall(record.entries, record.bytes)) splitter.known(child, record.entries, record.bytes);
      else pending.push(child);
    }
  }

  async function list(folder: Folder): Promise<Listing> {
    let names: readonly ListedName[];
    try {
      names = await files.list(pathTo(request.source, folder.path));
    } catch (error) {
      if (folder.path === ROOT) throw error;
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unreadable.push(folder.path);
      return { files: [], folders: [], bytes: 0, sizes: null };
    }
    const own: ByteName[] = [];
    const subfolders: ByteName[] = [];
    for (const { name, isFolder } of names) {
      const path = joinName(folder.path, name);
      if (isExcluded(path, isFolder) || path === OWN_FOLDER) continue;
      if (request.holdRootFiles === true && folder.path === ROOT && !isFolder) continue;
      (isFolder ? subfolders : own).push(path);
    }
    return { files: own, folders: subfolders, ...(await measure(files, request.source, own, request.measureAll ? mostMeasured : samples)) };
  }
}

function fileCallsFor({ isSlow, records }: PlanRequest): FileCalls {
  if (isSlow) return pooledCalls;
  // Of a tree that is known little is walked, and to load them takes some milliseconds; but a large folder takes less memory by them.
  const isWorthIt = records.length === 0 || records.some(({ entries }) => entries > manyEntries);
  const native = isWorthIt ? nativeCalls() : null;
  return native ? createNativeFileCalls(native) : directCalls;
}

/** Bytes of the files of one folder: from at most so many of them, or from all of them where they are large. */
async function measure(calls: FileCalls, source: string, files: readonly ByteName[], most: number): Promise<{ bytes: number; sizes: number[] | null }> {
  if (files.length === 0) return { bytes: 0, sizes: null };
  const step = Math.max(1, Math.floor(files.length / most));
  const picked = files.filter((_, index) => index % step === 0).slice(0, most);
  const sampled = await Promise.all(picked.map((path) => sizeOf(calls, source, path)));
  const mean = sampled.reduce((sum, size) => sum + size, 0) / sampled.length;
  if (picked.length === files.length) return { bytes: mean * files.length, sizes: sampled };
  if (mean < largeFile || files.length > mostMeasured) return { bytes: mean * files.length, sizes: null };
  const sizes = await Promise.all(files.map((path) => sizeOf(calls, source, path)));
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), sizes };
}

async function sizeOf(files: FileCalls, source: string, path: ByteName): Promise<number> {
  const stats = await files.look(pathTo(source, path));
  return stats && isFile(stats) ? stats.size : 0;
}

async function ownerMayWrite(files: FileCalls, source: string, path: ByteName): Promise<boolean> {
  const stats = await files.look(pathTo(source, path));
  return stats !== null && (stats.mode & 0o200) !== 0;
}

/**
 * Makes a folder ready to be split: its own folder and each child folder exist at the destination before any unit below
 * it starts, so that no unit changes a folder another unit has finished. Makes, never removes. Null when the destination
 * does not let us: then the folder stays one unit and rsync says why.
 */
async function prepare(
  files: FileCalls, request: PlanRequest, folder: ByteName, listing: Listing, wasMissing: boolean,
): Promise<Prepared | null> {
  const { destination } = request;
  const there = wasMissing ? new Map<ByteName, boolean>() : await namesIn(files, destination, folder);
  if (!there) return request.prepare ? null : { wasMissing: true, newFolders: new Set(listing.folders), blocked: new Set(), hasStrangers: false };
  const newFolders = new Set<ByteName>();
  const blocked = new Set<ByteName>();
  for (const path of listing.folders) {
    const isFolder = there.get(lastOf(path));
    if (isFolder === undefined) newFolders.add(path);
    else if (!isFolder) blocked.add(path);
  }
  if (request.prepare) {
    const made = await Promise.all([...newFolders].map((path) => makeFolder(files, destination, path)));
    if (made.includes(false)) return null;
  }
  return { wasMissing: there.size === 0, newFolders, blocked, hasStrangers: hasStrangers(there, listing, blocked) };
}

function hasStrangers(there: ReadonlyMap<ByteName, boolean>, listing: Listing, blocked: ReadonlySet<ByteName>): boolean {
  if (blocked.size > 0) return true;
  let matched = 0;
  for (const path of listing.folders) if (there.has(lastOf(path))) matched++;
  for (const path of listing.files) if (there.get(lastOf(path)) === false) matched++;
  return matched < there.size;
}

/** Names directly in a folder at the destination, with whether each is a real folder; null where it cannot be read. */
async function namesIn(files: FileCalls, destination: string, folder: ByteName): Promise<Map<ByteName, boolean> | null> {
  try {
    const there = new Map<ByteName, boolean>();
    for (const { name, isFolder } of await files.list(pathTo(destination, folder))) {
      if (folder !== ROOT || name !== OWN_FOLDER) there.set(name, isFolder);
    }
    return there;
  } catch {
    return null;
  }
}

async function makeFolder(files: FileCalls, destination: string, path: ByteName): Promise<boolean> {
  try {
    await files.makeFolder(pathTo(destination, path));
    return true;
  } catch {
    return false;
  }
}

async function isEmptyOrMissing(files: FileCalls, destination: string): Promise<boolean> {
  const there = await namesIn(files, destination, ROOT);
  return there === null || there.size === 0;
}
