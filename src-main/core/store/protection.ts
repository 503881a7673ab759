import type { DatabaseSync } from 'node:sqlite';
import type { ByteName } from '../../../src-shared/byte-name.ts';
import { FolderRun, type FolderProtection } from '../../../src-shared/protection.ts';
import { checked, inTransaction, whole } from './database.ts';
import { jobKeys } from './jobs.ts';

/** A name that failed, and why. */
export interface FailedName {
  readonly name: string;
  readonly reason: string;
}

/** What runs did in each top folder, and which names failed. Folders are `ByteName`s; times in ms since the epoch. */
export interface ProtectionStore {
  /** Replaces what is known of this run. */
  put(run: number, folders: readonly FolderRun[]): void;
  of(run: number): FolderRun[];
  /** The folders of the newest run that told of any; one that was taken away at the source is not among them. */
  folders(jobId: string): (FolderProtection & { folder: ByteName })[];
  /** The durations of the last runs, newest first: per folder where it was copied, and of whole runs that came to their end. */
  past(jobId: string, runs: number): {
    folders: { folder: ByteName; durations: number[] }[]; runs: { durationMs: number; unitsMs: number }[];
  };
  /** Names that failed when their folder was last copied. */
  failures(jobId: string): Set<string>;
  /** The failures of a run take the place of those before it, but for names that it did not come to. */
  setFailures(jobId: string, run: number, failures: readonly FailedName[], wasReached: (name: string) => boolean): void;
}

/** The folder's content was copied, but for names that are listed as failed; what is held is copied too, unless nothing was looked at. */
const isCopied = '(f.state IN (\'done\', \'warned\') OR (f.state = \'held\' AND f.entries > 0))';
/** Durations a usual one is worked out from. */
const usualRuns = 14;

const newestWithFolders = `(SELECT id FROM runs WHERE job = ?1 AND EXISTS (SELECT 1 FROM folder_runs WHERE run = runs.id) ORDER BY id DESC LIMIT 1)`;

/** The start of the last run that copied the folder `now.folder` of job ?1; null where there is none. */
const copiedAt = `(SELECT runs.started_at FROM runs JOIN folder_runs f ON f.run = runs.id AND f.folder = now.folder
  WHERE runs.job = ?1 AND runs.ended_at IS NOT NULL AND ${isCopied} ORDER BY runs.id DESC LIMIT 1)`;

/**
 * Until when all of job ?1 is protected, as one row `folders, protectedUntil`: the oldest of its folders, null where one was
 * never copied. `folders` is 0 where no run has told of any.
 */
export const jobProtection = `
  SELECT count(*) AS folders, CASE WHEN count(at) < count(*) THEN NULL ELSE min(at) END AS protectedUntil
  FROM (SELECT ${copiedAt} AS at FROM folder_runs now WHERE now.run = ${newestWithFolders})`;

/** The facts about folders in `database`. */
export function protectionStore(database: DatabaseSync): ProtectionStore {
  return { ...folderRuns(database), ...failedNames(database) };
}

function folderRuns(database: DatabaseSync): Pick<ProtectionStore, 'put' | 'of' | 'folders' | 'past'> {
  const keyOf = jobKeys(database);
  const clear = database.prepare('DELETE FROM folder_runs WHERE run = ?');
  const add = database.prepare(`
    INSERT INTO folder_runs (run, folder, state, entries, bytes, created, rewritten, deleted, failed, duration_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const list = database.prepare(`
    SELECT folder, state, entries, bytes, created, rewritten, deleted, failed, duration_ms AS durationMs
    FROM folder_runs WHERE run = ? ORDER BY folder`);
  const folders = database.prepare(`
    SELECT now.folder, now.state AS lastState, now.run AS lastRun, ${copiedAt} AS protectedUntil
    FROM folder_runs now WHERE now.run = ${newestWithFolders} ORDER BY now.folder`);
  const durations = database.prepare(`
    SELECT f.folder, f.duration_ms AS durationMs FROM folder_runs f JOIN runs ON runs.id = f.run
    WHERE runs.job = ?1 AND f.run > coalesce((SELECT id FROM runs WHERE job = ?1 AND began_at IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET ?2), 0)
      AND f.folder IN (SELECT folder FROM folder_runs WHERE run = ${newestWithFolders}) AND ${isCopied}
    ORDER BY f.run DESC`);
  const runs = database.prepare(`
    SELECT ended_at - began_at AS durationMs, (SELECT total(duration_ms) FROM folder_runs WHERE run = runs.id) AS unitsMs
    FROM runs WHERE job = ? AND began_at IS NOT NULL AND state IN ('succeeded', 'warned', 'held', 'stopped') ORDER BY id DESC LIMIT ?`);

  function durationsOf(key: number, count: number): Map<ByteName, number[]> {
    const found = new Map<ByteName, number[]>();
    for (const { folder, durationMs } of durations.all(key, count) as unknown as { folder: ByteName; durationMs: number }[]) {
      found.set(folder, [...(found.get(folder) ?? []), durationMs]);
    }
    return found;
  }

  return {
    put(run, rows) {
      inTransaction(database, () => {
        clear.run(run);
        for (const row of rows) {
          add.run(
            run, row.folder, row.state, whole(row.entries), whole(row.bytes), whole(row.created),
            row.rewritten === null ? null : whole(row.rewritten), whole(row.deleted), whole(row.failed), whole(row.durationMs),
          );
        }
      });
    },
    of: (run) => list.all(run).map((row) => checked(FolderRun, { ...row }, `the folders of run ${run}`)),
    folders(jobId) {
      const key = keyOf(jobId);
      const usual = durationsOf(key, usualRuns);
      return (folders.all(key) as unknown as (FolderProtection & { folder: ByteName })[]).map((row) => ({
        folder: row.folder, protectedUntil: row.protectedUntil, lastState: checked(FolderRun.shape.state, row.lastState, `run ${row.lastRun}`),
        lastRun: row.lastRun, usualMs: median(usual.get(row.folder) ?? []),
      }));
    },
    past(jobId, count) {
      const key = keyOf(jobId);
      return {
        folders: [...durationsOf(key, count)].map(([folder, each]) => ({ folder, durations: each })),
        runs: runs.all(key, count).map((row) => ({ ...row }) as unknown as { durationMs: number; unitsMs: number }),
      };
    },
  };
}

function failedNames(database: DatabaseSync): Pick<ProtectionStore, 'failures' | 'setFailures'> {
  const keyOf = jobKeys(database);
  const names = database.prepare('SELECT name FROM failures WHERE job = ?');
  const put = database.prepare(`
    INSERT INTO failures (job, name, reason, first_run, last_run) VALUES (?1, ?2, ?3, ?4, ?4)
    ON CONFLICT (job, name) DO UPDATE SET reason = excluded.reason, last_run = excluded.last_run`);
  const older = database.prepare('SELECT name FROM failures WHERE job = ? AND last_run < ?');
  const remove = database.prepare('DELETE FROM failures WHERE job = ? AND name = ?');
  const all = (rows: Record<string, unknown>[]): string[] => rows.map((row) => String(row['name']));
  return {
    failures: (jobId) => new Set(all(names.all(keyOf(jobId)))),
    setFailures(jobId, run, failures, wasReached) {
      const key = keyOf(jobId);
      inTransaction(database, () => {
        for (const { name, reason } of failures) put.run(key, name, reason, run);
        for (const name of all(older.all(key, run))) if (wasReached(name)) remove.run(key, name);
      });
    },
  };
}

/** The middle one, or the lower of the two; 0 of nothing. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
