import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { ByteName } from '../../../src-shared/byte-name.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { Alarm } from '../../../src-shared/protection.ts';
import { display } from '../rsync/byte-name.ts';
import { fromJson, whole } from './database.ts';
import { jobKeys } from './jobs.ts';

/** Runs looked back at when a share is judged. */
const runsLookedAt = 14;

/** What an earlier run did in a top folder. `rewritten` null: it was not counted. */
export interface FolderShare {
  readonly entries: number;
  readonly rewritten: number | null;
  readonly deleted: number;
}

/** An alarm with its folder as bytes. */
export interface OpenAlarm extends Omit<Alarm, 'folder'> {
  readonly folder: ByteName;
}

/** Alarms, and the past they are judged by. Those that take a job's id throw `AppError` not-found. */
export interface AlarmStore {
  /** A second alarm of the same folder replaces what the first one says, and keeps its number. */
  raise(alarm: Omit<OpenAlarm, 'id'>): void;
  /** Those nobody has cleared, oldest first. */
  open(jobId: string): OpenAlarm[];
  /** How many wait in a job. */
  count(jobId: string): number;
  /** Those still open that a run raised or was held by. */
  concerning(run: number): OpenAlarm[];
  /** Throws `AppError` not-found for one that is not there. One that is cleared already is fine. */
  clear(alarm: number, at: number): void;
  /** Folders whose alarm was cleared since the last run before `run` began: what waited there meanwhile has been looked at. */
  justCleared(jobId: string, run: number): Set<ByteName>;
  /** What the last runs before `run` did in each top folder, of the 14 that copied. */
  shares(jobId: string, run: number): Map<ByteName, FolderShare[]>;
}

const Names = z.array(z.string());
const columns = 'alarms.id, jobs.id AS jobId, folder, run, at, reason, names';
const fromOpen = 'FROM alarms JOIN jobs ON jobs.key = alarms.job WHERE cleared_at IS NULL';

/** The alarms in `database`. */
export function alarmStore(database: DatabaseSync): AlarmStore {
  const keyOf = jobKeys(database);
  const again = database.prepare('UPDATE alarms SET run = ?, at = ?, reason = ?, names = ? WHERE job = ? AND folder = ? AND cleared_at IS NULL');
  const add = database.prepare('INSERT INTO alarms (run, at, reason, names, job, folder) VALUES (?, ?, ?, ?, ?, ?)');
  const open = database.prepare(`SELECT ${columns} ${fromOpen} AND alarms.job = ? ORDER BY alarms.id`);
  const count = database.prepare('SELECT count(*) AS count FROM alarms WHERE job = ? AND cleared_at IS NULL');
  const concerning = database.prepare(`
    SELECT ${columns} ${fromOpen} AND alarms.job = (SELECT job FROM runs WHERE id = ?1) AND run <= ?1 ORDER BY alarms.id`);
  const clear = database.prepare('UPDATE alarms SET cleared_at = coalesce(cleared_at, ?) WHERE id = ?');
  const justCleared = database.prepare(`
    SELECT folder FROM alarms WHERE job = ?1 AND cleared_at >=
      (SELECT started_at FROM runs WHERE job = ?1 AND id < ?2 AND began_at IS NOT NULL ORDER BY id DESC LIMIT 1)`);
  const shares = database.prepare(`
    SELECT folder, entries, rewritten, deleted FROM folder_runs WHERE state IN ('done', 'warned') AND run IN
      (SELECT id FROM runs WHERE job = ? AND id < ? AND began_at IS NOT NULL ORDER BY id DESC LIMIT ${runsLookedAt})
    ORDER BY run DESC`);
  return {
    raise({ jobId, folder, run, at, reason, names }) {
      const values = [run, whole(at), reason, JSON.stringify(names), keyOf(jobId), folder] as const;
      if (again.run(...values).changes === 0) add.run(...values);
    },
    open: (jobId) => open.all(keyOf(jobId)).map(toAlarm),
    count: (jobId) => Number(count.get(keyOf(jobId))?.['count']),
    concerning: (run) => concerning.all(run).map(toAlarm),
    clear(alarm, at) {
      if (clear.run(whole(at), alarm).changes > 0) return;
      throw new AppError({ kind: 'not-found', message: `There is no alarm ${alarm}.`, hint: 'Its job may have been deleted meanwhile.' });
    },
    justCleared: (jobId, run) => new Set(justCleared.all(keyOf(jobId), run).map((row) => row['folder'] as ByteName)),
    shares(jobId, run) {
      const rows = shares.all(keyOf(jobId), run) as unknown as (FolderShare & { readonly folder: ByteName })[];
      const byFolder = new Map<ByteName, FolderShare[]>();
      for (const { folder, ...share } of rows) byFolder.set(folder, [...(byFolder.get(folder) ?? []), share]);
      return byFolder;
    },
  };
}

/** As people are shown it: '' for the files directly in the root. */
export function shownAlarm({ folder, ...alarm }: OpenAlarm): Alarm {
  return { ...alarm, folder: folder === '' ? '' : display(folder) };
}

function toAlarm(row: unknown): OpenAlarm {
  const { names, ...alarm } = row as Omit<OpenAlarm, 'names'> & { readonly names: string };
  return { ...alarm, names: fromJson(Names, names, `alarm ${alarm.id}`) };
}
