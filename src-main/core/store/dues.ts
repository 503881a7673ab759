import type { DatabaseSync } from 'node:sqlite';
import { DueRecord, Schedule } from '../../../src-shared/schedule.ts';
import { checked, fromJson, inTransaction, whole } from './database.ts';
import { jobKeys } from './jobs.ts';

/** What a due time that is not decided waits for: to be started, for the machine to settle, or for a person's answer. */
export type DueWait = 'start' | 'settle' | 'answer';

/** A job with a schedule that is on. Times in ms since the epoch. */
export interface ScheduledJob {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly destination: string;
  readonly schedule: Schedule;
  /** The same as it is kept: equal texts are equal schedules. */
  readonly text: string;
  /** When the schedule became as it is: earlier due times are not its own. */
  readonly since: number;
  /** Due times up to then are known already, or not its own. */
  readonly knownUntil: number;
}

/** A due time that waits. */
export interface WaitingDue {
  readonly jobId: string;
  readonly dueAt: number;
  readonly waitsFor: DueWait;
  readonly reason: string | null;
}

/** What is to be kept of due times: `waitsFor` null where it is decided. */
export interface DueEntry {
  readonly outcome: DueRecord['outcome'];
  readonly waitsFor: DueWait | null;
  readonly reason: string | null;
  readonly at: number;
}

/** What became of the due times of all jobs. Those that take a job throw `AppError` not-found where there is none. */
export interface DueStore {
  /** Jobs whose schedule is on. */
  scheduled(): ScheduledJob[];
  /** Of all jobs, oldest first; also of those whose schedule is off by now. */
  waiting(): WaitingDue[];
  /** Keeps due times seen for the first time; one that is there already stays as it is. */
  add(jobId: string, entries: ReadonlyMap<number, DueEntry>): void;
  /** Changes due times that are there, all of them or none. `started` is called in the same transaction: where it throws, nothing changed. */
  change(jobId: string, entries: ReadonlyMap<number, DueEntry>, started?: () => void): void;
  setRun(jobId: string, dueTimes: readonly number[], run: number): void;
  /** Newest first. */
  list(jobId: string, limit: number): DueRecord[];
  /** Takes away what lies after `at`, as a clock that was far ahead had brought it: schedules saved then count from `now`. */
  forgetAfter(at: number, now: number): void;
}

/** Due times kept of each job. */
const mostKept = 2000;

/** The due times in `database`. */
export function dueStore(database: DatabaseSync): DueStore {
  const keyOf = jobKeys(database);
  const scheduled = database.prepare(`
    SELECT id, name, source, destination, schedule AS text, schedule_since AS since,
      max(schedule_since, coalesce((SELECT max(due_at) FROM dues WHERE job = key), 0)) AS knownUntil
    FROM jobs WHERE schedule IS NOT NULL AND json_extract(schedule, '$.enabled') ORDER BY name, id`);
  const waiting = database.prepare(`
    SELECT jobs.id AS jobId, due_at AS dueAt, waits_for AS waitsFor, reason
    FROM dues JOIN jobs ON jobs.key = dues.job WHERE waits_for IS NOT NULL ORDER BY due_at, jobs.name, jobs.id`);
  const add = database.prepare('INSERT OR IGNORE INTO dues (job, due_at, outcome, waits_for, reason, decided_at) VALUES (?, ?, ?, ?, ?, ?)');
  const prune = database.prepare(`
    DELETE FROM dues WHERE job = ?1 AND due_at < (SELECT due_at FROM dues WHERE job = ?1 ORDER BY due_at DESC LIMIT 1 OFFSET ${mostKept})`);
  const change = database.prepare('UPDATE dues SET outcome = ?, waits_for = ?, reason = ?, decided_at = ? WHERE job = ? AND due_at = ?');
  const setRun = database.prepare('UPDATE dues SET run = ? WHERE job = ? AND due_at = ?');
  const list = database.prepare(`
    SELECT jobs.id AS jobId, due_at AS dueAt, outcome, run, reason, decided_at AS decidedAt
    FROM dues JOIN jobs ON jobs.key = dues.job WHERE job = ? ORDER BY due_at DESC LIMIT ?`);
  const forget = database.prepare('DELETE FROM dues WHERE due_at > ?');
  const restart = database.prepare('UPDATE jobs SET schedule_since = ? WHERE schedule_since > ?');
  /** Schedules by their texts: they are read every few seconds, and seldom change. */
  const read = new Map<string, Schedule>();

  function scheduleOf(text: string, name: string): Schedule {
    const schedule = read.get(text) ?? fromJson(Schedule, text, `the schedule of job ${name}`);
    read.set(text, schedule);
    return schedule;
  }

  return {
    scheduled: () => (scheduled.all() as unknown as Omit<ScheduledJob, 'schedule'>[])
      .map((row) => ({ ...row, schedule: scheduleOf(row.text, row.name) })),
    waiting: () => waiting.all().map((row) => ({ ...row }) as unknown as WaitingDue),
    add(jobId, entries) {
      const key = keyOf(jobId);
      inTransaction(database, () => {
        for (const [dueAt, { outcome, waitsFor, reason, at }] of entries) add.run(key, dueAt, outcome, waitsFor, reason, whole(at));
        prune.run(key);
      });
    },
    change(jobId, entries, started) {
      const key = keyOf(jobId);
      inTransaction(database, () => {
        for (const [dueAt, { outcome, waitsFor, reason, at }] of entries) change.run(outcome, waitsFor, reason, whole(at), key, dueAt);
        started?.();
      });
    },
    setRun(jobId, dueTimes, run) {
      const key = keyOf(jobId);
      inTransaction(database, () => {
        for (const dueAt of dueTimes) setRun.run(run, key, dueAt);
      });
    },
    list: (jobId, limit) => list.all(keyOf(jobId), limit).map((row) => checked(DueRecord, { ...row }, 'a due time')),
    forgetAfter(at, now) {
      inTransaction(database, () => {
        forget.run(whole(at));
        restart.run(whole(now), whole(at));
      });
    },
  };
}
