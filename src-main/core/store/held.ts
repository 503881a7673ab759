import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { HeldRemovals } from '../../../src-shared/run-view.ts';
import { fromJson, inTransaction, whole } from './database.ts';

/** Removals that the brake held in a run, by reason: what a person looks at before they approve. */
export interface HeldStore {
  /** Replaces what is known of this run. */
  put(run: number, held: readonly HeldRemovals[]): void;
  list(run: number): HeldRemovals[];
}

interface HeldColumns {
  readonly reason: string;
  readonly names: string;
  readonly entries: number;
  readonly bytes: number;
}

const Names = z.array(z.string());

/** The held removals in `database`. */
export function heldStore(database: DatabaseSync): HeldStore {
  const clear = database.prepare('DELETE FROM held WHERE run = ?');
  const add = database.prepare('INSERT INTO held (run, place, reason, names, entries, bytes) VALUES (?, ?, ?, ?, ?, ?)');
  const list = database.prepare('SELECT reason, names, entries, bytes FROM held WHERE run = ? ORDER BY place');
  return {
    put(run, held) {
      inTransaction(database, () => {
        clear.run(run);
        for (const [place, { reason, names, entries, bytes }] of held.entries()) {
          add.run(run, place, reason, JSON.stringify(names), whole(entries), whole(bytes));
        }
      });
    },
    list: (run) => (list.all(run) as unknown as HeldColumns[])
      .map((row) => ({ ...row, names: fromJson(Names, row.names, `the held removals of run ${run}`) })),
  };
}
