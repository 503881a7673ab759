import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { CutFile } from '../../../src-shared/cut-file.ts';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { DeleteLimit, Job } from '../../../src-shared/job.ts';
import type { KeptAttributes } from '../../../src-shared/kept-attributes.ts';
import type { Change } from '../../../src-shared/rsync-result.ts';
import type { RunEventData } from '../../../src-shared/run-event.ts';
import type { Notice, RunTotals } from '../../../src-shared/run.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { CompareCall } from '../../../src-shared/worker-protocol.ts';
import type { BackupRequest } from '../app.ts';
import type { FolderNotes } from '../protection/folder-facts.ts';
import type { Ports } from '../ports.ts';
import type { RsyncProgram } from '../rsync/probe.ts';
import type { Store } from '../store/open-store.ts';
import type { TopChanges } from './changed.ts';
import type { BandwidthShares } from './bandwidth-shares.ts';
import type { UnitProgress } from './copying.ts';
import type { Pool } from './pool.ts';
import type { ProgressTracker } from './progress.ts';
import type { ScoutClient } from './scout-client.ts';
import type { SettledUnits } from './settled.ts';
import type { WorkSum } from './work-sum.ts';

/** A run-event without what every event of a run carries. */
export type EventOf = RunEventData extends infer Event ? (Event extends { run: number; at: number } ? Omit<Event, 'run' | 'at'> : never) : never;

/** What the phases of a run share. */
export interface RunContext {
  readonly ports: Ports;
  readonly store: Store;
  readonly rsync: RsyncProgram;
  readonly job: Job;
  readonly request: BackupRequest;
  /** 0 for a dry run, which has no row. */
  readonly run: number;
  readonly pool: Pool;
  /** No file call of source or destination waits for a server. */
  readonly isLocal: boolean;
  /** Of a file call before the run, both ends together, ms. */
  readonly latencyMs: number;
  /** Which end answers from memory what it told before. */
  readonly remembers: CompareCall['remembers'];
  readonly tracker: ProgressTracker;
  readonly work: WorkSum;
  readonly bandwidth: BandwidthShares;
  readonly scout: () => ScoutClient;
  readonly totals: { -readonly [Key in keyof RunTotals]: RunTotals[Key] };
  readonly notices: Notice[];
  /** The units so far, in the order of the walk, without those that are settled. */
  readonly units: Set<UnitProgress>;
  readonly settled: SettledUnits;
  /** The source has files with several names: no rsync need be asked for them any more. */
  hasLinks: boolean;
  /** Large files that earlier runs of the job were cut off in, by the name they are kept under. */
  readonly cutFiles: Map<string, CutFile>;
  /** What is noted of top folders for the record of the run. */
  readonly folders: FolderNotes;
  /** What starts first among waiting units: the highest. */
  readonly priority: (unit: Unit) => number;
  /** Moment of the lock by the destination's clock, ms: what changed there later is ours. */
  lockedAtMs: number;
  /** What the destination keeps of modes and owners, as its lock has shown. */
  keeps: KeptAttributes;
  /** The first failure that ends the run. */
  failure: ErrorData | null;
  cancelled: boolean;
  /** Its window has ended: what has not begun is left to the next run. */
  closed: boolean;
  /** Tries that a person asked for and that go on. */
  readonly retries: Promise<void>[];
  /** The job's, or the number of removals the user has just seen and approved. */
  deleteLimit: DeleteLimit;
  /** What a preview found that a mirror would remove. */
  readonly previewed: Change[];
  /** What changed in each top folder, as far as it was counted ('': the files directly in the root). */
  readonly changedByTop: Map<ByteName, TopChanges>;
  /** Rewritten files are counted: a saved job, and not its first copy. */
  countsChanges: boolean;
  /** Top folders this run leaves as they are, because an alarm waits for someone to look. */
  readonly heldTops: ReadonlySet<ByteName>;
  /** Top folders in which this run raised an alarm. */
  readonly alarmedTops: Set<ByteName>;
  /** Folder of the trash that takes what this run deletes or overwrites, by its name; null: none. */
  trashFolder: string | null;
  /** Something is less than it should be, so the run cannot end as succeeded. */
  warned: boolean;
  emit(event: EventOf): void;
  notice(notice: Notice): void;
  /** A notice that keeps the run from ending as succeeded. */
  warn(message: string, hint?: string): void;
  /** Ends the run early: stops the pool and keeps the first reason. */
  fail(error: ErrorData): void;
  /** Waits for room at a full destination. Resolves with null when there is some, else with the failure that ends the run. */
  waitForRoom(error: ErrorData): Promise<ErrorData | null>;
  /** The server or the memory cannot carry so many workers. */
  fewerWorkers(): void;
}

/** True once the run should start nothing more. */
export function isEnding(context: RunContext): boolean {
  return context.cancelled || context.closed || context.failure !== null;
}
