import type { DatabaseSync } from 'node:sqlite';
import type { RunStore } from './runs.ts';

/** Where another job has put a backup. */
export interface OtherDestination {
  readonly jobId: string;
  readonly source: string;
  readonly destination: string;
}

/** The states of a run that left a whole backup behind, as SQL. */
export const good = '(\'succeeded\', \'warned\', \'held\')';

/** What the rails ask of past runs: which folders hold a backup, and whose. */
export function destinationFacts(
  database: DatabaseSync, keyOf: (jobId: string) => number,
): Pick<RunStore, 'filledByUs' | 'otherDestinations'> {
  const filled = database.prepare(`SELECT 1 FROM runs WHERE destination = ? AND state IN ${good} LIMIT 1`);
  const others = database.prepare(`
    SELECT DISTINCT jobs.id AS jobId, runs.source, runs.destination FROM runs JOIN jobs ON jobs.key = runs.job
    WHERE runs.job <> ? AND began_at IS NOT NULL
    ORDER BY runs.destination, runs.source`);
  return {
    filledByUs: (destination) => filled.get(destination) !== undefined,
    otherDestinations: (jobId) => others.all(keyOf(jobId)).map((row) => ({ ...row }) as unknown as OtherDestination),
  };
}
