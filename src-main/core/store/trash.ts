import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../src-shared/errors.ts';
import type { TrashEntry } from '../../../src-shared/protection.ts';
import { whole } from './database.ts';
import { jobKeys } from './jobs.ts';

/** Where a run's trash lies: `folder` in the trash of `destination`. */
export interface TrashRow extends TrashEntry {
  readonly destination: string;
  readonly folder: string;
}

/** The folders in the trash of all destinations. Times in ms since the epoch. */
export interface TrashStore {
  add(row: Omit<TrashRow, 'jobId'>): void;
  /** Its folder is gone. */
  remove(run: number): void;
  /** Of a job, newest first. Throws `AppError` not-found for a job that is not there. */
  list(jobId: string): TrashRow[];
  /** Of one run of a job. Throws `AppError` not-found. */
  get(jobId: string, run: number): TrashRow;
  /** Of a job at one destination, what need not be kept any longer at `now`. */
  expired(jobId: string, destination: string, now: number): TrashRow[];
}

const columns = 'jobs.id AS jobId, run, at, kept_until AS keptUntil, trash.destination, folder';
const fromTrash = 'FROM trash JOIN runs ON runs.id = trash.run JOIN jobs ON jobs.key = runs.job';

/** The trash that `database` knows. */
export function trashStore(database: DatabaseSync): TrashStore {
  const keyOf = jobKeys(database);
  const add = database.prepare('INSERT INTO trash (run, destination, folder, at, kept_until) VALUES (?, ?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM trash WHERE run = ?');
  const list = database.prepare(`SELECT ${columns} ${fromTrash} WHERE runs.job = ? ORDER BY run DESC`);
  const one = database.prepare(`SELECT ${columns} ${fromTrash} WHERE runs.job = ? AND run = ?`);
  const expired = database.prepare(`
    SELECT ${columns} ${fromTrash} WHERE runs.job = ? AND trash.destination = ? AND kept_until <= ? ORDER BY run`);
  const toRow = (row: unknown): TrashRow => ({ ...(row as TrashRow) });
  return {
    add({ run, destination, folder, at, keptUntil }) {
      add.run(run, destination, folder, whole(at), whole(keptUntil));
    },
    remove: (run) => void remove.run(run),
    list: (jobId) => list.all(keyOf(jobId)).map(toRow),
    get(jobId, run) {
      const row = one.get(keyOf(jobId), run);
      if (row !== undefined) return toRow(row);
      throw new AppError({
        kind: 'not-found', message: `Run ${run} has nothing in the trash.`, hint: 'It moved nothing there, or the time it was kept for is over.',
      });
    },
    expired: (jobId, destination, now) => expired.all(keyOf(jobId), destination, whole(now)).map(toRow),
  };
}
