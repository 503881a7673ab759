import { noService, type ServiceState } from '../../../src-shared/app-state.ts';
import type { JobSummary, LiveRun } from '../../../src-shared/run-view.ts';
import type { SchedulerState } from '../../../src-shared/schedule.ts';
import { formatComing, formatNumberOf, formatWhen } from '../../format.ts';

export interface Status {
  readonly headline: string;
  readonly detail: string;
}

/**
 * The answer to the first question: are my backups good, and will tonight's be done in time? What is worst is told first.
 * The jobs of the system service count as well; `scheduler` speaks of `own` ones alone. `now` in ms since the epoch.
 */
export function statusOf(
  own: readonly JobSummary[], live: readonly LiveRun[], scheduler: SchedulerState | null = null, service: ServiceState = noService, now: number = Date.now(),
): Status {
  const jobs = [...own, ...service.jobs];
  const running = [...live, ...service.live].filter((run) => run.outcome === null);
  const having = (...states: string[]): JobSummary[] => jobs.filter(({ lastRun }) => lastRun !== null && states.includes(lastRun.state));
  const bad = having('failed', 'interrupted', 'unproven');
  const held = having('held');
  const alarmed = jobs.filter(({ alarms }) => alarms > 0);
  const never = jobs.filter(({ protectedUntil }) => protectedUntil === null);
  const late = jobs.filter(({ forecast }) => (forecast?.warning ?? null) !== null);
  const asking = running.find(({ question }) => question !== null);
  if (asking) return { headline: `"${asking.jobName}" waits for your answer`, detail: 'Its first mirror run would delete names at the destination.' };
  if (alarmed.length > 0) return { headline: 'Files changed as never before', detail: `${namesOf(alarmed)}: later runs of those folders wait until you have looked.` };
  if (bad.length > 0) {
    const [first] = bad;
    return { headline: `${formatNumberOf(bad.length, 'backup')} ${bad.length === 1 ? 'needs' : 'need'} you`, detail: `${first?.job.name ?? ''}: ${first?.lastRun?.problem ?? 'its last run did not end well.'}` };
  }
  if (held.length > 0) return { headline: 'Deletions wait for your approval', detail: `${namesOf(held)}: everything else is copied.` };
  if (scheduler && scheduler.asks.length > 0) return { headline: `${formatNumberOf(scheduler.asks.length, 'missed run')} ${scheduler.asks.length === 1 ? 'waits' : 'wait'} for your answer`, detail: 'Nothing could run when they were due.' };
  if (running.length > 0) return { headline: `${formatNumberOf(running.length, 'backup')} running`, detail: late.length === 0 ? 'Nothing needs you.' : `${namesOf(late)}: the window will be missed.` };
  if (never.length > 0) return { headline: never.length === jobs.length ? 'Nothing is protected yet' : 'Not everything is protected yet', detail: `${namesOf(never)}: no good run so far.` };
  return good({ jobs, late, scheduler: hasSchedules(own) ? scheduler : null, nothing: nothingOf(service), now });
}

interface Good {
  readonly jobs: readonly JobSummary[];
  readonly late: readonly JobSummary[];
  /** Null where it has nothing to keep. */
  readonly scheduler: SchedulerState | null;
  readonly nothing: string;
  readonly now: number;
}

/** All that ran was good: what is to come decides. */
function good({ jobs, late, scheduler, nothing, now }: Good): Status {
  const oldest = `The oldest is of ${formatWhen(Math.min(...jobs.map(({ protectedUntil }) => protectedUntil ?? 0)))}.`;
  const stopped = jobs.filter(({ lastRun }) => lastRun?.state === 'stopped');
  if (scheduler?.owner === 'none') return { headline: `All backups are good, but ${nothing} starts by itself`, detail: `No Daybreak on this machine keeps the schedules. ${oldest}` };
  if (scheduler && (scheduler.pausedUntil ?? 0) > now) return { headline: 'All backups are good, and the schedules rest', detail: `Until ${formatComing(scheduler.pausedUntil ?? 0, now)} ${nothing} starts by itself. ${oldest}` };
  if (late.length > 0) return { headline: `${formatNumberOf(late.length, 'backup')} will not be done in time`, detail: `${namesOf(late)}: more to copy than the window has time for. ${oldest}` };
  if (stopped.length > 0) return { headline: `${formatNumberOf(stopped.length, 'backup')} did not finish in ${stopped.length === 1 ? 'its window' : 'their windows'}`, detail: `${namesOf(stopped)}: the rest goes on in the next window. ${oldest}` };
  const next = jobs.filter(({ nextRunAt }) => nextRunAt !== null).toSorted((one, other) => (one.nextRunAt ?? 0) - (other.nextRunAt ?? 0))[0];
  if (!hasSchedules(jobs) || !next || next.nextRunAt === null) return { headline: 'All backups are good', detail: oldest };
  const done = next.forecast ? `, done by about ${formatComing(next.forecast.endsAt, now)}` : '';
  const hasWindows = jobs.some(({ forecast }) => (forecast?.windowEndsAt ?? null) !== null);
  return { headline: hasWindows ? 'All backups are good, and the next will be done in time' : 'All backups are good', detail: `Next: ${next.job.name}, ${formatComing(next.nextRunAt, now)}${done}. ${oldest}` };
}

/** What does not start where this user's schedules rest or nobody keeps them: those of the service go on. */
export function nothingOf(service: ServiceState): string {
  return hasSchedules(service.jobs) ? 'nothing of this user' : 'nothing';
}

/** Whether any job runs by itself. */
export function hasSchedules(jobs: readonly JobSummary[]): boolean {
  return jobs.some(({ job }) => job.schedule?.enabled === true);
}

const mostNames = 5;

function namesOf(jobs: readonly JobSummary[]): string {
  const names = jobs.slice(0, mostNames).map(({ job }) => job.name).join(', ');
  return jobs.length > mostNames ? `${names} and ${jobs.length - mostNames} more` : names;
}
