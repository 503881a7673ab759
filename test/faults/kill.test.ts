import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runCli, startCli } from '../fixtures/cli.ts';
import type { RunHandle } from '../../src-main/core/app.ts';
import type { Engine } from '../fixtures/engine.ts';
import { backUp, openEngine, startBackup, unitsOf } from '../fixtures/engine.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import { promised } from '../fixtures/pace.ts';
import type { FoundProcess } from '../fixtures/processes.ts';
import { descendantsOf, findProcess, isRsync, isWorker, leftAfter, processesNaming, signal, until } from '../fixtures/processes.ts';
import { chosenRounds } from '../fixtures/random-seeds.ts';
import { seededRandom, type Random } from '../fixtures/random.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { removeTree, writeTree } from '../fixtures/tree.ts';

/** A tree that takes about three seconds at `bandwidthLimit`, so that there is something to kill. */
const size = { folders: 8, files: 8, bytes: 22_000 };
const bandwidthLimit = 600_000;
const tuning = unitsOf(10);

interface Place {
  readonly folder: string;
  readonly source: string;
  readonly destination: string;
}

/** Runs `body` with a source to back up and, every other time, an older destination with more in it. */
async function inPlace(random: Random, body: (place: Place, mirror: boolean) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-kill-'));
  const place = { folder, source: join(folder, 'source'), destination: join(folder, 'destination') };
  const mirror = random.chance(0.5);
  writeTree(place.source, plainTree(size));
  if (mirror) writeTree(place.destination, plainTree({ folders: 9, files: 9, bytes: 100 }));
  try {
    await body(place, mirror);
  } finally {
    for (const { pid } of processesNaming(folder)) signal(pid, 'SIGKILL');
    removeTree(folder);
  }
}

function differences({ source, destination }: Place): string[] {
  return diffManifest(readManifest(source), readManifest(destination));
}

/** The rsyncs of a place, three processes for each call. */
function rsyncsOf({ destination }: Place): FoundProcess[] {
  return processesNaming(destination).filter((found) => isRsync(found) && found.command.includes(destination));
}

/**
 * Kills a process that is at work for the place, and returns it with all below it. It is stopped before it is looked at
 * once more, so it cannot have ended by itself, or told of the end, a moment before.
 */
async function killAtWork(what: string, random: Random, find: () => number[], isAtWork: (pid: number) => boolean): Promise<number[]> {
  const deadline = performance.now() + 5000;
  while (performance.now() < deadline) {
    for (const pid of random.shuffled(find())) {
      const wasStopped = findProcess(pid)?.state === 'T';
      if (!signal(pid, 'SIGSTOP')) continue;
      // On a busy machine it takes a moment until the signal has come to effect.
      const isStopped = await until('', 500, () => findProcess(pid)?.state !== 'S' && findProcess(pid)?.state !== 'R').catch(() => false);
      const victims = [pid, ...descendantsOf(pid)];
      if (isStopped && isAtWork(pid) && signal(pid, 'SIGKILL')) return victims;
      if (!wasStopped) signal(pid, 'SIGCONT');
    }
    await wait(20);
  }
  throw new Error(`Not within 5 s: ${what} at work`);
}

async function killRsync({ place, random, isPaused }: Round): Promise<number[]> {
  const rsyncs = (): number[] => rsyncsOf(place).map(({ pid }) => pid);
  const victims = await killAtWork('an rsync', random, rsyncs, (pid) => findProcess(pid)?.state === 'T');
  // Its siblings are stopped in a pause: they learn of it when the run goes on.
  return isPaused ? victims.slice(0, 1) : victims;
}

/** The worker is the parent of its first rsync process. */
function killWorker({ place, random }: Round): Promise<number[]> {
  const workers = (): number[] => rsyncsOf(place).flatMap(({ parent }) => findProcess(parent) ?? []).filter(isWorker).map(({ pid }) => pid);
  return killAtWork('a worker', random, workers, (pid) => workers().includes(pid));
}

interface Round {
  readonly place: Place;
  readonly app: Engine;
  readonly random: Random;
  readonly isPaused: boolean;
  readonly mirror: boolean;
}

