import { createRouterClient } from '@orpc/server';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FeedFrame } from '../../src-shared/app-state.ts';
import { JobOptions, type Job } from '../../src-shared/job.ts';
import type { LiveRun } from '../../src-shared/run-view.ts';
import { createRouter } from '../../src-main/core/calls/router.ts';
import { openEngine, unitsOf, type Engine } from '../fixtures/engine.ts';
import { diffManifest, readManifest, withoutOwnFolder } from '../fixtures/manifest.ts';
import { until } from '../fixtures/processes.ts';

let folder: string;
let source: string;
let destination: string;
let app: Engine;
let calls: ReturnType<typeof client>;

function client(engine: Engine) {
  return createRouterClient(createRouter(engine, { kind: 'browser', version: '1.2.3' }));
}

const old = new Date('2026-01-02T03:04:05.678Z');

/** Seven folders of 30 files, so old that nothing of the test itself has the same second. */
function makeSource(): void {
  for (const project of ['alpha', 'beta', 'gamma', 'delta', 'kappa', 'sigma', 'omega']) {
    mkdirSync(join(source, project), { recursive: true });
    for (let file = 0; file < 30; file++) {
      const path = join(source, project, `file ${file}`);
      writeFileSync(path, `${project} ${file}\n`.repeat(file * 20));
      utimesSync(path, old, old);
    }
    utimesSync(join(source, project), old, old);
  }
  utimesSync(source, old, old);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-live-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  makeSource();
  app = await openEngine(folder, unitsOf(20));
  calls = client(app);
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

const create = (options: Partial<JobOptions> = {}): Promise<Job> =>
  calls.jobs.create({ name: 'Nightly', source, destination, options: JobOptions.parse(options) });

const runOf = (key: string): LiveRun => app.live.list().find((run) => run.key === key)!;

async function endOf(key: string): Promise<NonNullable<LiveRun['outcome']>> {
  await until('the end of the run', 20_000, () => runOf(key).outcome !== null);
  return runOf(key).outcome!;
}

async function start(job: Job, dryRun = false): Promise<string> {
  return (await calls.runs.start({ jobId: job.id, dryRun })).key;
}

describe('a saved job', () => {
  test('runs from the interface: the feed tells it from the start to the end, and history has it', async () => {
    const frames: FeedFrame[] = [];
    const stop = new AbortController();
    const feed = await calls.feed.watch(undefined, { signal: stop.signal });
    const reading = (async () => {
      for await (const frame of feed) frames.push(frame);
    })();
    // With a filter each unit is rsync's.
    const job = await create({ excludes: ['*.none'] });
    const key = await start(job);
    const outcome = await endOf(key);
    expect(outcome).toMatchObject({ state: 'succeeded', totals: { filesTransferred: 210 }, error: null });
    expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);

    await until('the last frame', 3000, () => frames.some((frame) => frame.live?.[0]?.outcome) && frames.some((frame) => frame.jobs?.[0]?.lastRun));
    stop.abort();
    await reading;
    expect(frames[0]).toMatchObject({ face: { kind: 'browser', version: '1.2.3', hasDialogs: false }, settings: { theme: 'system' }, jobs: [], live: [] });
    const revisions = frames.map((frame) => frame.revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    expect(frames.at(-1)).not.toHaveProperty('face');

    const { total, runs } = await calls.history.page({ offset: 0, limit: 10 });
    expect({ total, run: runs[0] }).toMatchObject({ total: 1, run: { jobName: 'Nightly', state: 'succeeded', id: runOf(key).run } });
    const run = runs[0]!.id;
    const units = await calls.history.units({ run, offset: 0, limit: 50 });
    expect(units.total).toBe(outcome.totals.units);
    const { bars, isAll } = await calls.history.timeline({ run, after: 0 });
    expect({ bars: bars.length, isAll }).toEqual({ bars: units.total, isAll: true });
    // Any unit may be the slowest and so the first: some name their folder, some files, some read names from a list.
    const { unit, attempt } = units.units[0]!;
    const { command } = await calls.history.unitLog({ run, unit, attempt });
    expect(command).toMatch(/^rsync -aHR /);
    expect(command).toContain(`${source}/`);
    expect(command.endsWith(` ${destination}/`)).toBe(true);
    expect((await calls.jobs.list())[0]).toMatchObject({ lastRun: { state: 'succeeded' }, recent: [{ state: 'succeeded' }] });
  });

  test('that cannot begin is in the history all the same; its dry run is not', async () => {
    const job = await create();
    rmSync(source, { recursive: true });
    expect(await endOf(await start(job, true))).toMatchObject({ state: 'failed' });
    expect((await calls.history.page({ offset: 0, limit: 10 })).total).toBe(0);
    expect(await endOf(await start(job))).toMatchObject({ state: 'failed' });
    const { runs } = await calls.history.page({ offset: 0, limit: 10 });
    expect(runs).toMatchObject([{ jobId: job.id, state: 'failed', error: { message: expect.stringContaining(source) } }]);
    expect((await calls.jobs.list())[0]?.lastRun).toMatchObject({ state: 'failed', problem: expect.stringContaining(source) });
  });

  test('is one run at a time, and neither changed nor deleted meanwhile', async () => {
    const job = await create({ bandwidthLimit: 20_000 });
    const key = await start(job);
    await expect(start(job)).rejects.toMatchObject({ code: 'APP', data: { kind: 'busy', message: `"Nightly" is running into ${destination}.` } });
    await expect(calls.jobs.delete({ id: job.id })).rejects.toMatchObject({ data: { kind: 'busy' } });
    await calls.runs.cancel({ key });
    expect(await endOf(key)).toMatchObject({ state: 'cancelled' });
    await calls.runs.dismiss({ key });
    expect(app.live.list()).toEqual([]);
    await calls.jobs.delete({ id: job.id });
    expect(await calls.jobs.list()).toEqual([]);
  });

  test('is paused, resumed, resized, and its log is followed', async () => {
    const key = await start(await create({ bandwidthLimit: 150_000, workers: 2 }));
    await until('copying', 5000, () => runOf(key).progress?.state === 'running');
    await calls.runs.pause({ key });
    await until('the pause', 3000, () => runOf(key).progress?.state === 'paused');
    await calls.runs.setPoolSize({ key, size: 8 });
    await calls.runs.resume({ key });
    const types = new Set<string>();
    for await (const { events } of await calls.runs.log({ key })) for (const event of events) types.add(event.type);
    expect([...types]).toEqual(expect.arrayContaining(['run-started', 'unit-ended', 'run-ended']));
    expect((await endOf(key)).state).toBe('succeeded');
    expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);
  });

  test('shows in a dry run what would change, deletions first, and changes nothing', async () => {
    mkdirSync(join(destination, 'stranger'), { recursive: true });
    const key = await start(await create({ mirror: true }), true);
    expect((await endOf(key)).state).toBe('succeeded');
    expect(runOf(key)).toMatchObject({ run: null, dryRun: true, changes: { delete: 1 } });
    const { total, changes } = await calls.runs.changes({ key, offset: 0, limit: 3 });
    expect(total).toBeGreaterThan(210);
    expect(changes[0]).toEqual({ action: 'delete', name: 'stranger/', bytes: expect.any(Number) });
    expect(readdirSync(destination)).toEqual(['stranger']);
  });
});

