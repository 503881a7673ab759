import type { LiveTimelines } from '../history.ts';
import { createHistory } from '../history.ts';
import type { Store } from '../store/open-store.ts';
import { base } from './base.ts';

export interface HistoryCallParts {
  readonly store: () => Store;
  readonly timelines: LiveTimelines;
  /** Starts the job of a held run again with what was held approved; the key of the new run. */
  readonly approve: (run: number) => string;
}

/** The calls that look back. */
export function historyCalls({ store, timelines, approve }: HistoryCallParts) {
  const os = base.history;
  const history = createHistory(store, timelines);
  return {
    page: os.page.handler(({ input: { offset, limit, ...filter } }) => history.page(filter, { offset, limit })),
    run: os.run.handler(({ input }) => history.run(input.run)),
    units: os.units.handler(({ input: { run, offset, limit, ...filter } }) => history.units(run, filter, { offset, limit })),
    unitLog: os.unitLog.handler(({ input }) => history.unitLog(input.run, input.unit, input.attempt)),
    timeline: os.timeline.handler(({ input }) => history.timeline(input.run, input.after)),
    trend: os.trend.handler(({ input }) => history.trend(input.jobId, input.limit)),
    diagnosis: os.diagnosis.handler(({ input }) => {
      const { meters, work, verdict } = store().diagnoses.of(input.run);
      return { meters, work, verdict };
    }),
    compare: os.compare.handler(({ input }) => history.compare(input.runs)),
    held: os.held.handler(({ input }) => history.held(input.run)),
    approve: os.approve.handler(({ input }) => ({ key: approve(input.run) })),
    restoreCommand: os.restoreCommand.handler(({ input }) => ({ command: history.restoreCommand(input.run, input.folder, input.target) })),
  };
}