/** Starts a run here, lets `strike` kill something of it at a random moment, and expects it to end well all the same. */
async function expectRetried(round: Round, strike: (round: Round) => Promise<number[]>): Promise<void> {
  const { place, app, random, isPaused, mirror } = round;
  const { handle } = startBackup(app, place.source, place.destination, { options: { mirror, bandwidthLimit } });
  await until('the first rsync', 10_000, () => rsyncsOf(place).length > 0);
  await wait(random.int(0, 600));
  if (isPaused) await pauseAtWork(place, handle);
  const victims = await strike(round);
  await until('the end of what was killed', 2000, () => victims.every((pid) => findProcess(pid) === null));
  if (isPaused) handle.resume();
  const outcome = await handle.ended;
  expect(outcome.error).toBeNull();
  expect(outcome.state).toBe('succeeded');
  expect(differences(place)).toEqual([]);
  expect(await leftAfter(place.folder, promised(2000), app.forked)).toEqual([]);
  const { units } = app.run(outcome.run ?? 0);
  expect(units.some(({ attempt }) => attempt > 1), 'no unit was tried again').toBe(true);
  const again = await backUp(app, place.source, place.destination, { options: { mirror } });
  expect([again.state, again.totals.filesTransferred, again.totals.deleted]).toEqual(['succeeded', 0, 0]);
}

/** Pauses a run while it has rsyncs: between two of its units there may be none for a moment. */
async function pauseAtWork(place: Place, handle: RunHandle): Promise<void> {
  const deadline = performance.now() + 5000;
  while (performance.now() < deadline) {
    handle.pause();
    await until('all rsyncs stopped', 3000, () => rsyncsOf(place).every(({ state }) => state === 'T'));
    if (rsyncsOf(place).length > 0) return;
    handle.resume();
    await wait(20);
  }
  throw new Error('Not within 5 s: a pause with an rsync');
}

async function inRound(round: number, body: (round: Round) => Promise<void>): Promise<void> {
  const random = seededRandom(round);
  await inPlace(random, async (place, mirror) => {
    const app = await openEngine(place.folder, tuning);
    try {
      await body({ place, app, random, isPaused: round % 2 === 0, mirror });
    } finally {
      await app.close();
    }
  });
}

const rounds = chosenRounds(4, 67);
const timeout = 60_000 + rounds.length * 15_000;

describe.concurrent('killed with -9 at a random moment', () => {
  test('a worker: its rsync ends with it, its unit is tried again, and the run succeeds', { timeout }, async () => {
    for (const round of rounds) await inRound(round, (facts) => expectRetried(facts, killWorker));
  });

  test('an rsync: its unit is tried again, and the run succeeds', { timeout }, async () => {
    for (const round of rounds) await inRound(round + 1000, (facts) => expectRetried(facts, killRsync));
  });

  test('the host: nothing of it is left 2 s later, history calls the run interrupted, and the next one ends equal', { timeout }, async () => {
    for (const round of rounds) {
      const random = seededRandom(round + 2000);
      await inPlace(random, async (place, mirror) => {
        const home = join(place.folder, 'home');
        const argv = ['backup', ...(mirror ? ['--delete', '--yes', '--max-delete=100%'] : []), place.source, place.destination];
        const cli = startCli([...argv, '--bwlimit=1m', '--workers=4'], { home, tuning });
        await until('the first rsync', 10_000, () => rsyncsOf(place).length > 0);
        await wait(random.int(0, 1000));
        if (round % 2 === 0) {
          process.kill(cli.pid, 'SIGTSTP');
          await until('everything stopped', 3000, () => processesNaming(place.folder)
            .filter((found) => found.pid === cli.pid || isRsync(found)).every(({ state }) => state === 'T'));
        }
        process.kill(cli.pid, 'SIGKILL');
        expect(await leftAfter(place.folder, promised(2000))).toEqual([]);
        expect((await cli.ended).signal).toBe('SIGKILL');
        const next = await runCli(argv, { home, tuning });
        expect(next.stderr).toBe('');
        expect(next.code).toBe(0);
        expect(differences(place)).toEqual([]);
        const { runs } = JSON.parse((await runCli(['history', '--json'], { home })).stdout) as { runs: { state: string }[] };
        expect(runs.map(({ state }) => state)).toEqual(['succeeded', 'interrupted']);
      });
    }
  });
});
