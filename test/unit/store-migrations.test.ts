import { copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrations, type Migration } from '../../src-main/core/store/migrations.ts';
import { openStore } from '../../src-main/core/store/open-store.ts';
import {
  contentOf, ended, errorOf, filesOf, runApart, says, storedDatabase, temporaryFolder,
} from '../fixtures/databases/samples.ts';

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
let file: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = join(temporary.path, 'data');
  file = join(folder, 'daybreak.db');
});
afterEach(() => temporary.remove());

const newest = migrations.at(-1)!.version;
const now = Date.UTC(2026, 1, 3, 4, 5, 6, 7);

/** The chain with one more step, as the next version will have it. */
const withNext = (run: (database: DatabaseSync) => void): Migration[] => [...migrations, { version: newest + 1, run }];
const addLabel = withNext((database) => database.exec('ALTER TABLE jobs ADD COLUMN label TEXT NOT NULL DEFAULT \'none\''));

function putStored(version: number): void {
  mkdirSync(folder, { mode: 0o700 });
  copyFileSync(storedDatabase(version), file);
}

test('the chain has no gaps', () => {
  expect(migrations.map((step) => step.version)).toEqual(migrations.map((_, index) => index + 1));
});

test.each(migrations.map((step) => step.version))('the stored database of version %i opens with all that is in it', (version) => {
  putStored(version);
  const store = openStore(folder);
  const jobs = store.jobs.list();
  expect(jobs).toMatchObject([
    {
      kind: 'ad-hoc', source: '/data/prod', destination: '/backup/prod',
      options: { mirror: true, excludes: ['*.tmp', '/cache/'] },
    },
    { source: '/home', destination: '/backup/home', options: { mirror: false, workers: 'auto' } },
  ]);
  expect(store.runs.list({ limit: 10 })).toMatchObject([
    { state: 'running', trigger: 'manual', endedAt: null, rsyncVersion: '3.5.0' },
    {
      state: 'warned', limitedBy: 'The processor was busy all the time.', totals: { created: 10 },
      notices: [{ hint: 'Run as root.' }],
    },
  ]);
  expect(store.units.list(1)).toMatchObject([{ unit: 1, state: 'warned', code: 23, durationMs: 900 }]);
  expect(store.units.list(1)[0]!.argv).toEqual(['rsync', '-aHR', '--', '/data/prod/./alpha', '/backup/prod/']);
  expect(store.units.unitsRunning(2)).toMatchObject([{ unit: 7, folder: 'u', names: ['u/one'] }]);
  expect(store.journal.all()).toMatchObject([{ pid: 4243, kind: 'rsync', runId: 2, hostPid: 4242 }]);
  const job = jobs[0]!.id;
  expect(store.learned.folders(job)).toEqual([
    { path: '', entries: 30, bytes: 4096 }, { path: 'caf\u00c3\u00a9/\u00ff#', entries: 3, bytes: 10 },
  ]);
  expect(store.learned.hasLinks(job)).toBe(version >= 7 ? true : null);
  expect(store.learned.passports(job)?.source.inside).toMatchObject([{ point: '/data/prod/inside', type: 'ext4' }]);
  expect(store.learned.costs(job)).toEqual({ full: { msPerEntry: 0.125, bytesPerMs: 50_000 }, incremental: null });
  expect(store.runs.filledByUs('/backup/prod')).toBe(true);
  if (version >= 3) {
    expect(store.dues.list(job, 10)).toMatchObject([{ outcome: 'skipped', reason: 'The source was not there.' }]);
    expect(store.protection.of(1)).toMatchObject([{ folder: 'alpha', state: 'warned', rewritten: 1 }]);
    expect([...store.protection.failures(job)]).toEqual(['alpha/secret']);
    expect(store.alarms.open(job)).toMatchObject([{ folder: 'alpha', names: ['alpha/one'] }]);
    expect(store.trash.list(job)).toMatchObject([{ run: 1, folder: '1' }]);
  }
  expect(store.diagnoses.of(1).verdict?.cause).toBe(version >= 5 ? 'cpu-all-cores' : undefined);
  expect(store.cutFiles.list(job)).toMatchObject(version >= 5 ? [{ bytes: 1000, sourceMtimeNs: '1700000000123456789' }] : []);
  expect(store.labResults.list(job)).toMatchObject(version >= 5 ? [{ winner: null, sample: { entries: 10 } }] : []);
  expect(store.learned.poolSize('c0ffee', 'nfs4 nas:/export', 'full')).toBe(version >= 4 ? 24 : null);
  store.close();
});

test('a new database and one brought up from version 1 have the same tables', () => {
  putStored(1);
  openStore(folder).close();
  const fresh = join(temporary.path, 'fresh');
  openStore(fresh).close();
  const { schema } = contentOf(file) as { schema: unknown };
  expect(contentOf(join(fresh, 'daybreak.db'))).toMatchObject({ schema });
});

test('before a migration a copy is made that the older Daybreak opens', () => {
  putStored(newest);
  const before = contentOf(file);
  openStore(folder, { migrations: addLabel, now }).close();
  const copy = `daybreak.before-version-${newest + 1}.20260203T040506.007Z.db`;
  expect(readdirSync(folder).sort()).toEqual([copy, 'daybreak.db']);
  expect(contentOf(file)).toMatchObject({ version: { user_version: newest + 1 } });
  expect(statSync(join(folder, copy)).mode & 0o777).toBe(0o600);
  expect(contentOf(join(folder, copy))).toEqual(before);

  const restored = join(temporary.path, 'restored');
  mkdirSync(restored, { mode: 0o700 });
  copyFileSync(join(folder, copy), join(restored, 'daybreak.db'));
  const store = openStore(restored);
  expect(store.runs.list({ limit: 10 })).toHaveLength(2);
  store.close();
});

