import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../src-main/core/store/open-store.ts';
import {
  endedRun, errorOf, plainOptions, runEnd, startRun, storedDatabase, temporaryFolder, unitEnd, unitStart,
} from '../fixtures/databases/samples.ts';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';

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

const draft = { name: 'Nightly', source: '/data/prod', destination: '/backup', options: { ...plainOptions, mirror: true } };

describe('saved jobs', () => {
  test('are made, changed and taken away with their history', () => {
    const job = store.jobs.create(draft, 1);
    expect(job).toMatchObject({ ...draft, kind: 'saved' });
    const changed = store.jobs.update(job.id, { ...draft, name: 'Every night', destination: '/backup2' }, 2);
    expect(changed).toMatchObject({ id: job.id, name: 'Every night', destination: '/backup2' });
    const run = endedRun(store, job.id);
    store.jobs.delete(job.id);
    expect(store.jobs.list()).toEqual([]);
    expect(errorOf(() => store.history.run(run))).toMatchObject({ kind: 'not-found' });
    expect(errorOf(() => store.jobs.delete(job.id))).toMatchObject({ kind: 'not-found' });
    expect(errorOf(() => store.jobs.update(job.id, draft, 3))).toMatchObject({ kind: 'not-found' });
  });

  test('have names of their own', () => {
    const first = store.jobs.create(draft, 1);
    expect(errorOf(() => store.jobs.create(draft, 2))).toMatchObject({ kind: 'invalid-input', message: 'There is a job named "Nightly" already.' });
    expect(store.jobs.update(first.id, draft, 3).name).toBe('Nightly');
    const second = store.jobs.create({ ...draft, name: 'Other' }, 4);
    expect(errorOf(() => store.jobs.update(second.id, draft, 5))).toMatchObject({ kind: 'invalid-input' });
    expect(store.jobs.find(second.id)?.name).toBe('Other');
  });

  test('an ad-hoc job becomes one and keeps its history', () => {
    const { id } = store.jobs.adHocJob('/data/prod', '/backup', plainOptions, 1);
    endedRun(store, id);
    expect(store.jobs.update(id, draft, 2)).toMatchObject({ id, kind: 'saved' });
    expect(store.history.page({ jobId: id }, { offset: 0, limit: 10 }).total).toBe(1);
    expect(store.jobs.adHocJob('/data/prod', '/backup', plainOptions, 3).id).not.toBe(id);
  });
});

describe('pages of the history', () => {
  test('are chosen by job, state and date, newest first', () => {
    const a = store.jobs.create(draft, 1).id;
    const b = store.jobs.create({ ...draft, name: 'B' }, 1).id;
    for (let turn = 0; turn < 5; turn++) {
      store.runs.end(startRun(store, a, { at: 1000 + turn }), runEnd({ at: 5000 + turn }));
      store.runs.end(startRun(store, b, { at: 2000 + turn }), runEnd({ state: 'failed', at: 6000 + turn }));
    }
    const all = store.history.page({}, { offset: 2, limit: 3 });
    expect(all.total).toBe(10);
    expect(all.runs.map((run) => run.id)).toEqual([8, 7, 6]);
    expect(all.runs[0]).toMatchObject({ jobName: 'B', state: 'failed', startedAt: 2003 });
    expect(store.history.page({ jobId: a, states: ['failed'] }, { offset: 0, limit: 10 })).toEqual({ total: 0, runs: [] });
    expect(store.history.page({ states: ['failed', 'held'] }, { offset: 0, limit: 2 }).total).toBe(5);
    expect(store.history.page({ since: 1003, until: 2001 }, { offset: 0, limit: 10 }).runs.map((run) => run.startedAt)).toEqual([1004, 1003, 2000]);
  });

  test('of units are searched, filtered and ordered', () => {
    const run = startRun(store, store.jobs.create(draft, 1).id);
    for (let unit = 0; unit < 6; unit++) {
      store.units.started(run, unitStart(unit, { name: unit % 2 === 0 ? 'Alpha/100%' : 'beta' }));
      store.units.ended(run, unit, 1, unitEnd({ durationMs: unit * 10, state: unit === 3 ? 'failed' : 'done' }));
    }
    const chosen = (search: string) => store.history.units(run, { search, order: 'started' }, { offset: 0, limit: 10 });
    expect(chosen('alpha').units.map(({ unit }) => unit)).toEqual([0, 2, 4]);
    expect(chosen('%').total).toBe(3);
    expect(store.history.units(run, { search: '', order: 'slowest' }, { offset: 1, limit: 2 })).toMatchObject({ total: 6, units: [{ unit: 4 }, { unit: 3 }] });
    expect(store.history.units(run, { search: '', states: ['failed'], order: 'slowest' }, { offset: 0, limit: 9 }).units).toHaveLength(1);
    expect(store.history.unit(run, 3, 1)).toMatchObject({ state: 'failed', argv: unitStart(3).argv });
    expect(errorOf(() => store.history.unit(run, 9, 1))).toMatchObject({ kind: 'not-found' });
  });

  test('of a timeline come in the order of ending, without what still runs', () => {
    const run = startRun(store, store.jobs.create(draft, 1).id, { at: 1000 });
    const ends = [[1, 1010, 500], [2, 1020, 100], [3, 1030, 200]] as const;
    for (const [unit, startedAt, durationMs] of ends) {
      store.units.started(run, unitStart(unit, { startedAt, lane: unit }));
      store.units.ended(run, unit, 1, unitEnd({ durationMs }));
    }
    store.units.started(run, unitStart(4));
    expect(store.history.timeline(run, 0, 2)).toEqual([[2, 2, 20, 100, 'done'], [3, 3, 30, 200, 'done']]);
    expect(store.history.timeline(run, 2, 2)).toEqual([[1, 1, 10, 500, 'done']]);
  });
});

