import type { DatabaseSync } from 'node:sqlite';
import { RunWork, Verdict } from '../../../src-shared/diagnosis.ts';
import { RunMeters } from '../../../src-shared/run-meters.ts';
import { fromJson } from './database.ts';

/** What was measured while a run was live, and what limited it. */
export interface Diagnosis {
  readonly meters: RunMeters | null;
  readonly work: RunWork | null;
  readonly verdict: Verdict | null;
}

/** Diagnoses of runs; they go with the units of old runs. */
export interface DiagnosisStore {
  /** Replaces what is known of this run. */
  put(run: number, diagnosis: Diagnosis): void;
  /** All null where nothing is kept. */
  of(run: number): Diagnosis;
}

interface DiagnosisColumns {
  readonly meters: string | null;
  readonly work: string | null;
  readonly verdict: string | null;
}

/** The diagnoses in `database`. */
export function diagnosisStore(database: DatabaseSync): DiagnosisStore {
  const put = database.prepare('INSERT OR REPLACE INTO diagnoses (run, meters, work, verdict) VALUES (?, ?, ?, ?)');
  const get = database.prepare('SELECT meters, work, verdict FROM diagnoses WHERE run = ?');
  const text = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  return {
    put(run, { meters, work, verdict }) {
      put.run(run, text(meters), text(work), text(verdict));
    },
    of(run) {
      const row = get.get(run) as DiagnosisColumns | undefined;
      const where = `the diagnosis of run ${run}`;
      return {
        meters: row?.meters ? fromJson(RunMeters, row.meters, where) : null,
        work: row?.work ? fromJson(RunWork, row.work, where) : null,
        verdict: row?.verdict ? fromJson(Verdict, row.verdict, where) : null,
      };
    },
  };
}
