import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { fromJson, inTransaction, whole } from './database.ts';

/** The process that schedules the jobs of this data folder. `startTime` as `processStartTime` gives it. */
export const SchedulerOwner = z.object({ pid: z.int(), startTime: z.string(), beatAt: z.number() });
export type SchedulerOwner = z.infer<typeof SchedulerOwner>;

const Pause = z.object({ until: z.number().nullable() });

/** What all processes of a data folder must know of its scheduler. Times in ms since the epoch. */
export interface SchedulerRecord {
  owner(): SchedulerOwner | null;
  /** Takes or keeps the schedules for `self`, unless another owner is there that `isGone` does not hold for. True when they are ours. */
  own(self: SchedulerOwner, isGone: (owner: SchedulerOwner) => boolean): boolean;
  /** Nothing happens where they are another's. */
  release(self: Pick<SchedulerOwner, 'pid' | 'startTime'>): void;
  /** Until when all schedules rest, as it was set; null: they do not. */
  pausedUntil(): number | null;
  setPausedUntil(until: number | null): void;
}

/** A sign of life is written again after so long, ms. */
const beatEveryMs = 60_000;
const ownerName = 'scheduler-owner';
const pauseName = 'scheduler-pause';

/** The scheduler's record in the settings of `database`. */
export function schedulerRecord(database: DatabaseSync): SchedulerRecord {
  const get = database.prepare('SELECT value FROM settings WHERE name = ?');
  const set = database.prepare('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value');
  const drop = database.prepare('DELETE FROM settings WHERE name = ?');
  const isSame = (one: Pick<SchedulerOwner, 'pid' | 'startTime'>, other: SchedulerOwner): boolean => one.pid === other.pid && one.startTime === other.startTime;

  function owner(): SchedulerOwner | null {
    const row = get.get(ownerName);
    return row === undefined ? null : fromJson(SchedulerOwner, String(row['value']), 'the owner of the schedules');
  }

  return {
    owner,
    own(self, isGone) {
      const known = owner();
      if (known !== null && isSame(self, known) && Math.abs(self.beatAt - known.beatAt) < beatEveryMs) return true;
      return inTransaction(database, () => {
        const now = owner();
        if (now !== null && !isSame(self, now) && !isGone(now)) return false;
        set.run(ownerName, JSON.stringify(self));
        return true;
      });
    },
    release(self) {
      inTransaction(database, () => {
        const now = owner();
        if (now !== null && isSame(self, now)) drop.run(ownerName);
      });
    },
    pausedUntil() {
      const row = get.get(pauseName);
      return row === undefined ? null : fromJson(Pause, String(row['value']), 'the pause of the schedules').until;
    },
    setPausedUntil(until) {
      set.run(pauseName, JSON.stringify({ until: until === null ? null : whole(until) }));
    },
  };
}
