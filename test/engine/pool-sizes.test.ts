import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEventData } from '../../src-shared/run-event.ts';
import { deviceOf } from '../../src-main/core/run/devices.ts';
import { backUp, openEngine, startBackup, unitsOf, type Engine } from '../fixtures/engine.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import { promised } from '../fixtures/pace.ts';
import { leftAfter, processesNaming, until } from '../fixtures/processes.ts';

let folder: string;
let app: Engine;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-pool-'));
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

/** So old that nothing of the test itself has the same second. */
function makeSource(name: string, folders: number, bytes: number): string {
  const old = new Date('2026-01-02T03:04:05.678Z');
  const source = join(folder, name);
  for (let number = 0; number < folders; number++) {
    const path = join(source, `take ${number}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'film'), Buffer.alloc(bytes, number + 1));
    for (const each of [join(path, 'film'), path, source]) utimesSync(each, old, old);
  }
  return source;
}

const sizesOf = (events: readonly RunEventData[]): number[] =>
  events.flatMap((event) => (event.type === 'progress' ? [event.progress.poolSize] : []));

const differences = (source: string, destination: string): string[] => diffManifest(readManifest(source), readManifest(destination));

const rsyncs = () => processesNaming(folder).filter(({ command }) => /^\S*rsync /u.test(command));
const stopped = (): number => rsyncs().filter(({ state }) => state === 'T').length;
/** Before it is an rsync, a process that is to become one could stand still, and is not counted. */
const fourAtWork = (): boolean => rsyncs().length >= 8;

test('two runs on one device share its workers, and the one that is left has all of them again', async () => {
  app = await openEngine(folder, { ...unitsOf(2), workerBudget: 4 });
  const [longer, shorter] = [makeSource('longer', 240, 2000), makeSource('shorter', 25, 2000)];
  // With excludes each unit is one rsync's, and four begin wherever this runs.
  const automatic = { options: { workers: 'auto' as const, excludes: ['*.none'] } };
  const one = startBackup(app, longer, join(folder, 'one'), automatic);
  await until('the first run to copy', 10_000, () => sizesOf(one.events).length > 0);
  expect(sizesOf(one.events)).toContain(4);
  // It waits for the second one to begin, which takes a busy machine as long as the copy.
  one.handle.pause();
  const two = startBackup(app, shorter, join(folder, 'two'), automatic);
  await until('the second run to copy', 10_000, () => sizesOf(two.events).length > 0);
  one.handle.resume();
  expect(await two.handle.ended).toMatchObject({ state: 'succeeded' });
  expect(await one.handle.ended).toMatchObject({ state: 'succeeded' });
  const [from = 0] = two.events.flatMap((event) => (event.type === 'progress' ? [event.at] : []));
  const to = two.events.at(-1)!.at;
  // In the millisecond of its end the other one has its part back already.
  const together = sizesOf(one.events.filter(({ at }) => at > from && at < to));
  expect(together.length).toBeGreaterThan(0);
  expect(Math.max(...together) + Math.max(...sizesOf(two.events))).toBeLessThanOrEqual(4);
  expect(sizesOf(one.events.filter(({ at }) => at > to)).at(-1)).toBe(4);
  expect(differences(longer, join(folder, 'one'))).toEqual([]);
  expect(differences(shorter, join(folder, 'two'))).toEqual([]);
});

test('a run begins with the size that one between the same devices has found', async () => {
  app = await openEngine(folder, unitsOf(2));
  const source = makeSource('source', 8, 2000);
  const first = await backUp(app, source, join(folder, 'one'), { options: { workers: 'auto' } });
  const passports = app.store().learned.passports(app.store().runs.get(first.run!).jobId)!;
  app.store().learned.setPoolSize(deviceOf(passports.source), deviceOf(passports.destination), 'full', 3);
  mkdirSync(join(folder, 'two'));
  const sizes = async (destination: string, workers: 'auto' | 2): Promise<number[]> =>
    sizesOf((await backUp(app, source, join(folder, destination), { options: { workers } })).events);
  expect((await sizes('two', 'auto')).at(-1)).toBe(3);
  // Another kind of run, and a number that was asked for, have nothing to do with it.
  expect((await sizes('two', 'auto')).at(-1)).not.toBe(3);
  mkdirSync(join(folder, 'three'));
  expect((await sizes('three', 2)).at(-1)).toBe(2);
});

test('a smaller pool is one at once: what is too much stands still, goes on later, and the copy is exact', async () => {
  app = await openEngine(folder, unitsOf(2));
  // Enough for a slow machine to be asked for all of this in the middle of it.
  const source = makeSource('source', 4, 2_000_000);
  const { handle } = startBackup(app, source, join(folder, 'one'), { options: { workers: 4, bandwidthLimit: 1_000_000 } });
  await until('four units at work', 10_000, fourAtWork);
  expect(stopped()).toBe(0);
  handle.setPoolSize(1);
  await until('three that stand still', 5000, () => stopped() >= 3);
  handle.pause();
  handle.resume();
  await until('the ones that stood still to do so again', 5000, () => stopped() >= 3);
  handle.setPoolSize(4);
  await until('all to go on', 5000, () => stopped() === 0);
  expect(await handle.ended).toMatchObject({ state: 'succeeded' });
  expect(differences(source, join(folder, 'one'))).toEqual([]);
});

test('a run that is cancelled while a part of it stands still ends in time and leaves no process', async () => {
  app = await openEngine(folder, unitsOf(2));
  const source = makeSource('source', 4, 600_000);
  const { handle } = startBackup(app, source, join(folder, 'one'), { options: { workers: 4, bandwidthLimit: 400_000 } });
  await until('units at work', 10_000, fourAtWork);
  handle.setPoolSize(1);
  await until('three that stand still', 5000, () => stopped() >= 3);
  const from = performance.now();
  handle.cancel();
  expect(await handle.ended).toMatchObject({ state: 'cancelled' });
  expect(performance.now() - from).toBeLessThan(promised(2500));
  expect(await leftAfter(folder, 5000, app.forked)).toEqual([]);
});

test('on a server a size that changes all the time costs nothing but time, whatever a worker does just then', async () => {
  app = await openEngine(folder, { ...unitsOf(60), isSlow: true });
  const source = join(folder, 'source');
  for (let number = 0; number < 600; number++) {
    const path = join(source, `area ${number % 12}`, `set ${number}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'note'), `${number}`);
  }
  // To rsync a folder that was made in the same second has the right time.
  for (const entry of readdirSync(source, { recursive: true, encoding: 'utf8' })) utimesSync(join(source, entry), 1_700_000_000, 1_700_000_000);
  const { handle } = startBackup(app, source, join(folder, 'one'), { options: { workers: 6 } });
  let size = 6;
  const changes = setInterval(() => handle.setPoolSize(size = size === 1 ? 6 : 1), 23);
  const outcome = await handle.ended.finally(() => clearInterval(changes));
  expect(outcome).toMatchObject({ state: 'succeeded' });
  expect(differences(source, join(folder, 'one'))).toEqual([]);
});
