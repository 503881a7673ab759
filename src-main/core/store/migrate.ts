import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../src-shared/errors.ts';
import { inTransaction } from './database.ts';
import type { Migration } from './migrations.ts';
import { isBusy } from './store-error.ts';

/**
 * Brings `file` to the newest version of `chain`: all steps in one transaction, so that it ends as it was or as it
 * should be, with a copy made before, `daybreak.before-version-N.<time>.db` beside it. No other process may have it
 * open: an older Daybreak would go on writing the old tables. Waits `waitMs` for that.
 * Throws `AppError` busy when one has, internal when a step fails (the copy is removed then, the file is as before).
 */
export function migrate(file: string, chain: readonly Migration[], now: number, waitMs: number): void {
  const newest = chain.at(-1)?.version ?? 0;
  const database = openAlone(file, waitMs);
  try {
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    // Another process was first.
    if (version >= newest) return;
    const copy = copyAside(database, file, newest, now);
    try {
      inTransaction(database, () => runSteps(database, chain.filter((step) => step.version > version)));
    } catch (thrown) {
      rmSync(copy, { force: true });
      throw new AppError({
        kind: 'internal',
        message: `The history in ${file} could not be brought from version ${version} to ${newest}.`,
        hint: 'Nothing was changed: the Daybreak you used before can still read it. Please report this.',
        detail: thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown),
      });
    }
  } finally {
    database.close();
  }
}

/**
 * SQLite keeps the file for one connection in this mode, until it is closed (sqlite.org/pragma.html#pragma_locking_mode).
 * Even a try that fails leaves a shared lock, so two that want it would keep each other out: between tries all is let go.
 */
function openAlone(file: string, waitMs: number): DatabaseSync {
  const end = performance.now() + waitMs;
  for (;;) {
    // Without foreign keys: a step that rebuilds a table would empty those that refer to it. They are checked at the end.
    const database = new DatabaseSync(file, { timeout: 100, enableForeignKeyConstraints: false });
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
      return database;
    } catch (thrown) {
      database.close();
      if (!isBusy(thrown)) throw thrown;
    }
    if (performance.now() > end) break;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20 + Math.random() * 80);
  }
  throw new AppError({
    kind: 'busy',
    message: `The history in ${file} must be brought up to date, and another Daybreak has it open.`,
    hint: 'Wait for running backups, end every other Daybreak, then try again.',
  });
}

function copyAside(database: DatabaseSync, file: string, newest: number, now: number): string {
  const time = new Date(now).toISOString().replaceAll(/[-:]/g, '');
  const copy = `${file.replace(/\.db$/, '')}.before-version-${newest}.${time}.db`;
  // VACUUM INTO fills a file that is there and empty: made here for its mode.
  closeSync(openSync(copy, 'wx', 0o600));
  try {
    database.prepare('VACUUM INTO ?').run(copy);
    const handle = openSync(copy, 'r+');
    fsyncSync(handle);
    closeSync(handle);
  } catch (thrown) {
    rmSync(copy, { force: true });
    throw thrown;
  }
  return copy;
}

function runSteps(database: DatabaseSync, steps: readonly Migration[]): void {
  for (const step of steps) {
    step.run(database);
    database.exec(`PRAGMA user_version = ${step.version}`);
  }
  const broken = database.prepare('PRAGMA foreign_key_check').all();
  if (broken.length > 0) throw new Error(`rows that refer to nothing: ${JSON.stringify(broken.slice(0, 10))}`);
}
