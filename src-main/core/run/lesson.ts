import { foldersAbove, ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import type { FolderRecord } from '../../../src-shared/scout-protocol.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { fromBytes, toBytes } from '../rsync/byte-name.ts';
import type { LearnedStore } from '../store/learned.ts';
import type { UnitProgress } from './copying.ts';

/** More rows than this are not kept for the next plan; what is left out is walked again. */
const mostRecords = 100_000;

/** The subtrees of a unit, packed: a long run holds those of all its units until its end. */
interface Subtrees {
  /** Paths, a NUL between each. */
  readonly paths: Buffer;
  /** Entries of each, itself included. */
  readonly shares: Uint32Array;
  /** Bytes of all together. */
  readonly bytes: number;
}

/** What units teach the next plan: how much each closed subtree holds, and what an entry cost. Bytes and ms. */
export interface Lesson {
  readonly subtrees: Subtrees[];
  subtreeCount: number;
  /** What lies in and below the folders that were split, by path: as a later run may take them for small. */
  readonly split: Map<ByteName, { entries: number; bytes: number }>;
  /** All that lies in split folders is counted. */
  isWhole: boolean;
  entries: number;
  bytes: number;
  durationMs: number;
}

/** Nothing is learned yet. */
export function noLesson(): Lesson {
  return { subtrees: [], subtreeCount: 0, split: new Map(), isWhole: true, entries: 0, bytes: 0, durationMs: 0 };
}

/** Adds what one unit teaches: nothing where it did not end well. */
export function addLesson(lesson: Lesson, { unit, result, state }: UnitProgress): void {
  // The units that do its rest tell of all of it.
  if (state === 'split' || unit.kind === 'links') return;
  const stats = result?.stats;
  if (!stats || (state !== 'done' && state !== 'warned' && state !== 'held')) {
    lesson.isWhole = false;
    return;
  }
  // What a comparison takes depends on how many wait beside it, and says nothing of rsync; nor does a copy by cp or tar.
  if (result.ranInstead === undefined) {
    lesson.entries += stats.entries;
    lesson.bytes += stats.transferredBytes;
    lesson.durationMs += result.durationMs;
  }
  if (unit.kind === 'group' && lesson.subtreeCount < mostRecords) {
    lesson.subtrees.push({ paths: toBytes(unit.names.join('\0') as ByteName), shares: Uint32Array.from(unit.shares), bytes: stats.totalBytes });
    lesson.subtreeCount += unit.names.length;
  }
  addToSplit(lesson.split, unit, stats.totalBytes);
}

/** Adds a unit to the folders it lies in. A level that follows the parts of its folder, or has only its folders, tells nothing new. */
function addToSplit(split: Lesson['split'], { kind, folder, entries, after }: Unit, bytes: number): void {
  if (kind === 'entries' || (kind === 'level' && after.length > 0)) return;
  if (folder === ROOT) return;
  for (const path of [folder, ...foldersAbove(folder)]) {
    const sum = split.get(path) ?? { entries: 0, bytes: 0 };
    split.set(path, { entries: sum.entries + entries, bytes: sum.bytes + bytes });
  }
}

/** A run, as far as it can be learned from. */
export interface Learnable {
  readonly store: { readonly learned: Pick<LearnedStore, 'replaceFolders' | 'setCosts' | 'setHasLinks'> };
  /** Files with several names were met. */
  readonly hasLinks: boolean;
  readonly job: { readonly id: string };
  readonly units: Iterable<UnitProgress>;
  readonly settled: { readonly lesson: Lesson };
}

/** Keeps what a run that came to its end taught. */
export function learn({ store, job, units, settled, hasLinks }: Learnable, isFull: boolean): void {
  const lesson: Lesson = { ...settled.lesson, subtrees: [...settled.lesson.subtrees], split: new Map(settled.lesson.split) };
  for (const progress of units) addLesson(lesson, progress);
  const { subtrees, split, isWhole, entries, bytes, durationMs } = lesson;
  // Units of another kind of run may be larger: then folders that were split in this one need no walk.
  store.learned.replaceFolders(job.id, recordsOf(isWhole ? split : [], subtrees));
  // What was not looked at may have some.
  if (hasLinks || isWhole) store.learned.setHasLinks(job.id, hasLinks);
  // Too little to measure by: start-up would be most of it.
  if (entries < 1000 || durationMs < 2000) return;
  const bytesPerMs = isFull ? Math.max(10_000, bytes / durationMs) * 4 : Number.MAX_SAFE_INTEGER;
  const rest = durationMs - (isFull ? bytes / bytesPerMs : 0);
  store.learned.setCosts(job.id, isFull ? 'full' : 'incremental', { msPerEntry: Math.max(0.002, rest / entries), bytesPerMs });
}

/** What is kept for the next plan, one record at a time. */
function* recordsOf(split: Iterable<readonly [ByteName, { entries: number; bytes: number }]>, subtrees: readonly Subtrees[]): Generator<FolderRecord> {
  let left = mostRecords;
  for (const [path, sum] of split) if (left-- > 0) yield { path, ...sum };
  for (const { paths, shares, bytes } of subtrees) {
    const total = shares.reduce((sum, share) => sum + share, 0) || 1;
    for (const [index, path] of (fromBytes(paths).split('\0') as ByteName[]).entries()) {
      const share = shares[index] ?? 0;
      if (path !== ROOT && left-- > 0) yield { path, entries: share - 1, bytes: (bytes * share) / total };
    }
  }
}
