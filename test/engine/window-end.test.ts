import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backUp, noticesOf, openEngine, startBackup, unitsOf, type Engine } from '../fixtures/engine.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import { leftAfter } from '../fixtures/processes.ts';

const count = 32;
const bytes = 250_000;
let folder: string;
let source: string;
let destination: string;
let app: Engine;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-window-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  makeTakes(0, 1);
  app = await openEngine(folder, unitsOf(2));
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

/** So old that nothing of the test itself has the same second. */
function makeTakes(from: number, to: number): void {
  const old = new Date('2026-01-02T03:04:05.678Z');
  for (let number = from; number < to; number++) {
    const folderOf = join(source, `take ${number}`);
    mkdirSync(folderOf, { recursive: true });
    writeFileSync(join(folderOf, 'film'), Buffer.alloc(bytes, number + 1));
    for (const path of [join(folderOf, 'film'), folderOf, source]) utimesSync(path, old, old);
  }
}

test('the end of its window ends a run cleanly, and the next one copies only the rest', async () => {
  const first = await backUp(app, source, destination);
  makeTakes(1, count);
  writeFileSync(join(destination, 'gone at the source'), 'x');
  const mirror = { mirror: true, workers: 2 } as const;
  // A part of the copying is done when it closes, also where a run takes seconds to begin.
  const windowMs = 4000 + 2 * first.durationMs;
  const { handle, events } = startBackup(app, source, destination, {
    options: { ...mirror, bandwidthLimit: 2 * bytes }, closesAt: Date.now() + windowMs,
  });
  const outcome = await handle.ended;
  expect(outcome).toMatchObject({ state: 'stopped', error: null });
  expect(outcome.durationMs).toBeLessThan(windowMs + 4000);
  expect(noticesOf(events).join()).toMatch(/Its window ended before all was copied: \d+ units are left of \d+\./u);
  expect(await leftAfter(folder, 5000, app.forked)).toEqual([]);
  // What was on its way is not taken for a copy; nothing is deleted, and the lock is given back.
  const mtimeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  const copied = readdirSync(source).filter((name) => mtimeOf(join(destination, name, 'film')) === mtimeOf(join(source, name, 'film'))).length;
  expect(copied).toBeGreaterThan(1);
  expect(copied).toBeLessThan(count);
  expect(existsSync(join(destination, 'gone at the source'))).toBe(true);
  // New folders that it did not come to were never protected; those it finished are, although the run did not end.
  const { jobId } = app.store().runs.get(first.run!);
  expect(app.store().history.summary(jobId)).toMatchObject({ lastRun: { state: 'stopped' }, protectedUntil: null });
  const finished = app.store().protection.folders(jobId).filter(({ lastState }) => lastState === 'done').map(({ folder: name }) => name);
  expect(finished.length).toBeGreaterThan(0);
  for (const name of finished) expect(mtimeOf(join(destination, name, 'film'))).toBe(mtimeOf(join(source, name, 'film')));

  const next = await backUp(app, source, destination, { options: mirror });
  expect(next.state).toBe('succeeded');
  expect(next.totals.filesTransferred).toBe(count - copied);
  expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
});

test('a window that is over already lets nothing begin; one that is long does not matter', async () => {
  const late = await backUp(app, source, destination, { closesAt: Date.now() - 1000 });
  expect(late).toMatchObject({ state: 'stopped', totals: { filesTransferred: 0 } });
  expect(existsSync(join(destination, 'take 0'))).toBe(false);
  expect((await backUp(app, source, destination, { closesAt: Date.now() + 3_600_000 })).state).toBe('succeeded');
});
