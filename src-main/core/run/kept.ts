import { ROOT, topOf, type ByteName } from '../../../src-shared/byte-name.ts';
import type { Change } from '../../../src-shared/rsync-result.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { UnitProgress } from './copying.ts';

/** Entries and bytes below a top folder, its own entry not counted. */
export interface Amount {
  readonly entries: number;
  readonly bytes: number;
}

/** What a unit made at the destination, by top folder ('' for the root's own files). */
export type CreatedByTop = Map<ByteName, { entries: number; bytes: number }>;

/** True for a unit whose rsync counts cannot be told apart by top folder, because it covers several. */
export function spansTops(unit: Unit): boolean {
  return onlyTopOf(unit) === null && !unit.isNew && unit.kind !== 'entries' && unit.kind !== 'links';
}

/** Adds what rsync itemised as new. */
export function countCreated(created: CreatedByTop, changes: readonly Change[]): void {
  for (const [top, amount] of amountsByTop(changes.filter(({ code }) => code.includes('+')))) created.set(top, add(created.get(top), amount));
}

/** Entries and bytes of these names by top folder. A top folder's own entry is not part of what lies in it. */
export function amountsByTop(changes: readonly Change[]): CreatedByTop {
  const amounts: CreatedByTop = new Map();
  for (const { name, bytes, isFolder } of changes) {
    const top = topOf(name);
    if (top === name && isFolder) continue;
    const key = top === name ? ROOT : top;
    amounts.set(key, add(amounts.get(key), { entries: 1, bytes: isFolder ? 0 : bytes }));
  }
  return amounts;
}

/** What stood at the destination before the run and stays: by top folder, for those that could be told apart, and in total. */
export interface KeptAmounts {
  readonly byTop: Map<ByteName, Amount>;
  total: Amount;
  /** What units that span several top folders made in each: to be taken off a count made at the destination. */
  readonly createdBySpanning: CreatedByTop;
}

/** Nothing stays yet. */
export function noneKept(): KeptAmounts {
  return { byTop: new Map(), total: { entries: 0, bytes: 0 }, createdBySpanning: new Map() };
}

/** Works out what stays from rsync's own counts: what it looked at, less what it made. `settled`: of units that are not among `units`. */
export function keptAmounts(units: Iterable<UnitProgress>, settled: KeptAmounts = noneKept()): KeptAmounts {
  const kept = { byTop: new Map(settled.byTop), total: settled.total, createdBySpanning: new Map(settled.createdBySpanning) };
  const createdBySplit: (readonly [ByteName, Amount])[] = [];
  for (const progress of units) {
    addKept(kept, progress);
    if (progress.state === 'split') createdBySplit.push(...(progress.created ?? []));
  }
  for (const [top, { entries, bytes }] of createdBySplit) {
    const stayed = kept.byTop.get(top);
    if (stayed) kept.byTop.set(top, add(stayed, { entries: -entries, bytes: -bytes }));
    else kept.createdBySpanning.set(top, add(kept.createdBySpanning.get(top), { entries, bytes }));
  }
  return kept;
}

/** Adds what stays of one unit that has ended. */
export function addKept(kept: KeptAmounts, { unit, state, result, created }: UnitProgress): void {
  const stats = result?.stats;
  // A level that follows the parts of its folder sees their files again.
  if (!stats || unit.kind === 'links' || unit.kind === 'entries' || (unit.kind === 'level' && unit.after.length > 0)) return;
  // The names of a group are counted in their folder's level, and a folder's own entry in its parent's.
  const own = unit.kind === 'group' ? unit.names.length : unit.kind === 'level' ? 1 : 0;
  const createdBytes = stats.filesTransferred > 0 ? (stats.transferredBytes * stats.createdFiles) / stats.filesTransferred : 0;
  const isSplit = state === 'split';
  // What a split unit has made is there before the units that do its rest.
  const stayed = isSplit ? { entries: -stats.created, bytes: -createdBytes } : {
    entries: Math.max(0, stats.entries - own - unit.premade - stats.created),
    bytes: Math.max(0, stats.totalBytes - createdBytes),
  };
  kept.total = add(kept.total, stayed);
  const top = onlyTopOf(unit);
  if (top !== null) kept.byTop.set(top, add(kept.byTop.get(top), stayed));
  if (isSplit) return;
  for (const [spanned, amount] of created ?? []) kept.createdBySpanning.set(spanned, add(kept.createdBySpanning.get(spanned), amount));
}

/** The top folder that all of a unit lies in; null where it has several, or loose files of the root. */
function onlyTopOf({ kind, folder, names }: Unit): ByteName | null {
  if (folder !== ROOT) return topOf(folder);
  const [top, ...others] = new Set(names.map(topOf));
  return kind === 'group' && top !== undefined && top !== ROOT && others.length === 0 ? top : null;
}

function add(a: Amount | undefined, b: Amount): { entries: number; bytes: number } {
  return { entries: (a?.entries ?? 0) + b.entries, bytes: (a?.bytes ?? 0) + b.bytes };
}
