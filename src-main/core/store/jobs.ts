import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../src-shared/errors.ts';
import { Job, JobOptions, type JobDraft } from '../../../src-shared/job.ts';
import { JobNotify } from '../../../src-shared/notify.ts';
import { Schedule } from '../../../src-shared/schedule.ts';
import { checked, fromJson, inTransaction } from './database.ts';

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
  /** A saved job. Throws `AppError` invalid-input where another saved job has this name. */
  create(draft: JobDraft, now: number): Job;
  /** Gives a job a new definition; an ad-hoc one becomes a saved one. Throws `AppError` not-found, or as `create` does. */
  update(id: string, draft: JobDraft, now: number): Job;
  /** Takes a job away with its whole history; throws `AppError` not-found. */
  delete(id: string): void;
}

interface JobColumns {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly source: string;
  readonly destination: string;
  readonly options: string;
  readonly schedule: string | null;
  readonly notify: string | null;
}

const columns = 'id, kind, name, source, destination, options, schedule, notify';

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
    ...savedJobs(database, one),
    list: () => (all.all() as unknown as JobColumns[]).map(toJob),
    find: (id) => one(byId.get(id)),
  };
}

function savedJobs(database: DatabaseSync, one: (row: unknown) => Job | null): Pick<JobStore, 'create' | 'update' | 'delete'> {
  const add = database.prepare(`
    INSERT INTO jobs (id, kind, name, source, destination, options, schedule, notify, created_at, updated_at, schedule_since)
    VALUES (?, 'saved', ?, ?, ?, ?, ?, ?, ?, ?, ?)
    RETURNING ${columns}`);
  const change = database.prepare(`
    UPDATE jobs SET kind = 'saved', name = ?1, source = ?2, destination = ?3, options = ?4, notify = ?6, updated_at = ?7,
      schedule_since = CASE WHEN schedule IS ?5 THEN schedule_since ELSE ?7 END, schedule = ?5,
      has_links = CASE WHEN source = ?2 THEN has_links END -- nobody has seen another source
    WHERE id = ?8 RETURNING ${columns}`);
  const remove = database.prepare('DELETE FROM jobs WHERE id = ?');
  // Edited to another place, the job has not seen what is there.
  const forgetPlaces = database.prepare(`
    DELETE FROM passports WHERE job = (SELECT key FROM jobs WHERE id = ? AND (source <> ? OR destination <> ?))`);
  const sameName = database.prepare('SELECT 1 FROM jobs WHERE name = ? AND kind = \'saved\' AND id <> ?');

  function refuseSecondOf(name: string, id: string): void {
    if (sameName.get(name, id) === undefined) return;
    throw new AppError({
      kind: 'invalid-input', message: `There is a job named "${name}" already.`, hint: 'Give this one another name.',
    });
  }

  return {
    create(draft, now) {
      const id = randomUUID();
      const time = Math.round(now);
      return inTransaction(database, () => {
        refuseSecondOf(draft.name, id);
        return one(add.get(id, draft.name, draft.source, draft.destination, ...definition(draft), time, time, time))!;
      });
    },
    update(id, draft, now) {
      return inTransaction(database, () => {
        refuseSecondOf(draft.name, id);
        forgetPlaces.run(id, draft.source, draft.destination);
        const job = one(change.get(draft.name, draft.source, draft.destination, ...definition(draft), Math.round(now), id));
        if (job === null) throw noJob(id);
        return job;
      });
    },
    delete(id) {
      if (remove.run(id).changes === 0) throw noJob(id);
    },
  };
}

/** What is kept as JSON: options, schedule, notify. */
function definition({ options, schedule, notify }: JobDraft): [string, string | null, string | null] {
  return [JSON.stringify(options), schedule ? JSON.stringify(schedule) : null, notify ? JSON.stringify(notify) : null];
}

function noJob(id: string): AppError {
  return new AppError({ kind: 'not-found', message: `There is no job ${id}.`, hint: 'It may have been removed meanwhile.' });
}

function toJob(row: JobColumns): Job {
  const where = `job ${row.name}`;
  return checked(Job, {
    ...row,
    options: fromJson(JobOptions, row.options, `the options of ${where}`),
    schedule: row.schedule === null ? null : fromJson(Schedule, row.schedule, `the schedule of ${where}`),
    notify: row.notify === null ? undefined : fromJson(JobNotify, row.notify, `the notifications of ${where}`),
  }, where);
}

/** Finds the number other tables know a job by. The function it gives throws `AppError` not-found. */
export function jobKeys(database: DatabaseSync): (jobId: string) => number {
  const find = database.prepare('SELECT key FROM jobs WHERE id = ?');
  return (jobId) => {
    const row = find.get(jobId);
    if (row === undefined) throw noJob(jobId);
    return Number(row['key']);
  };
}
