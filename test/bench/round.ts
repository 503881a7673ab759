import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Manifest } from '../fixtures/manifest.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import type { Contender, CopyPaths } from './contenders.ts';
import { changeTree, makeTree } from './make-tree.ts';
import { measure } from './measure.ts';
import type { Removal } from './place.ts';
import type { Run } from './results.ts';
import type { Phase } from './rows.ts';
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
  readonly stop: AbortSignal;
  say(line: string): void;
  onRun(run: Run): void;
}

const mostSamples = 5;

/**
 * Makes a tree and measures the phases with it, in as many rounds as asked. Within a round each phase is run by all
 * contenders in turn, each into a destination of its own, and each result is compared with the source.
 */
export async function measureTree(bench: Bench, plan: TreePlan, phases: readonly Phase[]): Promise<void> {
  const { spaceBytes } = totalsOf(plan);
  const source = join(bench.folder, `${plan.name}-source`);
  await bench.removal.makeRoom(spaceBytes);
  bench.say(`${plan.name}: making the tree: ${plan.title}`);
  makeTree(source, plan);
  let expected = readManifest(source);
  let revision = 0;

  for (let round = 1; round <= bench.rounds; round += 1) {
    const order = rotated(bench.contenders, round);
    const content = round === 1;
    await bench.removal.makeRoom(spaceBytes * order.length);
    for (const phase of phases) {
      if (phase === 'changed') {
        revision += 1;
        const changed = changeTree(source, plan, revision);
        bench.say(`${plan.name}: changed ${changed} files`);
        expected = readManifest(source, { content });
      }
      for (const [index, contender] of order.entries()) {
        await nextTurn();
        const paths = pathsFor(bench, plan, source, contender, round);
        if (phase === 'full') mkdirSync(paths.destination);
        const facts = { row: `${plan.name}-${phase}`, round, turn: index + 1 };
        bench.onRun({ ...facts, ...await runOnce(bench, contender, paths, expected, content) });
        if (phase === phases.at(-1)) bench.removal.discard(paths.destination);
      }
    }
  }
  bench.removal.discard(source);
}

/** New ones for each round: what is learned from one run to the next stays within the round. */
function pathsFor(bench: Bench, plan: TreePlan, source: string, contender: Contender, round: number): CopyPaths {
  const base = join(bench.folder, `${plan.name}-${bench.contenders.indexOf(contender)}-${round}`);
  return { source, destination: base, data: `${base}-data` };
}

async function runOnce(
  bench: Bench, contender: Contender, paths: CopyPaths, expected: Manifest, content: boolean,
): Promise<Omit<Run, 'row' | 'round' | 'turn'>> {
  // What others have left to write would slow down this one.
  spawnSync('sync');
  const { memory, ...measured } = await measure(contender.command(paths), bench.stop);
  const actual = readManifest(paths.destination, { content });
  const lines = diffManifest(expected, actual, (_name, field) => field === 'content' && !content);
  return {
    contender: contender.name,
    ...measured,
    peakResidentBytes: memory.resident,
    peakProportionalBytes: memory.proportional,
    differences: lines.length,
    differenceSamples: lines.slice(0, mostSamples),
    contentCompared: content,
  };
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
    const paths = pathsFor({ ...bench, folder: join(bench.folder, 'warm') }, plan, source, contender, 0);
    mkdirSync(paths.destination);
    // Twice: what is compiled in a first start is kept at its end, and read in the second.
    const runs = [await runOnce(bench, contender, paths, expected, true), await runOnce(bench, contender, paths, expected, true)];
    for (const { exitCode, lastWords, differenceSamples } of runs) {
      if (exitCode !== 0) failures.set(contender.name, `it ended with ${exitCode}: ${lastWords}`);
      else if (differenceSamples.length > 0 && contender.mustBeExact) {
        failures.set(contender.name, `its copy differs: ${differenceSamples.join('; ')}`);
      }
    }
  }
  return failures;
}
