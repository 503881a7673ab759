import { randomUUID } from 'node:crypto';
import { AppError } from '../../../src-shared/errors.ts';
import type { Job } from '../../../src-shared/job.ts';
import type { RunEventData } from '../../../src-shared/run-event.ts';
import type { Trigger } from '../../../src-shared/run.ts';
import type { LiveRun, TimelineBar } from '../../../src-shared/run-view.ts';
import type { BackupRequest, FirstMirrorPreview, RunHandle } from '../app.ts';
import type { Store } from '../store/open-store.ts';
import { nothingHeld, readApproval, type Approval } from '../approval.ts';
import { newEntry, takeEvent, type ChangeEvent, type LiveEntry } from './live-run.ts';

/** Ended runs kept in the list; older ones are in the history alone. */
const mostEnded = 50;

export interface StartRequest {
  readonly jobId: string;
  readonly trigger: Trigger;
  readonly dryRun?: boolean;
  readonly acceptNewMounts?: boolean;
  /** As in `BackupRequest`. */
  readonly closesAt?: number;
}

export interface LiveRunsParts {
  readonly store: () => Store;
  readonly now: () => number;
  readonly backup: (request: BackupRequest, watch: (event: RunEventData) => void) => RunHandle;
}

/** The runs this host started. Those that take a key throw `AppError` not-found where there is no such run. */
export interface LiveRuns {
  /** Newest first. */
  list(): readonly LiveRun[];
  hasLive(): boolean;
  /** Whether this host runs the job now. */
  isRunning(jobId: string): boolean;
  /** The key of the new run. Throws `AppError` not-found, or busy where the job or its destination is in use. */
  start(request: StartRequest): string;
  /** Runs the job of a held run again, with the removals it listed approved. Throws `AppError` as `start` does. */
  approve(run: number): string;
  cancel(key: string): void;
  pause(key: string): void;
  resume(key: string): void;
  setPoolSize(key: string, size: number | 'auto'): void;
  /** Throws `AppError` not-found where the unit is not one to try again. */
  retryUnit(key: string, unit: number): void;
  question(key: string): FirstMirrorPreview;
  answer(key: string, yes: boolean): void;
  /** Deletions first. */
  changes(key: string, offset: number, limit: number): { total: number; changes: ChangeEvent[] };
  log(key: string): LiveEntry['log'];
  hasEnded(key: string): boolean;
  /** What has been measured so far; null before the first sample. Another object after each sample. */
  meters(key: string): LiveEntry['meters'];
  bars(run: number): readonly TimelineBar[] | null;
  /** Throws `AppError` busy for a run that has not ended. */
  dismiss(key: string): void;
  /** Resolves when all have ended. */
  cancelAll(): Promise<void>;
  /** Called after any change of the list or of a run in it. Returns how to stop that. */
  subscribe(listener: () => void): () => void;
  /** Called when a run has its row in the history. */
  onStarted(listener: (run: LiveRun) => void): () => void;
  onEnded(listener: (run: LiveRun) => void): () => void;
}

interface Running {
  readonly entry: LiveEntry;
  readonly handle: RunHandle;
}

