import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHistory } from '../../src-main/core/history.ts';
import { createJobs, type Jobs } from '../../src-main/core/jobs.ts';
import { openStore, type Store } from '../../src-main/core/store/open-store.ts';
import type { TimelineBar } from '../../src-shared/run-view.ts';
import { endedRun, errorOf, plainOptions, startRun, temporaryFolder, unitEnd, unitStart } from '../fixtures/databases/samples.ts';

let temporary: ReturnType<typeof temporaryFolder>;
let store: Store;
let jobs: Jobs;
let running: string | null;
beforeEach(() => {
  temporary = temporaryFolder();
  store = openStore(temporary.path);
  running = null;
  jobs = createJobs({ store: () => store, now: () => 5, dataFolder: temporary.path, isRunning: (id) => id === running, nextRunAt: () => null });
});
afterEach(() => {
  store.close();
  temporary.remove();
});

const draft = { name: 'Nightly', source: '/data//prod/', destination: '/backup/./prod/', options: plainOptions };

test('a definition is tidied and checked before it is kept', () => {
  expect(jobs.create(draft)).toMatchObject({ source: '/data/prod', destination: '/backup/prod' });
  const refused = [
    [{ ...plainOptions, excludes: ['+ x'] }, 'The exclude pattern "+ x" cannot be used'],
    [{ ...plainOptions, backup: true, mirror: true }, 'A mirror that keeps replaced and deleted files needs a folder for them.'],
  ] as const;
  for (const [options, message] of refused) {
    const error = errorOf(() => jobs.create({ ...draft, name: 'B', options: { ...options, excludes: [...options.excludes] } }));
    expect(error).toMatchObject({ kind: 'invalid-input', message: expect.stringContaining(message) });
  }
  expect(jobs.list()).toHaveLength(1);
});

test('a job that runs is neither changed nor deleted', () => {
  const { id } = jobs.create(draft);
  running = id;
  expect(errorOf(() => jobs.delete(id))).toMatchObject({ kind: 'busy', message: '"Nightly" is running and cannot be deleted now.' });
  expect(errorOf(() => jobs.update(id, draft))).toMatchObject({ kind: 'busy' });
  running = null;
  jobs.delete(id);
  expect(errorOf(() => jobs.delete(id))).toMatchObject({ kind: 'not-found' });
});

test('copies of a job get names of their own', () => {
  const { id } = jobs.create(draft);
  expect([1, 2, 3].map(() => jobs.duplicate(id).name)).toEqual(['Nightly copy', 'Nightly copy 2', 'Nightly copy 3']);
});

test('the sample is a tree with seven projects and a job for it, made anew without a second job', async () => {
  const job = await jobs.createSample();
  expect(job).toMatchObject({ name: 'Sample', kind: 'saved', source: join(temporary.path, 'sample/production') });
  for (const project of ['alpha', 'omega']) expect(existsSync(join(job.source, project))).toBe(true);
  expect(existsSync(job.destination)).toBe(true);
  expect((await jobs.createSample()).id).toBe(job.id);
});

test('a timeline comes from memory while a run lives, and from the history afterwards', () => {
  const job = jobs.create(draft);
  const live: TimelineBar[] = [[1, 0, 0, 5, 'done'], [2, 1, 0, 6, 'failed']];
  const run = startRun(store, job.id);
  const history = createHistory(() => store, (id) => (id === run && store.runs.get(run).endedAt === null ? live : null));
  expect(history.timeline(run, 1)).toEqual({ bars: [live[1]], next: 2, isAll: false });
  expect(history.timeline(run, 2)).toEqual({ bars: [], next: 2, isAll: false });
  store.units.started(run, unitStart(1));
  store.units.ended(run, 1, 1, unitEnd());
  store.runs.setState(run, 'planning', 1001);
  store.runs.setState(run, 'cancelling', 1002);
  store.runs.end(run, { state: 'cancelled', at: 1600, totals: store.runs.get(run).totals, notices: [], limitedBy: null, error: null });
  expect(history.timeline(run, 0)).toEqual({ bars: [[1, 0, 10, 500, 'done']], next: 1, isAll: true });
});

test('the log of a unit is its rsync line and what it said', () => {
  const run = startRun(store, jobs.create(draft).id);
  store.units.started(run, unitStart(1, { argv: ['-aHR', '--', '/a/./it is', '/b/'] }));
  store.units.ended(run, 1, 1, unitEnd({ lastLines: ['one', 'two'] }));
  const log = createHistory(() => store, () => null).unitLog(run, 1, 1);
  expect(log).toMatchObject({ command: "rsync -aHR -- '/a/./it is' /b/", lastLines: ['one', 'two'] });
  expect(log.unit).not.toHaveProperty('argv');
});

test('a folder is brought back by a line that can be copied', () => {
  const history = createHistory(() => store, () => null);
  const run = endedRun(store, jobs.create(draft).id);
  expect(history.restoreCommand(run, '', null)).toBe('rsync -aHu --exclude=/.daybreak -- /backup/prod/ /data/prod/');
  expect(history.restoreCommand(run, "/omega/it's/", null))
    .toBe("rsync -aHu --exclude=/.daybreak -- '/backup/prod/omega/it'\\''s/' '/data/prod/omega/it'\\''s/'");
  expect(history.restoreCommand(run, 'omega', '/tmp/back')).toBe('rsync -aHu --exclude=/.daybreak -- /backup/prod/omega/ /tmp/back/');
  expect(errorOf(() => history.restoreCommand(run, '../etc', null))).toMatchObject({ kind: 'invalid-input' });
});
