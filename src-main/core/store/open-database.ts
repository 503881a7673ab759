import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../src-shared/errors.ts';
import { bootId } from '../rsync/process-identity.ts';
import { inTransaction, whileBusy } from './database.ts';
import { migrate } from './migrate.ts';
import type { Migration } from './migrations.ts';
import { damaged, needsRollback } from './store-error.ts';

/** "DYBR": tells our file from that of another program (PRAGMA application_id). */
const applicationId = 0x44594252;
/** How long a call waits for another process that writes, ms, where nothing else is asked for. */
export const waitMsByDefault = 5000;
/** Up to this size the whole file is checked at each start. Measured: 1 to 4 ms for each MB, from the page cache. */
const alwaysCheckedBytes = 2 * 1024 * 1024;
/** Larger ones are checked once a day, and after each boot: only a power cut or the disk itself damages a WAL database. */
const checkEveryMs = 24 * 60 * 60 * 1000;
/** A WAL that grew during a large write is cut back to this after a checkpoint, bytes. */
const walKeptBytes = 16 * 1024 * 1024;

/**
 * Opens `file`, makes it where it is missing, and brings it up to the newest version of `chain`. A file that is damaged,
 * newer, or of another program is refused, before anything is written. `now` is in ms since the epoch; `waitMs` is how
 * long this and later calls wait for a lock that another process holds.
 * Throws `AppError` data-damaged, invalid-input, or what `storeError` makes of SQLite's errors.
 */
export function openDatabase(file: string, chain: readonly Migration[], now: number, waitMs: number): DatabaseSync {
  const newest = chain.at(-1)?.version ?? 0;
  if (!isThere(file)) createDatabase(file, chain);
  const found = inspect(file, newest, now, waitMs);
  if (found.version < newest) migrate(file, chain, now, waitMs);
  const database = connect(file, waitMs);
  try {
    // Another process may have brought it further since it was inspected.
    if (numberOf(database, 'user_version') > newest) throw newer(file, numberOf(database, 'user_version'), newest);
    if (found.large) rememberCheck(database, now);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** False where there is nothing yet. Throws where only what belongs beside the database is left of it. */
function isThere(file: string): boolean {
  // In this order: the database is always made before what lies beside it.
  const beside = ['-wal', '-journal'].some((suffix) => (statSync(file + suffix, { throwIfNoEntry: false })?.size ?? 0) > 0);
  if (existsSync(file)) return true;
  if (beside) throw damaged(file, 'the file itself is missing, its latest changes are still there (-wal or -journal)');
  return false;
}

/** Made aside and then linked into place, so that no process ever meets a half-made file, and no file is replaced. */
function createDatabase(file: string, chain: readonly Migration[]): void {
  const fresh = `${file}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  closeSync(openSync(fresh, 'wx', 0o600));
  try {
    const database = new DatabaseSync(fresh);
    try {
      inTransaction(database, () => {
        for (const step of chain) step.run(database);
        database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${chain.at(-1)?.version ?? 0}`);
      });
      database.exec('PRAGMA journal_mode = WAL');
    } finally {
      database.close();
    }
    syncToDisk(fresh);
    putInPlace(fresh, file);
  } finally {
    rmSync(fresh, { force: true });
  }
  syncToDisk(file.slice(0, file.lastIndexOf('/')));
}

function putInPlace(fresh: string, file: string): void {
  try {
    linkSync(fresh, file);
  } catch (thrown) {
    // Another process was first: its file is as good.
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return;
    // A file system without hard links.
    if (!existsSync(file)) renameSync(fresh, file);
  }
}

function syncToDisk(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Looks at the file through a read-only connection: even SQLite's own tidying up must not touch a damaged file. */
function inspect(file: string, newest: number, now: number, waitMs: number): { version: number; large: boolean } {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) {
    throw new AppError({
      kind: 'invalid-input', message: `${file} is not a file.`, hint: 'Move it aside, or set DAYBREAK_HOME to another folder.',
    });
  }
  if (stat.size === 0) throw damaged(file, 'it is empty');
  try {
    return look(file, { readOnly: true, timeout: waitMs }, stat.size, newest, now);
  } catch (thrown) {
    if (!needsRollback(thrown)) throw thrown;
    return look(file, { readOnly: false, timeout: waitMs }, stat.size, newest, now);
  }
}

function look(
  file: string, mode: { readOnly: boolean; timeout: number }, size: number, newest: number, now: number,
): { version: number; large: boolean } {
  const database = new DatabaseSync(file, mode);
  try {
    if (numberOf(database, 'application_id') !== applicationId) {
      throw new AppError({
        kind: 'invalid-input',
        message: `${file} is a database of another program.`,
        hint: 'Move it aside, or set DAYBREAK_HOME to another folder.',
      });
    }
    const version = numberOf(database, 'user_version');
    if (version > newest) throw newer(file, version, newest);
    if (version < 1) throw damaged(file, 'it has no version');
    const large = size > alwaysCheckedBytes;
    if (large && !isCheckDue(database, now)) return { version, large: false };
    const answer = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (answer !== 'ok') throw damaged(file, 'its content does not hold together', String(answer));
    return { version, large };
  } finally {
    database.close();
  }
}

function newer(file: string, version: number, newest: number): AppError {
  return new AppError({
    kind: 'invalid-input',
    message: `${file} was written by a newer Daybreak (version ${version} of the history; this one knows ${newest}).`,
    hint: 'Update Daybreak, or set DAYBREAK_HOME to another folder.',
  });
}

function isCheckDue(database: DatabaseSync, now: number): boolean {
  const rows = database.prepare('SELECT name, value FROM facts').all() as { name: string; value: string }[];
  const facts = new Map(rows.map((row) => [row.name, row.value]));
  const age = now - Number(facts.get('checked_at') ?? 0);
  // A clock that was set back makes the age negative.
  return age < 0 || age > checkEveryMs || facts.get('checked_boot') !== bootId();
}

function rememberCheck(database: DatabaseSync, now: number): void {
  const put = database.prepare('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)');
  try {
    inTransaction(database, () => {
      put.run('checked_at', String(now));
      put.run('checked_boot', bootId());
    });
  } catch {
    // Locked or full: the history can still be read, and the next start checks again.
  }
}

function connect(file: string, waitMs: number): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: waitMs, enableForeignKeyConstraints: true });
  try {
    // NORMAL with WAL: a crash of Daybreak loses nothing, a power cut at most the last seconds, and never the file.
    database.exec(`PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = ${walKeptBytes}; PRAGMA trusted_schema = OFF`);
    // A copy that was put back is not in WAL mode.
    if (database.prepare('PRAGMA journal_mode').get()?.['journal_mode'] !== 'wal') {
      whileBusy(waitMs, () => database.exec('PRAGMA journal_mode = WAL'));
    }
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function numberOf(database: DatabaseSync, pragma: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}
