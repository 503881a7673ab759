import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunOutcome } from '../../src-main/core/app.ts';
import { JobOptions } from '../../src-shared/job.ts';
import { backUp, noticesOf, openEngine, startBackup, unitsOf, type Engine } from '../fixtures/engine.ts';
import { diffManifest, readManifest, withoutOwnFolder } from '../fixtures/manifest.ts';

/** Seconds of a limited run, so that also a slow machine cancels it in the middle. */
const bytes = 16_000_000;
const cutBytes = 300_000;
const old = new Date('2026-01-02T03:04:05.678Z');
let folder: string;
let source: string;
let destination: string;
let partial: string;
let app: Engine;
let jobId: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-cut-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  mkdirSync(destination);
  app = await openEngine(folder, { cutBytes });
  jobId = app.jobs.create({ name: 'films', source, destination, options: JobOptions.parse({ mirror: true }) }).id;
  partial = join(destination, '.daybreak', 'partial', jobId);
  makeFilm('alpha/film one.mov', 1);
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

function makeFilm(name: string, seed: number, size = bytes): void {
  const path = join(source, name);
  mkdirSync(join(path, '..'), { recursive: true });
  // No two blocks of it are the same.
  writeFileSync(path, createHash('shake256', { outputLength: size }).update(String(seed)).digest());
  for (const each of [path, join(path, '..'), source]) utimesSync(each, old, old);
}

/** Runs the job until some of its large file is there, and cancels it. */
async function cutOff(options: Partial<JobOptions> = {}): Promise<RunOutcome> {
  const { handle, events } = startBackup(app, source, destination, { jobId, options: { mirror: true, bandwidthLimit: 2_000_000, workers: 1, ...options } });
  await expect.poll(() => events.some((event) => event.type === 'progress' && event.progress.bytesDone > 3 * cutBytes), { timeout: 10_000 }).toBe(true);
  handle.cancel();
  const outcome = await handle.ended;
  expect(outcome.state).toBe('cancelled');
  return outcome;
}

const finish = () => backUp(app, source, destination, { jobId, options: { mirror: true } });

function keptSizes(): number[] {
  return existsSync(partial) ? readdirSync(partial).map((name) => statSync(join(partial, name)).size) : [];
}

function expectSame(): void {
  expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);
  expect(existsSync(join(destination, '.daybreak', 'partial'))).toBe(false);
  expect(app.store().cutFiles.list(jobId)).toEqual([]);
}

test('a new large file that was cut off is gone on with, in a first copy as in a later one', async () => {
  await cutOff();
  // Nothing that looks like a copy is left in its place.
  expect(existsSync(join(destination, 'alpha/film one.mov'))).toBe(false);
  expect(keptSizes()).toEqual([expect.any(Number)]);
  const first = await finish();
  expect(first.state).toBe('succeeded');
  expect(noticesOf(first.events).join()).toContain('film one.mov was cut off in an earlier run and is whole now');
  expectSame();

  makeFilm('alpha/film two.mov', 2);
  await cutOff();
  const [kept = 0] = keptSizes();
  expect(kept).toBeGreaterThan(cutBytes);
  const second = await finish();
  expect(second.totals.bytesTransferred).toBe(bytes - kept);
  expect(second.totals).toMatchObject({ filesTransferred: 1, created: 1 });
  expectSame();
});

test('one that is cut off twice goes on from where it was', async () => {
  await cutOff();
  const [before = 0] = keptSizes();
  await cutOff();
  const [after = 0] = keptSizes();
  expect(after).toBeGreaterThan(before + cutBytes);
  expect((await finish()).totals.bytesTransferred).toBe(bytes - after);
  expectSame();
});

test('nothing is gone on with when the source has another file, or what was kept is not what it was', async () => {
  await cutOff();
  makeFilm('alpha/film one.mov', 3);
  utimesSync(join(source, 'alpha/film one.mov'), old, new Date('2026-02-02T03:04:05Z'));
  expect((await finish()).totals.bytesTransferred).toBe(bytes);
  expectSame();

  makeFilm('alpha/film two.mov', 4);
  await cutOff();
  const [name = ''] = readdirSync(partial);
  truncateSync(join(partial, name), 200_000);
  expect((await finish()).totals.bytesTransferred).toBe(bytes);
  expectSame();
});

test('what nobody knows of, as it was set aside too late, goes when a run has ended well', async () => {
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, 'late'), 'some of a film');
  expect((await finish()).state).toBe('succeeded');
  expectSame();
});

test('after another start of the machine the beginning is compared: what did not reach the disk is copied again', async () => {
  await cutOff();
  const [name = ''] = readdirSync(partial);
  const path = join(partial, name);
  const { size } = statSync(path);
  truncateSync(path, size - 100_000);
  truncateSync(path, size);
  const [file] = app.store().cutFiles.list(jobId);
  app.store().cutFiles.put(jobId, { ...file!, bootId: 'another' });
  expect((await finish()).state).toBe('succeeded');
  expectSame();
});

test('an earlier version that is replaced stays until the new one is whole, and an ad-hoc backup leaves nothing behind', async () => {
  await finish();
  const copied = withoutOwnFolder(readManifest(destination));
  makeFilm('alpha/film one.mov', 5);
  utimesSync(join(source, 'alpha/film one.mov'), old, new Date('2026-02-02T03:04:05Z'));
  await cutOff();
  expect(keptSizes()).toEqual([]);
  expect(diffManifest(copied, withoutOwnFolder(readManifest(destination)), (name) => name === 'alpha')).toEqual([]);
  expect((await finish()).totals.bytesTransferred).toBe(bytes);
  expectSame();

  const other = join(folder, 'other');
  const { handle, events } = startBackup(app, source, other, { options: { bandwidthLimit: 2_000_000 } });
  await expect.poll(() => events.some((event) => event.type === 'progress' && event.progress.bytesDone > 3 * cutBytes), { timeout: 10_000 }).toBe(true);
  handle.cancel();
  await handle.ended;
  expect(existsSync(join(other, '.daybreak'))).toBe(false);
});

test('the same where a worker copies it itself', async () => {
  await app.close();
  app = await openEngine(folder, { ...unitsOf(1), cutBytes, isSlow: false });
  const film = join(destination, 'alpha/film three.mov');
  const size = 250_000_000;
  makeFilm('alpha/film three.mov', 5, 1);
  writeFileSync(join(source, 'alpha/film three.mov'), Buffer.alloc(size, 'some content'));
  for (const each of ['alpha/film three.mov', 'alpha', '']) utimesSync(join(source, each), old, old);
  const sizeNow = () => statSync(film, { throwIfNoEntry: false })?.size ?? 0;
  // Where it was too quick to be ended in the middle, once more.
  for (let tries = 1; ; tries++) {
    const { handle } = startBackup(app, source, destination, { jobId, options: { mirror: true, workers: 1 } });
    const deadline = performance.now() + 10_000;
    while (sizeNow() <= cutBytes && performance.now() < deadline) await new Promise(setImmediate);
    handle.cancel();
    await handle.ended;
    if (keptSizes().length > 0 || tries === 5) break;
    rmSync(join(destination, 'alpha'), { recursive: true });
  }
  const [kept = 0] = keptSizes();
  expect(kept).toBeGreaterThan(cutBytes);
  expect(existsSync(film)).toBe(false);
  const { state, totals } = await finish();
  expect(state).toBe('succeeded');
  expect(totals.bytesTransferred).toBeLessThanOrEqual(size + bytes - kept);
  expectSame();
});
