import { execFileSync } from 'node:child_process';
import {
  chmodSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync,
  writeFileSync, writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrations } from '../../src-main/core/store/migrations.ts';
import { openStore, type StoreOptions } from '../../src-main/core/store/open-store.ts';
import {
  contentOf, endedRun, errorOf, filesOf, plainOptions, startRun, temporaryFolder, unitEnd, unitStart,
} from '../fixtures/databases/samples.ts';

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
let file: string;
beforeEach(() => {
  temporary = temporaryFolder();
  // A space and a quote: the hint's command must work for such a folder as well.
  folder = join(temporary.path, 'ann\'s data');
  file = join(folder, 'daybreak.db');
});
afterEach(() => temporary.remove());

/** A store with one good run in it, closed. */
function filledStore(options: StoreOptions = {}): string {
  const store = openStore(folder, options);
  const job = store.jobs.adHocJob('/data', '/backup', plainOptions, 1);
  endedRun(store, job.id);
  store.close();
  return job.id;
}

/** Enough rows to pass the size up to which every start checks the whole file. */
function largeStore(now: number): void {
  const store = openStore(folder, { now });
  const job = store.jobs.adHocJob('/data', '/backup', plainOptions, 1);
  const run = startRun(store, job.id);
  for (let unit = 0; unit < 2500; unit++) {
    store.units.started(run, unitStart(unit, { argv: ['rsync', 'x'.repeat(900)] }));
    store.units.ended(run, unit, 1, unitEnd());
  }
  store.close();
  expect(statSync(file).size).toBeGreaterThan(2 * 1024 * 1024);
}

