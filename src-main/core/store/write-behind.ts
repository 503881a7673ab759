import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../src-shared/errors.ts';
import { inTransaction } from './database.ts';
import { storeError } from './store-error.ts';

/** Rows wait at most this long, ms, and at most this many. */
const flushEveryMs = 250;
const flushAtRows = 100;
/** What may wait while the disk is full or the file locked: more is dropped, oldest first, so that memory stays bounded. */
const keptRows = 20_000;

/** Writes that may wait a moment, so that thousands of units do not mean thousands of transactions. */
export interface WriteBehind {
  /** Puts a write at the end of the line. Never throws: a backup goes on when its history cannot be written. */
  later(write: () => void): void;
  /** Writes what waits, if it can be written: for those who read next. Never throws. */
  settle(): void;
  /** Writes what waits, and `work` after it, in one transaction. Throws only what keeps `work` from being kept. */
  now<Result>(work: () => Result): Result;
  /** Stops the timer and writes what waits. Throws what could not be written since the start. */
  close(): void;
}

/** A thrown value as something that may be thrown again. */
function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** A line of writes to `database`, which is the file `file` (for messages). */
export function writeBehind(database: DatabaseSync, file: string): WriteBehind {
  let waiting: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let lost: Error | undefined;

  function writeWaiting(): void {
    const batch = waiting;
    for (const write of batch) write();
  }

  function settle(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    try {
      inTransaction(database, writeWaiting);
      waiting = [];
    } catch (thrown) {
      if (mayPass(thrown)) {
        waiting = waiting.slice(-keptRows);
        wait();
      } else {
        lost ??= toError(thrown);
        waiting = [];
      }
    }
  }

  function mayPass(thrown: unknown): boolean {
    const error = storeError(file, thrown);
    return error instanceof AppError && (error.kind === 'busy' || error.kind === 'no-space');
  }

  function wait(): void {
    timer ??= setTimeout(settle, flushEveryMs).unref();
  }

  function now<Result>(work: () => Result): Result {
    const result = inTransaction(database, () => {
      if (waiting.length > 0) writeOrLose();
      return work();
    });
    waiting = [];
    return result;
  }

  /** A row that cannot be written must not stand in the way of the end of a run, nor of the rows that follow. */
  function writeOrLose(): void {
    database.exec('SAVEPOINT waiting');
    try {
      writeWaiting();
    } catch (thrown) {
      // After some errors SQLite has ended the whole transaction by itself.
      if (mayPass(thrown) || !database.isTransaction) throw thrown;
      database.exec('ROLLBACK TO waiting');
      lost ??= toError(thrown);
    }
    database.exec('RELEASE waiting');
  }

  return {
    later(write) {
      waiting.push(write);
      if (waiting.length >= flushAtRows && waiting.length % flushAtRows === 0) settle();
      else wait();
    },
    settle,
    now,
    close() {
      clearTimeout(timer);
      timer = undefined;
      if (waiting.length > 0) now(() => undefined);
      if (lost !== undefined) throw lost;
    },
  };
}
