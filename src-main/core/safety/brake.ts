import { parentOf, ROOT, topOf, type ByteName } from '../../../src-shared/byte-name.ts';
import type { DeleteLimit } from '../../../src-shared/job.ts';
import { display } from '../rsync/byte-name.ts';
import { bytesText, entriesText } from './words.ts';

/** A listed removal with its size at the destination; `Change` and `RemovalCheck` together fit. */
export interface Removal {
  readonly name: ByteName;
  readonly isFolder: boolean;
  readonly bytes: number;
}

/** An amount of entries (files, folders, links) and the bytes of the files among them. */
export interface Amount {
  readonly entries: number;
  readonly bytes: number;
}

export interface BrakeInput<Item extends Removal> {
  /** Every removal of the run, already found to be gone at the source and still there at the destination. */
  readonly removals: readonly Item[];
  /**
   * What stood at the destination before the run and stays, for every top folder (those that lose nothing too: they
   * count in the whole). The top folder itself is not counted. Under '' the files directly in the root.
   */
  readonly keptPerTop: ReadonlyMap<ByteName, Amount>;
  /** The same for the whole destination, where it is known better than as the sum of `keptPerTop`. */
  readonly keptInTotal?: Amount;
  /** Folders that are not removed but would hold nothing any more (see `checkRemovals`). */
  readonly emptied: readonly ByteName[];
  readonly limit: DeleteLimit;
  /** What earlier runs removed in each top folder, and what it held then. */
  readonly history?: ReadonlyMap<ByteName, readonly PastRemovals[]>;
}

/** What a run removed in a top folder; `entries` is what was left there. */
export interface PastRemovals {
  readonly deleted: number;
  readonly entries: number;
}

/** Removals that wait for approval, with the reason as a sentence. */
export interface Held<Item extends Removal = Removal> extends Amount {
  readonly reason: string;
  readonly removals: readonly Item[];
}

export interface BrakeVerdict<Item extends Removal = Removal> {
  readonly allowed: readonly Item[];
  readonly held: readonly Held<Item>[];
}

/**
 * The share of a top folder or of the whole, in per cent, from which on removals are held unless the job says otherwise.
 */
export const usualLimitPercent = 50;

/**
 * A server or FUSE mount out of handles answers an empty listing without an error: a folder that is still there then
 * looks as if all in it were deleted. People do empty small folders; from so many entries on it is held. The same number
 * is asked of the files directly in the root, which are no folder: deleting the one readme there must not stop a backup.
 */
export const suddenLoss = 20;

/**
 * Judges the removals of a whole run. Each is either allowed or held; what is held is held for its whole top folder (the
 * files directly in the root count as one, "files in the root"), or for the whole run.
 *
 * - `default`: held where half or more of the entries or of the bytes of a top folder go, or it becomes empty, or a
 *   folder below it that the source still has becomes empty by losing `suddenLoss` or more entries, or far more of it goes
 *   than ever (see `neverSeen`). Everything is held where half or more of the entries or bytes of the whole go.
 * - `percent`: the same with more than `limit` % in place of half or more; 100 lifts all of it.
 * - `count`: everything is held where more than `limit` entries go; nothing else is asked then.
 *
 * Counts leave out the top folders themselves. Files directly in the root are held as a group only from `suddenLoss` on.
 */
export function judgeRemovals<Item extends Removal>(input: BrakeInput<Item>): BrakeVerdict<Item> {
  const { removals, keptPerTop, limit } = input;
  if (removals.length === 0) return { allowed: [], held: [] };
  if (limit.kind === 'count') {
    if (removals.length <= limit.limit) return { allowed: removals, held: [] };
    return allHeld(removals, `${entriesText(removals.length)} would be removed, more than the limit of ${limit.limit}`);
  }
  if (limit.kind === 'percent' && limit.limit >= 100) return { allowed: removals, held: [] };

  const groups = Map.groupBy(removals, groupOf);
  const whole = excess('The whole backup', amountOf(removals), input.keptInTotal ?? sum([...keptPerTop.values()]), limit);
  if (whole !== null) return allHeld(removals, whole);

  const losses = lossesBelow(removals, input.emptied);
  const allowed: Item[] = [];
  const held: Held<Item>[] = [];
  for (const [top, items] of groups) {
    const kept = keptPerTop.get(top) ?? none;
    const reason = reasonToHold(top, items, kept, losses, limit)
      ?? (limit.kind === 'default' ? neverSeen(top, amountOf(items).entries, kept.entries, input.history?.get(top) ?? []) : null);
    // Not by spreading: a call takes only so many arguments.
    if (reason === null) for (const item of items) allowed.push(item);
    else held.push({ reason, removals: items, ...amountOf(items) });
  }
  return { allowed, held };
}

/**
 * Removals in portions of about `size` for `check-removals`, all that lie in one folder together: only so can it tell
 * whether a folder becomes empty.
 */
