import type { Verdict } from '../../src-shared/diagnosis.ts';
import type { ErrorData } from '../../src-shared/errors.ts';
import type { JobOptions } from '../../src-shared/job.ts';
import type { RunEventData } from '../../src-shared/run-event.ts';
import type { RunState, RunTotals, Trigger } from '../../src-shared/run.ts';
import type { Settings } from '../../src-shared/settings.ts';
import { doctor } from './doctor.ts';
import type { Ports } from './ports.ts';
import { isAlive, processStartTime } from './rsync/process-identity.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { createLab, type Lab } from './lab/lab.ts';
import { createLiveRuns, type LiveRuns } from './live/live-runs.ts';
import { createSampler, type Sampler } from './meters/sampler.ts';
import { createNotifications, type Notifications } from './notify/notifications.ts';
import { fileSecrets } from './notify/secret-file.ts';
import { createPlaces, type Places } from './places/places.ts';
import type { HeldLocks } from './run/holding.ts';
import { startRun } from './run/runner.ts';
import { createWorkerBudget } from './run/worker-budget.ts';
import { tryToWriteReceipts } from './receipt/missing.ts';
import { createReceipts, type Receipts } from './receipt/receipts.ts';
import { missingPlace } from './schedule/missing-places.ts';
import { createScheduler, type Scheduler } from './schedule/scheduler.ts';
import { callAfter, machineTimeZone } from './schedule/machine-time.ts';
import { openStore, type Store } from './store/open-store.ts';
import type { RunRow, UnitRow } from './store/runs.ts';
import { sweepJournal } from './store/sweep-journal.ts';
import { createTrash, type Trash } from './trash.ts';

/** What a face asks for when it wants a backup made without a saved job. */
export interface BackupRequest {
  /** A saved job; without one this is an ad-hoc backup of its own. */
  readonly jobId?: string;
  /** Removals a person has looked at and approved, by the names they were told (`held`): the brake lets these pass. */
  readonly approved?: ReadonlySet<string>;
  /** Absolute paths, as the user gave them (resolved against the folder they called from). */
  readonly source: string;
  readonly destination: string;
  readonly options: JobOptions;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  /** Send a `change` event per changed name. Costs about a quarter more time on small files. */
  readonly reportChanges: boolean;
  /** The user says the disk or share at source or destination was changed on purpose. */
  readonly acceptNewMounts: boolean;
  /** End of its window, ms since the epoch: the run ends then as `stopped`, and the next one goes on. Left out: it takes the time it needs. */
  readonly closesAt?: number;
  /**
   * Asked once before the first mirror run into a folder Daybreak did not fill, with what would be deleted.
   * The run goes on only if it answers true.
   */
  readonly confirmFirstMirror: (preview: FirstMirrorPreview) => Promise<boolean>;
}

export interface FirstMirrorPreview {
  readonly destination: string;
  readonly entries: number;
  /** At most 1,000 names, for people. */
  readonly names: readonly string[];
}

export interface RunOutcome {
  /** Null for a dry run, which leaves no record. */
  readonly run: number | null;
  readonly state: RunState;
  readonly totals: RunTotals;
  readonly durationMs: number;
  readonly error: ErrorData | null;
}

/** A run that was started. Its promise never rejects: a failure is an outcome. */
export interface RunHandle {
  readonly ended: Promise<RunOutcome>;
  /** Ends all rsyncs cleanly; within 2 s on a healthy machine. Safe to call again. */
  cancel(): void;
  /** Kills all processes at once. */
  kill(): void;
  pause(): void;
  resume(): void;
  setPoolSize(size: number | 'auto'): void;
  /** Tries a failed or warned unit again. Throws `AppError` not-found where there is none such, or the run copies no more. */
  retryUnit(unit: number): void;
}

/** One line of `daybreak doctor`. */
export interface DoctorCheck {
  readonly name: string;
  readonly state: 'good' | 'warning' | 'problem';
  readonly message: string;
  readonly hint?: string;
}

