import type { DatabaseSync } from 'node:sqlite';
import type { ErrorData } from '../../../src-shared/errors.ts';
import { nextRunState, noTotals, type RunTotals } from '../../../src-shared/run.ts';
import { inTransaction } from './database.ts';
import type { LiveRun, RunStore, UnsweptRun } from './runs.ts';

/** What the history says of a run whose host is gone. */
const lostError: ErrorData = {
  kind: 'worker-lost',
  message: 'Daybreak was ended while this run was going on (a crash, a power cut, or it was killed).',
  hint: 'Run the backup again: it finishes what is left.',
};

/** What the units of a run tell of it. */
interface Traces {
  readonly entries: number;
  readonly bytes: number;
  readonly filesTransferred: number;
  readonly bytesTransferred: number;
  readonly units: number;
  readonly lastSign: number;
}

/** Runs that were lost with their host, and what is to be swept of them. */
export function lostRuns(
  database: DatabaseSync, reads: Pick<RunStore, 'live' | 'get'>,
): Pick<RunStore, 'markInterrupted' | 'unsweptInto'> {
  // What a running unit was expected to have is not counted.
  const traces = database.prepare(`
    SELECT total(entries) FILTER (WHERE names IS NULL) AS entries, total(bytes) FILTER (WHERE names IS NULL) AS bytes,
      total(files_transferred) AS filesTransferred, total(bytes_transferred) AS bytesTransferred,
      count(*) FILTER (WHERE names IS NULL) AS units, coalesce(max(started_at + duration_ms), 0) AS lastSign
    FROM units WHERE run = ?`);
  // Only where it is still as it was seen: another process may be doing the same.
  const interrupt = database.prepare(`
    UPDATE runs SET state = ?, ended_at = ?, totals = ?, error = ? WHERE id = ? AND ended_at IS NULL`);
  const unswept = database.prepare(`
    SELECT id AS run, locked_at AS lockedAtMs FROM runs
    WHERE destination = ? AND ended_at IS NOT NULL
      AND EXISTS (SELECT 1 FROM units WHERE units.run = runs.id AND names IS NOT NULL)
    ORDER BY id`);

  function end(run: LiveRun, now: number): boolean {
    const { lastSign, ...done } = traces.get(run.id) as unknown as Traces;
    const totals: RunTotals = { ...noTotals, ...done };
    const endedAt = Math.round(Math.min(now, Math.max(run.startedAt, lastSign)));
    const state = nextRunState(run.state, 'lose');
    return interrupt.run(state, endedAt, JSON.stringify(totals), JSON.stringify(lostError), run.id).changes === 1;
  }

  return {
    markInterrupted(isAlive, now) {
      const lost = reads.live().filter((run) => !isAlive(run.hostPid, run.hostStartTime));
      if (lost.length === 0) return [];
      return inTransaction(database, () => lost.filter((run) => end(run, now)).map((run) => reads.get(run.id)));
    },
    unsweptInto: (destination) => unswept.all(destination).map((row) => ({ ...row }) as unknown as UnsweptRun),
  };
}
