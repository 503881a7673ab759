import { ROOT, topOf, type ByteName } from '../../../src-shared/byte-name.ts';
import type { FolderRun } from '../../../src-shared/protection.ts';
import type { Change } from '../../../src-shared/rsync-result.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { display } from '../rsync/byte-name.ts';
import type { UnitProgress } from '../run/copying.ts';
import { topShares } from '../run/unit-name.ts';
import type { Failure } from './failures.ts';

/** Top folders of the source with the entries in each, itself counted; '' is the root's own level. */
export type TopCounts = ReadonlyMap<ByteName, number>;

/** What a run notes about top folders while it goes on. */
export interface FolderNotes {
  /** All top folders; null until the walk has ended. */
  tops: TopCounts | null;
  /** A look at both ends after copying found them to be what they were. */
  isChecked: boolean;
  readonly deleted: Map<ByteName, number>;
  /** Top folders with removals that wait for approval. */
  readonly held: Set<ByteName>;
}

/** Nothing is known yet. */
export function noFolderNotes(): FolderNotes {
  return { tops: null, isChecked: false, deleted: new Map(), held: new Set() };
}

/** Counts a name that was removed at the destination. */
export function noteRemoval({ tops, deleted }: FolderNotes, { name }: Pick<Change, 'name'>): void {
  const top = topAtSource(tops, name);
  deleted.set(top, (deleted.get(top) ?? 0) + 1);
}

/** Keeps in mind where removals wait for approval. */
export function noteHeld({ tops, held }: FolderNotes, removals: readonly Pick<Change, 'name'>[]): void {
  for (const { name } of removals) held.add(topAtSource(tops, name));
}

/** The top folder of the source that a removal belongs to: what is no such folder, or not any more, lies in the root. */
function topAtSource(tops: FolderNotes['tops'], name: ByteName): ByteName {
  const top = topOf(name);
  return tops?.has(top) ? top : ROOT;
}

export interface FolderFactsInput {
  readonly units: Iterable<UnitProgress>;
  /** Sums of the units that ended well and are not among `units`. */
  readonly settled: FolderSums;
  readonly notes: FolderNotes;
  readonly failures: readonly Failure[];
  /** Top folders of the run before: those that this run never came to are told as well. */
  readonly known: readonly ByteName[];
  /** Files of a folder that were there before and were sent again; null where nobody counted. */
  readonly rewritten: (folder: ByteName) => number | null;
  /** Top folders that were left alone because of an alarm. */
  readonly left: ReadonlySet<ByteName>;
}

type State = FolderRun['state'];

/** From the best to the worst: a folder is what the worst of its units is. */
const states: readonly State[] = ['done', 'held', 'warned', 'not-reached', 'failed'];
/** Rows kept of one run, the worst first. */
const mostFolders = 2000;

/** What units did in one top folder. */
interface Sums {
  state: State;
  /** One unit holds all of it, so that the rest of the walk cannot add to it. */
  isWhole: boolean;
  entries: number;
  bytes: number;
  created: number;
  durationMs: number;
}

/** Sums by top folder. */
export type FolderSums = Map<ByteName, Sums>;

/**
 * What a run did in each top folder. `done` only where every unit under it ended well, the whole folder is known to have been
 * planned, and both ends were checked afterwards; names are `ByteName`s.
 */
