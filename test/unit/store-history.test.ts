import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { JobNotify } from '../../src-shared/notify.ts';
import { openStore, type Store, type StoreOptions } from '../../src-main/core/store/open-store.ts';
import {
  endedRun, errorOf, plainOptions, runEnd, startRun, temporaryFolder, unitEnd, unitStart,
} from '../fixtures/databases/samples.ts';

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

function reopen(options?: StoreOptions): void {
  store.close();
  store = openStore(temporary.path, options);
}

const jobOf = (source: string, destination: string): string => store.jobs.adHocJob(source, destination, plainOptions, 1).id;

/** Changes the file behind the store's back. */
function tamper(sql: string): void {
  const database = new DatabaseSync(store.file);
  database.exec(sql);
  database.close();
}

test('the same two folders are the same job, with the options used last', () => {
  const first = store.jobs.adHocJob('/data', '/backup', plainOptions, 1);
  const again = store.jobs.adHocJob('/data', '/backup', { ...plainOptions, mirror: true, excludes: ['*.o'] }, 2);
  const other = store.jobs.adHocJob('/data', '/elsewhere', plainOptions, 3);
  reopen();
  expect(again.id).toBe(first.id);
  expect(other.id).not.toBe(first.id);
  expect(store.jobs.list().map((job) => job.id).sort()).toEqual([first.id, other.id].sort());
  expect(store.jobs.find(first.id)).toEqual({
    id: first.id, kind: 'ad-hoc', name: '/data -> /backup', source: '/data', destination: '/backup',
    options: { ...plainOptions, mirror: true, excludes: ['*.o'] }, schedule: null, notify: JobNotify.parse({}),
  });
  expect(store.jobs.find('no such job')).toBeNull();
});

test('a dry run can look for the job without making one', () => {
  expect(store.jobs.findAdHoc('/data', '/backup')).toBeNull();
  expect(store.jobs.list()).toEqual([]);
  const id = jobOf('/data', '/backup');
  expect(store.jobs.findAdHoc('/data', '/backup')?.id).toBe(id);
});

test('a run is told from its start to its end', () => {
  const jobId = jobOf('/data', '/backup');
  const id = startRun(store, jobId, { at: 5, rsyncVersion: null, trigger: 'schedule' });
  expect(store.runs.get(id)).toMatchObject({
    state: 'queued', startedAt: 5, endedAt: null, source: '/data', destination: '/backup',
  });
  store.runs.setRsyncVersion(id, '3.5.0');
  store.runs.setState(id, 'planning', 6);
  store.runs.setState(id, 'running', 7);
  store.runs.setState(id, 'finishing', 8);
  const totals = { entries: 1, bytes: 2, filesTransferred: 3, bytesTransferred: 4, created: 5, deleted: 6, held: 7, units: 8 };
  const error = { kind: 'no-space', message: 'm', hint: 'h', detail: 'd' } as const;
  const notices = [{ level: 'problem', message: 'a', hint: 'b' }, { level: 'info', message: 'c' }] as const;
  store.runs.end(id, { state: 'failed', at: 9, totals, notices, limitedBy: 'the disk', error });
  reopen();
  expect(store.runs.get(id)).toEqual({
    id, jobId, source: '/data', destination: '/backup', trigger: 'schedule', state: 'failed', startedAt: 5, endedAt: 9,
    totals, notices, limitedBy: 'the disk', error, rsyncVersion: '3.5.0',
  });
});

test('states that make no sense are faults, unknown runs and jobs are not found', () => {
  const id = startRun(store, jobOf('/data', '/backup'));
  expect(errorOf(() => store.runs.setState(id, 'succeeded', 1)).kind).toBe('internal');
  expect(errorOf(() => store.runs.end(id, runEnd({ state: 'running' }))).kind).toBe('internal');
  store.runs.end(id, runEnd());
  expect(errorOf(() => store.runs.setState(id, 'running', 1)).kind).toBe('internal');
  expect(errorOf(() => store.runs.get(99))).toMatchObject({ kind: 'not-found', message: 'There is no run 99 in the history.' });
  expect(errorOf(() => store.runs.setState(99, 'running', 1)).kind).toBe('not-found');
  expect(errorOf(() => store.runs.end(99, runEnd())).kind).toBe('not-found');
  expect(errorOf(() => store.runs.setLockedAt(99, 1)).kind).toBe('not-found');
  expect(errorOf(() => startRun(store, 'no such job')).kind).toBe('not-found');
});

