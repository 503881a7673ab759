import type { DatabaseSync } from 'node:sqlite';
import type { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import { isBusy } from './store-error.ts';

/** Runs `work` in one write transaction: all of it is kept, or nothing. Within another transaction it joins that one. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  if (database.isTransaction) return work();
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (thrown) {
    // SQLite itself rolls back after some errors (full disk), and a second ROLLBACK would hide the first error.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw thrown;
  }
}

/**
 * Tries again for `withinMs` while other connections hold the lock, for the few changes SQLite's own busy timeout does
 * not wait for. Throws what the last try threw.
 */
export function whileBusy(withinMs: number, work: () => void): void {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      work();
      return;
    } catch (thrown) {
      if (!isBusy(thrown) || performance.now() > deadline) throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

/**
 * A JSON column, checked. `where` names the row for people.
 * Throws `AppError` data-damaged where the text is not what `schema` says.
 */
export function fromJson<Schema extends z.ZodType>(schema: Schema, text: string, where: string): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw unreadable(where, String(thrown));
  }
  return checked(schema, value, where);
}

/** A value read from the database, checked. Throws `AppError` data-damaged. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw unreadable(where, result.error.message);
  return result.data;
}

function unreadable(where: string, detail: string): AppError {
  return new AppError({
    kind: 'data-damaged',
    message: `The history holds something unreadable: ${where}.`,
    hint: 'Your backups are not touched. Put back a copy of the data folder, or move it aside to begin a new history.',
    detail,
  });
}

/** A whole number for an INTEGER column: STRICT tables refuse fractions, and estimates have them. */
export function whole(value: number): number {
  return Number.isFinite(value) ? Math.round(value) : 0;
}
