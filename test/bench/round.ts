import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Manifest } from '../fixtures/manifest.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import type { Command, Contender, CopyPaths } from './contenders.ts';
import { changeTree, makeTree, removeFromTree } from './make-tree.ts';
import { measure, type Measurement } from './measure.ts';
import { mountNas, type NasMount, type NasShape } from './nas/nas.ts';
import type { Removal } from './place.ts';
import type { Run } from './results.ts';
import { shapeOf, type Measured } from './rows.ts';
import { rotated } from './statistics.ts';
import type { TreePlan } from './tree-plan.ts';
import { totalsOf } from './tree-plan.ts';

/** What all trees are measured with. */
export interface Bench {
  /** The bench's own folder. */
  readonly folder: string;
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  readonly removal: Removal;
  /** The stand-in for a server; null where there is none. */
  readonly nas: string | null;
  /** What each latency is multiplied with: less than 1 where nothing but the working is to be shown. */
  readonly latencyFactor: number;
  readonly stop: AbortSignal;
  /** Has the machine forget what it keeps of files; false where that is not permitted. */
  dropCaches(): boolean;
  say(line: string): void;
  onRun(run: Run): void;
}

const mostSamples = 5;

/**
 * Makes a tree and measures the phases with it, in as many rounds as asked. Within a round each phase is run by all
 * contenders in turn, each into a destination of its own, and each result is compared with the source.
 */
export async function measureTree(bench: Bench, plan: TreePlan, { setting, phases, rows }: Measured): Promise<void> {
  const { spaceBytes } = totalsOf(plan);
  const named = shapeOf(setting);
  const shape = named && { ...named, latencyMs: named.latencyMs * bench.latencyFactor };
  let revision = 0;

  for (let round = 1; round <= bench.rounds; round += 1) {
    // Of this round: on a disk the one of the round before is still there.
    const source = join(bench.folder, `${setting}-${plan.name}-source-${round}`);
    const order = turnsOf(bench.contenders.filter((each) => phases.every((phase) => each.phases.includes(phase))), round);
    const content = round === 1;
    await bench.removal.makeRoom(spaceBytes * (order.length + 1));
    bench.say(`${plan.name}: making the tree: ${plan.title}`);
    makeTree(source, plan);
    let expected = readManifest(source, { content });
    for (const phase of phases) {
      if (phase === 'changed') {
        revision += 1;
        bench.say(`${plan.name}: changed ${changeTree(source, plan, revision)} files`);
      } else if (phase === 'removed') bench.say(`${plan.name}: removed ${removeFromTree(source, plan)} files`);
      expected = readManifest(source, { content });
      const row = rows.find((each) => each.phase === phase);
      for (const [index, contender] of order.entries()) {
        await nextTurn();
        const paths = pathsFor(bench, `${setting}-${plan.name}-${round}`, source, contender);
        if (phase === 'full') mkdirSync(paths.destination);
        // What nobody asked for need not wait, but it is done by way of the server: programs remember where they were.
        const quick = shape && { ...shape, latencyMs: 0, bytesPerSecond: null };
        const run = await runOnce({
          bench, contender, paths, expected, content, shape: row ? shape : quick, isWarm: phase !== 'full', toDisk: setting === 'disk',
        });
        if (row) bench.onRun({ row: row.name, round, turn: index + 1, ...run });
        if (phase === phases.at(-1)) bench.removal.discard(paths.destination);
      }
    }
    bench.removal.discard(source);
  }
}

/** Each round begins with another one; who comes after another stays right behind it. */
function turnsOf(contenders: readonly Contender[], round: number): Contender[] {
  return rotated(contenders.filter(({ after }) => after === undefined), round)
    .flatMap((first) => [first, ...contenders.filter(({ after }) => after === first)]);
}

/**
 * New ones for each round of each tree in each setting, as `prefix` names it: what is learned from one run to the next
 * stays within these.
 */
function pathsFor(bench: Bench, prefix: string, source: string, contender: Contender): CopyPaths {
  const baseOf = (each: Contender): string => join(bench.folder, `${prefix}-${bench.contenders.indexOf(each)}`);
  return { source, destination: baseOf(contender), data: `${baseOf(contender.after ?? contender)}-data` };
}

