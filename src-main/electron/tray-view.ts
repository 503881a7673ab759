import type { AppState } from '../../src-shared/app-state.ts';
import type { JobSummary, LiveRun } from '../../src-shared/run-view.ts';
import type { RunState } from '../../src-shared/run.ts';
import { countOf, namesOf } from './words.ts';

export type TrayIcon = 'idle' | 'running' | 'warning' | 'failed';

/** What icon and menu say. */
export interface TrayView {
  readonly icon: TrayIcon;
  /** The first line of the menu. */
  readonly status: string;
  readonly tooltip: string;
  readonly jobs: readonly { readonly id: string; readonly label: string; readonly isRunning: boolean }[];
  /** All schedules rest. */
  readonly isPaused: boolean;
}

const badStates: readonly RunState[] = ['failed', 'interrupted', 'unproven'];
const doubtfulStates: readonly RunState[] = ['warned', 'held'];

/** The parts of the state that the tray shows. */
export type TrayFacts = Pick<AppState, 'jobs' | 'live' | 'scheduler'>;

/** Works out the tray from the jobs and the runs. */
export function trayView({ jobs, live: runs, scheduler }: TrayFacts, quitsAfterRuns: boolean): TrayView {
  const live = runs.filter((run) => run.outcome === null);
  const running = new Set(live.map((run) => run.jobId));
  const bad = jobs.filter(({ lastRun }) => lastRun !== null && badStates.includes(lastRun.state));
  const doubtful = jobs.filter(({ lastRun }) => lastRun !== null && doubtfulStates.includes(lastRun.state));
  const status = statusOf(live, namesOfJobs(bad), namesOfJobs(doubtful), jobs);
  return {
    icon: live.length > 0 ? 'running' : bad.length > 0 ? 'failed' : doubtful.length > 0 ? 'warning' : 'idle',
    status: quitsAfterRuns ? `${status}, then quits` : status,
    tooltip: `Daybreak: ${status}${percentOf(live)}`,
    jobs: jobs.map(({ job }) => ({ id: job.id, label: job.name, isRunning: running.has(job.id) })),
    isPaused: scheduler.pausedUntil !== null,
  };
}

function namesOfJobs(jobs: readonly JobSummary[]): string[] {
  return jobs.map(({ job }) => job.name);
}

function statusOf(live: readonly LiveRun[], bad: readonly string[], doubtful: readonly string[], jobs: readonly JobSummary[]): string {
  const asking = live.filter((run) => run.question !== null);
  if (asking.length > 0) return `${listOf(namesOf(asking), 'job')} ${asking.length === 1 ? 'waits' : 'wait'} for your answer`;
  if (live.length > 0) return `${live.every((run) => run.progress?.state === 'paused') ? 'Paused' : 'Running'}: ${listOf(namesOf(live), 'job')}`;
  if (bad.length > 0) return `Not backed up: ${listOf(bad, 'job')}`;
  if (doubtful.length > 0) return `To look at: ${listOf(doubtful, 'job')}`;
  if (jobs.length === 0) return 'No jobs yet';
  const never = jobs.filter(({ lastRun }) => lastRun === null).length;
  return never > 0 ? `${countOf(never, 'job')} never ran` : 'All backups are good';
}

/** Names where they are few, else their number. */
function listOf(names: readonly string[], thing: string): string {
  return names.length <= 2 ? names.join(', ') : countOf(names.length, thing);
}

/** Only in the tooltip: a menu that changes every second would close under the pointer. */
function percentOf(live: readonly LiveRun[]): string {
  const [only] = live;
  const fraction = live.length === 1 ? only?.progress?.fraction : null;
  return typeof fraction === 'number' ? ` (${Math.floor(fraction * 100)} %)` : '';
}
