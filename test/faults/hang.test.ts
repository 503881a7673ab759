import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Engine, WatchedRun } from '../fixtures/engine.ts';
import { noticesOf, openEngine, startBackup } from '../fixtures/engine.ts';
import type { HungMount } from '../fixtures/hung-mount.ts';
import { mountHung, whyNoHungMount } from '../fixtures/hung-mount.ts';
import { promised } from '../fixtures/pace.ts';
import { leftAfter, until } from '../fixtures/processes.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { removeTree, writeTree } from '../fixtures/tree.ts';

const answerMs = 1000;
const reason = ((): string | null => {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-hang-try-'));
  try {
    return whyNoHungMount(folder);
  } finally {
    removeTree(folder);
  }
})();

let folder = '';
let engine: Engine;
let mounts: HungMount[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-hang-'));
  engine = await openEngine(folder, { answerMs });
});

afterEach(async () => {
  for (const mount of mounts) mount.release();
  mounts = [];
  await engine.close();
  removeTree(folder);
});

function hungFolder(path: string): string {
  const mount = mountHung(path);
  mounts.push(mount);
  return mount.path;
}

/** The longest this process did nothing, ms, until `work` is done. */
async function longestPause(work: Promise<unknown>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 20);
  await work.finally(() => clearInterval(timer));
  return longest;
}

async function expectRefusal({ handle }: WatchedRun, path: string): Promise<void> {
  const begun = performance.now();
  const longest = await longestPause(handle.ended);
  const { state, error } = await handle.ended;
  expect([state, error?.kind]).toEqual(['failed', 'timeout']);
  expect(error?.message).toContain(path);
  expect(error?.hint).toBeTruthy();
  expect(performance.now() - begun).toBeLessThan(answerMs + 3000);
  expect(longest).toBeLessThan(1000);
}

describe(`a mount that does not answer${reason === null ? '' : ` [skipped: ${reason}]`}`, () => {
  test.skipIf(reason !== null)('as source: the run ends and names it, and the program stays responsive', async () => {
    const source = hungFolder(join(folder, 'source'));
    mkdirSync(join(folder, 'destination'));
    await expectRefusal(startBackup(engine, source, join(folder, 'destination')), source);
    expect(await leftAfter(folder, promised(2000), engine.forked)).toEqual([]);
  });

  test.skipIf(reason !== null)('as destination: the run ends and names it', async () => {
    const source = join(folder, 'source');
    writeTree(source, plainTree({ folders: 1, files: 2, bytes: 10 }));
    const destination = hungFolder(join(folder, 'destination'));
    await expectRefusal(startBackup(engine, source, destination), destination);
    expect(await leftAfter(folder, promised(2000), engine.forked)).toEqual([]);
  });

  test.skipIf(reason !== null)('while it is waited for: cancel returns at once', async () => {
    const patient = await openEngine(join(folder, 'patient'), { answerMs: 60_000 });
    try {
      const source = hungFolder(join(folder, 'source'));
      const { handle } = startBackup(patient, source, join(folder, 'destination'));
      await wait(700);
      const pressed = performance.now();
      handle.cancel();
      expect((await handle.ended).state).toBe('cancelled');
      expect(performance.now() - pressed).toBeLessThan(promised(2500));
      expect(await leftAfter(folder, promised(2000), patient.forked)).toEqual([]);
    } finally {
      await patient.close();
    }
  });

  test.skipIf(reason !== null)('inside of the source, met in the middle of a run: cancel returns and leaves no process', async () => {
    const source = join(folder, 'source');
    writeTree(source, plainTree({ folders: 2, files: 3, bytes: 10 }));
    hungFolder(join(source, 'project-1', 'share'));
    const { handle, events } = startBackup(engine, source, join(folder, 'destination'));
    await wait(2500);
    expect(events.some(({ type }) => type === 'run-ended'), noticesOf(events).join('\n')).toBe(false);
    const pressed = performance.now();
    handle.cancel();
    expect((await handle.ended).state).toBe('cancelled');
    expect(performance.now() - pressed).toBeLessThan(promised(3000));
    expect(await leftAfter(folder, promised(2000), engine.forked)).toEqual([]);
  });

  test.skipIf(reason !== null)('from the middle of a run on: the run says which path hangs, and can be cancelled', async () => {
    const source = join(folder, 'source');
    writeTree(source, plainTree({ folders: 4, files: 6, bytes: 60_000 }));
    const destination = join(folder, 'destination');
    mkdirSync(destination);
    const { handle, events } = startBackup(engine, source, destination, { options: { bandwidthLimit: 300_000 } });
    await until('the run at work', 10_000, () => events.some((event) => event.type === 'progress' && event.progress.lanes.length > 0));
    // What is opened already goes on; who looks up the path from now on waits.
    hungFolder(destination);
    await until('the notice', 8000, () => noticesOf(events).some((notice) => notice.includes(`${destination} does not answer`)));
    handle.cancel();
    const pressed = performance.now();
    expect((await handle.ended).state).toBe('cancelled');
    expect(performance.now() - pressed).toBeLessThan(promised(3000));
  });
});
