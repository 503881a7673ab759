import type { Job } from '../../../src-shared/job.ts';
import type { RunState } from '../../../src-shared/run.ts';
import { bytesText, entriesText } from '../safety/words.ts';
import type { AlarmFacts } from '../store/notify-facts.ts';
import type { RunRow } from '../store/runs.ts';
import type { Verdict } from './decide.ts';
import type { Message } from './message.ts';
import { countText, durationText, momentText } from './words.ts';

/** Notices of a run that a message repeats; the run's page has them all. */
const shownNotices = 5;

/** What beside the run itself its message tells. */
export interface RunFacts {
  readonly job: Pick<Job, 'id' | 'name'>;
  readonly failed: { readonly count: number; readonly what: 'names' | 'parts' };
  readonly host: string;
  /** Ms since the epoch. */
  readonly now: number;
}

/** What is said of a run that has ended. */
export function endMessage(run: RunRow, verdict: Verdict, facts: RunFacts): Message {
  const { job, failed, host, now } = facts;
  const told = run.notices.filter(({ level }) => level !== 'info');
  const reasons = [...(run.error ? [run.error.message] : []), ...told.slice(0, shownNotices).map(({ message }) => message)];
  const more = told.length - shownNotices;
  return {
    kind: verdict === 'recovered' ? 'recovered' : 'ended',
    tone: verdict === 'problem' ? 'problem' : 'good',
    title: titleOf(run, job.name, verdict),
    text: [...reasons.map(sentence), ...(more > 0 ? [`And ${countText(more, 'notice')} more.`] : [])].join('\n') || plainReason(run, verdict),
    next: run.error?.hint ?? told.find(({ hint }) => hint !== undefined)?.hint ?? nextStep(run.state),
    facts: figuresOf(run, facts),
    at: now, host, job: { id: job.id, name: job.name },
    run: numbersOf(run, failed.count),
  };
}

/** What is said, to addresses that are pinged, of a run that begins. */
export function startMessage(run: RunRow, { job, host, now }: Omit<RunFacts, 'failed'>): Message {
  return {
    kind: 'started', tone: 'info', title: `${job.name} has started`, text: `From ${run.source} to ${run.destination}.`, next: null,
    facts: [{ name: 'Job', value: job.name }, { name: 'Host', value: host }],
    at: now, host, job: { id: job.id, name: job.name }, run: numbersOf(run, 0),
  };
}

/** What is said when nothing ran well for too long. `since`: end of the last good run, or when the job was made. */
export function silenceMessage(job: Pick<Job, 'id' | 'name'>, since: number, hasRunWell: boolean, host: string, now: number): Message {
  return {
    kind: 'silent', tone: 'problem', title: `${job.name}: no good backup for ${durationText(now - since)}`,
    text: hasRunWell ? `The last good run ended ${momentText(since)}.` : `No run of it was good since it was made, ${momentText(since)}.`,
    next: 'See its last runs in the history, and check that Daybreak and the schedule are on.',
    facts: [{ name: 'Job', value: job.name }, { name: 'Silent since', value: momentText(since) }, { name: 'Host', value: host }],
    at: now, host, job: { id: job.id, name: job.name }, run: null,
  };
}

/** What is said when a job that was silent has run well again. */
export function silenceOverMessage(job: Pick<Job, 'id' | 'name'>, goodAt: number, host: string, now: number): Message {
  return {
    kind: 'recovered', tone: 'good', title: `${job.name} runs well again`, text: `A good run ended ${momentText(goodAt)}.`, next: null,
    facts: [{ name: 'Job', value: job.name }, { name: 'Host', value: host }],
    at: now, host, job: { id: job.id, name: job.name }, run: null,
  };
}

