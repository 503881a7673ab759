import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunWork } from '../../src-shared/diagnosis.ts';
import { RunMeters } from '../../src-shared/run-meters.ts';
import { makeFolders } from '../bench/diagnosis/staged-tree.ts';
import { backUp, openEngine, type Engine } from '../fixtures/engine.ts';
import type { Tuning } from '../../src-main/core/ports.ts';

/** Two situations that any machine can stage that does nothing else: the bench has the others (docs/diagnosis.md). */

let folder: string;
let engine: Engine | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-diagnosis-'));
  mkdirSync(join(folder, 'copy'));
});
afterEach(async () => {
  await engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function judged(tuning: Tuning, options: NonNullable<Parameters<typeof backUp>[3]>['options'] = {}) {
  engine = await openEngine(folder, tuning);
  const ended = await backUp(engine, join(folder, 'source'), join(folder, 'copy'), { options });
  expect(ended.state).toBe('succeeded');
  const { meters, work, verdict } = engine.store().diagnoses.of(ended.run ?? 0);
  expect(RunMeters.parse(meters).samples.length).toBeGreaterThan(0);
  expect(RunWork.parse(work).durationMs).toBeGreaterThan(2000);
  return { ended, verdict, limitedBy: engine.run(ended.run ?? 0).run.limitedBy };
}

test('many tiny folders, a unit each, are mostly start-up', async () => {
  makeFolders(join(folder, 'source'), 'tiny', { folders: 150, filesEach: 5, bytesEach: 500 });
  // With a filter each unit is rsync's.
  const { ended, verdict, limitedBy } = await judged({ msPerEntry: 1, minUnitMs: 6, maxUnitMs: 6 }, { workers: 2, excludes: ['*.none'] });
  expect(verdict).toMatchObject({ cause: 'start-up', title: 'Start-up of many small units' });
  expect(verdict?.advice[0]?.gain).toBeGreaterThan(2);
  expect(limitedBy).toMatch(/^Start-up of many small units: \d+ units of /u);
  // Those who watch are told the same.
  expect(ended.events.at(-1)).toMatchObject({ type: 'run-ended', verdict, limitedBy });
});

test('the limit of a job limits it', async () => {
  makeFolders(join(folder, 'source'), 'data', { folders: 16, filesEach: 5, bytesEach: 250_000 });
  // A unit for each folder of 1.25 MB.
  const { verdict } = await judged({ msPerEntry: 1, minUnitMs: 6, maxUnitMs: 6 }, { bandwidthLimit: 5_000_000 });
  expect(verdict).toMatchObject({ cause: 'bandwidth-limit' });
  expect(verdict?.advice[0]).toMatchObject({ text: 'A limit twice as high', options: { bandwidthLimit: 10_000_000 } });
  expect(verdict?.advice[0]?.gain).toBeLessThan(2);
});