describe('what an overview needs', () => {
  test('of a job that never ran is little', () => {
    expect(store.history.summary(store.jobs.create(draft, 1).id)).toEqual({ lastRun: null, protectedUntil: null, recent: [] });
  });

  test('tells the last run, the last good one, and durations', () => {
    const { id } = store.jobs.create(draft, 1);
    endedRun(store, id);
    const last = startRun(store, id, { at: 9000 });
    store.runs.end(last, runEnd({ state: 'failed', at: 9500, error: { kind: 'no-space', message: 'The disk is full' } }));
    expect(store.history.summary(id)).toEqual({
      lastRun: { id: last, state: 'failed', startedAt: 9000, endedAt: 9500, limitedBy: null, problem: 'The disk is full' },
      protectedUntil: 1000,
      // One that was stopped before it copied says nothing of durations.
      recent: [{ durationMs: 1000, state: 'succeeded' }],
    });
    expect(store.history.trend(id, 5)).toEqual([{ run: 1, startedAt: 1000, durationMs: 1000, bytes: 50, state: 'succeeded' }]);
  });
});

test('settings and held removals stay', () => {
  expect(store.settings.get()).toEqual({ theme: 'system', notifications: 'all', closeToTray: null, launchAtLogin: false });
  store.settings.set({ theme: 'light', notifications: 'none', closeToTray: false, launchAtLogin: true });
  const run = endedRun(store, store.jobs.create(draft, 1).id, { state: 'held' });
  const held = [{ reason: 'b', names: ['x\n', 'ü'], entries: 2, bytes: 5 }, { reason: 'a', names: [], entries: 0, bytes: 0 }];
  store.held.put(run, held);
  store.close();
  store = openStore(temporary.path);
  expect(store.settings.get().theme).toBe('light');
  expect(store.held.list(run)).toEqual(held);
  store.held.put(run, []);
  expect(store.held.list(run)).toEqual([]);
});

test('the stored database of version 2 opens with its settings and held removals', () => {
  store.close();
  temporary.remove();
  temporary = temporaryFolder();
  copyFileSync(storedDatabase(2), join(temporary.path, 'daybreak.db'));
  store = openStore(temporary.path);
  expect(store.settings.get()).toEqual({ theme: 'dark', notifications: 'problems', closeToTray: true, launchAtLogin: false });
  expect(store.held.list(1)).toEqual([{ reason: 'alpha would lose more than half', names: ['alpha/one', 'alpha/two'], entries: 2, bytes: 20 }]);
});
