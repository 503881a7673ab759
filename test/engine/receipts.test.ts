import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JobOptions } from '../../src-shared/job.ts';
import type { FolderRun } from '../../src-shared/protection.ts';
import { ChainedReceipt } from '../../src-shared/receipt.ts';
import { createRouter } from '../../src-main/core/calls/router.ts';
import { runCommandLine } from '../../src-main/cli/program.ts';
import { openStore, type Store } from '../../src-main/core/store/open-store.ts';
import { createFace } from '../doubles/cli-face.ts';
import type { createPipe } from '../doubles/terminal.ts';
import { runCli } from '../fixtures/cli.ts';
import { backUp, noticesOf, openEngine, startBackup, unitsOf, type Engine } from '../fixtures/engine.ts';
import { until } from '../fixtures/processes.ts';

/** What a run leaves behind about itself: facts by folder, failures old and new, and its receipt. */

let folder: string;
let source: string;
let destination: string;
let app: Engine | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-receipts-'));
  source = join(folder, 'prod');
  destination = join(folder, 'backup');
  fill('alpha', 12);
  fill('beta/deep/er', 3);
  fill('beta/deep/est', 3);
  writeFileSync(join(source, 'loose.txt'), 'loose');
  app = null;
});

afterEach(async () => {
  await app?.close();
  rmSync(folder, { recursive: true, force: true });
});

function fill(name: string, files: number): void {
  mkdirSync(join(source, name), { recursive: true });
  for (let index = 0; index < files; index++) writeFileSync(join(source, name, `file${index}`), `${name} ${index}\n`);
}

const shortly = (rows: readonly FolderRun[]) => Object.fromEntries(rows.map(({ folder: name, state, entries }) => [name, `${state} ${entries}`]));

function remembered<Result>(home: string, look: (store: Store) => Result): Result {
  const store = openStore(home);
  try {
    return look(store);
  } finally {
    store.close();
  }
}

