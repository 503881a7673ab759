import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { DueRecord, SchedulerState } from '../../../src-shared/schedule.ts';
import type { Job } from '../../../src-shared/job.ts';
import type { LiveRun } from '../../../src-shared/run-view.ts';
import type { LiveRuns } from '../live/live-runs.ts';
import type { ScheduledJob, WaitingDue } from '../store/dues.ts';
import type { Store } from '../store/open-store.ts';
import type { SchedulerOwner } from '../store/scheduler-record.ts';
import { createDecisions } from './decisions.ts';
import { createOwnership } from './ownership.ts';
import { absentReason, declinedReason, overlapReason, queueReason } from './reasons.ts';
import { readSchedule, type Timetable } from './timetable.ts';

/** The wall clock is looked at least this often, ms: so a machine that slept or a clock that was set is noticed. */
const usualLongestWaitMs = 30_000;
/** After a missed run was noticed the machine gets so long to mount its disks and shares, ms. */
const usualSettleMs = 120_000;
/** A disk or share that is not there is looked for this often, ms. */
const lookEveryMs = 60_000;
/** Due times known further ahead than this come from a clock that was wrong, ms. */
const dayMs = 86_400_000;

export interface SchedulerParts {
  readonly store: () => Store;
  readonly now: () => number;
  readonly live: Pick<LiveRuns, 'start' | 'onStarted' | 'onEnded'>;
  /** Why source or destination of a job is not there; null where they are. */
  readonly missingPlace: (job: Job) => Promise<string | null>;
  /** Calls `work` once after `ms`. Returns what takes that back. */
  readonly timer: (ms: number, work: () => void) => () => void;
  readonly machineTimeZone: () => string;
  readonly self: Pick<SchedulerOwner, 'pid' | 'startTime'>;
  readonly isAlive: (pid: number, startTime: string) => boolean;
  /** Clears up after an owner that is gone, before anything is started. */
  readonly takeOver: () => void;
  /** What went wrong while nobody was asking; it is tried again. */
  readonly onError: (error: AppError) => void;
  readonly longestWaitMs?: number | undefined;
  readonly settleMs?: number | undefined;
}

/** Starts the runs that are due, and keeps what became of every due time. Times in ms since the epoch. */
export interface Scheduler {
  /** From now on this process schedules, or waits to take over from the one that does. */
  start(): void;
  /** Safe to call again. Runs go on. */
  stop(): void;
  /** The machine has slept, the clock was set, or a job has another schedule: looks at once. Nothing happens before `start`. */
  lookAgain(): void;
  state(): SchedulerState;
  /** The next time a job runs by itself, and the end of that window; null: never. Ms since the epoch. */
  nextDue(job: Pick<Job, 'schedule'>): { readonly at: number; readonly windowEndsAt: number | null } | null;
  /** Nothing starts by itself until then; null, or a time that is past: schedules go on. */
  pauseAll(until: number | null): void;
  /** Throws `AppError` not-found where this missed run does not wait for an answer. */
  answerMissed(jobId: string, dueAt: number, run: boolean): void;
  /** Newest first. Throws `AppError` not-found. */
  dues(jobId: string, limit: number): DueRecord[];
  /** Called after each change of what it is at. Returns how to stop that. */
  subscribe(listener: () => void): () => void;
}

