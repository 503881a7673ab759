import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FolderRun } from '../../src-shared/protection.ts';
import type { Receipt } from '../../src-shared/receipt.ts';
import { createForecasts } from '../../src-main/core/protection/forecast.ts';
import { makeReceipt } from '../../src-main/core/receipt/make-receipt.ts';
import { writeMissingReceipts } from '../../src-main/core/receipt/missing.ts';
import { receiptPage } from '../../src-main/core/receipt/page.ts';
import { verdictOf } from '../../src-main/core/receipt/verdict.ts';
import { openStore, type Store } from '../../src-main/core/store/open-store.ts';
import { ended, endedRun, errorOf, plainOptions, runApart, runEnd, startRun, temporaryFolder } from '../fixtures/databases/samples.ts';

let temporary: ReturnType<typeof temporaryFolder>;
let store: Store;
beforeEach(() => {
  temporary = temporaryFolder();
  store = openStore(temporary.path);
});
afterEach(() => {
  store.close();
  temporary.remove();
});

const jobOf = (source = '/data'): string => store.jobs.adHocJob(source, '/backup', plainOptions, 1).id;
const host = { name: 'server', user: 'admin', isRoot: true, daybreak: '1.0.0' };

const row = (folder: string, changes: Partial<FolderRun> = {}): FolderRun => ({
  folder, state: 'done', entries: 5, bytes: 50, created: 0, rewritten: null, deleted: 0, failed: 0, durationMs: 100, ...changes,
});

function receiptOf(run: number, folders: readonly FolderRun[] = [row('alpha')], changes: Partial<Receipt> = {}): Receipt {
  const found = store.runs.get(run);
  const job = store.jobs.find(found.jobId);
  if (!job) throw new Error('no job');
  return { ...makeReceipt({ run: found, job, host, argv: ['-aHR', '--', '/data/./', '/backup/'], folders, failures: [] }), ...changes };
}

function append(count: number, jobId = jobOf()): number[] {
  return Array.from({ length: count }, () => {
    const run = endedRun(store, jobId);
    store.receipts.append(receiptOf(run));
    return run;
  });
}

/** Changes the file behind the store's back. */
function tamper(sql: string): void {
  const database = new DatabaseSync(store.file);
  database.exec(sql);
  database.close();
}

describe('the chain of receipts', () => {
  it('holds together, and gives back what was put in', () => {
    expect(store.receipts.verify()).toEqual({ receipts: 0, problem: null });
    const [first = 0, second = 0] = append(3);
    expect(store.receipts.verify()).toEqual({ receipts: 3, problem: null });
    expect(store.receipts.get(first).receipt).toEqual(receiptOf(first));
    expect(store.receipts.get(second)).toMatchObject({ number: 2, previous: store.receipts.get(first).hash });
    expect(errorOf(() => store.receipts.get(99)).kind).toBe('not-found');
  });

  it('keeps the first receipt of a run', () => {
    const [run = 0] = append(1);
    expect(store.receipts.append(receiptOf(run, [])).receipt.folders).toHaveLength(1);
    expect(store.receipts.verify()).toEqual({ receipts: 1, problem: null });
  });

  it.each<[string, string, number | null, string]>([
    ['a word in one', `UPDATE receipts SET receipt = replace(receipt, 'succeeded', 'failed') WHERE number = 2`, 2, 'The receipt of run 2 was changed after it was written.'],
    ['a receipt and its hash', `UPDATE receipts SET receipt = replace(receipt, 'admin', 'nobody'), hash = '${'a'.repeat(64)}' WHERE number = 2`, 2, 'was changed'],
    ['the run of one', 'UPDATE receipts SET run = 77 WHERE number = 2', 77, 'The receipt of run 77 was changed'],
    ['what is no JSON any more', `UPDATE receipts SET receipt = '{' WHERE number = 2`, 2, 'was changed'],
    ['one in the middle', 'DELETE FROM receipts WHERE number = 3', null, 'Receipt 3 is missing: between those of run 2 and run 4.'],
    ['two at the start', 'DELETE FROM receipts WHERE number < 3', null, '2 receipts are missing: before that of run 3.'],
    ['the last two', 'DELETE FROM receipts WHERE number > 3', null, 'The last 2 receipts are missing: 5 were written, the last one there is number 3.'],
    ['all', 'DELETE FROM receipts', null, 'The last 5 receipts are missing'],
    ['the order of two', 'UPDATE receipts SET number = 99 WHERE number = 2; UPDATE receipts SET number = 2 WHERE number = 3; UPDATE receipts SET number = 3 WHERE number = 99', 3, 'The receipt of run 3 does not stand where it was written'],
    ['one in the middle, with the numbers mended', 'DELETE FROM receipts WHERE number = 3; UPDATE receipts SET number = number - 1 WHERE number > 3', 4, 'The receipt of run 4 does not stand where it was written'],
    ['the note of the end', `DELETE FROM facts WHERE name = 'receipts_end'`, null, 'The note of where the receipts end is gone'],
  ])('shows a change of %s', (_what, sql, run, message) => {
    append(5);
    tamper(sql);
    const { problem } = store.receipts.verify();
    expect(problem).toEqual({ run, message: expect.stringContaining(message) as string });
  });

  it('leaves a gap where the last one was taken away before the next was written', () => {
    append(2);
    tamper('DELETE FROM receipts WHERE number = 2');
    append(1);
    expect(store.receipts.verify().problem?.message).toBe('Receipt 2 is missing: between those of run 1 and run 3.');
  });

  it('is one chain for processes that write at once', async () => {
    const jobId = jobOf();
    const template = JSON.stringify(receiptOf(endedRun(store, jobId)));
    const code = `
      const store = openStore(given[0]);
      for (let count = 0; count < 40; count++) {
        const run = samples.endedRun(store, given[1]);
        store.receipts.append({ ...JSON.parse(given[2]), run });
      }
      store.close();`;
    const ends = await Promise.all([1, 2].map(() => ended(runApart(code, temporary.path, jobId, template))));
    expect(ends.map(({ code: exit, errors }) => [exit, errors])).toEqual([[0, ''], [0, '']]);
    expect(store.receipts.verify()).toEqual({ receipts: 80, problem: null });
  });

  it('outlives the job', () => {
    const jobId = jobOf();
    const [run = 0] = append(2, jobId);
    store.jobs.delete(jobId);
    expect(store.receipts.get(run).receipt.job.id).toBe(jobId);
    expect(store.receipts.verify()).toEqual({ receipts: 2, problem: null });
  });
});