/** What is said when the files of a folder changed as never before. */
export function alarmMessage(job: Pick<Job, 'id' | 'name'>, { folder, reason }: AlarmFacts, host: string, now: number): Message {
  const place = folder === '' ? 'its root folder' : folder;
  return {
    kind: 'alarm', tone: 'problem', title: `${job.name}: unusual changes in ${place}`, text: sentence(reason),
    next: 'Look at the changed files. Later runs of this folder are held until you clear the alarm; the last good copy is in the trash where the job keeps one.',
    facts: [{ name: 'Job', value: job.name }, { name: 'Folder', value: place }, { name: 'Host', value: host }],
    at: now, host, job: { id: job.id, name: job.name }, run: null,
  };
}

/** What "Send test" sends. */
export function testMessage(host: string, now: number): Message {
  return {
    kind: 'test', tone: 'info', title: 'Daybreak can reach you', text: 'This is a test. Messages about your backups will come this way.',
    next: null, facts: [{ name: 'Host', value: host }, { name: 'Sent', value: momentText(now) }], at: now, host, job: null, run: null,
  };
}

function titleOf(run: RunRow, name: string, verdict: Verdict): string {
  if (verdict === 'recovered') return `${name} is backed up again`;
  switch (run.state) {
    case 'succeeded': return `${name} is backed up`;
    case 'warned': return `${name} is backed up, with problems`;
    case 'held': return `${name}: ${countText(run.totals.held, 'deletion')} to approve`;
    case 'stopped': return `${name} is backed up in part: its window ended`;
    case 'unproven': return `${name}: the backup is not proven`;
    case 'interrupted': return `${name}: the run was interrupted`;
    case 'skipped': return `${name} did not run`;
    case 'cancelled': return `${name}: the run was cancelled`;
    default: return `${name} is not backed up`;
  }
}

function plainReason(run: RunRow, verdict: Verdict): string {
  if (verdict !== 'problem') return 'Everything was backed up.';
  switch (run.state) {
    case 'held': return 'Everything was copied, and nothing was deleted.';
    case 'stopped': return 'What was not reached is backed up in the next window, oldest first.';
    case 'cancelled': return 'Someone cancelled it. What was copied stays.';
    default: return `The run ended as ${run.state}.`;
  }
}

function nextStep(state: RunState): string | null {
  switch (state) {
    case 'held': return 'Look at the list of deletions, and approve it if it is right.';
    case 'warned': return 'See the run\'s page for the names, and mend the cause.';
    case 'failed':
    case 'unproven': return 'See the run\'s page, mend the cause and run the job again.';
    default: return null;
  }
}

function figuresOf(run: RunRow, { job, failed, host }: RunFacts): Message['facts'] {
  const { totals, startedAt, endedAt } = run;
  const failures = failed.what === 'names' ? countText(failed.count, 'name') : `${countText(failed.count, 'part')} of the run`;
  return [
    { name: 'Job', value: job.name },
    { name: 'State', value: run.state },
    { name: 'From', value: run.source },
    { name: 'To', value: run.destination },
    { name: 'Started', value: momentText(startedAt) },
    ...(endedAt === null ? [] : [{ name: 'Duration', value: durationText(endedAt - startedAt) }]),
    { name: 'Copied', value: `${countText(totals.filesTransferred, 'file')}, ${bytesText(totals.bytesTransferred)}` },
    ...(totals.deleted > 0 ? [{ name: 'Deleted', value: entriesText(totals.deleted) }] : []),
    ...(failed.count > 0 ? [{ name: 'Failed', value: failures }] : []),
    ...(totals.held > 0 ? [{ name: 'Held', value: countText(totals.held, 'deletion') }] : []),
    { name: 'Run', value: `${run.id}, started by ${run.trigger}` },
    { name: 'Host', value: host },
  ];
}

function numbersOf({ id, state, startedAt, endedAt, totals }: RunRow, failed: number): Message['run'] {
  const { filesTransferred, bytesTransferred, deleted, held } = totals;
  return { id, state, startedAt, endedAt, durationMs: endedAt === null ? null : endedAt - startedAt, filesTransferred, bytesTransferred, deleted, failed, held };
}

function sentence(text: string): string {
  return /[.!?:]$/u.test(text) ? text : `${text}.`;
}
