import type { DatabaseSync } from 'node:sqlite';

/** How much detail is kept of each job. */
export interface Kept {
  /** Units and diagnoses are kept of this many of the newest runs. */
  readonly runs: number;
  /** And of no more runs than these unit rows allow; the newest run always keeps all of its own. */
  readonly units: number;
}

/** About 60 MB for a job at the most: a row is some 600 bytes. */
export const keptByDefault: Kept = { runs: 100, units: 100_000 };

/**
 * Removes the units of a job's old runs, and their diagnoses. The runs themselves stay: they are small, and the rails ask them which
 * folders hold a backup. Units that wait for a sweep stay as well. Returns how many units went.
 */
export function pruneUnits(database: DatabaseSync, job: number, kept: Kept): number {
  const counts = database.prepare(`
    SELECT runs.id AS run, count(units.key) AS units FROM runs JOIN units ON units.run = runs.id
    WHERE runs.job = ? GROUP BY runs.id ORDER BY runs.id DESC`).all(job) as unknown as { run: number; units: number }[];
  const remove = database.prepare('DELETE FROM units WHERE run = ? AND names IS NULL');
  database.prepare(`
    DELETE FROM diagnoses WHERE run IN (SELECT id FROM runs WHERE job = ? ORDER BY id DESC LIMIT -1 OFFSET ?)`).run(job, kept.runs);
  let total = 0;
  let removed = 0;
  for (const [index, { run, units }] of counts.entries()) {
    total += units;
    if (index > 0 && (index >= kept.runs || total > kept.units)) removed += Number(remove.run(run).changes);
  }
  return removed;
}