interface OneRun {
  readonly bench: Bench;
  readonly contender: Contender;
  readonly paths: CopyPaths;
  readonly expected: Manifest;
  readonly content: boolean;
  readonly shape: NasShape | null;
  /** Where the server's client keeps attributes, it has those of a night before. */
  readonly isWarm: boolean;
  /** Nothing of the trees is in memory at the start, and all of the copy is on its disk at the end. */
  readonly toDisk: boolean;
}

async function runOnce(run: OneRun): Promise<Omit<Run, 'row' | 'round' | 'turn'>> {
  const { bench, contender, content, toDisk } = run;
  // What others have left to write would slow down this one.
  spawnSync('sync');
  const isCold = toDisk && bench.dropCaches();
  const { memory, roundTrips, ...measured } = await measureBehind(run);
  return {
    contender: contender.name,
    ...measured,
    peakResidentBytes: memory.resident,
    peakProportionalBytes: memory.proportional,
    ...(contender.copy === 'none' ? { differences: null, lostLinks: null, differenceSamples: [] } : compareCopy(run)),
    contentCompared: content,
    roundTrips,
    isCold,
  };
}

function compareCopy({ paths, expected, content }: OneRun): Pick<Run, 'differences' | 'lostLinks' | 'differenceSamples'> {
  const lostLinks = new Set<string>();
  const lines = diffManifest(expected, readManifest(paths.destination, { content }), (name, field, wanted) => {
    if (field === 'linkedTo' && wanted.linkedTo !== null) lostLinks.add(name);
    return field === 'content' && !content;
  });
  return { differences: lines.length, lostLinks: lostLinks.size, differenceSamples: lines.slice(0, mostSamples) };
}

/** The same command, which now ends when the destination's file system has written all it has (sync(1), `-f`: syncfs(2)). */
function synced({ program, argv, environment }: Command, { destination }: CopyPaths): Command {
  return {
    program: 'sh', argv: ['-c', 'destination=$1; shift; "$@"; code=$?; sync -f "$destination" && exit "$code"', 'synced', destination, program, ...argv], environment,
  };
}

/** Source and destination lie behind servers of their own, mounted anew: nothing of the run before is in memory. */
async function measureBehind({ bench, contender, paths, shape, isWarm, toDisk }: OneRun): Promise<Measurement & { readonly roundTrips: number | null }> {
  if (shape === null || bench.nas === null) {
    const command = contender.command(paths);
    return { ...await measure(toDisk ? synced(command, paths) : command, bench.stop), roundTrips: null };
  }
  const mounts: NasMount[] = [];
  try {
    for (const end of ['source', 'destination'] as const) {
      mounts.push(await mountNas(bench.nas, shape, { backing: paths[end], point: join(bench.folder, `server-${end}`) }));
    }
    const [source, destination] = mounts.map(({ point }) => point) as [string, string];
    if (isWarm && shape.cacheSeconds > 0) for (const point of [source, destination]) spawnSync('find', [point, '-size', '+1', '-false']);
    const before = trips(mounts);
    const measured = await measure(contender.command({ ...paths, source, destination }), bench.stop);
    return { ...measured, roundTrips: trips(mounts) - before };
  } finally {
    for (const mount of mounts) await mount.unmount();
  }
}

function trips(mounts: readonly NasMount[]): number {
  return mounts.reduce((sum, mount) => sum + mount.roundTrips(), 0);
}

/**
 * Lets every contender copy a few files, not measured: programs are then in memory and Daybreak's compiled code is
 * cached. Answers with what went wrong, by contender.
 */
export async function warmUp(bench: Bench, plan: TreePlan): Promise<Map<string, string>> {
  const source = join(bench.folder, 'warm', 'source');
  mkdirSync(join(bench.folder, 'warm'));
  makeTree(source, plan);
  const expected = readManifest(source);
  const failures = new Map<string, string>();
  for (const contender of bench.contenders) {
    const paths = pathsFor(bench, join('warm', 'copy'), source, contender);
    mkdirSync(paths.destination);
    // Twice: what is compiled in a first start is kept at its end, and read in the second.
    const once = { bench, contender, paths, expected, content: true, shape: null, isWarm: false, toDisk: false };
    const runs = [await runOnce(once), await runOnce(once)];
    for (const { exitCode, lastWords, differenceSamples } of runs) {
      if (exitCode !== 0) failures.set(contender.name, `it ended with ${exitCode}: ${lastWords}`);
      else if (differenceSamples.length > 0 && contender.copy === 'exact') {
        failures.set(contender.name, `its copy differs: ${differenceSamples.join('; ')}`);
      }
    }
  }
  return failures;
}
