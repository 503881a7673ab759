import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { ErrorSchema } from '../../../src-shared/error-schema.ts';
import { AppError, type ErrorData } from '../../../src-shared/errors.ts';
import { liveRunStates, Notice, noTotals, RunState, RunTotals, Trigger } from '../../../src-shared/run.ts';
import type { UnitKind, UnitState } from '../../../src-shared/unit.ts';
import { checked, fromJson, whole } from './database.ts';
import { destinationFacts, good, type OtherDestination } from './destinations.ts';
import { jobKeys } from './jobs.ts';
import { lostRuns } from './lost-runs.ts';
import { keptByDefault, pruneUnits, type Kept } from './prune.ts';
import type { WriteBehind } from './write-behind.ts';

/** A run as the history keeps it. Times in ms since the epoch, sizes in bytes. */
export interface RunRow {
  readonly id: number;
  readonly jobId: string;
  readonly source: string;
  readonly destination: string;
  readonly trigger: Trigger;
  readonly state: RunState;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly totals: RunTotals;
  readonly notices: readonly Notice[];
  readonly limitedBy: string | null;
  readonly error: ErrorData | null;
  readonly rsyncVersion: string | null;
}

/** A unit as the history keeps it. */
export interface UnitRow {
  readonly unit: number;
  readonly kind: UnitKind;
  /** Folder or names, for people. */
  readonly name: string;
  readonly state: UnitState;
  readonly attempt: number;
  readonly lane: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly entries: number;
  readonly bytes: number;
  readonly filesTransferred: number;
  readonly bytesTransferred: number;
  readonly code: number | null;
  readonly argv: readonly string[];
  readonly lastLines: readonly string[];
}

/** A run as it starts. Host: the process that runs it, `hostStartTime` as `processStartTime` gives it. */
export interface RunStart {
  readonly jobId: string;
  readonly trigger: Trigger;
  readonly at: number;
  readonly rsyncVersion: string | null;
  readonly hostPid: number;
  readonly hostStartTime: string;
}

/** How a run ended. */
export interface RunEnd {
  readonly state: RunState;
  readonly at: number;
  readonly totals: RunTotals;
  readonly notices: readonly Notice[];
  readonly limitedBy: string | null;
  readonly error: ErrorData | null;
}

/** A run that has not ended, and who runs it. */
export interface LiveRun extends RunRow {
  readonly hostPid: number;
  readonly hostStartTime: string;
}

/** A lost run that may have left temporary files. `lockedAtMs`: when it took the lock, by the destination's clock. */
export interface UnsweptRun {
  readonly run: number;
  readonly lockedAtMs: number | null;
}

/** The runs of all jobs. All that take an id throw `AppError` not-found where there is no such run. */
export interface RunStore {
  /** In state `queued`; source and destination are those of the job. Returns the id. */
  start(start: RunStart): number;
  /** A live state; `running` also says that copying began. Throws `AppError` internal for another one, or an ended run. */
  setState(id: number, state: RunState, at: number): void;
  setRsyncVersion(id: number, version: string): void;
  setLockedAt(id: number, lockedAtMs: number): void;
  /** Throws `AppError` internal for a live state. Units of old runs are removed then, see `pruneUnits`. */
  end(id: number, end: RunEnd): void;
  /** Newest first. `beforeId`: only older ones, for the next page. */
  list(page: { readonly limit: number; readonly beforeId?: number; readonly jobId?: string }): RunRow[];
  get(id: number): RunRow;
  live(): LiveRun[];
  /** The newest run of a job that has ended, whatever its end; null where there is none. */
  lastEnded(jobId: string): RunRow | null;
  /** The newest run of a job that succeeded, or did but for warnings or held deletes. */
  lastGood(jobId: string): RunRow | null;
  /**
   * Ends the live runs whose host is gone as `interrupted`, with what their units tell of them; returns those.
   * Their end is the last sign of life, not `now`, so that durations stay true.
   */
  markInterrupted(isAlive: (pid: number, startTime: string) => boolean, now: number): RunRow[];
  /** Ended runs into this destination with units still to be swept, oldest first. */
  unsweptInto(destination: string): UnsweptRun[];
  /** Whether any run of any job into this destination was good: its content is ours. */
  filledByUs(destination: string): boolean;
  /** Destinations of all other jobs in which copying once began. */
  otherDestinations(jobId: string): OtherDestination[];
}

/** Columns of a `RunRow`, of runs joined with their jobs. */
export const runColumns = `runs.id, jobs.id AS jobId, runs.source, runs.destination, trigger, state,
  started_at AS startedAt, ended_at AS endedAt, totals, notices, limited_by AS limitedBy, error, rsync_version AS rsyncVersion`;
export const fromRuns = 'FROM runs JOIN jobs ON jobs.key = runs.job';

/** The runs in `database`; `line` holds the unit rows that wait. */
export function runStore(database: DatabaseSync, line: WriteBehind, kept: Kept = keptByDefault): RunStore {
  const keyOf = jobKeys(database);
  const reads = runReads(database, keyOf);
  const writes = runWrites(database, line, kept, keyOf);
  return { ...writes, ...reads, ...lostRuns(database, reads), ...destinationFacts(database, keyOf) };
}

type Writes = Pick<RunStore, 'start' | 'setState' | 'setRsyncVersion' | 'setLockedAt' | 'end'>;

