import { spawnSync } from 'node:child_process';
import {
  chmodSync, closeSync, fstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync, writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrations } from '../../src-main/core/store/migrations.ts';
import { openStore } from '../../src-main/core/store/open-store.ts';
import {
  ended, endedRun, errorOf, filesOf, plainOptions, runApart, runEnd, says, startRun, temporaryFolder, unitEnd, unitStart,
} from '../fixtures/databases/samples.ts';

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = join(temporary.path, 'data');
});
afterEach(() => temporary.remove());

/** Runs, units and journal entries for as long as it may live. */
const writeForEver = `
  const store = openStore(given[0]);
  const job = store.jobs.adHocJob('/data', '/backup', samples.plainOptions, 1);
  say('open');
  for (let round = 0; ; round++) {
    const run = samples.startRun(store, job.id);
    store.runs.setState(run, 'running', 1);
    for (let unit = 0; unit < 50; unit++) {
      store.units.started(run, samples.unitStart(unit));
      store.journal.add({ pid: 1000 + unit, startTime: 'x' + round, kind: 'rsync', runId: run, hostPid: 1, hostStartTime: 'x' });
      if (unit < 40) store.units.ended(run, unit, 1, samples.unitEnd());
    }
    if (round === 5) say('busy');
    if (round % 2 === 0) store.runs.end(run, samples.runEnd());
  }`;

test('processes that start together on an empty folder share one history', async () => {
  const code = `
    const store = openStore(given[0]);
    const job = store.jobs.adHocJob('/data', '/backup', samples.plainOptions, 1);
    for (let run = 0; run < 20; run++) samples.endedRun(store, job.id);
    store.close();`;
  const ends = await Promise.all(Array.from({ length: 5 }, () => ended(runApart(code, folder))));
  expect(ends.map(({ code: exit, errors }) => [exit, errors])).toEqual(Array.from({ length: 5 }, () => [0, '']));
  const store = openStore(folder);
  expect(store.jobs.list()).toHaveLength(1);
  expect(store.runs.list({ limit: 1000 })).toHaveLength(100);
  store.close();
  expect(readdirSync(folder)).toEqual(['daybreak.db']);
});

test('a history that another process made in the same moment is kept', () => {
  const [first, ...rest] = migrations;
  const late = {
    version: 1,
    run(database: DatabaseSync) {
      // While this process makes its file aside, another one is done.
      const other = openStore(folder);
      endedRun(other, other.jobs.adHocJob('/data', '/backup', plainOptions, 1).id);
      other.close();
      first!.run(database);
    },
  };
  const store = openStore(folder, { migrations: [late, ...rest] });
  expect(store.runs.list({ limit: 10 })).toHaveLength(1);
  store.close();
  expect(readdirSync(folder)).toEqual(['daybreak.db']);
});

test('a damaged file keeps the latest changes beside it, which a crash has left there', async () => {
  const code = `
    const store = openStore(given[0]);
    const job = store.jobs.adHocJob('/data', '/backup', samples.plainOptions, 1);
    for (let run = 0; run < 20; run++) samples.endedRun(store, job.id);
    process.kill(process.pid, 'SIGKILL');`;
  await ended(runApart(code, folder));
  const handle = openSync(join(folder, 'daybreak.db'), 'r+');
  // Only what the latest changes do not replace is read from here.
  for (let page = 1; page < fstatSync(handle).size / 4096; page++) {
    writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
  }
  closeSync(handle);
  const before = filesOf(folder);
  expect(Object.keys(before)).toEqual(['daybreak.db', 'daybreak.db-wal']);
  expect(errorOf(() => openStore(folder)).kind).toBe('data-damaged');
  expect(filesOf(folder)).toEqual(before);
});

test('one process reads what another has written, while both have it open', async () => {
  const store = openStore(folder);
  const jobId = store.jobs.adHocJob('/data', '/backup', plainOptions, 1).id;
  const run = startRun(store, jobId);
  store.units.started(run, unitStart(1));
  store.units.ended(run, 1, 1, unitEnd());
  // Rows wait a quarter of a second at most.
  await sleep(400);
  const code = `
    const store = openStore(given[0]);
    say(JSON.stringify(store.units.list(1).map((unit) => unit.state)));
    store.close();`;
  expect((await ended(runApart(code, folder))).output).toBe('["done"]\n');
  store.close();
});

test('a started unit is on disk as soon as its process is in the journal', async () => {
  const store = openStore(folder);
  const jobId = store.jobs.adHocJob('/data', '/backup', plainOptions, 1).id;
  const run = startRun(store, jobId);
  store.units.started(run, unitStart(7));
  const seen = () => {
    const database = new DatabaseSync(store.file, { readOnly: true });
    const rows = database.prepare('SELECT unit FROM units').all();
    database.close();
    return rows.length;
  };
  expect(seen()).toBe(0);
  store.journal.add({ pid: 4711, startTime: 'x', kind: 'rsync', runId: run, hostPid: 1, hostStartTime: 'y' });
  expect(seen()).toBe(1);
  store.close();
});

test('kill -9 of a writer at any moment leaves a history that opens and holds together', async () => {
  for (let moment = 0; moment < 4; moment++) {
    const child = runApart(writeForEver, folder);
    const end = ended(child);
    await says(child, moment === 0 ? 'open' : 'busy');
    await sleep(Math.random() * 60);
    child.kill('SIGKILL');
    expect(await end).toMatchObject({ signal: 'SIGKILL', errors: '' });
    const store = openStore(folder);
    const lost = store.runs.markInterrupted(() => false, 5000);
    expect(lost.every((run) => run.state === 'interrupted')).toBe(true);
    expect(store.runs.live()).toEqual([]);
    // What is in the journal has its unit: the sweep knows where to look.
    const running = new Set(lost.flatMap((run) => store.units.unitsRunning(run.id).map((unit) => `${run.id}/${unit.unit}`)));
    const ids = new Set(lost.map((run) => run.id));
    const open = store.journal.all().filter((entry) => ids.has(entry.runId ?? 0) && entry.pid >= 1040);
    for (const entry of open) expect(running).toContain(`${entry.runId}/${entry.pid - 1000}`);
    store.close();
  }
  const database = new DatabaseSync(join(folder, 'daybreak.db'));
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  database.close();
});