test.each([['in one unit', {}], ['split', unitsOf(4)]])('a run tells what it did in each top folder: %s', async (_how, tuning) => {
  app = await openEngine(folder, tuning);
  const { run, totals, state } = await backUp(app, source, destination, { options: { mirror: true } });
  expect(state).toBe('succeeded');
  const rows = app.store().protection.of(run ?? 0);
  // Of each folder itself and all in it; in the root, the root itself and its one file.
  expect(shortly(rows)).toEqual({ '': 'done 2', alpha: 'done 13', beta: 'done 10' });
  expect(rows.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(totals.bytes, -1);

  rmSync(join(source, 'beta/deep/er/file0'));
  rmSync(join(source, 'alpha'), { recursive: true });
  const second = await backUp(app, source, destination, { options: { mirror: true } });
  const left = app.store().protection.of(second.run ?? 0);
  expect(shortly(left)).toEqual({ '': 'done 2', beta: 'done 9' });
  expect(left.map(({ deleted }) => deleted)).toEqual([13, 1]);
  const { receipt } = app.store().receipts.get(second.run ?? 0);
  expect(receipt).toMatchObject({ state: 'succeeded', totals: { deleted: 14 }, failures: [], error: null });
  expect(receipt.rsync.argv.slice(-2)).toEqual([`${source}/./`, `${destination}/`]);
  expect(app.store().receipts.verify()).toEqual({ receipts: 2, problem: null });
});

test('removals that are held hold their folder, and its files count as copied', async () => {
  app = await openEngine(folder, unitsOf(4));
  await backUp(app, source, destination, { options: { mirror: true } });
  for (let index = 0; index < 10; index++) rmSync(join(source, `alpha/file${index}`));
  const { run, state } = await backUp(app, source, destination, { options: { mirror: true, deleteLimit: { kind: 'default' } } });
  expect(state).toBe('held');
  expect(shortly(app.store().protection.of(run ?? 0))).toEqual({ '': 'done 2', alpha: 'held 3', beta: 'done 10' });
  const { receipt } = app.store().receipts.get(run ?? 0);
  expect(receipt.unprotected).toContainEqual({ name: 'Deletions that wait for approval', reason: expect.stringContaining('alpha') as string });
  const started = app.store().runs.get(run ?? 0).startedAt;
  const { jobId } = app.store().runs.get(run ?? 0);
  expect(app.store().history.summary(jobId).protectedUntil).toBe(started);
});

test('a cancelled run reached nothing for sure, and leaves the protection where it was', async () => {
  app = await openEngine(folder, unitsOf(4));
  const first = await backUp(app, source, destination);
  fill('alpha', 400);
  const { handle, events } = startBackup(app, source, destination, { options: { workers: 1 } });
  await until('a unit has ended', 10_000, () => events.some(({ type }) => type === 'unit-ended'));
  handle.cancel();
  const { run, state } = await handle.ended;
  expect(state).toBe('cancelled');
  const { protection, runs, history, receipts } = app.store();
  expect(protection.of(run ?? 0).map(({ folder: name, state: each }) => [name, each])).toEqual([['', 'not-reached'], ['alpha', 'not-reached'], ['beta', 'not-reached']]);
  const { jobId, startedAt } = runs.get(first.run ?? 0);
  expect(history.summary(jobId).protectedUntil).toBe(startedAt);
  expect(receipts.get(run ?? 0).receipt.unprotected).toEqual([{ name: `Everything in ${source}`, reason: expect.any(String) as string }]);
});

test('where the window may end too soon, the folders not reached last time come first', async () => {
  fill('omega', 3);
  app = await openEngine(folder, unitsOf(4));
  const first = await backUp(app, source, destination);
  const { protection, runs } = app.store();
  const stopped = runs.start({
    jobId: runs.get(first.run ?? 0).jobId, trigger: 'schedule', at: Date.now(), rsyncVersion: null, hostPid: process.pid, hostStartTime: '',
  });
  const rows = protection.of(first.run ?? 0).map((row): FolderRun => (row.folder === 'omega' || row.folder === 'beta' ? { ...row, state: 'not-reached' } : row));
  protection.put(stopped, rows);
  runs.end(stopped, { state: 'stopped', at: Date.now(), totals: runs.get(first.run ?? 0).totals, notices: [], limitedBy: null, error: null });

  const order = async (choices: { closesAt?: number }): Promise<string[]> => {
    if (!app) return [];
    const { handle, events } = startBackup(app, source, destination, { options: { workers: 1 }, ...choices });
    // All units wait when the first of them may start.
    handle.pause();
    await until('the walk has ended', 10_000, () => events.some((event) => event.type === 'progress' && !event.progress.planning && event.progress.unitsKnown > 0));
    handle.resume();
    await handle.ended;
    return events.flatMap((event) => (event.type === 'unit-ended' ? [event.name.split('/')[0] ?? ''] : []));
  };
  const risky = await order({ closesAt: Date.now() + 3_600_000 });
  expect(risky.indexOf('alpha')).toBeGreaterThan(Math.max(risky.lastIndexOf('omega'), risky.lastIndexOf('beta')));
});

test('names that fail again are told apart from new ones', async () => {
  // Root may read everything.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  mkdirSync(destination);
  if (user) {
    for (const path of [folder, home, destination]) chownSync(path, user.uid, user.gid);
    execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, source]);
  }
  const run = () => runCli(['backup', source, destination, '--json'], { home, user, tuning: unitsOf(4) });
  const hide = (name: string) => {
    writeFileSync(join(source, name), 'changed, so that it is read');
    chmodSync(join(source, name), 0);
  };
  await run();
  hide('alpha/file1');
  expect((await run()).code).toBe(3);
  hide('beta/deep/er/file2');
  const { stdout } = await run();
  const events = stdout.trim().split('\n').map((line) => JSON.parse(line) as Parameters<typeof noticesOf>[0][number]);
  expect(noticesOf(events)).toContain('2 names could not be copied: 1 new since last time (beta/deep/er/file2).');
  if (user) execFileSync('chown', ['-R', `0:0`, home]);
  const { rows, receipt } = remembered(home, ({ protection, receipts }) => ({ rows: protection.of(3), receipt: receipts.get(3).receipt }));
  expect(rows.map(({ folder: name, state, failed }) => [name, state, failed])).toEqual([['', 'done', 0], ['alpha', 'warned', 1], ['beta', 'warned', 1]]);
  expect(receipt.failures).toEqual([
    { name: 'beta/deep/er/file2', reason: 'Permission denied', isNew: true }, { name: 'alpha/file1', reason: 'Permission denied', isNew: false },
  ]);
});