/** Overwrites a page in the middle, so that the size stays and the header is good. */
function spoilPage(page: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Every refusal leaves what is there exactly as it is. */
function refusal(): ReturnType<typeof errorOf> {
  const before = filesOf(folder);
  const error = errorOf(() => openStore(folder));
  expect(filesOf(folder)).toEqual(before);
  return error;
}

test('a new data folder and its files are for the user alone, whatever the umask', () => {
  const umask = process.umask(0);
  try {
    filledStore();
    const store = openStore(folder);
    startRun(store, store.jobs.list()[0]!.id);
    expect(modeOf(folder)).toBe('700');
    expect(readdirSync(folder).sort()).toEqual(['daybreak.db', 'daybreak.db-shm', 'daybreak.db-wal']);
    for (const name of readdirSync(folder)) expect(modeOf(join(folder, name))).toBe('600');
    store.close();
  } finally {
    process.umask(umask);
  }
});

test('what was written is there at the next start, and a closed store leaves one file', () => {
  const jobId = filledStore();
  expect(readdirSync(folder)).toEqual(['daybreak.db']);
  const store = openStore(folder);
  expect(store.runs.list({ limit: 10 })).toMatchObject([{ jobId, state: 'succeeded', totals: { entries: 5 } }]);
  store.close();
  store.close();
});

test('an empty folder is taken over, a shared one is left as it is, one that others may write to is refused', () => {
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  openStore(folder).close();
  expect(modeOf(folder)).toBe('700');

  chmodSync(folder, 0o755);
  openStore(folder).close();
  expect(modeOf(folder)).toBe('755');

  chmodSync(folder, 0o777);
  const error = refusal();
  expect(error).toMatchObject({ kind: 'permission', message: `Others may write to the data folder ${folder}.` });
  chmodSync(folder, 0o700);
});

test('a file in the place of the data folder is refused with a clear word', () => {
  writeFileSync(folder, '');
  expect(errorOf(() => openStore(folder))).toMatchObject({ kind: 'invalid-input' });
  expect(errorOf(() => openStore(join(folder, 'below')))).toMatchObject({ kind: 'invalid-input' });
});

test.runIf(process.platform === 'linux')('a data folder that cannot be made is told at once', () => {
  expect(errorOf(() => openStore('/proc/daybreak/data'))).toMatchObject({
    kind: 'permission',
    message: 'The data folder /proc/daybreak/data cannot be made.',
    hint: expect.stringContaining('DAYBREAK_HOME'),
  });
});

test.each([
  ['garbage', () => writeFileSync(file, 'not a database at all\n'.repeat(500)), 'it is not a database'],
  ['a few bytes', () => writeFileSync(file, 'hello'), 'it is not a database'],
  ['nothing at all', () => writeFileSync(file, ''), 'it is empty'],
  ['its first half', () => truncateSync(file, 32 * 1024), 'its content does not hold together'],
  ['all but its end', () => truncateSync(file, statSync(file).size - 4096), 'its content does not hold together'],
  ['pages of noise', () => [3, 5, 8, 13].forEach(spoilPage), 'its content does not hold together'],
])('a file that holds %s is refused as damaged, and stays as it is', (_, damage, reason) => {
  filledStore();
  damage();
  expect(refusal()).toMatchObject({ kind: 'data-damaged', message: `The history in ${file} is damaged: ${reason}.` });
});

test('the command in the hint keeps the damaged file aside and lets Daybreak start again', () => {
  filledStore();
  writeFileSync(file, 'garbage');
  const command = /\(cd .*\)/.exec(refusal().hint ?? '')?.[0] ?? '';
  execFileSync('sh', ['-c', command]);
  const store = openStore(folder);
  expect(store.runs.list({ limit: 10 })).toEqual([]);
  store.close();
  expect(readFileSync(join(folder, 'damaged/daybreak.db'), 'utf8')).toBe('garbage');
});

test('a database that is gone while its latest changes are still there is not replaced by an empty one', () => {
  filledStore();
  rmSync(file);
  writeFileSync(`${file}-wal`, 'frames');
  expect(refusal()).toMatchObject({ kind: 'data-damaged', message: expect.stringContaining('the file itself is missing') });
  expect(existsSync(file)).toBe(false);
});

test('a history of a newer Daybreak is refused, with both versions', () => {
  filledStore();
  const database = new DatabaseSync(file);
  database.exec('PRAGMA user_version = 99');
  database.close();
  expect(refusal()).toMatchObject({
    kind: 'invalid-input',
    message: `${file} was written by a newer Daybreak (version 99 of the history; this one knows ${migrations.at(-1)!.version}).`,
    hint: expect.stringContaining('Update Daybreak'),
  });
});

test('a database of another program is refused', () => {
  mkdirSync(folder, { mode: 0o700 });
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 1');
  database.close();
  expect(refusal()).toMatchObject({ kind: 'invalid-input', message: `${file} is a database of another program.` });
});

test('a folder, or a symlink to nothing, in the place of the database is refused', () => {
  mkdirSync(folder, { mode: 0o700 });
  mkdirSync(file);
  expect(errorOf(() => openStore(folder))).toMatchObject({ kind: 'invalid-input', message: `${file} is not a file.` });
  rmSync(file, { recursive: true });
  symlinkSync('/nowhere/at/all', file);
  expect(errorOf(() => openStore(folder))).toMatchObject({ kind: 'invalid-input', message: `${file} is not a file.` });
});

test('a copy that was put back opens with all that was in it', () => {
  filledStore();
  const copy = join(temporary.path, 'copy.db');
  const database = new DatabaseSync(file);
  database.prepare('VACUUM INTO ?').run(copy);
  database.close();
  const before = contentOf(copy);
  writeFileSync(file, readFileSync(copy));
  openStore(folder).close();
  expect(contentOf(file)).toEqual(before);
});

test('a large history is checked as a whole once a day and after each boot, a small one at each start', () => {
  const noon = Date.UTC(2026, 5, 1, 12);
  const day = 24 * 60 * 60 * 1000;
  largeStore(noon);
  // Due: it was small when it was opened before.
  openStore(folder, { now: noon }).close();
  const pages = statSync(file).size / 4096;
  // Noise in pages that a start does not read.
  [0.5, 0.6, 0.7].forEach((part) => spoilPage(Math.floor(pages * part)));
  openStore(folder, { now: noon + 1000 }).close();
  expect(errorOf(() => openStore(folder, { now: noon + day + 1 })).kind).toBe('data-damaged');
  expect(errorOf(() => openStore(folder, { now: noon - 1000 })).kind).toBe('data-damaged');

  const database = new DatabaseSync(file);
  database.exec('UPDATE facts SET value = \'another boot\' WHERE name = \'checked_boot\'');
  database.close();
  expect(errorOf(() => openStore(folder, { now: noon + 1000 })).kind).toBe('data-damaged');
});

test('damage that shows only later is told as damage, not as a fault of the program', () => {
  const noon = Date.UTC(2026, 5, 1, 12);
  largeStore(noon);
  openStore(folder, { now: noon }).close();
  const pages = statSync(file).size / 4096;
  for (let page = 40; page < pages - 1; page++) spoilPage(page);
  const store = openStore(folder, { now: noon + 1 });
  expect(errorOf(() => store.units.list(1))).toMatchObject({ kind: 'data-damaged', message: expect.stringContaining(file) });
  store.close();
});

test('a small store opens in a few times what reading all of it takes', () => {
  filledStore();
  const quickest = (work: () => void): number => Math.min(...Array.from({ length: 15 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  }));
  const opened = quickest(() => openStore(folder).close());
  const read = quickest(() => {
    const database = new DatabaseSync(file);
    for (const { name } of database.prepare('SELECT name FROM sqlite_schema WHERE type = \'table\'').all()) database.prepare(`SELECT * FROM "${String(name)}"`).all();
    database.close();
  });
  // It takes about ten times that: statements are prepared, and it is seen whether the file is whole.
  expect(opened).toBeLessThan(25 * read);
});
