import { ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import { addToCommonest } from '../../../src-shared/commonest.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { TopTally } from '../../../src-shared/worker-protocol.ts';
import { amountsByTop } from './kept.ts';
import type { RunContext } from './context.ts';
import type { UnitProgress } from './copying.ts';
import { topShares } from './unit-name.ts';

/** Extensions kept of one top folder, and names told of each. */
const mostExtensions = 100;
const mostNames = 5;

/** What a run changed in one top folder. `entries`: what the source holds there, the folder itself not counted. */
export interface TopChanges {
  readonly folder: ByteName;
  entries: number;
  created: number;
  /** Files there before whose content was sent again; means something only where the run `countsChanges`. */
  rewritten: number;
  deleted: number;
  readonly extensions: Map<ByteName, { files: number; names: ByteName[] }>;
  /** Some of the rewritten files. */
  readonly names: ByteName[];
}

/** Whether the call of a unit tells what it changes: where all of it is new, nothing can be rewritten and telling costs time. */
export function isTallied({ countsChanges }: Pick<RunContext, 'countsChanges'>, unit: Unit): boolean {
  return countsChanges && !unit.isNew && unit.kind !== 'entries' && unit.kind !== 'links';
}

/** Adds what one call changed. */
export function addTally(changed: Map<ByteName, TopChanges>, tallies: readonly TopTally[]): void {
  for (const { top, created, rewritten, extensions, names } of tallies) {
    const sum = changesOf(changed, top);
    sum.created += created;
    sum.rewritten += rewritten;
    sum.names.push(...names.slice(0, mostNames - sum.names.length));
    for (const { extension, files, names: some } of extensions) {
      const counted = addToCommonest(sum.extensions, extension, files, mostExtensions, () => ({ files: 0, names: [] as ByteName[] }));
      counted?.names.push(...some.slice(0, mostNames - counted.names.length));
    }
  }
}

/** Adds names that were removed. */
export function addRemoved(changed: Map<ByteName, TopChanges>, removed: Parameters<typeof amountsByTop>[0]): void {
  for (const [top, { entries }] of amountsByTop(removed)) changesOf(changed, top).deleted += entries;
}

/**
 * Works out how many entries each top folder has, from what the rsyncs looked at. A small tree that was copied as one unit
 * tells nothing of its parts: there those in which something changed are counted at the destination.
 */
export async function countEntries(context: RunContext): Promise<void> {
  const { changedByTop, units, settled, job } = context;
  for (const changes of changedByTop.values()) changes.entries = 0;
  if ([...units].some(({ unit }) => unit.kind === 'group' && unit.names[0] === ROOT)) {
    const { counts } = await context.scout().ask({ op: 'count', destination: job.destination, tops: [...changedByTop.keys()] });
    for (const { top, entries } of counts) changesOf(changedByTop, top).entries = entries;
    return;
  }
  const sums = new Map(settled.entriesByTop);
  for (const progress of units) addEntries(sums, progress);
  for (const [top, entries] of sums) changesOf(changedByTop, top).entries = entries;
}

/** Adds the entries that the rsync of one unit looked at, by top folder. */
export function addEntries(sums: Map<ByteName, number>, { unit, result }: UnitProgress): void {
  const entries = result?.stats?.entries ?? 0;
  // A level that follows the parts of its folder sees their files again.
  if (entries === 0 || unit.kind === 'links' || unit.kind === 'entries' || (unit.kind === 'level' && unit.after.length > 0)) return;
  // Names of a group are told in their parent's level as well, and a folder's own entry in its parent's.
  const own = unit.kind === 'group' ? unit.names.length : unit.kind === 'level' ? 1 : 0;
  for (const [top, share] of topShares(unit)) sums.set(top, (sums.get(top) ?? 0) + Math.round((entries - own) * share));
}

function changesOf(changed: Map<ByteName, TopChanges>, top: ByteName): TopChanges {
  const known = changed.get(top);
  if (known) return known;
  const made: TopChanges = { folder: top, entries: 0, created: 0, rewritten: 0, deleted: 0, extensions: new Map(), names: [] };
  changed.set(top, made);
  return made;
}