test('the last ended and the last good run of a job are its own and the newest', () => {
  const jobId = jobOf('/data', '/backup');
  const other = jobOf('/home', '/backup2');
  expect(store.runs.lastEnded(jobId)).toBeNull();
  const good = endedRun(store, jobId, { state: 'held' });
  const failed = endedRun(store, jobId, { state: 'failed' });
  startRun(store, jobId);
  endedRun(store, other);
  expect(store.runs.lastEnded(jobId)?.id).toBe(failed);
  expect(store.runs.lastGood(jobId)).toMatchObject({ id: good, totals: { entries: 5 } });
});

test('a folder is ours once a run into it was good, whatever the job', () => {
  const jobId = jobOf('/data', '/backup');
  for (const state of ['failed', 'cancelled', 'skipped', 'interrupted', 'unproven'] as const) endedRun(store, jobId, { state });
  startRun(store, jobId);
  expect(store.runs.filledByUs('/backup')).toBe(false);
  endedRun(store, jobOf('/other', '/backup'), { state: 'warned' });
  expect(store.runs.filledByUs('/backup')).toBe(true);
  expect(store.runs.filledByUs('/backu')).toBe(false);
});

test('the destinations of other jobs are those where copying began', () => {
  const jobId = jobOf('/data', '/backup');
  endedRun(store, jobId);
  endedRun(store, jobOf('/home', '/backup/home'), { state: 'failed' });
  endedRun(store, jobOf('/home', '/backup/home'));
  const stopped = startRun(store, jobOf('/mail', '/backup/mail'));
  store.runs.setState(stopped, 'planning', 1);
  store.runs.end(stopped, runEnd({ state: 'failed' }));
  const going = startRun(store, jobOf('/srv', '/backup/srv'));
  store.runs.setState(going, 'running', 1);
  expect(store.runs.otherDestinations(jobId)).toMatchObject([
    { source: '/home', destination: '/backup/home' }, { source: '/srv', destination: '/backup/srv' },
  ]);
});

test('units are listed slowest first, by pages, with every attempt', () => {
  const id = startRun(store, jobOf('/data', '/backup'));
  store.units.started(id, unitStart(1));
  const lastLines = ['rsync: connection unexpectedly closed'];
  store.units.ended(id, 1, 1, unitEnd({ durationMs: 300, code: 12, state: 'failed', lastLines }));
  store.units.started(id, unitStart(1, { attempt: 2, startedAt: 1500.4 }));
  store.units.ended(id, 1, 2, unitEnd({ durationMs: 800.6, bytes: 7.5 }));
  store.units.started(id, unitStart(2, { kind: 'level' }));
  store.units.ended(id, 2, 1, unitEnd({ durationMs: 500, state: 'pending-deletes', code: 25 }));
  store.units.changed(id, 2, 1, 'held');
  store.units.started(id, unitStart(3));
  expect(store.units.list(id).map(({ unit, attempt, state, durationMs }) => [unit, attempt, state, durationMs])).toEqual([
    [1, 2, 'done', 801], [2, 1, 'held', 500], [1, 1, 'failed', 300], [3, 1, 'running', 0],
  ]);
  expect(store.units.list(id, { limit: 1, offset: 2 })).toEqual([{
    unit: 1, kind: 'group', name: 'unit 1', state: 'failed', attempt: 1, lane: 0, startedAt: 1010, durationMs: 300,
    entries: 90, bytes: 900, filesTransferred: 80, bytesTransferred: 800, code: 12, argv: unitStart(1).argv, lastLines,
  }]);
  expect(store.units.count(id)).toBe(4);
  expect(errorOf(() => store.units.ended(id, 9, 1, unitEnd())).kind).toBe('internal');
});