function runWrites(database: DatabaseSync, line: WriteBehind, kept: Kept, keyOf: (jobId: string) => number): Writes {
  const start = database.prepare(`
    INSERT INTO runs (job, source, destination, trigger, state, started_at, totals, notices, rsync_version, host_pid,
      host_start_time)
    SELECT key, source, destination, ?, 'queued', ?, ?, '[]', ?, ?, ? FROM jobs WHERE key = ?`);
  const setState = database.prepare(`
    UPDATE runs SET state = ?1, began_at = CASE WHEN ?1 = 'running' THEN coalesce(began_at, ?2) ELSE began_at END
    WHERE id = ?3 AND ended_at IS NULL`);
  const exists = database.prepare('SELECT 1 FROM runs WHERE id = ?');
  const setVersion = database.prepare('UPDATE runs SET rsync_version = ? WHERE id = ?');
  const setLocked = database.prepare('UPDATE runs SET locked_at = ? WHERE id = ?');
  const end = database.prepare(`
    UPDATE runs SET state = ?, ended_at = ?, totals = ?, notices = ?, limited_by = ?, error = ? WHERE id = ? RETURNING job`);
  return {
    start(run) {
      const added = start.run(
        run.trigger, whole(run.at), JSON.stringify(noTotals), run.rsyncVersion, run.hostPid, run.hostStartTime, keyOf(run.jobId),
      );
      return Number(added.lastInsertRowid);
    },
    setState(id, state, at) {
      if (!liveRunStates.includes(state)) throw misused(`Run ${id} must be ended to be ${state}`);
      if (setState.run(state, whole(at), id).changes === 1) return;
      throw exists.get(id) === undefined ? noRun(id) : misused(`Run ${id} has ended and cannot be ${state}`);
    },
    setRsyncVersion(id, version) {
      if (setVersion.run(version, id).changes === 0) throw noRun(id);
    },
    setLockedAt(id, lockedAtMs) {
      // Down, never up: what was made in that millisecond is ours.
      if (setLocked.run(Math.floor(lockedAtMs), id).changes === 0) throw noRun(id);
    },
    end(id, result) {
      if (liveRunStates.includes(result.state)) throw misused(`Run ${id} cannot end as ${result.state}`);
      line.now(() => {
        const row = end.get(
          result.state, whole(result.at), JSON.stringify(result.totals), JSON.stringify(result.notices), result.limitedBy,
          result.error === null ? null : JSON.stringify(result.error), id,
        );
        if (row === undefined) throw noRun(id);
        pruneUnits(database, Number(row['job']), kept);
      });
    },
  };
}

type Reads = Pick<RunStore, 'list' | 'get' | 'live' | 'lastEnded' | 'lastGood'>;

function runReads(database: DatabaseSync, keyOf: (jobId: string) => number): Reads {
  const page = database.prepare(`SELECT ${runColumns} ${fromRuns} WHERE runs.id < ? ORDER BY runs.id DESC LIMIT ?`);
  const pageOfJob = database.prepare(`
    SELECT ${runColumns} ${fromRuns} WHERE runs.job = ? AND runs.id < ? ORDER BY runs.id DESC LIMIT ?`);
  const get = database.prepare(`SELECT ${runColumns} ${fromRuns} WHERE runs.id = ?`);
  const live = database.prepare(`
    SELECT ${runColumns}, host_pid AS hostPid, host_start_time AS hostStartTime ${fromRuns} WHERE ended_at IS NULL ORDER BY runs.id`);
  const newest = (condition: string) => database.prepare(`
    SELECT ${runColumns} ${fromRuns} WHERE runs.job = ? AND ${condition} ORDER BY runs.id DESC LIMIT 1`);
  const lastEnded = newest('ended_at IS NOT NULL');
  const lastGood = newest(`state IN ${good}`);
  const one = (row: unknown): RunRow | null => (row === undefined ? null : toRunRow(row as RunColumns));
  return {
    list({ limit, beforeId = Number.MAX_SAFE_INTEGER, jobId }) {
      const rows = jobId === undefined ? page.all(beforeId, limit) : pageOfJob.all(keyOf(jobId), beforeId, limit);
      return (rows as unknown as RunColumns[]).map(toRunRow);
    },
    get(id) {
      const run = one(get.get(id));
      if (run === null) throw noRun(id);
      return run;
    },
    live: () => (live.all() as unknown as (RunColumns & Pick<LiveRun, 'hostPid' | 'hostStartTime'>)[])
      .map((row) => ({ ...toRunRow(row), hostPid: row.hostPid, hostStartTime: row.hostStartTime })),
    lastEnded: (jobId) => one(lastEnded.get(keyOf(jobId))),
    lastGood: (jobId) => one(lastGood.get(keyOf(jobId))),
  };
}

export type RunColumns = Omit<RunRow, 'totals' | 'notices' | 'error'> & {
  readonly totals: string; readonly notices: string; readonly error: string | null;
};

const Notices = z.array(Notice);

/** A row of `runColumns`, checked. Throws `AppError` data-damaged. */
export function toRunRow(row: RunColumns): RunRow {
  const where = `run ${row.id}`;
  return {
    ...row,
    trigger: checked(Trigger, row.trigger, where),
    state: checked(RunState, row.state, where),
    totals: fromJson(RunTotals, row.totals, where),
    notices: fromJson(Notices, row.notices, where),
    error: row.error === null ? null : fromJson(ErrorSchema, row.error, where),
  };
}

function noRun(id: number): AppError {
  return new AppError({
    kind: 'not-found', message: `There is no run ${id} in the history.`, hint: 'See "daybreak history" for those there are.',
  });
}

function misused(message: string): AppError {
  return new AppError({ kind: 'internal', message });
}
