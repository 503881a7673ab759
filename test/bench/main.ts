import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { formatBytes, formatNumberOf } from '../../src-main/cli/format.ts';
import type { Contender } from './contenders.ts';
import { contenders, daybreak, missingPrograms, oneRsync, projectFolder } from './contenders.ts';
import { fileSystemOf, readMachine } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { helpText, readOptions } from './options.ts';
import { optionContenders, plainDaybreak } from './option-contenders.ts';
import type { Place } from './place.ts';
import { choosePlace, createRemoval, readPlace } from './place.ts';
import { compareLines, optionCostLines, rowLines, runLine, targetLines } from './report.ts';
import type { BenchResult, RowResult, Run } from './results.ts';
import { readResult, standingsOf } from './results.ts';
import type { Bench } from './round.ts';
import { measureTree, warmUp } from './round.ts';
import { buildNas, whyNoNas } from './nas/nas.ts';
import { measuredFor, phaseTitles, shapeOf, type Measured } from './rows.ts';
import type { TreePlan } from './tree-plan.ts';
import { fullSizes, planTree, quickSizes, totalsOf } from './tree-plan.ts';

const exitCodes = { ok: 0, failed: 1, usage: 2, cancelled: 130 } as const;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stop.abort(new AppError({ kind: 'cancelled', message: 'The bench was stopped; its folder is removed.' }));
  });
}
process.exitCode = await run();

async function run(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2), process.env['DAYBREAK_CALLER_FOLDER'] ?? process.cwd());
    if (options.help) {
      process.stdout.write(helpText);
      return exitCodes.ok;
    }
    return await runBench(options);
  } catch (thrown) {
    const { kind, message, hint, detail } = toAppError(thrown);
    console.error([message, hint, kind === 'internal' ? detail : undefined].filter((line) => line !== undefined).join('\n  '));
    return kind === 'cancelled' ? exitCodes.cancelled : kind === 'invalid-input' ? exitCodes.usage : exitCodes.failed;
  }
}

/** A tree as planned, and what is measured with it. */
interface Work {
  readonly measured: Measured;
  readonly plan: TreePlan;
}

/** Throws `AppError` where the bench cannot run, or was stopped. */
async function runBench(options: BenchOptions): Promise<number> {
  const startedAt = new Date().toISOString();
  if (options.json !== null) checkWritable(dirname(options.json));
  const sizes = options.quick ? quickSizes : fullSizes;
  const noNas = whyNoNas();
  const work = measuredFor(options.rows).filter(({ setting }) => noNas === null || shapeOf(setting) === null)
    .map((measured) => ({ measured, plan: planTree(measured.tree, sizes[measured.tree]) }));
  const { against } = options;
  const compared = options.comparesOptions ? optionContenders : contenders.filter((each) => against === null || each === oneRsync || each === daybreak || against.includes(each.name));
  const base = options.comparesOptions ? plainDaybreak : oneRsync;
  const chosen = pickPlace(options, work, compared.length);
  const { ready, skipped } = sortOut(compared);
  const machine = readMachine();
  const { processor, cores, memoryBytes, kernel, rsync, node } = machine;
  console.log([processor, `${cores} cores`, formatBytes(memoryBytes), kernel, rsync, `Node ${node}`].join(', '));
  console.log(`In ${chosen.folder} (${chosen.fileSystem}): ${chosen.reason}`);
  for (const { name, reason } of skipped) console.log(`SKIPPED ${name}: ${reason}`);
  for (const { name, setting } of options.rows) if (noNas !== null && shapeOf(setting)) console.log(`SKIPPED ${name}: ${noNas}`);
  if (machine.load > machine.cores / 2) {
    console.log(`This machine is busy (load ${machine.load.toFixed(1)} on ${machine.cores} cores): the figures will say little.`);
  }

  const runs: Run[] = [];
  const folder = mkdtempSync(join(chosen.folder, 'daybreak-bench-'));
  try {
    const bench: Bench = {
      folder,
      contenders: ready,
      rounds: options.rounds,
      removal: createRemoval(chosen, (line) => console.log(line), stop.signal),
      nas: work.some(({ measured }) => shapeOf(measured.setting)) ? buildNas(folder) : null,
      stop: stop.signal,
      say: (line) => console.log(line),
      onRun: (each) => {
        runs.push(each);
        console.log(runLine(each, options.rounds));
      },
    };
    const failures = await warmUp(bench, planTree('folders', 20));
    for (const [name, failure] of failures) {
      if (ready.find((each) => each.name === name)?.mustBeExact) throw new AppError({ kind: 'internal', message: `${name} does not work here: ${failure}` });
      console.log(`SKIPPED ${name}: ${failure}`);
      skipped.push({ name, reason: failure });
    }
    const able = { ...bench, contenders: ready.filter(({ name }) => !failures.has(name)) };
    for (const { plan, measured } of work) await measureTree(able, plan, measured);
  } finally {
    console.log('Removing the trees');
    rmSync(folder, { recursive: true, force: true });
  }

  const rows = work.flatMap((each) => resultsOf(each, runs, ready, base));
  for (const row of rows) console.log(`\n${rowLines(row).join('\n')}`);
  if (options.comparesOptions) console.log(`\n${optionCostLines(rows).join('\n')}`);
  else console.log(options.quick
    ? '\nTrees of this size show that all works, not how fast it is: that takes a run without --quick.'
    : `\nExpected of Daybreak:\n${targetLines(rows, peerNames(ready)).join('\n')}`);
  if (options.compare !== null) console.log(`\n${compareLines(readResult(options.compare), rows).join('\n')}`);
  if (options.json !== null) {
    const result: BenchResult = {
      format: 'daybreak-bench', version: 1, startedAt, quick: options.quick, rounds: options.rounds, place: chosen, machine,
      contenders: ready.map((contender) => ({ name: contender.name, command: shownCommand(contender) })), skipped, rows, runs,
    };
    writeFileSync(options.json, `${JSON.stringify(result, null, 1)}\n`);
  }
  return judge(runs, ready);
}

