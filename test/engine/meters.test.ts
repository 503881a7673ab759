import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunEventData } from '../../src-shared/run-event.ts';
import type { LaneStates, RunMeters, RunSample } from '../../src-shared/run-meters.ts';
import { withSample } from '../../src-main/core/meters/thinning.ts';
import { openStore } from '../../src-main/core/store/open-store.ts';
import { look } from '../../src-main/worker/look.ts';
import { buildNas, mountNas, whyNoNas, type NasMount } from '../bench/nas/nas.ts';
import { backUp, openEngine, unitsOf, type Engine } from '../fixtures/engine.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { writeTree } from '../fixtures/tree.ts';

/** Slow enough that a run is sampled, quick enough for a test: each call to the stand-in. */
const shape = { title: 'slow', latencyMs: 5, cacheSeconds: 0, bytesPerSecond: null, slots: null };
const reason = whyNoNas();

let folder: string;
let engine: Engine;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-meters-'));
  engine = await openEngine(folder, unitsOf(12));
});
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What is kept of the run in the history. */
function stored(run: number) {
  const store = openStore(join(folder, 'home'));
  try {
    return store.diagnoses.of(run);
  } finally {
    store.close();
  }
}

const sumOf = (meters: RunMeters, ...states: (keyof LaneStates)[]): number =>
  meters.samples.reduce((sum, { lanes, spanMs }) => sum + states.reduce((all, state) => all + (lanes?.[state] ?? 0), 0) * spanMs, 0);
/** What a run keeps of the samples it tells: short ones are merged. */
const keptOf = (events: readonly RunEventData[]) => events.reduce<RunSample[]>((kept, event) => (event.type === 'sample' ? withSample(kept, event.sample) : kept), []);

describe.skipIf(reason !== null)(`where one end is slow${reason === null ? '' : ` [skipped: ${reason}]`}`, () => {
  let tools: string;
  let program: string;
  let nas: NasMount | null = null;
  beforeAll(() => {
    tools = mkdtempSync(join(tmpdir(), 'daybreak-meters-tools-'));
    program = buildNas(tools);
  });
  afterEach(async () => {
    await nas?.unmount();
    nas = null;
  });
  afterAll(() => rmSync(tools, { recursive: true, force: true }));

  test.each([[0, false], [60, true]])('a look tells whether what it told of a name is kept: for %d s, %s', async (cacheSeconds, keepsAttributes) => {
    const backing = join(folder, 'source');
    writeTree(backing, plainTree({ folders: 1, files: 2, bytes: 10 }));
    nas = await mountNas(program, { ...shape, cacheSeconds }, { backing, point: join(folder, 'nas') });
    expect(await look(nas.point)).toMatchObject({ isEmpty: false, keepsAttributes });
  });

  test.each(['source', 'destination'] as const)('the meters of a run show it: %s', async (slow) => {
    const backing = { source: join(folder, 'source'), destination: join(folder, 'destination') };
    writeTree(backing.source, plainTree({ folders: 3, files: 10, bytes: 2000 }));
    mkdirSync(backing.destination);
    nas = await mountNas(program, shape, { backing: backing[slow], point: join(folder, 'nas') });
    await engine.close();
    engine = await openEngine(folder, { ...unitsOf(12), isSlow: true });
    const places = { ...backing, [slow]: nas.point };
    const { state, run, events, durationMs, totals: { entries, filesTransferred } } = await backUp(engine, places.source, places.destination, { options: { workers: 3 } });
    expect(state).toBe('succeeded');

    const { meters, work, verdict } = stored(run!);
    expect(meters?.samples).toEqual(keptOf(events));
    expect(events.filter(({ type }) => type === 'meters')).toHaveLength(1);
    expect(meters?.facts[slow]).toMatchObject({ path: nas.point, kind: 'fuse', devices: [] });
    const samples = meters!.samples;
    expect(samples.reduce((sum, { spanMs }) => sum + spanMs, 0)).toBeLessThanOrEqual(durationMs + 50);
    for (const { lanes, busy, poolSize, cores, copyCpu } of samples) {
      expect(Object.values(lanes!).reduce((sum, lane) => sum + lane, 0)).toBeCloseTo(busy, 6);
      expect(busy).toBeLessThanOrEqual(poolSize);
      expect(cores.every((share) => share >= 0 && share <= 1)).toBe(true);
      expect(copyCpu).toBeGreaterThanOrEqual(0);
    }
    expect(Math.max(...samples.map(({ busy }) => busy))).toBeGreaterThan(0);
    expect(samples.some(({ copyCpu }) => copyCpu! > 0)).toBe(true);
    const waits = {
      source: sumOf(meters!, 'sourceCalls', 'sourceData', 'sourceDisk'), destination: sumOf(meters!, 'destinationCalls', 'destinationData', 'destinationDisk'),
    };
    const other = slow === 'source' ? 'destination' : 'source';
    expect(waits[slow]).toBeGreaterThan(300);
    expect(waits[slow]).toBeGreaterThan(10 * waits[other]);

    expect(work).toMatchObject({ entries, filesTransferred, durationMs });
    expect(work!.laneMs).toBeGreaterThan(0);
    expect(work!.longest?.durationMs).toBeLessThanOrEqual(durationMs);
    const ended = events.find((event) => event.type === 'run-ended');
    expect(ended?.verdict).toEqual(verdict);
  }, 60_000);
});

test('a run with a bandwidth limit waits for that, and a dry run keeps nothing', async () => {
  const [source, destination] = [join(folder, 'source'), join(folder, 'destination')];
  writeTree(source, plainTree({ folders: 1, files: 2, bytes: 900_000 }));
  mkdirSync(destination);
  const dry = await backUp(engine, source, destination, { dryRun: true });
  expect(dry.events.some(({ type }) => type === 'meters')).toBe(true);
  const { run, events } = await backUp(engine, source, destination, { options: { workers: 2, bandwidthLimit: 800_000 } });
  const { meters } = stored(run!);
  expect(meters?.samples).toEqual(keptOf(events));
  expect(run, 'the dry run has no number').toBe(1);
  if (process.platform === 'linux') expect(sumOf(meters!, 'limit')).toBeGreaterThan(500);
  else expect(meters?.samples.every(({ lanes }) => lanes === null)).toBe(true);
}, 60_000);
