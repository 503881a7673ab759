import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { checked } from './database.ts';
import type { WriteBehind } from './write-behind.ts';

export const JournalKind = z.enum(['worker', 'scout', 'rsync']);
export type JournalKind = z.infer<typeof JournalKind>;

/** A process that must not outlive its host. Start times as `processStartTime` gives them. */
export const JournalEntry = z.object({
  pid: z.int(),
  startTime: z.string(),
  /** An `rsync` leads a process group of its own. */
  kind: JournalKind,
  runId: z.int().nullable(),
  hostPid: z.int(),
  hostStartTime: z.string(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

/** The processes started and not yet seen to end, of all hosts. */
export interface ProcessJournal {
  /** On disk when it returns, together with the units that were started before. */
  add(entry: JournalEntry): void;
  /** Nothing happens where it is not listed. */
  remove(pid: number, startTime: string): void;
  all(): JournalEntry[];
}

/** The journal in `database`. `line` holds the unit rows that wait. */
export function processJournal(database: DatabaseSync, line: WriteBehind): ProcessJournal {
  const put = database.prepare(`
    INSERT OR REPLACE INTO processes (pid, start_time, kind, run, host_pid, host_start_time) VALUES (?, ?, ?, ?, ?, ?)`);
  const drop = database.prepare('DELETE FROM processes WHERE pid = ? AND start_time = ?');
  const read = database.prepare(`
    SELECT pid, start_time AS startTime, kind, run AS runId, host_pid AS hostPid, host_start_time AS hostStartTime
    FROM processes ORDER BY pid`);
  return {
    add(entry) {
      // A unit's row must be there before its rsync can leave anything behind: that is what a sweep goes by.
      line.now(() => {
        put.run(entry.pid, entry.startTime, entry.kind, entry.runId, entry.hostPid, entry.hostStartTime);
      });
    },
    remove(pid, startTime) {
      drop.run(pid, startTime);
    },
    all: () => read.all().map((row) => checked(JournalEntry, { ...row }, 'the journal of processes')),
  };
}