describe('receipts of runs that could not write their own', () => {
  const write = (now = 10_000) => writeMissingReceipts(store, { clock: { now: () => now }, version: '1.0.0' });

  it('are written for skipped, refused and lost runs, and for those that ended long ago', () => {
    write();
    const jobId = jobOf();
    const skipped = startRun(store, jobId);
    store.runs.end(skipped, runEnd({ state: 'skipped', notices: [{ level: 'warning', message: 'Another run was going on.' }] }));
    const lost = startRun(store, jobId);
    store.runs.setState(lost, 'planning', 1001);
    store.runs.setState(lost, 'running', 1002);
    store.runs.markInterrupted(() => false, 5000);
    const live = startRun(store, jobId);
    const justEnded = endedRun(store, jobId);
    write(61_000);
    expect(store.receipts.get(skipped).receipt).toMatchObject({
      state: 'skipped', folders: [], rsync: { argv: [] }, unprotected: [{ name: 'Everything in /data', reason: 'Another run was going on.' }],
    });
    expect(store.receipts.get(lost).receipt).toMatchObject({ state: 'interrupted', error: { kind: 'worker-lost' } });
    for (const run of [live, justEnded]) expect(errorOf(() => store.receipts.get(run)).kind).toBe('not-found');
    write(63_000);
    expect(store.receipts.get(justEnded).receipt.state).toBe('succeeded');
  });

  it('are not made up for runs from before there were receipts', () => {
    endedRun(store, jobOf());
    write(1e9);
    expect(store.receipts.verify().receipts).toBe(0);
  });
});