/** Said before an hour of measuring, not after it. Throws `AppError` invalid-input. */
function checkWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new AppError({
      kind: 'invalid-input',
      message: `Nothing can be written to ${folder}`,
      hint: 'With --json, give a file in a folder that is there.',
    });
  }
}

function pickPlace(options: BenchOptions, work: readonly Work[], destinations: number): Place {
  const spaces = work.map(({ plan, measured }) => ({
    bytes: totalsOf(plan).spaceBytes,
    // Later phases need the copies of all contenders.
    copies: measured.phases.length > 1 ? destinations : 1,
  }));
  const needs = {
    inMemory: Math.max(...spaces.map(({ bytes, copies }) => bytes * (1 + copies))),
    onDisk: Math.max(...spaces.map(({ bytes }) => bytes * (1 + destinations))),
  };
  const read = (folder: string) => readPlace(folder, fileSystemOf(folder));
  const sharedMemory = '/dev/shm';
  return choosePlace({
    chosen: options.folder === null ? null : read(options.folder),
    shared: fileSystemOf(sharedMemory) === 'tmpfs' ? read(sharedMemory) : null,
    temporary: read(tmpdir()),
  }, needs);
}

/** Contenders whose programs are there, and the others with what they lack. */
function sortOut(compared: readonly Contender[]): { ready: Contender[]; skipped: { name: string; reason: string }[] } {
  const missing = compared.map((contender) => ({ contender, programs: missingPrograms(contender.needs) }));
  return {
    ready: missing.filter(({ programs }) => programs.length === 0).map(({ contender }) => contender),
    skipped: missing.filter(({ programs }) => programs.length > 0)
      .map(({ contender, programs }) => ({ name: contender.name, reason: `${programs.join(', ')} not on PATH` })),
  };
}

function peerNames(ready: readonly Contender[]): string[] {
  return ready.filter(({ isPeer }) => isPeer).map(({ name }) => name);
}

function resultsOf({ plan, measured }: Work, runs: readonly Run[], ready: readonly Contender[], base: Contender): RowResult[] {
  return measured.rows.map((row) => ({
    row,
    title: [`${plan.title}, ${formatBytes(totalsOf(plan).bytes)}`, shapeOf(row.setting)?.title, phaseTitles[row.phase]].filter(Boolean).join('; '),
    tree: totalsOf(plan),
    standings: standingsOf(runs.filter((each) => each.row === row.name), ready.map(({ name }) => name), base.name),
  }));
}

function shownCommand(contender: Contender): string {
  const { program, argv } = contender.command({ source: 'SRC', destination: 'DEST', data: 'DATA' });
  const shown = [basename(program), ...argv.map((word) => word.replace(`${projectFolder}/`, ''))];
  return shown.map((word) => (/[\s"$]/.test(word) ? `'${word}'` : word)).join(' ');
}

/** A copy that is not the source's fails the bench, however fast it was; a slow one does not: that is for people to judge. */
function judge(runs: readonly Run[], ready: readonly Contender[]): number {
  const exact = new Set(ready.filter((contender) => contender.mustBeExact).map(({ name }) => name));
  const bad = runs.filter((each) => exact.has(each.contender) && (each.exitCode !== 0 || each.differences > 0));
  for (const { contender, row, round, exitCode, differences } of bad) {
    const copy = formatNumberOf(differences, 'difference');
    console.log(`WRONG: ${contender}, ${row}, round ${round}: exit code ${exitCode}, ${copy}`);
  }
  return bad.length === 0 ? exitCodes.ok : exitCodes.failed;
}