test('a unit of a thousand long names and a talkative rsync stay small in the history', () => {
  const id = startRun(store, jobOf('/data', '/backup'));
  const paths = Array.from({ length: 1000 }, (_, index) => `/data/./${'x'.repeat(200)}/${index}`);
  store.units.started(id, unitStart(1, { argv: ['rsync', '-aHR', '--', ...paths, '/backup/'] }));
  store.units.ended(id, 1, 1, unitEnd({ lastLines: Array.from({ length: 100 }, (_, index) => `${index} ${'y'.repeat(5000)}`) }));
  const [unit] = store.units.list(id);
  expect(unit!.argv.slice(0, 4)).toEqual(['rsync', '-aHR', '--', paths[0]]);
  expect(unit!.argv.slice(-2)).toEqual([`[... ${1000 - (unit!.argv.length - 5)} more]`, '/backup/']);
  expect(unit!.argv.join('').length).toBeLessThan(4100);
  expect(unit!.lastLines).toHaveLength(20);
  expect(unit!.lastLines.at(-1)).toMatch(/^99 y{997}\.\.\.$/);
});

test('what runs when the host is lost is known at the next start, until it is swept', () => {
  const jobId = jobOf('/data', '/backup');
  const lost = startRun(store, jobId, { hostPid: 11, hostStartTime: 'then', at: 1000 });
  const alive = startRun(store, jobId, { hostPid: 22, hostStartTime: 'now' });
  store.runs.setState(lost, 'planning', 1001);
  store.runs.setState(lost, 'running', 1002);
  store.runs.setLockedAt(lost, 1005.9);
  const names = Array.from({ length: 1500 }, (_, index) => `\u00ff/${index}` as ByteName);
  store.units.started(lost, unitStart(1));
  store.units.ended(lost, 1, 1, unitEnd());
  store.units.started(lost, unitStart(2, { folder: '\u00ff' as ByteName, names, startedAt: 3000 }));
  store.units.started(lost, unitStart(3, { kind: 'level', names: [] }));
  reopen();
  expect(store.runs.live()).toMatchObject([
    { id: lost, hostPid: 11, hostStartTime: 'then' }, { id: alive, hostPid: 22, hostStartTime: 'now' },
  ]);
  expect(store.runs.unsweptInto('/backup')).toEqual([]);

  const marked = store.runs.markInterrupted((pid, startTime) => pid === 22 && startTime === 'now', 9_999_999);
  // Its end is the last sign of life; only what ended counts as done.
  expect(marked).toMatchObject([{
    id: lost, state: 'interrupted', endedAt: 3000, error: { kind: 'worker-lost' },
    totals: { entries: 90, bytes: 900, filesTransferred: 80, bytesTransferred: 800, units: 1 },
  }]);
  expect(store.runs.markInterrupted((pid) => pid === 22, 9_999_999)).toEqual([]);
  expect(store.runs.get(alive).state).toBe('queued');

  expect(store.runs.unsweptInto('/backup')).toEqual([{ run: lost, lockedAtMs: 1005 }]);
  expect(store.runs.unsweptInto('/elsewhere')).toEqual([]);
  expect(store.units.unitsRunning(lost)).toEqual([
    { unit: 2, attempt: 1, kind: 'group', folder: '\u00ff', names: names.slice(0, 1000), namesTotal: 1500 },
    { unit: 3, attempt: 1, kind: 'level', folder: 'top', names: [], namesTotal: 0 },
  ]);
  store.units.swept(lost);
  expect(store.runs.unsweptInto('/backup')).toEqual([]);
  expect(store.units.unitsRunning(lost)).toEqual([]);
  const states = store.units.list(lost).map(({ unit, state }) => [unit, state]);
  expect(states).toEqual([[1, 'done'], [2, 'cancelled'], [3, 'cancelled']]);
});

test('every live state can be lost', () => {
  const jobId = jobOf('/data', '/backup');
  for (const state of ['queued', 'planning', 'running', 'paused', 'finishing', 'cancelling'] as const) {
    store.runs.setState(startRun(store, jobId), state, 1);
  }
  expect(store.runs.markInterrupted(() => false, 5000).map((run) => run.state)).toEqual(Array(6).fill('interrupted'));
});