test('the command line shows a receipt, writes it as a page, and checks them all', async () => {
  const opened = await openEngine(folder);
  await backUp(opened, source, destination, { options: { excludes: ['*.tmp'] } });
  const typed = async (...argv: string[]) => {
    const face = createFace(() => openEngine(folder), { callerFolder: folder });
    const code = await runCommandLine(argv, face);
    return { code, said: (face.output as ReturnType<typeof createPipe>).text() };
  };
  await opened.close();
  const shown = await typed('receipt', '1');
  expect(shown.code).toBe(0);
  expect(shown.said).toMatch(/^Protected\n/u);
  expect(shown.said).toMatch(/^alpha +done +13 /mu);
  expect(shown.said).toContain('  *.tmp: Left out by an exclude pattern.');
  const { receipt, hash } = ChainedReceipt.parse(JSON.parse((await typed('receipt', '1', '--json')).said));
  expect(receipt).toMatchObject({ run: 1, state: 'succeeded' });
  expect((await typed('receipt', '1', '--html', 'run.html')).code).toBe(0);
  expect(readFileSync(join(folder, 'run.html'), 'utf8')).toContain(hash);
  await expect(typed('receipt', '1', '--html', 'run.html')).rejects.toMatchObject({ kind: 'invalid-input' });
  await expect(typed('receipt', '2')).rejects.toMatchObject({ kind: 'not-found' });
  await expect(typed('receipt', 'x')).rejects.toMatchObject({ kind: 'invalid-input' });
  expect(await typed('receipts', 'verify')).toMatchObject({ code: 0, said: 'All is as it was written: 1 receipt.\n' });
  const database = new DatabaseSync(join(folder, 'home/daybreak.db'));
  database.exec(`UPDATE receipts SET receipt = replace(receipt, 'succeeded', 'failed')`);
  database.close();
  expect(await typed('receipts', 'verify', '--json')).toEqual({ code: 1, said: `${JSON.stringify({ receipts: 1, problem: { run: 1, message: 'The receipt of run 1 was changed after it was written.' } })}\n` });
});

test('a run that was lost with its host has a receipt at the next start, and tells of no folder', async () => {
  app = await openEngine(folder);
  const { run } = await backUp(app, source, destination);
  const { jobId } = app.store().runs.get(run ?? 0);
  const lost = app.store().runs.start({ jobId, trigger: 'schedule', at: Date.now(), rsyncVersion: null, hostPid: 1, hostStartTime: 'of another boot' });
  await app.close();
  app = await openEngine(folder);
  expect(app.store().receipts.get(lost).receipt).toMatchObject({ state: 'interrupted', folders: [], trigger: 'schedule' });
  const client = createRouterClient(createRouter(app, { kind: 'browser', version: '1' }));
  expect(await client.receipts.verify()).toEqual({ receipts: 2, problem: null });
  expect((await client.receipts.html({ run: lost })).html).toContain('Not protected by this run');
  expect(await client.protection.folders({ jobId })).toMatchObject([{ folder: '', lastRun: run }, { folder: 'alpha', lastState: 'done' }, { folder: 'beta' }]);
});

test('a run of a saved job that could not even begin has a receipt that says so', async () => {
  app = await openEngine(folder);
  const job = app.jobs.create({ name: 'Nightly', source: join(folder, 'nowhere'), destination, options: JobOptions.parse({}) });
  const { run, state } = await backUp(app, job.source, job.destination, { jobId: job.id });
  expect(state).toBe('failed');
  const { receipt } = app.store().receipts.get(run ?? 0);
  expect(receipt).toMatchObject({ job: { name: 'Nightly' }, state: 'failed', folders: [] });
  expect(receipt.unprotected).toEqual([{ name: `Everything in ${job.source}`, reason: expect.stringContaining('nowhere') as string }]);
});