/** A scheduler that does nothing until it is started. */
export function createScheduler(parts: SchedulerParts): Scheduler {
  const { store, now, live } = parts;
  const longestWaitMs = parts.longestWaitMs ?? usualLongestWaitMs;
  const settleMs = parts.settleMs ?? usualSettleMs;
  const ownership = createOwnership({ record: () => store().scheduler, now, self: parts.self, isAlive: parts.isAlive });
  let isChanged = false;
  const decisions = createDecisions({ store, now, self: parts.self, changed: () => { isChanged = true; } });
  const listeners = new Set<() => void>();
  const tables = new Map<string, Timetable>();
  /** When what settles, or waits for a place, may be tried; at once where there is no time. */
  const readyAt = new Map<string, number>();
  /** Jobs whose places have just been seen. */
  const present = new Set<string>();
  /** Places that were not there when they were last looked for. */
  const absent = new Map<string, string>();
  const looking = new Set<string>();
  const upcoming = new Map<string, { readonly text: string; readonly after: number; readonly at: number | null }>();
  /** Runs whose number is not known yet. */
  const unnumbered = new Map<string, { readonly jobId: string; readonly dueTimes: readonly number[] }>();
  let isOwner = false;
  let lastTold = '';
  let stopTimer: (() => void) | null = null;
  let stopListening: (() => void)[] | null = null;

  const tableOf = (schedule: ScheduledJob['schedule'], text: string): Timetable => {
    const known = tables.get(text) ?? readSchedule(schedule, parts.machineTimeZone());
    tables.set(text, known);
    return known;
  };
  const pausedUntil = (): number | null => {
    const until = store().scheduler.pausedUntil();
    return until !== null && until > now() ? until : null;
  };

  function wakeIn(ms: number): void {
    stopTimer?.();
    stopTimer = stopListening === null ? null : parts.timer(Math.max(1, Math.min(ms, longestWaitMs)), tick);
  }

  /** Looks at the clock: decides what is due, and waits for what comes next. */
  function tick(): void {
    if (stopListening === null) return;
    let waitMs = longestWaitMs;
    try {
      const wasOwner = isOwner;
      isOwner = ownership.hold();
      if (isOwner && !wasOwner) takeOver();
      if (isOwner) waitMs = decideAll();
    } catch (thrown) {
      parts.onError(toAppError(thrown));
    }
    wakeIn(waitMs);
    tell();
  }

  function takeOver(): void {
    parts.takeOver();
    readyAt.clear();
    for (const { jobId } of store().dues.waiting()) readyAt.set(jobId, now() + settleMs);
  }

  /** Returns how long nothing will be due, ms. */
  function decideAll(): number {
    const { dues } = store();
    let scheduled = dues.scheduled();
    if (scheduled.some(({ knownUntil }) => knownUntil > now() + dayMs)) {
      dues.forgetAfter(now() + dayMs, now());
      scheduled = dues.scheduled();
    }
    const jobs = new Map(scheduled.map((job) => [job.id, job]));
    const paused = pausedUntil();
    const times = [paused ?? Infinity];
    for (const job of jobs.values()) alone(() => times.push(noteDue(job, paused !== null)));
    // In the order of each job's oldest.
    for (const [jobId, waiting] of Map.groupBy(dues.waiting(), (due) => due.jobId)) {
      alone(() => times.push(decide(jobs.get(jobId) ?? null, waiting, paused !== null)));
    }
    return Math.min(...times.filter((at) => at > now())) - now();
  }

  /** One job in trouble must not stop the others. */
  function alone(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      parts.onError(toAppError(thrown));
    }
  }

  /** Decides what waits of one job, as far as that can be done now. Returns when to look again. */
  function decide(job: ScheduledJob | null, waiting: readonly WaitingDue[], isPaused: boolean): number {
    const timetable = job && tableOf(job.schedule, job.text);
    const left = decisions.sift(job, timetable, waiting, isPaused);
    const [first] = left;
    if (!job || !timetable || !first) return Infinity;
    if (!isPaused) tryToStart(job, left);
    return Math.min(readyAt.get(job.id) ?? Infinity, timetable.windowEnd(first.dueAt) ?? Infinity);
  }

  /** Keeps what has come due since the last look. Returns when the next one comes. */
  function noteDue(job: ScheduledJob, isPaused: boolean): number {
    const timetable = tableOf(job.schedule, job.text);
    const first = nextDue(job, timetable);
    if (first === null || first > now()) return first ?? Infinity;
    const { times: dueTimes, next } = timetable.between(job.knownUntil, now());
    const why = absent.get(job.id);
    if (why !== undefined) {
      absent.delete(job.id);
      decisions.skip(store().dues.waiting().filter((due) => due.jobId === job.id && due.waitsFor === 'settle'), ({ reason }) => absentReason(reason, why));
    }
    if (decisions.note(job, timetable, dueTimes, isPaused)) readyAt.delete(job.id);
    else readyAt.set(job.id, now() + settleMs);
    upcoming.set(job.id, { text: job.text, after: dueTimes.at(-1) ?? now(), at: next });
    return next ?? Infinity;
  }

  function nextDue({ id, text, knownUntil }: ScheduledJob, timetable: Timetable): number | null {
    const known = upcoming.get(id);
    if (known?.text === text && known.after === knownUntil) return known.at;
    const at = timetable.next(knownUntil);
    upcoming.set(id, { text, after: knownUntil, at });
    return at;
  }

  function tryToStart(job: ScheduledJob, waiting: readonly WaitingDue[]): void {
    const isNow = waiting.some(({ waitsFor }) => waitsFor === 'start');
    if (!isNow && !waiting.some(({ waitsFor }) => waitsFor === 'settle')) return;
    // A clock that was set back must not make it wait for longer than it would have.
    const ready = Math.min(readyAt.get(job.id) ?? now(), now() + settleMs);
    readyAt.set(job.id, ready);
    if (ready > now() || looking.has(job.id)) return;
    // A run that is on time tells by itself what is not there; one that makes up for another waits for it.
    if (isNow || present.delete(job.id)) attempt(job, waiting);
    else look(job.id).catch((thrown: unknown) => parts.onError(toAppError(thrown)));
  }

  async function look(id: string): Promise<void> {
    const job = store().jobs.find(id);
    if (!job) return;
    looking.add(id);
    const missing = await parts.missingPlace(job).finally(() => looking.delete(id));
    if (missing === null) {
      absent.delete(id);
      present.add(id);
    } else {
      absent.set(id, missing);
      readyAt.set(id, now() + lookEveryMs);
    }
    tick();
  }

  /** Starts the job once for all that wait, or lets them wait or be skipped where something else runs. */
  function attempt(job: ScheduledJob, waiting: readonly WaitingDue[]): void {
    const last = waiting.at(-1);
    if (!last) return;
    const closesAt = tableOf(job.schedule, job.text).windowEnd(last.dueAt);
    try {
      refuseWhileElsewhere(job);
      let key = '';
      decisions.run(waiting, (trigger) => {
        key = live.start({ jobId: job.id, trigger, ...(closesAt === null ? {} : { closesAt }) });
      });
      unnumbered.set(key, { jobId: job.id, dueTimes: waiting.map(({ dueAt }) => dueAt) });
      readyAt.delete(job.id);
      absent.delete(job.id);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.kind !== 'busy') throw error;
      const ready = waiting.filter(({ waitsFor }) => waitsFor !== 'answer');
      if (job.schedule.overlap === 'skip') decisions.skip(ready, () => overlapReason(error.message));
      else for (const due of ready) decisions.wait([due], null, due.waitsFor === 'start' ? queueReason(error.message) : due.reason);
    }
  }

  /** Throws `AppError` busy while another process runs the job, or backs up into its destination. */
  function refuseWhileElsewhere(job: ScheduledJob): void {
    const other = store().runs.live().find((run) => (run.jobId === job.id || run.destination === job.destination)
      && run.hostPid !== parts.self.pid && parts.isAlive(run.hostPid, run.hostStartTime));
    if (other) throw new AppError({ kind: 'busy', message: `Process ${other.hostPid} backs up into ${other.destination}.` });
  }

  /** Writes down which row of the history a due time got. A run must not suffer from that. */
  function number(run: LiveRun, hasEnded: boolean): void {
    const known = unnumbered.get(run.key);
    if (!known) return;
    try {
      // One that could not even begin has its row all the same.
      const id = run.run ?? store().runs.lastEnded(known.jobId)?.id ?? null;
      if (id !== null) store().dues.setRun(known.jobId, known.dueTimes, id);
    } catch (thrown) {
      parts.onError(toAppError(thrown));
    }
    if (hasEnded || run.run !== null) unnumbered.delete(run.key);
  }

  function state(): SchedulerState {
    const newest = new Map(store().dues.waiting().filter(({ waitsFor }) => waitsFor === 'answer').map((due) => [due.jobId, due.dueAt]));
    return {
      owner: ownership.state(), pausedUntil: pausedUntil(), asks: [...newest].map(([jobId, dueAt]) => ({ jobId, dueAt })),
    };
  }

  /** Tells those who listen when something is different. What another process decides is only seen by its result. */
  function tell(): void {
    try {
      const told = isOwner ? `${pausedUntil()}` : JSON.stringify(state());
      if (told === lastTold && !isChanged) return;
      lastTold = told;
      isChanged = false;
    } catch (thrown) {
      parts.onError(toAppError(thrown));
    }
    for (const listener of listeners) listener();
  }

  return {
    start() {
      if (stopListening !== null) return;
      stopListening = [
        live.onStarted((run) => number(run, false)),
        live.onEnded((run) => {
          number(run, true);
          wakeIn(1);
        }),
      ];
      tick();
    },
    stop() {
      if (stopListening === null) return;
      for (const each of stopListening) each();
      stopListening = null;
      stopTimer?.();
      isOwner = false;
      try {
        ownership.release();
      } catch {
        // The next one sees that this process is gone.
      }
    },
    lookAgain: tick,
    state,
    nextDue({ schedule }) {
      if (!schedule?.enabled) return null;
      try {
        const table = tableOf(schedule, JSON.stringify(schedule));
        const at = table.next(pausedUntil() ?? now());
        return at === null ? null : { at, windowEndsAt: table.windowEnd(at) };
      } catch {
        // A zone may be gone with an update of the system: the job is shown all the same.
        return null;
      }
    },
    pauseAll(until) {
      store().scheduler.setPausedUntil(until !== null && until > now() ? until : null);
      tick();
      tell();
    },
    answerMissed(jobId, dueAt, run) {
      const waiting = store().dues.waiting().filter((due) => due.jobId === jobId && due.waitsFor === 'answer');
      if (!waiting.some((due) => due.dueAt === dueAt)) {
        throw new AppError({ kind: 'not-found', message: 'This missed run waits for no answer any more.', hint: 'It was answered elsewhere, or a later run made up for it.' });
      }
      if (run) {
        for (const due of waiting) decisions.wait([due], 'settle', due.reason);
        readyAt.set(jobId, now());
      } else decisions.skip(waiting, () => declinedReason, 'info');
      tick();
      tell();
    },
    dues: (jobId, limit) => store().dues.list(jobId, limit),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
