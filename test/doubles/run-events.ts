import { RunJob, type Lane, type Progress, type RunEventData } from '../../src-shared/run-event.ts';
import { noTotals, type RunTotals } from '../../src-shared/run.ts';
import type { RunOutcome } from '../../src-main/core/app.ts';

type EventOf<Type extends RunEventData['type']> = Omit<Extract<RunEventData, { type: Type }>, 'type'>;

const common = { run: 17, at: 1_000_000 };

/** Events of a run, with what a test does not care about filled in. */
export const runEvents = {
  started: (more: Partial<EventOf<'run-started'>> = {}): RunEventData => ({
    type: 'run-started', ...common, trigger: 'cli', dryRun: false,
    job: RunJob.parse({ id: 'j', kind: 'ad-hoc', name: 'prod', source: '/data/prod', destination: '/mnt/backup', options: {} }),
    ...more,
  }),
  notice: (level: 'info' | 'warning' | 'problem', message: string, hint?: string): RunEventData =>
    ({ type: 'notice', ...common, notice: { level, message, ...(hint === undefined ? {} : { hint }) } }),
  progress: (progress: Partial<Progress> = {}, at = common.at): RunEventData => ({
    type: 'progress', ...common, at,
    progress: {
      state: 'running', elapsedMs: 130_000, fraction: 0.525, leftMs: 118_000, entriesDone: 12_345, entriesKnown: 23_456,
      bytesDone: 1_234_000_000, bytesPerSecond: 84_000_000, entriesPerSecond: 1230, unitsDone: 12, unitsKnown: 40,
      planning: false, poolSize: 4, lanes: [], ...progress,
    },
  }),
  unitEnded: (more: Partial<EventOf<'unit-ended'>> = {}): RunEventData => ({
    type: 'unit-ended', ...common, unit: 3, kind: 'group', name: 'omega/shots/', lane: 0, state: 'done', code: 0,
    entries: 1234, bytes: 5_000_000, durationMs: 3200, attempt: 1, ...more,
  }),
  change: (action: 'delete' | 'create' | 'update' | 'attributes', name: string, bytes = 10): RunEventData =>
    ({ type: 'change', ...common, action, name, bytes }),
  held: (more: Partial<EventOf<'held'>> = {}): RunEventData =>
    ({ type: 'held', ...common, reason: 'omega would become empty', names: ['omega/a', 'omega/b'], entries: 2, bytes: 2000,
      ...more }),
  ended: (more: Partial<EventOf<'run-ended'>> = {}): RunEventData => ({
    type: 'run-ended', ...common, state: 'succeeded', totals: noTotals, durationMs: 134_000, limitedBy: null, verdict: null, error: null,
    ...more,
  }),
};

/** A busy lane, started ten seconds before `common.at`. */
export function lane(number: number, name: string, more: Partial<Lane> = {}): Lane {
  return { lane: number, unit: number, kind: 'group', name, entries: 800, bytes: 0, startedAt: common.at - 10_000, ...more };
}

/** The end of a run that copied 120 of 12,345 entries. */
export function outcome(more: Partial<Omit<RunOutcome, 'totals'>> & { totals?: Partial<RunTotals> } = {}): RunOutcome {
  return {
    run: 17, state: 'succeeded', durationMs: 134_000, error: null, ...more,
    totals: {
      ...noTotals, entries: 12_345, bytes: 3_400_000_000, filesTransferred: 120, bytesTransferred: 1_200_000_000, created: 45,
      deleted: 3,
      ...more.totals,
    },
  };
}
