import { liveRunStates } from '../../src-shared/run.ts';
import type { RunComparison } from '../../src-shared/diagnosis.ts';
import type { HeldRemovals, PastRun, TimelineBar, UnitLog, UnitView } from '../../src-shared/run-view.ts';
import { compareRuns, type ComparedRun } from './diagnosis/compare.ts';
import { restoreCommand } from './rsync/restore-command.ts';
import { shellWords } from './rsync/shell-words.ts';
import type { HistoryStore, NamedRun, Page, RunFilter, UnitFilter } from './store/history.ts';
import type { Store } from './store/open-store.ts';
import type { UnitRow } from './store/runs.ts';

/** Bars in one answer. */
const barsAtOnce = 5000;

/** Bars of the live runs of this host, in the order their units ended, by the run's number; null for any other run. */
export type LiveTimelines = (run: number) => readonly TimelineBar[] | null;

/** The past as the interface shows it. All that take a run throw `AppError` not-found. */
export interface History {
  page(filter: RunFilter, page: Page): { total: number; runs: PastRun[] };
  run(run: number): PastRun;
  units(run: number, filter: UnitFilter, page: Page): { total: number; units: UnitView[] };
  unitLog(run: number, unit: number, attempt: number): UnitLog;
  /** `isAll`: nothing will follow `next`. */
  timeline(run: number, after: number): { bars: TimelineBar[]; next: number; isAll: boolean };
  trend: HistoryStore['trend'];
  /** Any two runs, whichever came first. */
  compare(runs: readonly [number, number]): { earlier: PastRun; later: PastRun; comparison: RunComparison };
  held(run: number): HeldRemovals[];
  restoreCommand(run: number, folder: string, target: string | null): string;
}

/** The history of `store`. */
export function createHistory(store: () => Store, timelines: LiveTimelines): History {
  return {
    page(filter, page) {
      const { total, runs } = store().history.page(filter, page);
      return { total, runs: runs.map(toPastRun) };
    },
    run: (run) => toPastRun(store().history.run(run)),
    units(run, filter, page) {
      const { total, units } = store().history.units(run, filter, page);
      return { total, units: units.map(toUnitView) };
    },
    unitLog(run, unit, attempt) {
      const row = store().history.unit(run, unit, attempt);
      return { unit: toUnitView(row), command: row.argv.length === 0 ? '' : shellWords(['rsync', ...row.argv]), lastLines: [...row.lastLines] };
    },
    timeline(run, after) {
      const live = timelines(run);
      const bars = live ? live.slice(after, after + barsAtOnce) : store().history.timeline(run, after, barsAtOnce);
      const isLive = live !== null || liveRunStates.includes(store().history.run(run).state);
      return { bars, next: after + bars.length, isAll: !isLive && bars.length < barsAtOnce };
    },
    trend: (jobId, limit) => store().history.trend(jobId, limit),
    compare(runs) {
      const [earlier, later] = runs.toSorted((one, other) => one - other).map((id) => ({ ...store().diagnoses.of(id), run: toPastRun(store().history.run(id)) })) as [ComparedRun, ComparedRun];
      return { earlier: earlier.run, later: later.run, comparison: compareRuns(earlier, later) };
    },
    held: (run) => store().held.list(store().history.run(run).id),
    restoreCommand(run, folder, target) {
      const { source, destination } = store().history.run(run);
      return restoreCommand(source, destination, folder, target);
    },
  };
}

function toPastRun({ notices, ...run }: NamedRun): PastRun {
  return { ...run, notices: [...notices] };
}

function toUnitView({ argv: _argv, lastLines: _lines, ...view }: UnitRow): UnitView {
  return view;
}