describe('protection by folder', () => {
  function ran(jobId: string, at: number, rows: readonly FolderRun[], state: 'succeeded' | 'warned' | 'stopped' = 'succeeded'): number {
    const run = startRun(store, jobId, { at });
    store.runs.setState(run, 'planning', at);
    store.runs.setState(run, 'running', at);
    store.protection.put(run, rows);
    store.runs.end(run, runEnd({ state, at: at + 50 }));
    return run;
  }
  const until = (jobId: string) => Object.fromEntries(store.protection.folders(jobId).map(({ folder, protectedUntil }) => [folder, protectedUntil]));

  it('is the start of the last run that copied the folder', () => {
    const jobId = jobOf();
    ran(jobId, 100, [row('a'), row('b'), row('gone')]);
    ran(jobId, 200, [row('a'), row('b', { state: 'not-reached' })], 'stopped');
    expect(until(jobId)).toEqual({ a: 200, b: 100 });
    expect(store.history.summary(jobId).protectedUntil).toBe(100);
    const last = ran(jobId, 300, [row('a', { state: 'failed' }), row('b', { state: 'warned', failed: 1 }), row('c', { state: 'not-reached' })], 'warned');
    expect(until(jobId)).toEqual({ a: 200, b: 300, c: null });
    expect(store.history.summary(jobId).protectedUntil).toBeNull();
    expect(store.protection.folders(jobId)[1]).toEqual({ folder: 'b', protectedUntil: 300, lastState: 'warned', lastRun: last, usualMs: 100 });
  });

  it('does not count a folder that was held before anything was copied', () => {
    const jobId = jobOf();
    ran(jobId, 100, [row('a')]);
    ran(jobId, 200, [row('a', { state: 'held', entries: 0 })]);
    expect(until(jobId)).toEqual({ a: 100 });
    ran(jobId, 300, [row('a', { state: 'held' })]);
    expect(until(jobId)).toEqual({ a: 300 });
  });

  it('is that of the last good run where runs have not told of their folders', () => {
    const jobId = jobOf();
    endedRun(store, jobId);
    expect(store.history.summary(jobId).protectedUntil).toBe(1000);
  });

  it('forgets a failure once its folder was copied without it, and not before', () => {
    const jobId = jobOf();
    const first = ran(jobId, 100, []);
    store.protection.setFailures(jobId, first, [{ name: 'a/x', reason: 'r' }, { name: 'b/y', reason: 'r' }], () => true);
    const second = ran(jobId, 200, []);
    store.protection.setFailures(jobId, second, [{ name: 'c/z', reason: 'r' }], (failed) => !failed.startsWith('b/'));
    expect([...store.protection.failures(jobId)].sort()).toEqual(['b/y', 'c/z']);
  });

  it('tells when the next run will end', () => {
    const jobId = jobOf();
    const forecast = createForecasts(() => store);
    expect(forecast(jobId, 1000, null)).toBeNull();
    ran(jobId, 100, [row('a'), row('b', { durationMs: 300 })]);
    ran(jobId, 200, [row('a'), row('b', { durationMs: 300 })]);
    // 400 ms of units in 50 ms: eight at once.
    expect(forecast(jobId, 1000, 1010)).toEqual({ startsAt: 1000, endsAt: 1050, windowEndsAt: 1010, warning: expect.stringContaining('a and b took') as string });
  });
});

describe('a receipt', () => {
  const nasty = '<img src=x onerror=alert(1)>"&\'';

  it.each<[string, readonly FolderRun[], Partial<Receipt>, string]>([
    ['all copied', [row('a')], {}, 'good'],
    ['a name failed', [row('a', { state: 'warned' })], { failures: [{ name: 'a/x', reason: 'r', isNew: true }] }, 'partly'],
    ['a folder was not reached', [row('a'), row('b', { state: 'not-reached' })], { state: 'stopped' }, 'partly'],
    ['a check failed', [row('a', { state: 'not-reached' })], { state: 'unproven' }, 'none'],
    ['nothing was copied', [], { state: 'failed' }, 'none'],
  ])('judges: %s', (_what, folders, changes, level) => {
    const run = endedRun(store, jobOf());
    expect(verdictOf(receiptOf(run, folders, changes)).level).toBe(level);
  });

  it('says what was not protected, and why', () => {
    const run = endedRun(store, jobOf(), { state: 'held', notices: [{ level: 'warning', message: 'Held: 60 % of alpha' }] });
    const job = store.jobs.find(store.runs.get(run).jobId);
    if (!job) throw new Error('no job');
    const { unprotected } = makeReceipt({
      run: store.runs.get(run), job: { ...job, options: { ...plainOptions, excludes: ['*.tmp'], further: ['acls'] } }, host: { ...host, isRoot: false }, argv: [],
      folders: [row('a', { state: 'warned' }), row('b', { state: 'not-reached' }), row('c', { state: 'failed' }), row('d', { state: 'held', entries: 0 })],
      failures: [{ name: 'a/x', reason: 'Permission denied', isNew: true }],
    });
    expect(unprotected.map(({ name }) => name)).toEqual(['b', 'c', 'd', 'a/x', 'Deletions that wait for approval', '*.tmp', 'Owners', 'Extended attributes']);
  });

  it('is a page that runs nothing, loads nothing, and shows names as they are', () => {
    const run = endedRun(store, jobOf(`/data/${nasty}`));
    const receipt = receiptOf(run, [row(nasty), row('')], {
      failures: [{ name: nasty, reason: nasty, isNew: true }], notices: [{ level: 'warning', message: nasty, hint: nasty }], limitedBy: nasty,
      rsync: { version: nasty, argv: ['--exclude=it\'s', nasty] }, host: { ...host, name: nasty }, unprotected: [{ name: nasty, reason: nasty }],
    });
    const page = receiptPage(store.receipts.append(receipt));
    expect(page).not.toMatch(/<(?:script|img|link|iframe|object|svg)|\son\w+=[^;]*>|url\(|@import|https?:/iu);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&amp;&#39;');
    expect(page.indexOf('Protected in part')).toBeLessThan(page.indexOf('<h1>'));
    expect(page).toContain('(files in the root)');
    expect(page).toContain(store.receipts.get(run).hash);
    expect(page).toContain('light dark');
  });
});