describe('a first mirror run into a folder that holds something', () => {
  test.each([[true, 'succeeded', ['alpha']], [false, 'failed', ['alpha', 'stranger']]] as const)('asks, and on %s ends %s', async (yes, state, left) => {
    cpSync(join(source, 'alpha'), join(destination, 'alpha'), { recursive: true, preserveTimestamps: true });
    writeFileSync(join(destination, 'stranger'), 'x');
    const key = await start(await create({ mirror: true }));
    await until('the question', 10_000, () => runOf(key).question !== null);
    expect(runOf(key).question).toEqual({ destination, entries: 1 });
    expect((await calls.runs.question({ key })).names).toEqual(['stranger']);
    await calls.runs.answer({ key, yes });
    expect(await endOf(key)).toMatchObject({ state });
    expect(readdirSync(destination)).toEqual(expect.arrayContaining([...left]));
    expect(readdirSync(destination).includes('stranger')).toBe(!yes);
  });

  test('that is cancelled while it asks has changed nothing', async () => {
    mkdirSync(destination);
    writeFileSync(join(destination, 'stranger'), 'x');
    const key = await start(await create({ mirror: true }));
    await until('the question', 10_000, () => runOf(key).question !== null);
    await calls.runs.cancel({ key });
    expect(await endOf(key)).toMatchObject({ state: 'cancelled' });
    expect(readdirSync(destination)).toEqual(['stranger']);
  });
});

