import { processStartTime } from '../rsync/process-identity.ts';
import type { Prepared } from './before.ts';
import type { ProcessJournal } from './pool.ts';

/** Writes each started rsync of this run (0: of none) to the store's journal, under this host's name. */
export function journalFor({ store, run }: Pick<Prepared, 'store' | 'run'>): ProcessJournal {
  const hostStartTime = processStartTime(process.pid) ?? '';
  return {
    started(pid, startTime, kind) {
      store.journal.add({ pid, startTime, kind, runId: run > 0 ? run : null, hostPid: process.pid, hostStartTime });
    },
    ended(pid, startTime) {
      try {
        store.journal.remove(pid, startTime);
      } catch {
        // A killed one may be gone only when the history is closed, or there is no space: the next sweep sees that it has ended.
      }
    },
  };
}