test('details of old runs go, the runs stay, and what must be swept stays', () => {
  reopen({ kept: { runs: 3, units: 7 } });
  const jobId = jobOf('/data', '/backup');
  const other = jobOf('/home', '/backup2');
  const runOf = (job: string, units: number): number => {
    const id = startRun(store, job);
    for (let unit = 0; unit < units; unit++) {
      store.units.started(id, unitStart(unit));
      store.units.ended(id, unit, 1, unitEnd());
    }
    return id;
  };
  const others = runOf(other, 5);
  store.runs.end(others, runEnd());
  const unswept = runOf(jobId, 1);
  store.units.started(unswept, unitStart(8));
  store.runs.end(unswept, runEnd({ state: 'interrupted' }));
  const ids = [2, 2, 2, 2].map((units) => {
    const id = runOf(jobId, units);
    store.runs.end(id, runEnd());
    return id;
  });
  expect(ids.map((id) => store.units.count(id))).toEqual([0, 2, 2, 2]);
  expect(store.units.unitsRunning(unswept)).toHaveLength(1);
  expect(store.units.count(unswept)).toBe(1);
  // One run alone may be larger than all that is kept; nothing older stays beside it.
  const large = runOf(jobId, 9);
  store.runs.end(large, runEnd());
  expect(store.units.count(large)).toBe(9);
  expect(ids.map((id) => store.units.count(id))).toEqual([0, 0, 0, 0]);
  expect(store.units.count(others)).toBe(5);
  expect(store.runs.list({ limit: 100, jobId })).toHaveLength(6);
});

test('a history of 10,000 runs is read by pages, without a pause', () => {
  const jobs = [jobOf('/data', '/backup'), jobOf('/home', '/backup2')];
  for (let run = 0; run < 4; run++) endedRun(store, jobs[run % 2]!);
  tamper(`
    WITH RECURSIVE number (n) AS (SELECT 5 UNION ALL SELECT n + 1 FROM number WHERE n < 10000)
    INSERT INTO runs SELECT n, job, source, destination, trigger, state, started_at, began_at, ended_at, totals, notices,
      limited_by, error, rsync_version, host_pid, host_start_time, locked_at FROM number JOIN runs ON runs.id = 1 + n % 2`);
  const seen: number[] = [];
  const start = performance.now();
  const limit = 1000;
  for (let page = store.runs.list({ limit }); page.length > 0; page = store.runs.list({ limit, beforeId: seen.at(-1)! })) {
    seen.push(...page.map((run) => run.id));
  }
  const perPage = (performance.now() - start) / 10;
  expect(seen).toEqual(Array.from({ length: 10_000 }, (_, index) => 10_000 - index));
  expect(perPage).toBeLessThan(250);
  const own = store.runs.list({ limit: 50, jobId: jobs[0]!, beforeId: 5000 });
  expect(own).toHaveLength(50);
  expect(own.every((run) => run.jobId === jobs[0] && run.id < 5000)).toBe(true);

  const questions = performance.now();
  store.runs.live();
  store.runs.markInterrupted(() => false, 1);
  store.runs.lastGood(jobs[0]!);
  store.runs.filledByUs('/nowhere');
  store.runs.otherDestinations(jobs[0]!);
  expect(performance.now() - questions).toBeLessThan(250);
});

test('a row that cannot be read says which, and is not taken for nothing', () => {
  const jobId = jobOf('/data', '/backup');
  const id = endedRun(store, jobId);
  store.learned.setPassports(jobId, {
    source: { path: '/data', mount: { point: '/', type: 'ext4', source: '/dev/sda1', root: '/', uuid: null }, inside: [] },
    destination: { path: '/backup', mount: { point: '/', type: 'ext4', source: '/dev/sda1', root: '/', uuid: null }, inside: [] },
  });
  tamper(`UPDATE runs SET totals = '{"entries":"many"}'; UPDATE passports SET source = 'gone'; UPDATE jobs SET options = '[]'`);
  expect(errorOf(() => store.runs.get(id))).toMatchObject({
    kind: 'data-damaged', message: `The history holds something unreadable: run ${id}.`,
  });
  expect(errorOf(() => store.learned.passports(jobId)).message).toContain('the source passport of job');
  expect(errorOf(() => store.jobs.list()).message).toContain('the options of job /data -> /backup');
});
