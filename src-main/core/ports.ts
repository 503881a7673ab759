import type { ServiceState } from '../../src-shared/app-state.ts';

/** What a host supplies to the core: its processes, its clock and its data folder. */

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to stderr: a stack trace when it crashed. */
  readonly lastWords: string;
}

/** A forked process of ours. Messages are plain data that can be cloned. */
export interface ForkedProcess {
  readonly pid: number;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, after the process is gone and no message will follow. */
  onExit(listener: (exit: ProcessExit) => void): void;
  /** SIGKILL, for a process that does not answer. Ask it to stop first. */
  kill(): void;
}

export type ForkedScript = 'worker' | 'scout' | 'lab';

/** UV_THREADPOOL_SIZE: file calls wait for a server most of the time (a walk measured: 348 ms with 64, 868 ms with 4). Half as many workers then do the same, and each costs 50 ms of processor time to start. */
export const fileThreads: Readonly<Record<ForkedScript, string>> = { scout: '64', worker: '64', lab: '64' };

/** Forks workers and scouts: child_process here, utilityProcess in the desktop app. */
export interface WorkerHost {
  fork(script: ForkedScript): ForkedProcess;
}

/** Wall clock, ms since the epoch; a port so that tests can move it. */
export interface Clock {
  now(): number;
}

export type SecretName = 'mail-password';

/** Where passwords are kept. They go in, and come out only to be used. */
export interface SecretStore {
  /** Null where none is kept. Rejects with `AppError` permission or data-damaged where it must not or cannot be read. */
  get(name: SecretName): Promise<string | null>;
  /** Null forgets it. Rejects with `AppError` permission where it cannot be kept safely. */
  set(name: SecretName, secret: string | null): Promise<void>;
  /** Why secrets cannot be kept here, in one sentence; null: they can. */
  whyNot(): Promise<string | null>;
}

/** Figures a test sets to reach rare situations with small trees; the product leaves them alone. Times in ms. */
export interface Tuning {
  readonly minUnitMs?: number | undefined;
  readonly maxUnitMs?: number | undefined;
  readonly msPerEntry?: number | undefined;
  /** Copy and compare as if each file call waited for a server. */
  readonly isSlow?: boolean | undefined;
  /** Workers that the runs on one device may have together. */
  readonly workerBudget?: number | undefined;
  /** A unit that runs for so long while lanes are idle is split. */
  readonly splitAfterMs?: number | undefined;
  /** Size of the units that do its rest. */
  readonly restUnitMs?: number | undefined;
  /** A file of which less was copied when it was cut off is not kept. */
  readonly cutBytes?: number | undefined;
  /** rsync's --timeout. */
  readonly rsyncTimeoutSeconds?: number | undefined;
  /** After this long without an answer a path is said to hang. */
  readonly answerMs?: number | undefined;
  /** How often a run that copies looks whether both ends are still the same. */
  readonly placesEveryMs?: number | undefined;
  /** How often a run looks whether a full destination has room again, and how long it waits for that in all. */
  readonly roomEveryMs?: number | undefined;
  readonly roomWaitMs?: number | undefined;
  /** How long a machine gets to settle before it makes up for missed runs. */
  readonly settleMs?: number | undefined;
  /** The scheduler looks at the clock at least this often. */
  readonly schedulerWaitMs?: number | undefined;
  /** The Lab leaves the caches of the machine as they are. */
  readonly keepsCaches?: boolean | undefined;
  /** How long a message that could not be sent waits for its second try. */
  readonly messageRetryMs?: number | undefined;
}

export interface Ports {
  readonly workerHost: WorkerHost;
  readonly clock: Clock;
  /** Absolute; made with mode 0700 where missing. */
  readonly dataFolder: string;
  /** Environment of the host (PATH is searched for rsync). */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tuning?: Tuning | undefined;
  /** Daybreak's version, as in package.json, for receipts. */
  readonly version?: string | undefined;
  /** Left out: a file in the data folder, or a credential of systemd. */
  readonly secrets?: SecretStore | undefined;
}

/** The system service of this machine, as another host follows and steers it. The calls throw `AppError`. */
export interface ServiceLink {
  state(): ServiceState;
  /** Called after a change of the state. */
  subscribe(listener: () => void): void;
  /** The key of the new run. */
  start(jobId: string): Promise<{ key: string }>;
  steer(what: 'cancel' | 'pause' | 'resume', key: string): Promise<void>;
}

/** A face that shows the interface: the desktop app or a browser. What it lacks, the interface does not offer. */
export interface FacePort {
  readonly kind: 'desktop' | 'browser';
  /** Daybreak's version, as in package.json. */
  readonly version: string;
  /** A native dialog; null when it was closed. */
  pickFolder?(title: string, start: string | null): Promise<string | null>;
  /** Shows a folder in the system's file manager. */
  openFolder?(path: string): Promise<void>;
  /** Where this host is not the service itself. */
  readonly service?: ServiceLink | undefined;
}
