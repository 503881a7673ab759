import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../src-shared/errors.ts';
import { Job, JobOptions } from '../../../src-shared/job.ts';
import { checked, fromJson } from './database.ts';

/** The definitions of what is backed up where. */
export interface JobStore {
  /**
   * The implicit job of `daybreak backup` for this pair of folders (absolute, without a trailing slash), made where
   * there is none. Its options become these: the latest used. `now` in ms since the epoch.
   */
  adHocJob(source: string, destination: string, options: JobOptions, now: number): Job;
  /** The same without making one, for a dry run; null where this pair was never backed up. */
  findAdHoc(source: string, destination: string): Job | null;
  /** All jobs, by name. */
  list(): Job[];
  find(id: string): Job | null;
}

interface JobColumns {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly source: string;
  readonly destination: string;
  readonly options: string;
}

const columns = 'id, kind, name, source, destination, options';

/** The jobs in `database`. */
export function jobStore(database: DatabaseSync): JobStore {
  const put = database.prepare(`
    INSERT INTO jobs (id, kind, name, source, destination, options, created_at, updated_at) VALUES (?, 'ad-hoc', ?, ?, ?, ?, ?, ?)
    ON CONFLICT (source, destination) WHERE kind = 'ad-hoc' DO UPDATE
      SET options = excluded.options, updated_at = excluded.updated_at
    RETURNING ${columns}`);
  const byPair = database.prepare(`SELECT ${columns} FROM jobs WHERE source = ? AND destination = ? AND kind = 'ad-hoc'`);
  const byId = database.prepare(`SELECT ${columns} FROM jobs WHERE id = ?`);
  const all = database.prepare(`SELECT ${columns} FROM jobs ORDER BY name, id`);
  const one = (row: unknown): Job | null => (row === undefined ? null : toJob(row as JobColumns));
  return {
    adHocJob(source, destination, options, now) {
      const time = Math.round(now);
      const row = put.get(randomUUID(), `${source} -> ${destination}`, source, destination, JSON.stringify(options), time, time);
      return toJob(row as unknown as JobColumns);
    },
    findAdHoc: (source, destination) => one(byPair.get(source, destination)),
    list: () => (all.all() as unknown as JobColumns[]).map(toJob),
    find: (id) => one(byId.get(id)),
  };
}

function toJob(row: JobColumns): Job {
  const where = `job ${row.name}`;
  return checked(Job, { ...row, options: fromJson(JobOptions, row.options, `the options of ${where}`) }, where);
}

/** Finds the number other tables know a job by. The function it gives throws `AppError` not-found. */
export function jobKeys(database: DatabaseSync): (jobId: string) => number {
  const find = database.prepare('SELECT key FROM jobs WHERE id = ?');
  return (jobId) => {
    const row = find.get(jobId);
    if (row === undefined) {
      throw new AppError({
        kind: 'not-found', message: `There is no job ${jobId}.`, hint: 'It may have been removed meanwhile.',
      });
    }
    return Number(row['key']);
  };
}