/** The whole product, as its faces see it. */
export interface App {
  backup(request: BackupRequest, watch: (event: RunEventData) => void): RunHandle;
  /** Newest first. */
  history(limit: number): readonly RunRow[];
  /** One run, its units, slowest first, and what limited it. Throws `AppError` not-found. */
  run(id: number): { run: RunRow; units: readonly UnitRow[]; verdict: Verdict | null };
  doctor(): Promise<readonly DoctorCheck[]>;
  readonly live: LiveRuns;
  readonly jobs: Jobs;
  readonly places: Places;
  readonly trash: Trash;
  readonly lab: Lab;
  readonly sampler: Sampler;
  readonly receipts: Receipts;
  readonly notify: Notifications;
  /** Does nothing until a host starts it. */
  readonly scheduler: Scheduler;
  settings(): Settings;
  setSettings(settings: Settings): Settings;
  /** What is remembered; opened by the first call. */
  store(): Store;
  now(): number;
  close(): Promise<void>;
}

/**
 * Builds the product in plain Node. Nothing is read or written before it is needed: the data folder is opened by the first
 * call that remembers something, which also clears up after hosts that crashed.
 */
export function createApp(ports: Ports): Promise<App> {
  let store: Store | null = null;
  const running = new Set<RunHandle>();
  let begun = 0;
  const heldLocks: HeldLocks = new Set();
  const budget = createWorkerBudget(ports.tuning?.workerBudget);

  function open(): Store {
    if (store) return store;
    const opened = openStore(ports.dataFolder, { onRun: (run, what) => (what === 'began' ? notify.runBegan(run) : notify.runEnded(run)) });
    store = opened;
    clearUp(opened);
    return store;
  }

  /** After hosts that crashed: their processes and their runs. */
  function clearUp(opened: Store): void {
    sweepJournal(opened);
    const lost = opened.runs.markInterrupted(isAlive, ports.clock.now());
    tryToWriteReceipts(opened, ports);
    for (const run of lost) notify.runEnded(run.id);
  }

  function backup(request: BackupRequest, watch: (event: RunEventData) => void): RunHandle {
    const handle = startRun({ ports, store: open, heldLocks, budget }, request, watch);
    running.add(handle);
    begun++;
    void handle.ended.then(() => running.delete(handle));
    return handle;
  }

  const now = () => ports.clock.now();
  const notify = createNotifications({
    store: open, now, secrets: ports.secrets ?? fileSecrets(ports.dataFolder, ports.env['CREDENTIALS_DIRECTORY']),
    mayDeliver: () => scheduler.state().owner !== 'other', retryMs: ports.tuning?.messageRetryMs,
  });
  const live = createLiveRuns({ store: open, now, backup });
  const places = createPlaces({ ports, store: open });
  const trash = createTrash({ ports, store: open });
  const sampler = createSampler(now);
  const scheduler = createScheduler({
    store: open, now, live, timer: callAfter, machineTimeZone, isAlive,
    self: { pid: process.pid, startTime: processStartTime(process.pid) ?? '' },
    missingPlace: (job) => missingPlace(places, job),
    takeOver: () => clearUp(open()),
    onError: (error) => process.emitWarning(error),
    longestWaitMs: ports.tuning?.schedulerWaitMs, settleMs: ports.tuning?.settleMs,
  });
  const jobs = createJobs({
    store: open, now, dataFolder: ports.dataFolder, nextDue: (job) => scheduler.nextDue(job),
    isRunning: (id) => live.isRunning(id) || open().runs.live().some((run) => run.jobId === id),
  });
  const lab = createLab({
    ports, store: open, runs: () => ({ live: running.size > 0, begun }), updateJob: (id, job) => void jobs.update(id, job),
  });
  return Promise.resolve({
    backup, live, jobs, places, trash, lab, sampler, receipts: createReceipts(open, ports), notify, scheduler, store: open, now,
    history: (limit) => open().runs.list({ limit }),
    run(id) {
      const { runs, units, diagnoses } = open();
      return { run: runs.get(id), units: units.list(id), verdict: diagnoses.of(id).verdict };
    },
    doctor: () => doctor(ports),
    settings: () => open().settings.get(),
    setSettings(settings) {
      open().settings.set(settings);
      return settings;
    },
    async close() {
      scheduler.stop();
      for (const handle of running) handle.cancel();
      await lab.close();
      await Promise.all([...running].map((handle) => handle.ended));
      await trash.close();
      await notify.close();
      sampler.stop();
      places.close();
      store?.close();
      store = null;
    },
  });
}