export function inPortions<Item extends Pick<Removal, 'name'>>(removals: readonly Item[], size: number): Item[][] {
  const portions: Item[][] = [];
  for (const items of Map.groupBy(removals, ({ name }) => parentOf(name)).values()) {
    const last = portions.at(-1);
    if (last && last.length < size) for (const item of items) last.push(item);
    else portions.push(items);
  }
  return portions;
}

const none: Amount = { entries: 0, bytes: 0 };
type ShareLimit = Exclude<DeleteLimit, { kind: 'count' }>;

function reasonToHold(
  top: ByteName,
  items: readonly Removal[],
  kept: Amount,
  losses: ReadonlyMap<ByteName, number>,
  limit: ShareLimit,
): string | null {
  const gone = amountOf(items);
  if (top === ROOT) return gone.entries < suddenLoss ? null : excess('Files in the root', gone, kept, limit);
  const emptyTop = losses.get(top);
  if (emptyTop !== undefined) return `${display(top)} would become empty: all ${entriesText(emptyTop)} in it would be removed`;
  const tooMuch = excess(display(top), gone, kept, limit);
  if (tooMuch !== null) return tooMuch;
  for (const [folder, lost] of losses) {
    if (lost >= suddenLoss && topOf(folder) === top) {
      const all = `all ${entriesText(lost)} in it would be removed`;
      return `${display(folder)} would become empty: ${all}, while the source still has the folder`;
    }
  }
  return null;
}

/** Fewer removals, a smaller share, and fewer known runs than this say nothing against what was usual so far. */
const leastUnusual = 20;
const leastUnusualPercent = 5;
const leastKnownRuns = 5;
/** How much larger than ever before a share must be. */
const farAbove = 4;

/**
 * Why the share of a top folder that goes was never seen, or null: 20 entries and 5 % or more, and more than four times the
 * largest share of the runs before, of which at least five must be known.
 */
export function neverSeen(top: ByteName, gone: number, kept: number, last: readonly PastRemovals[]): string | null {
  const all = gone + kept;
  if (last.length < leastKnownRuns || gone < leastUnusual || gone * 100 < leastUnusualPercent * all) return null;
  const highest = Math.max(...last.map(({ deleted, entries }) => deleted / Math.max(1, deleted + entries)));
  if (gone / all <= farAbove * highest) return null;
  const what = top === ROOT ? 'Files in the root' : display(top);
  const usual = highest === 0 ? `the ${last.length} runs before removed none` : `no more than ${share(highest, 1)} went in any of the ${last.length} runs before`;
  return `${what}: ${gone} of ${entriesText(all)} (${share(gone, all)}) would be removed, while ${usual}`;
}

/** Why the share that goes is too large, or null. */
function excess(what: string, gone: Amount, kept: Amount, limit: ShareLimit): string | null {
  const entries = gone.entries + kept.entries;
  const bytes = gone.bytes + kept.bytes;
  if (isTooMuch(gone.entries, entries, limit)) {
    return `${what}: ${gone.entries} of ${entriesText(entries)} (${share(gone.entries, entries)}) would be removed`;
  }
  if (isTooMuch(gone.bytes, bytes, limit)) {
    return `${what}: ${bytesText(gone.bytes)} of ${bytesText(bytes)} (${share(gone.bytes, bytes)}) would be removed`;
  }
  return null;
}

function isTooMuch(part: number, all: number, limit: ShareLimit): boolean {
  if (part === 0) return false;
  return limit.kind === 'default' ? part * 100 >= usualLimitPercent * all : part * 100 > limit.limit * all;
}

function share(part: number, all: number): string {
  return `${Math.floor((part / all) * 100)} %`;
}

/** The top folder a removal lies in or is; '' for anything else directly in the root. */
function groupOf({ name, isFolder }: Removal): ByteName {
  return isFolder || name.includes('/') ? topOf(name) : ROOT;
}

/** Without the top folders themselves, as on the other side of the scale. */
function amountOf(items: readonly Removal[]): Amount {
  const counted = items.filter(({ name, isFolder }) => !isFolder || name.includes('/'));
  return { entries: counted.length, bytes: counted.reduce((bytes, item) => bytes + item.bytes, 0) };
}

/** How many entries each emptied folder loses, at any depth. */
function lossesBelow(removals: readonly Removal[], emptied: readonly ByteName[]): Map<ByteName, number> {
  const losses = new Map(emptied.map((folder) => [folder, 0]));
  // A folder that goes itself does not stay empty.
  for (const { name, isFolder } of removals) if (isFolder) losses.delete(name);
  if (losses.size === 0) return losses;
  for (const { name } of removals) {
    for (let parent = parentOf(name); parent !== ROOT; parent = parentOf(parent)) {
      const lost = losses.get(parent);
      if (lost !== undefined) losses.set(parent, lost + 1);
    }
  }
  return losses;
}

function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce(
    (total, amount) => ({ entries: total.entries + amount.entries, bytes: total.bytes + amount.bytes }),
    none,
  );
}

function allHeld<Item extends Removal>(removals: readonly Item[], reason: string): BrakeVerdict<Item> {
  return { allowed: [], held: [{ reason, removals, ...amountOf(removals) }] };
}
