import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { NotifySettings } from '../../../src-shared/notify.ts';
import { checked, fromJson, inTransaction } from './database.ts';
import { good } from './destinations.ts';

/** A saved job and since when nothing ran well. Times in ms since the epoch. */
export interface JobSilence {
  readonly jobId: string;
  readonly createdAt: number;
  /** After how many hours people are told; null: never. */
  readonly silentHours: number | null;
  /** End of its last good run; null: there was none. */
  readonly lastGoodAt: number | null;
  /** Beginning of the silence that people were told of; null: of none. */
  readonly toldSince: number | null;
}

const AlarmFacts = z.object({ id: z.int(), jobId: z.string(), folder: z.string(), run: z.int(), at: z.number(), reason: z.string() });
export type AlarmFacts = z.infer<typeof AlarmFacts>;

/** How people are told, and what they were told already. */
export interface NotifyFacts {
  get(): NotifySettings;
  set(settings: NotifySettings): void;
  /** Of saved jobs that are watched, or were when a silence was told. */
  silences(): JobSilence[];
  /** Remembers that a silence was told, or (null) that it is over; false where another process did so first. `work` is kept with it or not at all. */
  tellSilence(silence: JobSilence, since: number | null, work: () => void): boolean;
  /** Alarms of saved jobs that nobody was told of, oldest first; `work` tells of each, and all are remembered as told. */
  tellAlarms(work: (alarm: AlarmFacts) => void): void;
  /** Names that failed in a run, or else its units that were not done. */
  failedOf(run: number): { count: number; what: 'names' | 'parts' };
}

const Silences = z.record(z.string(), z.number());
const names = { settings: 'notify', silences: 'notify-silences', alarm: 'notify-last-alarm' } as const;

/** What is kept in `database` for telling people. */
export function notifyFacts(database: DatabaseSync): NotifyFacts {
  const read = database.prepare('SELECT value FROM settings WHERE name = ?');
  const write = database.prepare('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value');
  const jobs = database.prepare(`
    SELECT id AS jobId, created_at AS createdAt, json_extract(notify, '$.silentHours') AS silentHours,
      (SELECT ended_at FROM runs WHERE runs.job = jobs.key AND state IN ${good} ORDER BY runs.id DESC LIMIT 1) AS lastGoodAt
    FROM jobs WHERE kind = 'saved' ORDER BY name`);
  const alarms = database.prepare(`
    SELECT alarms.id, jobs.id AS jobId, folder, run, at, reason FROM alarms JOIN jobs ON jobs.key = alarms.job
    WHERE alarms.id > ? ORDER BY alarms.id`);
  const failedNames = database.prepare('SELECT count(*) AS count FROM failures WHERE last_run = ?');
  // Of a unit that was tried again, the last try counts.
  const failedUnits = database.prepare(`
    SELECT count(*) AS count FROM units AS tried WHERE run = ? AND state IN ('failed', 'warned')
      AND attempt = (SELECT max(attempt) FROM units WHERE run = tried.run AND unit = tried.unit)`);
  const text = (name: string): string | null => {
    const value = read.get(name)?.['value'];
    return typeof value === 'string' ? value : null;
  };
  const toldSilences = (): Record<string, number> => fromJson(Silences, text(names.silences) ?? '{}', 'the silences that were told');
  return {
    get: () => fromJson(NotifySettings, text(names.settings) ?? '{}', 'the settings of notifications'),
    set(settings) {
      write.run(names.settings, JSON.stringify(settings));
    },
    silences() {
      const told = toldSilences();
      const rows = jobs.all() as unknown as Omit<JobSilence, 'toldSince'>[];
      return rows.map((row) => ({ ...row, toldSince: told[row.jobId] ?? null })).filter(({ silentHours, toldSince }) => silentHours !== null || toldSince !== null);
    },
    tellSilence({ jobId, toldSince }, since, work) {
      return inTransaction(database, () => {
        const { [jobId]: told = null, ...others } = toldSilences();
        if (told !== toldSince) return false;
        write.run(names.silences, JSON.stringify(since === null ? others : { ...others, [jobId]: since }));
        work();
        return true;
      });
    },
    tellAlarms(work) {
      const last = Number(text(names.alarm) ?? 0);
      if (alarms.get(last) === undefined) return;
      inTransaction(database, () => {
        const fresh = alarms.all(Number(text(names.alarm) ?? 0)).map((row) => checked(AlarmFacts, { ...row }, 'an alarm'));
        for (const alarm of fresh) work(alarm);
        const newest = fresh.at(-1);
        if (newest) write.run(names.alarm, JSON.stringify(newest.id));
      });
    },
    failedOf(run) {
      const failed = Number(failedNames.get(run)?.['count']);
      return failed > 0 ? { count: failed, what: 'names' } : { count: Number(failedUnits.get(run)?.['count']), what: 'parts' };
    },
  };
}
