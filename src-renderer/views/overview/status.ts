import type { JobSummary, LiveRun } from '../../../src-shared/run-view.ts';
import { formatNumberOf, formatWhen } from '../../format.ts';

/** The answer to the first question, from the last run of each job. */
export function statusOf(jobs: readonly JobSummary[], live: readonly LiveRun[]): { headline: string; detail: string } {
  const running = live.filter((run) => run.outcome === null);
  const bad = jobs.filter(({ lastRun }) => lastRun !== null && ['failed', 'interrupted', 'unproven'].includes(lastRun.state));
  const held = jobs.filter(({ lastRun }) => lastRun?.state === 'held');
  const never = jobs.filter(({ protectedUntil }) => protectedUntil === null);
  const asking = running.find(({ question }) => question !== null);
  if (asking) return { headline: `"${asking.jobName}" waits for your answer`, detail: 'Its first mirror run would delete names at the destination.' };
  if (bad.length > 0) {
    const [first] = bad;
    return { headline: `${formatNumberOf(bad.length, 'backup')} ${bad.length === 1 ? 'needs' : 'need'} you`, detail: `${first?.job.name ?? ''}: ${first?.lastRun?.problem ?? 'its last run did not end well.'}` };
  }
  if (held.length > 0) return { headline: 'Deletions wait for your approval', detail: `${held.map(({ job }) => job.name).join(', ')}: everything else is copied.` };
  if (running.length > 0) return { headline: `${formatNumberOf(running.length, 'backup')} running`, detail: 'Nothing needs you.' };
  if (never.length > 0) return { headline: never.length === jobs.length ? 'Nothing is protected yet' : 'Not everything is protected yet', detail: `${never.map(({ job }) => job.name).slice(0, 5).join(', ')}: no good run so far.` };
  const oldest = Math.min(...jobs.map(({ protectedUntil }) => protectedUntil ?? 0));
  return { headline: 'All backups are good', detail: `The oldest is of ${formatWhen(oldest)}.` };
}
