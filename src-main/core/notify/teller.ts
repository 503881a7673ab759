import type { Job } from '../../../src-shared/job.ts';
import type { JobNotify, NotifySettings } from '../../../src-shared/notify.ts';
import type { Store } from '../store/open-store.ts';
import type { RunRow } from '../store/runs.ts';
import { decideEnd, decideSilence, type Verdict } from './decide.ts';
import type { Message } from './message.ts';
import { alarmMessage, endMessage, silenceMessage, silenceOverMessage, startMessage } from './run-message.ts';

/** Runs that are looked back at: two weeks of one that runs every two hours. */
const lookBackRuns = 200;

export interface TellerParts {
  readonly store: () => Store;
  /** Ms since the epoch. */
  readonly now: () => number;
  readonly host: string;
  /** Told of what no live run shows: alarms, silence, runs that never were live here. */
  readonly news: (message: Message) => void;
}

/** Decides what is told, and leaves it in the outbox. All may throw as the store does. */
export interface Teller {
  runBegan(run: number): void;
  runEnded(run: number): void;
  /** Alarms and silences that nobody was told of. */
  look(): void;
  /** What is said of the end of a run; null: of the job's newest one. `isEvery`: as for a job that is always told, but where it never is. */
  verdictOf(jobId: string, run: number | null, isEvery: boolean): Verdict | null;
}

/** A teller over `parts.store`. */
export function createTeller({ store, now, host, news }: TellerParts): Teller {
  /** Only saved jobs are told: whoever types `daybreak backup` sees how it ends. */
  function savedJob(id: string): Job | null {
    const job = store().jobs.find(id);
    return job?.kind === 'saved' ? job : null;
  }

  /** Of run `last`; null: of the newest one. */
  function verdict(job: Job, on: JobNotify['on'], last: number | null): Verdict | null {
    const ended = store().runs.list({ limit: lookBackRuns, jobId: job.id }).reverse()
      .flatMap(({ id, state, endedAt, error }) => (endedAt === null ? [] : [{ id, state, endedAt, errorKind: error?.kind ?? null }]));
    // By their ends: one that was skipped while another one ran began later and ended sooner.
    ended.sort((a, b) => Number(a.id === last) - Number(b.id === last) || a.endedAt - b.endedAt);
    return decideEnd(on, ended);
  }

  function post(message: Message, isFor: (pings: boolean) => boolean): void {
    const { mail, webhooks, digestMinutes }: NotifySettings = store().notify.get();
    const add = (channel: string, isPinged: boolean): void => {
      if (isFor(isPinged)) store().outbox.add(channel, message, now(), now() + (isPinged ? 0 : digestMinutes * 60_000));
    };
    if (mail.enabled) add('mail', false);
    for (const { id, enabled, form } of webhooks) if (enabled) add(id, form === 'pings');
  }

  const toPeople = (isPinged: boolean): boolean => !isPinged;
  const toPinged = (isPinged: boolean): boolean => isPinged;

  function tellEnd(job: Job, run: RunRow): void {
    const { on } = job.notify;
    const said = verdict(job, on, run.id);
    const facts = { job, failed: store().notify.failedOf(run.id), host, now: now() };
    const message = endMessage(run, said ?? (run.state === 'succeeded' ? 'good' : 'problem'), facts);
    if (on !== 'never') post(message, toPinged);
    if (said === null) return;
    post(message, toPeople);
    if (run.state === 'skipped' || run.state === 'interrupted') news(message);
  }

  function lookForSilence(): void {
    for (const silence of store().notify.silences()) {
      const job = savedJob(silence.jobId);
      const decision = job && decideSilence(silence, now());
      if (!job || !decision) continue;
      const { verdict: what, since } = decision;
      const message = what === 'silent' ? silenceMessage(job, since, silence.lastGoodAt !== null, host, now()) : silenceOverMessage(job, since, host, now());
      // The good run itself may have been told as a recovery.
      const isSaid = what === 'over' && verdict(job, job.notify.on, null) !== null;
      const isFirst = store().notify.tellSilence(silence, what === 'silent' ? since : null, () => {
        if (!isSaid) post(message, toPeople);
      });
      if (isFirst && !isSaid) news(message);
    }
  }

  function lookForAlarms(): void {
    const told: Message[] = [];
    store().notify.tellAlarms((alarm) => {
      const job = savedJob(alarm.jobId);
      if (!job || job.notify.on === 'never') return;
      const message = alarmMessage(job, alarm, host, now());
      post(message, toPeople);
      told.push(message);
    });
    for (const message of told) news(message);
  }

  function look(): void {
    lookForAlarms();
    lookForSilence();
  }

  return {
    runBegan(id) {
      const run = store().runs.get(id);
      const job = savedJob(run.jobId);
      if (job && job.notify.on !== 'never') post(startMessage(run, { job, host, now: now() }), toPinged);
    },
    runEnded(id) {
      const run = store().runs.get(id);
      const job = savedJob(run.jobId);
      if (job) tellEnd(job, run);
      look();
    },
    look,
    verdictOf(jobId, run, isEvery) {
      const job = store().jobs.find(jobId);
      return job ? verdict(job, isEvery && job.notify.on !== 'never' ? 'always' : job.notify.on, run) : null;
    },
  };
}
