import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { AppError } from '../../../src-shared/errors.ts';
import { LabResult } from '../../../src-shared/lab.ts';
import { fromJson, whole } from './database.ts';

/** A result as it is kept. */
export type KeptLabResult = LabResult & { readonly id: number };

/** What the Lab has measured. */
export interface LabResultStore {
  /** Keeps a result, with its job where it has one; its number. Only the newest of each job, or of all without one, are kept. */
  add(result: LabResult): number;
  /** Newest first; `jobId` null: of all. */
  list(jobId: string | null): KeptLabResult[];
  /** Throws `AppError` not-found. */
  get(id: number): KeptLabResult;
}

/** Results kept of each job, and as many that belong to none. */
const kept = 20;

/** The results of the Lab in `database`. */
export function labResultStore(database: DatabaseSync): LabResultStore {
  const add = database.prepare('INSERT INTO lab_results (job, at, result) VALUES ((SELECT key FROM jobs WHERE id = ?), ?, ?)');
  const prune = database.prepare(`
    DELETE FROM lab_results WHERE job IS (SELECT key FROM jobs WHERE id = ?1)
      AND id NOT IN (SELECT id FROM lab_results WHERE job IS (SELECT key FROM jobs WHERE id = ?1) ORDER BY id DESC LIMIT ${kept})`);
  const list = database.prepare(`
    SELECT lab_results.id, result FROM lab_results LEFT JOIN jobs ON jobs.key = lab_results.job
    WHERE ?1 IS NULL OR jobs.id = ?1 ORDER BY lab_results.id DESC`);
  const get = database.prepare('SELECT id, result FROM lab_results WHERE id = ?');
  const read = ({ id, result }: Record<string, SQLOutputValue>): KeptLabResult => ({ ...fromJson(LabResult, String(result), `result ${Number(id)} of the Lab`), id: Number(id) });
  return {
    add(result) {
      const added = add.run(result.jobId, whole(result.at), JSON.stringify(result));
      prune.run(result.jobId);
      return Number(added.lastInsertRowid);
    },
    list: (jobId) => list.all(jobId).map(read),
    get(id) {
      const row = get.get(id);
      if (row === undefined) {
        throw new AppError({ kind: 'not-found', message: `The Lab keeps no result ${id}.`, hint: `The newest ${kept} of a job are kept.` });
      }
      return read(row);
    },
  };
}
