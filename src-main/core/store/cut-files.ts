import type { DatabaseSync } from 'node:sqlite';
import { CutFile } from '../../../src-shared/cut-file.ts';
import { fromJson } from './database.ts';
import { jobKeys } from './jobs.ts';

/** Large files of saved jobs whose copy was cut off. Both throw `AppError` not-found for an unknown job. */
export interface CutFileStore {
  list(jobId: string): CutFile[];
  /** Keeps one, instead of what was known of its name. */
  put(jobId: string, file: CutFile): void;
  /** Forgets one by the name it is kept under. */
  remove(kept: string): void;
}

/** The files that were cut off, in `database`. */
export function cutFileStore(database: DatabaseSync): CutFileStore {
  const keyOf = jobKeys(database);
  const list = database.prepare('SELECT file FROM cut_files WHERE job = ? ORDER BY name');
  const put = database.prepare('INSERT OR REPLACE INTO cut_files (kept, job, name, file) VALUES (?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM cut_files WHERE kept = ?');
  return {
    list: (jobId) => list.all(keyOf(jobId)).map((row) => fromJson(CutFile, String(row['file']), `a file of job ${jobId} that was cut off`)),
    put(jobId, file) {
      put.run(file.kept, keyOf(jobId), file.name, JSON.stringify(file));
    },
    remove(kept) {
      remove.run(kept);
    },
  };
}