test('while another process writes for long, calls wait; units wait without a word', async () => {
  const store = openStore(folder);
  const jobId = store.jobs.adHocJob('/data', '/backup', plainOptions, 1).id;
  const run = startRun(store, jobId);
  const code = `
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(given[0]);
    database.exec('BEGIN IMMEDIATE; DELETE FROM folders');
    say('locked');
    await new Promise((resolve) => setTimeout(resolve, 700));
    database.exec('COMMIT'); database.close();`;
  const child = runApart(code, store.file);
  const end = ended(child);
  await says(child, 'locked');
  store.units.started(run, unitStart(1));
  const start = performance.now();
  store.runs.end(run, runEnd());
  expect(performance.now() - start).toBeGreaterThan(300);
  await end;
  expect(store.runs.get(run).state).toBe('succeeded');
  expect(store.units.count(run)).toBe(1);
  store.close();
});

test('a lock that is never given back ends in "busy", and the units of a run survive it', async () => {
  const store = openStore(folder, { waitMs: 200 });
  const jobId = store.jobs.adHocJob('/data', '/backup', plainOptions, 1).id;
  const run = endedRun(store, jobId);
  const other = new DatabaseSync(store.file);
  other.exec('BEGIN IMMEDIATE; DELETE FROM folders');
  store.units.started(run, unitStart(1));
  store.units.ended(run, 1, 1, unitEnd());
  const error = errorOf(() => store.runs.setLockedAt(run, 5));
  expect(error).toMatchObject({ kind: 'busy', message: expect.stringContaining('in use by another') });
  other.exec('COMMIT');
  other.close();
  expect(store.units.list(run)).toMatchObject([{ unit: 1, state: 'done' }]);
  store.close();
});

test('a unit that cannot be written stops neither the run nor the units after it, and is told when the store is closed', () => {
  const store = openStore(folder);
  const run = startRun(store, store.jobs.adHocJob('/data', '/backup', plainOptions, 1).id);
  store.units.started(999, unitStart(1));
  store.runs.setState(run, 'running', 1);
  store.journal.add({ pid: 1, startTime: 'x', kind: 'rsync', runId: run, hostPid: 1, hostStartTime: 'y' });
  store.units.started(run, unitStart(2));
  store.runs.end(run, runEnd());
  expect(store.units.count(run)).toBe(1);
  expect(store.journal.all()).toHaveLength(1);
  expect(errorOf(() => store.close())).toMatchObject({ kind: 'internal', message: expect.stringContaining('FOREIGN KEY') });
  const again = openStore(folder);
  expect(again.runs.get(run).state).toBe('succeeded');
  again.close();
});

/** Runs `work` as a user without rights: as nobody where we are root, else as we are. */
function withoutRights<Result>(work: () => Result): Result {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test('a file or folder of another user is refused with what to check', () => {
  openStore(folder).close();
  chmodSync(temporary.path, 0o755);
  chmodSync(folder, 0o555);
  chmodSync(join(folder, 'daybreak.db'), 0);
  const refused = {
    kind: 'permission', message: expect.stringContaining(folder), hint: expect.stringContaining('DAYBREAK_HOME'),
  };
  expect(withoutRights(() => errorOf(() => openStore(folder)))).toMatchObject(refused);
  chmodSync(join(folder, 'daybreak.db'), 0o644);
  expect(withoutRights(() => errorOf(() => openStore(folder)))).toMatchObject(refused);
  renameSync(join(folder, 'daybreak.db'), join(temporary.path, 'moved'));
  writeFileSync(join(folder, 'other'), '');
  expect(withoutRights(() => errorOf(() => openStore(folder)))).toMatchObject(refused);
  chmodSync(temporary.path, 0o500);
  expect(withoutRights(() => errorOf(() => openStore(join(temporary.path, 'below'))))).toMatchObject({ kind: 'permission' });
});

test('on a full disk units wait in memory and are written when there is space again', async (context) => {
  mkdirSync(folder, { mode: 0o700 });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=600k,mode=700', 'tmpfs', folder]).status === 0;
  if (!mounted) context.skip('needs the right to mount');
  try {
    const store = openStore(folder);
    const run = startRun(store, store.jobs.adHocJob('/data', '/backup', plainOptions, 1).id);
    const filler = openSync(join(folder, 'filler'), 'w');
    const fill = () => {
      for (;;) writeSync(filler, Buffer.alloc(4096));
    };
    expect(fill).toThrow('ENOSPC');
    for (let unit = 0; unit < 300; unit++) {
      store.units.started(run, unitStart(unit));
      store.units.ended(run, unit, 1, unitEnd());
    }
    await sleep(300);
    const error = errorOf(() => store.runs.end(run, runEnd()));
    expect(error).toMatchObject({ kind: 'no-space', message: expect.stringContaining('no space left') });
    closeSync(filler);
    rmSync(join(folder, 'filler'));
    store.runs.end(run, runEnd());
    expect(store.units.count(run)).toBe(300);
    store.close();
  } finally {
    // Lazily: where the test has failed, the store is still open.
    spawnSync('umount', ['-l', folder]);
  }
});