export function folderFacts({ units, settled, notes, failures, known, rewritten, left }: FolderFactsInput): FolderRun[] {
  const folders: FolderSums = new Map([...settled].map(([folder, sums]) => [folder, { ...sums }]));
  const failedIn = countByTop(failures);
  const failedNames = new Set(failures.map(({ name }) => name));
  for (const progress of units) addUnit(folders, progress, notes.tops, failedIn);
  const reached = new Set(folders.keys());
  for (const folder of notes.tops?.keys() ?? known) {
    if (!reached.has(folder)) sumsOf(folders, folder).state = 'not-reached';
  }
  for (const folder of left) sumsOf(folders, folder).state = 'held';
  const rows = [...folders].map(([folder, sums]): FolderRun => ({
    folder, state: endState(folder, sums, notes, failedNames), entries: Math.round(sums.entries), bytes: Math.round(sums.bytes),
    created: Math.round(sums.created), rewritten: rewritten(folder), deleted: notes.deleted.get(folder) ?? 0,
    failed: failedIn.get(shown(folder)) ?? 0, durationMs: Math.round(sums.durationMs),
  }));
  const rank = ({ state }: FolderRun) => states.indexOf(state);
  return rows.sort((a, b) => rank(b) - rank(a)).slice(0, mostFolders).sort((a, b) => (a.folder < b.folder ? -1 : 1));

  /** Failures by the folder they count for: a name that is no top folder lies in the root itself. */
  function countByTop(all: readonly Failure[]): Map<string, number> {
    const names = new Set([...settled.keys(), ...known].map(shown));
    for (const { unit } of units) for (const folder of sharesOf(unit, notes.tops).keys()) names.add(shown(folder));
    const counts = new Map<string, number>();
    for (const { top } of all) {
      const key = names.has(top) ? top : '';
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }
}

/** Whether what a unit did in its top folders can be told only when all of them are known. */
export function dependsOnTops({ kind, folder, names }: Unit): boolean {
  return kind === 'group' ? names[0] === ROOT : folder === ROOT && kind !== 'part';
}

/** Adds what one unit that ended well did, before the top folders are known. */
export function addSettled(folders: FolderSums, progress: UnitProgress): void {
  addUnit(folders, progress, null, new Map());
}

function sumsOf(folders: FolderSums, folder: ByteName): Sums {
  let sums = folders.get(folder);
  if (!sums) folders.set(folder, (sums = { state: 'done', isWhole: false, entries: 0, bytes: 0, created: 0, durationMs: 0 }));
  return sums;
}

function addUnit(folders: FolderSums, progress: UnitProgress, tops: TopCounts | null, failedIn: ReadonlyMap<string, number>): void {
  const { unit, result } = progress;
  const shares = sharesOf(unit, tops);
  const stats = result?.stats;
  // A level that follows the parts of its folder sees their files again, and links are names of other units.
  const counts = unit.kind !== 'links' && !(unit.kind === 'level' && unit.after.length > 0);
  const isAll = unit.names[0] === ROOT && unit.kind === 'group';
  for (const [folder, share] of shares) {
    const sums = sumsOf(folders, folder);
    sums.state = worse(sums.state, stateIn(progress, shares.size > 1, failedIn.get(shown(folder)) ?? 0));
    sums.isWhole ||= unit.kind === 'group' && (isAll || unit.names.includes(folder));
    sums.durationMs += (result?.durationMs ?? 0) * share;
    if (!stats || unit.kind === 'links') continue;
    sums.created += (stats.created + unit.premade) * share;
    if (!counts) continue;
    sums.entries += ownEntries(stats.entries, unit, tops) * share;
    sums.bytes += stats.totalBytes * share;
  }
}

/**
 * Entries that rsync counted in a unit and no other unit counts. A split folder is an entry in its parent's unit and in its
 * own, and rsync counts the parents of what it was named too (--relative); a top folder counts in itself, not in the root.
 */
function ownEntries(entries: number, { kind, folder, names }: Unit, tops: TopCounts | null): number {
  const depth = folder === ROOT ? 0 : folder.split('/').length;
  switch (kind) {
    case 'part': return Math.min(entries, names.length);
    case 'links': return 0;
    case 'group': return depth === 0 ? entries : Math.max(0, entries - names.length - depth);
    case 'entries': case 'level': {
      const counted = kind === 'entries' ? Math.min(entries, names.length) : entries - Math.max(0, depth - 1);
      const elsewhere = depth === 0 ? Math.max(0, (tops?.size ?? 1) - 1) : depth === 1 ? 0 : 1;
      return Math.max(0, counted - elsewhere);
    }
  }
}

/** The top folders of a unit with its share in each: for the whole tree in one unit, as the walk counted them. */
function sharesOf(unit: Unit, tops: TopCounts | null): Map<ByteName, number> {
  if (unit.kind === 'links') return new Map([...new Set(unit.names.map(topOf))].map((top) => [top, 0]));
  if (unit.kind !== 'group' || unit.names[0] !== ROOT || !tops) return topShares(unit);
  const total = [...tops.values()].reduce((sum, entries) => sum + entries, 0) || 1;
  return new Map([...tops].map(([name, entries]) => [name, entries / total]));
}

function stateIn({ state, result }: UnitProgress, isShared: boolean, failed: number): State {
  switch (state) {
    // What the rest of a split unit came to, its other units tell.
    case 'done': case 'split': return 'done';
    case 'failed': return 'failed';
    case 'held': return result ? warnedOr('done') : 'held';
    case 'warned': case 'pending-deletes': case 'deleting': return warnedOr(state === 'warned' && !isShared ? 'warned' : 'done');
    case 'waiting': case 'running': case 'cancelled': return 'not-reached';
  }

  /** Of a unit that spans several folders, only those whose names failed are less than done; all, where a name is missing. */
  function warnedOr(otherwise: State): State {
    const { failedNames = [], failedCount = 0, ioError = false } = result?.facts ?? {};
    const hasUnnamed = failedCount > failedNames.length || (ioError && failedCount === 0) || (state === 'warned' && failedCount === 0);
    return failed > 0 || hasUnnamed ? 'warned' : otherwise;
  }
}

function endState(folder: ByteName, sums: Sums, notes: FolderNotes, failedNames: ReadonlySet<string>): State {
  const { state } = sums;
  if (state === 'failed' || state === 'not-reached') return state;
  if (!notes.isChecked || (!notes.tops && !sums.isWhole)) return 'not-reached';
  // With the folder itself unreadable, nothing in it was read.
  if (failedNames.has(shown(folder))) return 'failed';
  return notes.held.has(folder) ? worse(state, 'held') : state;
}

function worse(a: State, b: State): State {
  return states.indexOf(a) > states.indexOf(b) ? a : b;
}

/** As rsync prints it in names that failed. */
function shown(folder: ByteName): string {
  return folder === ROOT ? '' : display(folder);
}