test('a database that is up to date gets no copy', () => {
  putStored(newest);
  openStore(folder).close();
  expect(readdirSync(folder)).toEqual(['daybreak.db']);
});

test.each<[string, (database: DatabaseSync) => void]>([
  ['stops half-way', (database) => {
    database.exec('ALTER TABLE jobs ADD COLUMN label TEXT; DELETE FROM folders; CREATE TABLE more (a TEXT) STRICT');
    throw new Error('out of luck');
  }],
  ['has a mistake in its SQL', (database) => database.exec('DELETE FROM runs; ALTER TABLE nothing ADD COLUMN a TEXT')],
  ['leaves rows that refer to nothing', (database) => database.exec('DELETE FROM jobs')],
])('a migration that %s leaves the old file untouched and no copy behind', (_, run) => {
  putStored(newest);
  const before = contentOf(file);
  const bytes = filesOf(folder);
  const error = errorOf(() => openStore(folder, { migrations: withNext(run), now }));
  expect(error).toMatchObject({
    kind: 'internal', message: `The history in ${file} could not be brought from version ${newest} to ${newest + 1}.`,
  });
  expect(contentOf(file)).toEqual(before);
  expect(filesOf(folder)).toEqual(bytes);
  const store = openStore(folder);
  expect(store.jobs.list()).toHaveLength(2);
  store.close();
});

test('steps that rebuild a table keep the rows that refer to it', () => {
  putStored(newest);
  const rebuild = withNext((database) => database.exec(`
    CREATE TABLE fresh (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL,
      source TEXT NOT NULL, destination TEXT NOT NULL, options TEXT NOT NULL, created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL, schedule TEXT, notify TEXT, schedule_since INTEGER, has_links INTEGER) STRICT;
    INSERT INTO fresh SELECT * FROM jobs;
    DROP TABLE jobs;
    ALTER TABLE fresh RENAME TO jobs;
    CREATE UNIQUE INDEX jobs_ad_hoc ON jobs (source, destination) WHERE kind = 'ad-hoc'`));
  const store = openStore(folder, { migrations: rebuild });
  expect(store.runs.list({ limit: 10 })).toHaveLength(2);
  store.close();
});

test('while another Daybreak has the history open nothing is migrated', async () => {
  putStored(newest);
  const code = `
    const store = openStore(given[0]);
    say('open');
    process.stdin.on('data', () => { store.close(); process.exit(); });`;
  const other = runApart(code, folder);
  await says(other, 'open');
  const error = errorOf(() => openStore(folder, { migrations: addLabel, waitMs: 300 }));
  expect(error).toMatchObject({ kind: 'busy', message: expect.stringContaining('another Daybreak has it open') });
  other.stdin?.write('end\n');
  await ended(other);
  expect(readdirSync(folder)).toEqual(['daybreak.db']);
  openStore(folder, { migrations: addLabel }).close();
  expect(contentOf(file)).toMatchObject({ version: { user_version: newest + 1 } });
});

test('two processes that migrate at once do it once', async () => {
  putStored(newest);
  const code = `
    const next = { version: ${newest + 1}, run: (database) => database.exec("ALTER TABLE jobs ADD COLUMN label TEXT") };
    const store = openStore(given[0], { migrations: [...migrations, next] });
    say(String(store.jobs.list().length));
    store.close();`;
  const ends = await Promise.all([1, 2, 3].map(() => ended(runApart(code, folder))));
  expect(ends.map((end) => [end.code, end.output, end.errors])).toEqual(Array.from({ length: 3 }, () => [0, '2\n', '']));
  expect(readdirSync(folder).filter((name) => name.includes('before-version'))).toHaveLength(1);
});

test('kill -9 in the middle of a migration leaves a history that opens as it was', async () => {
  putStored(newest);
  const before = contentOf(file);
  const code = `
    const run = (database) => {
      database.exec('PRAGMA cache_size = 1; DELETE FROM folders; CREATE TABLE more (a TEXT) STRICT');
      const put = database.prepare('INSERT INTO more VALUES (?)');
      for (let row = 0; row < 2000; row++) put.run('x'.repeat(2000));
      process.kill(process.pid, 'SIGKILL');
    };
    openStore(given[0], { migrations: [...migrations, { version: ${newest + 1}, run }] });`;
  expect(await ended(runApart(code, folder))).toMatchObject({ signal: 'SIGKILL', errors: '' });
  const store = openStore(folder);
  expect(store.runs.list({ limit: 10 })).toHaveLength(2);
  store.close();
  expect(contentOf(file)).toEqual(before);
});

test('a crash in rollback-journal mode is rolled back at the next start', async () => {
  putStored(newest);
  const before = contentOf(file);
  // A copy that was put back is in this mode until its first start.
  const code = `
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(given[0]);
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN; CREATE TABLE more (a TEXT) STRICT');
    const put = database.prepare('INSERT INTO more VALUES (?)');
    for (let row = 0; row < 400; row++) put.run('x'.repeat(2000));
    process.kill(process.pid, 'SIGKILL');`;
  expect(await ended(runApart(code, file))).toMatchObject({ signal: 'SIGKILL', errors: '' });
  expect(readdirSync(folder)).toContain('daybreak.db-journal');
  openStore(folder).close();
  expect(contentOf(file)).toEqual(before);
});
