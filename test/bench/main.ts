import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { formatBytes, formatNumberOf } from '../../src-main/cli/format.ts';
import type { Contender } from './contenders.ts';
import { contenders, daybreak, missingPrograms, oneRsync, projectFolder } from './contenders.ts';
import { dropCaches, fileSystemOf, keepFreedMemory, readMachine } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { helpText, readOptions } from './options.ts';
import { optionContenders, plainDaybreak } from './option-contenders.ts';
import type { Place, PlaceFacts } from './place.ts';
import { chooseDisk, choosePlace, createRemoval, readPlace } from './place.ts';
import { automatic, fixedPools, poolContenders } from './pool-contenders.ts';
import { compareLines, optionCostLines, rowLines, runLine } from './report.ts';
import type { BenchResult, RowResult, Run } from './results.ts';
import { bestPeerOf, readResult, standingsOf } from './results.ts';
import type { Bench } from './round.ts';
import { measureTree, warmUp } from './round.ts';
import { buildNas, whyNoNas } from './nas/nas.ts';
import { measuredFor, settingTitle, phaseTitles, shapeOf, type Measured } from './rows.ts';
import { poolLines, targetLines } from './targets.ts';
import type { TreePlan } from './tree-plan.ts';
import { fullSizes, planTree, quickSizes, totalsOf } from './tree-plan.ts';

const exitCodes = { ok: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** With --quick a server answers so many times as late as its name says. */
const quickLatency = 0.2;

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
  const { compared, base } = comparisonOf(options);
  const { work, disk, skippedRows } = planWork(options, compared.length);
  const chosen = pickPlace(options, work.filter(({ measured }) => measured.setting !== 'disk'), compared.length);
  const { ready, skipped } = sortOut(compared);
  const machine = readMachine();
  const { processor, cores, memoryBytes, kernel, rsync, node } = machine;
  console.log([processor, `${cores} cores`, formatBytes(memoryBytes), kernel, rsync, `Node ${node}`].join(', '));
  console.log(`In ${chosen.folder} (${chosen.fileSystem}): ${chosen.reason}`);
  if (disk) console.log(`Rows about a disk in ${disk.folder} (${disk.fileSystem}), ${dropCaches() ? 'the page cache dropped before each run' : 'WARM: /proc/sys/vm/drop_caches may not be written'}`);
  for (const { name, reason } of [...skipped, ...skippedRows]) console.log(`SKIPPED ${name}: ${reason}`);
  if (machine.load > machine.cores / 2) {
    console.log(`This machine is busy (load ${machine.load.toFixed(1)} on ${machine.cores} cores): the figures will say little.`);
  }

  const giveBack = keepFreedMemory((line) => console.log(line));
  const runs: Run[] = [];
  const folders: string[] = [];
  const openIn = (place: Place): Pick<Bench, 'folder' | 'removal'> => {
    const folder = mkdtempSync(join(place.folder, 'daybreak-bench-'));
    folders.push(folder);
    return { folder, removal: createRemoval(place, (line) => console.log(line), stop.signal) };
  };
  try {
    const opened = openIn(chosen);
    const bench: Bench = {
      ...opened,
      contenders: ready,
      rounds: options.rounds,
      nas: work.some(({ measured }) => shapeOf(measured.setting)) ? buildNas(opened.folder) : null,
      latencyFactor: options.quick ? quickLatency : 1,
      stop: stop.signal,
      dropCaches,
      say: (line) => console.log(line),
      onRun: (each) => {
        runs.push(each);
        console.log(runLine(each, options.rounds));
      },
    };
    const failures = await warmUp(bench, planTree('folders', 20));
    for (const [name, failure] of failures) {
      if (ready.find((each) => each.name === name)?.copy === 'exact') throw new AppError({ kind: 'internal', message: `${name} does not work here: ${failure}` });
      console.log(`SKIPPED ${name}: ${failure}`);
      skipped.push({ name, reason: failure });
    }
    const able = { ...bench, contenders: ready.filter(({ name }) => !failures.has(name)) };
    const onDisk = disk === null ? able : { ...able, ...openIn(disk) };
    for (const { plan, measured } of work) await measureTree(measured.setting === 'disk' ? onDisk : able, plan, measured);
  } finally {
    giveBack();
    console.log('Removing the trees');
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }

  const rows = work.flatMap((each) => resultsOf(each, runs, ready, base));
  for (const row of rows) console.log(`\n${rowLines(row).join('\n')}`);
  console.log(`\n${judgementLines(options, rows).join('\n')}`);
  if (options.compare !== null) console.log(`\n${compareLines(readResult(options.compare), rows).join('\n')}`);
  if (options.json !== null) {
    const result: BenchResult = {
      format: 'daybreak-bench', version: 1, startedAt, quick: options.quick, rounds: options.rounds, place: chosen, disk, machine,
      contenders: ready.map((contender) => ({ name: contender.name, command: shownCommand(contender) })),
      skipped: [...skipped, ...skippedRows], rows, runs,
    };
    writeFileSync(options.json, `${JSON.stringify(result, null, 1)}\n`);
  }
  return judge(runs, ready);
}