describe('held deletions', () => {
  test('go when they were looked at and approved; what came up meanwhile is held again', async () => {
    const job = await create({ mirror: true });
    await endOf(await start(job));
    rmSync(join(source, 'alpha'), { recursive: true });
    const held = await start(job);
    expect(await endOf(held)).toMatchObject({ state: 'held' });
    const run = runOf(held).run!;
    const [listed] = await calls.history.held({ run });
    expect(listed).toMatchObject({ entries: 31, names: expect.arrayContaining(['alpha/', 'alpha/file 7']) });
    expect(readdirSync(join(destination, 'alpha'))).toHaveLength(30);

    rmSync(join(source, 'beta'), { recursive: true });
    const { key } = await calls.history.approve({ run });
    expect(await endOf(key)).toMatchObject({ state: 'held', totals: { deleted: 31, held: 31 } });
    expect(readdirSync(destination).sort()).toEqual(['.daybreak', 'beta', 'delta', 'gamma', 'kappa', 'omega', 'sigma']);
    expect(readdirSync(join(destination, 'beta'))).toHaveLength(30);
    await expect(calls.history.approve({ run: 9999 })).rejects.toMatchObject({ data: { kind: 'not-found' } });
  });
});

test('what is not in the contract is refused before anything runs', async () => {
  await expect(calls.runs.start({ jobId: 'none' })).rejects.toMatchObject({ data: { kind: 'not-found' } });
  await expect(calls.jobs.create({ name: '', source: 'relative', destination, options: JobOptions.parse({}) })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(calls.places.makeFolder({ parent: folder, name: '../x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(calls.desktop.openFolder({ path: '/' })).rejects.toMatchObject({ data: { kind: 'not-found' } });
});

describe('places', () => {
  test('are listed, made, checked and previewed', async () => {
    expect((await calls.places.volumes()).map(({ mount }) => mount.point)).toContain('/');
    const listing = await calls.places.list({ path: source });
    expect(listing.folders.map(({ name }) => name)).toEqual(['alpha', 'beta', 'delta', 'gamma', 'kappa', 'omega', 'sigma']);
    expect(listing).toMatchObject({ parent: folder, writable: true, otherNames: 0, isCut: false });
    const { path } = await calls.places.makeFolder({ parent: folder, name: 'new one' });
    expect(readdirSync(path)).toEqual([]);
    await expect(calls.places.list({ path: join(folder, 'gone') })).rejects.toMatchObject({ data: { kind: 'not-found' } });

    const options = JobOptions.parse({ mirror: true });
    const good = await calls.places.check({ source, destination: path, options, jobId: null });
    expect(good).toMatchObject({ problems: [], adopts: false, asksFirst: false });
    const inside = await calls.places.check({ source, destination: join(source, 'alpha'), options, jobId: null });
    expect(inside.problems[0]?.message).toContain('inside');
    const alone = await calls.places.check({ source: join(folder, 'gone'), destination: null, options, jobId: null });
    expect(alone.problems[0]).toMatchObject({ kind: 'source-missing' });

    let last;
    for await (const frame of await calls.places.preview({ source, excludes: ['/omega/'] })) last = frame;
    expect(last).toMatchObject({ isWhole: true });
    expect(last?.folders.map(({ name }) => name).filter((name) => name !== '').sort()).toEqual(['alpha', 'beta', 'delta', 'gamma', 'kappa', 'sigma']);
  });
});

test('meters tell the machine while they are watched', async () => {
  const stop = new AbortController();
  const samples = [];
  for await (const frame of await calls.machine.meters(undefined, { signal: stop.signal })) {
    samples.push(...frame.samples);
    if (samples.length >= 2) break;
  }
  stop.abort();
  expect(samples[0]).toMatchObject({ cpu: expect.any(Number), diskReadPerSecond: expect.any(Number), networkInPerSecond: expect.any(Number) });
  expect(samples[0]!.memoryUsedBytes).toBeLessThan(samples[0]!.memoryTotalBytes);
});
