import type { ByteName } from '../../../src-shared/byte-name.ts';
import { addSettled, dependsOnTops, type FolderSums } from '../protection/folder-facts.ts';
import { addEntries } from './changed.ts';
import type { RunContext } from './context.ts';
import type { UnitProgress } from './copying.ts';
import { addKept, noneKept, type KeptAmounts } from './kept.ts';
import { addLesson, noLesson, type Lesson } from './lesson.ts';

/** What is left of units that ended well: sums, so that the memory of a run does not grow with the tree. */
export interface SettledUnits {
  count: number;
  readonly kept: KeptAmounts;
  readonly folders: FolderSums;
  /** Entries that rsync looked at, by top folder. */
  readonly entriesByTop: Map<ByteName, number>;
  readonly lesson: Lesson;
}

/** No unit has ended yet. */
export function noneSettled(): SettledUnits {
  return { count: 0, kept: noneKept(), folders: new Map(), entriesByTop: new Map(), lesson: noLesson() };
}

/** Takes a unit that has ended out of the run's list where nothing will ask for it again, and adds it to the sums. */
export function settleUnit({ units, settled }: Pick<RunContext, 'units' | 'settled'>, progress: UnitProgress): void {
  if (!isSettled(progress) || !units.delete(progress)) return;
  settled.count++;
  addKept(settled.kept, progress);
  addSettled(settled.folders, progress);
  addEntries(settled.entriesByTop, progress);
  addLesson(settled.lesson, progress);
}

/**
 * Done, with nothing to tell, to remove, to link or to try again: `done` is a state that a unit does not leave. One that met
 * a folder it could not read stays in the list, because it keeps the run from deleting anything.
 */
function isSettled({ unit, state, note, result, links, hardLinks }: UnitProgress): boolean {
  return state === 'done' && note === null && result !== null && !result.facts.ioError && links.length === 0 && hardLinks && !dependsOnTops(unit);
}

/** How many units a run has, as far as they are known. */
export function unitCount({ units, settled }: Pick<RunContext, 'units' | 'settled'>): number {
  return units.size + settled.count;
}