/** No runs yet. */
export function createLiveRuns({ store, now, backup }: LiveRunsParts): LiveRuns {
  const runs = new Map<string, Running>();
  const changedListeners = new Set<() => void>();
  const startedListeners = new Set<(run: LiveRun) => void>();
  const endedListeners = new Set<(run: LiveRun) => void>();
  const changed = () => changedListeners.forEach((listener) => listener());
  const isLive = ({ entry }: Running) => entry.view.outcome === null;
  const liveRuns = () => [...runs.values()].filter(isLive);

  function find(key: string): Running {
    const found = runs.get(key);
    if (found) return found;
    throw new AppError({ kind: 'not-found', message: 'This run is not in the list any more.', hint: 'Look for it in the history.' });
  }

  function refuseSecond(job: Job): void {
    const other = liveRuns().find(({ entry }) => entry.view.jobId === job.id || entry.view.destination === job.destination);
    if (!other) return;
    const { jobName, destination } = other.entry.view;
    throw new AppError({ kind: 'busy', message: `"${jobName}" is running into ${destination}.`, hint: 'Wait for its end, or cancel it.' });
  }

  function begin(job: Job, request: StartRequest, approval: Approval['permit']): string {
    refuseSecond(job);
    for (const [key, each] of runs) if (each.entry.view.jobId === job.id) runs.delete(key);
    const { dryRun = false, acceptNewMounts = false, trigger, closesAt } = request;
    const isUnattended = trigger === 'schedule' || trigger === 'catch-up';
    const key = randomUUID();
    const entry = newEntry({
      key, jobId: job.id, jobName: job.name, source: job.source, destination: job.destination, trigger, dryRun, startedAt: now(),
    });
    const { approved, deleteLimit } = approval;
    const handle = backup({
      jobId: job.id, source: job.source, destination: job.destination, trigger, dryRun, acceptNewMounts, reportChanges: false,
      options: deleteLimit ? { ...job.options, deleteLimit } : job.options,
      ...(approved ? { approved } : {}),
      ...(closesAt === undefined ? {} : { closesAt }),
      // Where nobody looks the answer is no: the run fails with what it would have deleted.
      confirmFirstMirror: (preview) => (isUnattended ? Promise.resolve(false) : ask(entry, preview)),
    }, (event) => {
      takeEvent(entry, event);
      if (event.type === 'run-started') startedListeners.forEach((listener) => listener(entry.view));
      if (event.type === 'run-ended') endedListeners.forEach((listener) => listener(entry.view));
      changed();
    });
    runs.set(key, { entry, handle });
    dropOld();
    changed();
    return key;
  }

  function ask(entry: LiveEntry, preview: FirstMirrorPreview): Promise<boolean> {
    return new Promise((resolve) => {
      const answer = (yes: boolean) => {
        entry.question = null;
        entry.view = { ...entry.view, question: null };
        changed();
        resolve(yes);
      };
      entry.question = { preview, answer };
      entry.view = { ...entry.view, question: { destination: preview.destination, entries: preview.entries } };
      changed();
    });
  }

  function dropOld(): void {
    const ended = [...runs].filter(([, each]) => !isLive(each));
    for (const [key] of ended.slice(0, Math.max(0, ended.length - mostEnded))) runs.delete(key);
  }

  function jobOf(id: string): Job {
    const job = store().jobs.find(id);
    if (job) return job;
    throw new AppError({ kind: 'not-found', message: `There is no job ${id}.`, hint: 'It may have been removed meanwhile.' });
  }

  return {
    list: () => [...runs.values()].map(({ entry }) => entry.view).reverse(),
    hasLive: () => liveRuns().length > 0,
    isRunning: (jobId) => liveRuns().some(({ entry }) => entry.view.jobId === jobId),
    start: (request) => begin(jobOf(request.jobId), request, {}),
    approve(run) {
      const { job, held, permit } = readApproval(store(), run);
      if (held.length === 0) throw nothingHeld(run);
      return begin(job, { jobId: job.id, trigger: 'manual' }, permit);
    },
    cancel(key) {
      const { entry, handle } = find(key);
      handle.cancel();
      entry.question?.answer(false);
    },
    pause: (key) => find(key).handle.pause(),
    resume: (key) => find(key).handle.resume(),
    setPoolSize: (key, size) => find(key).handle.setPoolSize(size),
    retryUnit: (key, unit) => find(key).handle.retryUnit(unit),
    question(key) {
      const { question } = find(key).entry;
      if (question) return question.preview;
      throw new AppError({ kind: 'not-found', message: 'This run asks nothing.', hint: 'It may have been answered or cancelled meanwhile.' });
    },
    answer: (key, yes) => find(key).entry.question?.answer(yes),
    changes(key, offset, limit) {
      const { removals, otherChanges } = find(key).entry;
      return { total: removals.length + otherChanges.length, changes: [...removals, ...otherChanges].slice(offset, offset + limit) };
    },
    hasEnded: (key) => !isLive(find(key)),
    meters: (key) => find(key).entry.meters,
    log: (key) => find(key).entry.log,
    bars: (run) => liveRuns().find(({ entry }) => entry.view.run === run)?.entry.bars ?? null,
    dismiss(key) {
      if (isLive(find(key))) throw new AppError({ kind: 'busy', message: 'This run has not ended.', hint: 'Cancel it first.' });
      runs.delete(key);
      changed();
    },
    async cancelAll() {
      const live = liveRuns();
      for (const { entry, handle } of live) {
        handle.cancel();
        entry.question?.answer(false);
      }
      await Promise.all(live.map(({ handle }) => handle.ended));
    },
    subscribe(listener) {
      changedListeners.add(listener);
      return () => changedListeners.delete(listener);
    },
    onStarted(listener) {
      startedListeners.add(listener);
      return () => startedListeners.delete(listener);
    },
    onEnded(listener) {
      endedListeners.add(listener);
      return () => endedListeners.delete(listener);
    },
  };
}