/** Who is compared, and whom ratios are to. */
function comparisonOf({ compared, against, pointed }: BenchOptions): { readonly compared: readonly Contender[]; readonly base: Contender } {
  switch (compared) {
    case 'options': return { compared: optionContenders, base: plainDaybreak };
    case 'pool': return { compared: poolContenders.filter((each) => against === null || !fixedPools.includes(each) || against.includes(each.name)), base: automatic };
    case 'peers': {
      const all = [...contenders, ...pointed];
      return { compared: all.filter((each) => against === null || each === oneRsync || each === daybreak || against.includes(each.name)), base: oneRsync };
    }
  }
}

/** What the rows need, without those that cannot be measured here; `disk` is null where no row needs one. */
function planWork(options: BenchOptions, destinations: number): {
  readonly work: readonly Work[]; readonly disk: Place | null; readonly skippedRows: readonly { name: string; reason: string }[];
} {
  const sizes = options.quick ? quickSizes : fullSizes;
  const all = measuredFor(options.rows).map((measured) => ({ measured, plan: planTree(measured.tree, sizes[measured.tree]) }));
  const ofDisk = all.filter(({ measured }) => measured.setting === 'disk');
  const places = [...(options.folder === null ? [] : [options.folder]), tmpdir(), projectFolder].map(factsOf);
  const disk = ofDisk.length === 0 ? null : chooseDisk(places, spaceOnDisk(ofDisk, destinations));
  const noNas = whyNoNas();
  const reasonFor = ({ setting }: Measured): string | null => {
    if (setting === 'disk') return disk !== null && 'whyNone' in disk ? disk.whyNone : null;
    return shapeOf(setting) === null ? null : noNas;
  };
  const skippedRows = all.flatMap(({ measured }) => {
    const reason = reasonFor(measured);
    return reason === null ? [] : measured.rows.map(({ name }) => ({ name, reason }));
  });
  return { work: all.filter(({ measured }) => reasonFor(measured) === null), disk: disk === null || 'whyNone' in disk ? null : disk, skippedRows };
}

/** What the figures mean for what was compared. */
function judgementLines({ compared, quick }: BenchOptions, rows: readonly RowResult[]): string[] {
  if (compared === 'options') return optionCostLines(rows);
  if (quick) return ['Trees of this size, and servers five times as quick as they are called, show that all works, not how fast it is: that takes a run without --quick.'];
  return compared === 'pool' ? ['Expected of the pool:', ...poolLines(rows)] : ['Expected of Daybreak:', ...targetLines(rows)];
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
    inMemory: Math.max(0, ...spaces.map(({ bytes, copies }) => bytes * (1 + copies))),
    onDisk: spaceOnDisk(work, destinations),
  };
  const sharedMemory = '/dev/shm';
  return choosePlace({
    chosen: options.folder === null ? null : factsOf(options.folder),
    shared: fileSystemOf(sharedMemory) === 'tmpfs' ? factsOf(sharedMemory) : null,
    temporary: factsOf(tmpdir()),
  }, needs);
}

/** Bytes: all copies of the largest of the trees, as none is removed while others are measured. */
function spaceOnDisk(work: readonly Work[], destinations: number): number {
  return Math.max(0, ...work.map(({ plan }) => totalsOf(plan).spaceBytes * (1 + destinations)));
}

function factsOf(folder: string): PlaceFacts {
  return readPlace(folder, fileSystemOf(folder));
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

function resultsOf({ plan, measured }: Work, runs: readonly Run[], ready: readonly Contender[], base: Contender): RowResult[] {
  const peers = ready.filter(({ isPeer }) => isPeer).map(({ name }) => name);
  return measured.rows.map((row) => {
    const own = runs.filter((each) => each.row === row.name);
    const bestPeer = bestPeerOf(own, peers);
    return {
      row,
      title: [
        `${plan.title}, ${formatBytes(totalsOf(plan).bytes)}`, settingTitle(row.setting), phaseTitles[row.phase],
        row.setting !== 'disk' ? null : own.every(({ isCold }) => isCold) ? 'cold' : 'WARM',
      ].filter(Boolean).join('; '),
      tree: totalsOf(plan),
      bestPeer,
      standings: standingsOf(own, ready.map(({ name }) => name), base.name, bestPeer),
    };
  });
}

function shownCommand(contender: Contender): string {
  const { program, argv } = contender.command({ source: 'SRC', destination: 'DEST', data: 'DATA' });
  const shown = [basename(program), ...argv.map((word) => word.replace(`${projectFolder}/`, ''))];
  return shown.map((word) => (/[\s"$]/.test(word) ? `'${word}'` : word)).join(' ');
}

/** A copy that is not the source's fails the bench, however fast it was; a slow one does not: that is for people to judge. */
function judge(runs: readonly Run[], ready: readonly Contender[]): number {
  const exact = new Set(ready.filter((contender) => contender.copy === 'exact').map(({ name }) => name));
  const bad = runs.filter((each) => exact.has(each.contender) && (each.exitCode !== 0 || each.differences !== 0));
  for (const { contender, row, round, exitCode, differences } of bad) {
    const copy = formatNumberOf(differences ?? 0, 'difference');
    console.log(`WRONG: ${contender}, ${row}, round ${round}: exit code ${exitCode}, ${copy}`);
  }
  return bad.length === 0 ? exitCodes.ok : exitCodes.failed;
}
