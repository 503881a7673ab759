import { liveRunStates, RunState } from '../../../src-shared/run.ts';
import type { JobSummary } from '../../../src-shared/run-view.ts';
import type { RunRow } from '../store/runs.ts';
import type { Store } from '../store/open-store.ts';
import type { Metric } from './metrics-text.ts';

/** What metrics tell of a job. Times in ms since the epoch. */
export interface JobFigures {
  readonly summary: JobSummary;
  /** The newest run that has ended and was not skipped, and the newest that ended well, with warnings or with deletions held. */
  readonly last: RunRow | null;
  readonly lastGood: RunRow | null;
  /** Names that failed in the last run. */
  readonly failures: number;
}

/** So many skipped runs in a row hide the one before them. */
const runsLookedAt = 50;

/** Reads the figures of these jobs. */
export function readFigures(store: Store, jobs: readonly JobSummary[]): JobFigures[] {
  return jobs.map((summary) => {
    const runs = store.runs.list({ jobId: summary.job.id, limit: runsLookedAt });
    const last = runs.find(({ endedAt, state }) => endedAt !== null && state !== 'skipped') ?? null;
    return {
      summary, last, lastGood: store.runs.lastGood(summary.job.id),
      failures: last ? store.protection.of(last.id).reduce((sum, { failed }) => sum + failed, 0) : 0,
    };
  });
}

/** A figure of a job; null where there is none yet. */
type Figure = (figures: JobFigures) => number | null;

const seconds = (ms: number | null | undefined): number | null => (ms === null || ms === undefined ? null : ms / 1000);

/** All figures of jobs, by their names after `daybreak_job_`. */
const figures: readonly (readonly [name: string, help: string, figure: Figure])[] = [
  ['protected_until_timestamp_seconds', 'Every folder of the source is in the backup as it was at this time.', ({ summary }) => seconds(summary.protectedUntil)],
  ['last_success_timestamp_seconds', 'End of the last run that copied everything it could.', ({ lastGood }) => seconds(lastGood?.endedAt)],
  ['last_run_timestamp_seconds', 'Start of the last run that has ended and was not skipped.', ({ last }) => seconds(last?.startedAt)],
  ['last_run_duration_seconds', 'How long the last run took.', ({ last }) => (last?.endedAt ? seconds(last.endedAt - last.startedAt) : null)],
  ['last_run_entries', 'Files, folders and links the last run looked at.', ({ last }) => last?.totals.entries ?? null],
  ['last_run_bytes', 'Bytes of all files the last run looked at.', ({ last }) => last?.totals.bytes ?? null],
  ['last_run_copied_files', 'Files the last run copied.', ({ last }) => last?.totals.filesTransferred ?? null],
  ['last_run_copied_bytes', 'Bytes the last run copied.', ({ last }) => last?.totals.bytesTransferred ?? null],
  ['last_run_failures', 'Names that could not be copied in the last run.', ({ last, failures }) => (last ? failures : null)],
  ['held_entries', 'Deletions of the last run that wait for approval.', ({ last }) => last?.totals.held ?? null],
  ['next_run_timestamp_seconds', 'When the job runs next by itself; missing where it does not.', ({ summary }) => seconds(summary.nextRunAt)],
  ['running', '1 while a run of the job is live.', ({ summary }) => Number(summary.lastRun !== null && liveRunStates.includes(summary.lastRun.state))],
];

const endStates = RunState.options.filter((state) => !liveRunStates.includes(state));

/** The metrics of a host: what it is, and how its jobs fare. */
export function jobMetrics(version: string, jobs: readonly JobFigures[]): Metric[] {
  const labelsOf = ({ summary: { job } }: JobFigures) => ({ job: job.name, id: job.id });
  return [
    { name: 'daybreak_build_info', help: 'The version that answers; always 1.', samples: [{ labels: { version }, value: 1 }] },
    ...figures.map(([name, help, figure]): Metric => ({
      name: `daybreak_job_${name}`, help,
      samples: jobs.flatMap((each) => {
        const value = figure(each);
        return value === null ? [] : [{ labels: labelsOf(each), value }];
      }),
    })),
    {
      name: 'daybreak_job_last_run_state', help: '1 for the state in which the last run ended, 0 for the others.',
      samples: jobs.flatMap((each) => (each.last === null ? [] : endStates.map((state) =>
        ({ labels: { ...labelsOf(each), state }, value: Number(each.last?.state === state) })))),
    },
  ];
}
