/**
 * `npm run bench -- --scale [--entries N]`: whether memory stays what it is while a tree grows. Backs up a tree of a quarter of
 * N entries and one of N with the built command line, watches each of its processes, and judges the host's memory.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import { formatBytes } from '../../../src-main/cli/format.ts';
import { daybreak, oneRsync, type Command } from '../contenders.ts';
import { readMachine } from '../machine.ts';
import { roles, watchProcesses, type ScaleMemory } from './process-memory.ts';
import { layOut, makeWideTree, type WideTree } from './wide-tree.ts';

/** What the host may hold, bytes. */
const mostOfHost = 250e6;
/** How much more the host may hold with four times the entries. */
const mostGrowth = 0.15;
/** What an inode of a tmpfs takes of the memory, bytes, names included. */
const inodeBytes = 1200;

interface ScaleRun {
  readonly tree: WideTree;
  readonly work: string;
  readonly seconds: number;
  readonly exitCode: number;
  readonly memory: ScaleMemory;
}

const callerFolder = process.env['DAYBREAK_CALLER_FOLDER'] ?? process.cwd();
const runs: ScaleRun[] = [];
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stop.abort(new AppError({ kind: 'cancelled', message: 'The bench was stopped; its folder is removed.' })));
}
try {
  process.exitCode = await run(readValues());
} catch (thrown) {
  const { kind, message, hint, detail } = toAppError(thrown);
  console.error([message, hint, kind === 'internal' ? detail : undefined].filter((line) => line !== undefined).join('\n  '));
  process.exitCode = kind === 'cancelled' ? 130 : kind === 'invalid-input' ? 2 : 1;
}

interface Values {
  readonly entries: number;
  readonly folder: string | null;
  readonly json: string | null;
  readonly withOneRsync: boolean;
}

function readValues(): Values {
  const wrong = (message: string): AppError => new AppError({ kind: 'invalid-input', message, hint: 'See docs/scale.md.' });
  const parse = () => {
    try {
      return parseArgs({
        options: {
          scale: { type: 'boolean' }, entries: { type: 'string', default: '2000000' }, folder: { type: 'string' }, json: { type: 'string' },
          against: { type: 'string' },
        },
      }).values;
    } catch (thrown) {
      throw wrong(toAppError(thrown).message);
    }
  };
  const { entries, folder, json, against } = parse();
  const count = Number(entries);
  if (!(Number.isInteger(count) && count >= 4000)) throw wrong(`--entries ${entries} is not a whole number from 4000.`);
  if (against !== undefined && against !== oneRsync.name) throw wrong(`--against "${against}": only "${oneRsync.name}" can be compared with.`);
  return {
    entries: count, folder: folder === undefined ? null : resolve(callerFolder, folder), json: json === undefined ? null : resolve(callerFolder, json),
    withOneRsync: against !== undefined,
  };
}

/** Answers with the exit code. */
async function run({ entries, folder: chosen, json, withOneRsync }: Values): Promise<number> {
  const machine = readMachine();
  console.log([machine.processor, `${machine.cores} cores`, formatBytes(machine.memoryBytes), machine.kernel, machine.rsync, `Node ${machine.node}`].join(', '));
  const place = chosen ?? pickPlace(entries);
  console.log(`In ${place}`);
  const folder = mkdtempSync(join(place, 'daybreak-scale-'));
  try {
    for (const count of [entries / 4, entries]) await measureTree(folder, layOut(count), withOneRsync);
  } finally {
    console.log('Removing the trees');
    rmSync(folder, { recursive: true, force: true });
  }
  const verdicts = judge();
  for (const { what, isReached } of verdicts) console.log(`${isReached ? 'reached' : 'MISSED '}  ${what}`);
  if (json !== null) writeFileSync(json, `${JSON.stringify({ format: 'daybreak-scale', version: 1, machine, place, runs, verdicts }, null, 1)}\n`);
  return verdicts.every(({ isReached }) => isReached) ? 0 : 1;
}

async function measureTree(folder: string, tree: WideTree, withOneRsync: boolean): Promise<void> {
  console.log(`\n${tree.entries.toLocaleString('en')} entries, ${tree.folders.toLocaleString('en')} folders, ${tree.flatFiles.toLocaleString('en')} files in one of them`);
  const paths = { source: join(folder, 'source'), destination: join(folder, 'copy'), data: join(folder, 'data') };
  makeWideTree(paths.source, tree);
  mkdirSync(paths.destination);
  const backup = daybreak.command(paths);
  await measure(tree, 'first copy', backup);
  await measure(tree, 'nothing changed', backup);
  await measure(tree, 'plan only (-n)', { ...backup, argv: [...backup.argv, '-n'] });
  if (withOneRsync) {
    rmSync(paths.destination, { recursive: true });
    mkdirSync(paths.destination);
    await measure(tree, 'one rsync, first copy', oneRsync.command(paths));
    await measure(tree, 'one rsync, nothing changed', oneRsync.command(paths));
  }
  for (const path of Object.values(paths)) rmSync(path, { recursive: true, force: true });
}

async function measure(tree: WideTree, work: string, { program, argv, environment }: Command): Promise<void> {
  stop.signal.throwIfAborted();
  const startedAt = performance.now();
  const child = spawn(program, argv, { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'inherit'] });
  const watch = watchProcesses(child.pid ?? 0);
  const end = (): void => void child.kill('SIGTERM');
  stop.signal.addEventListener('abort', end, { once: true });
  const [code] = await once(child, 'exit') as [number | null];
  stop.signal.removeEventListener('abort', end);
  const memory = watch.stop();
  stop.signal.throwIfAborted();
  const measured: ScaleRun = { tree, work, seconds: (performance.now() - startedAt) / 1000, exitCode: code ?? -1, memory };
  runs.push(measured);
  const cells = roles.filter((role) => memory.byRole[role].atOnce > 0).map((role) => {
    const { resident, proportional, atOnce } = memory.byRole[role];
    return `${role}${atOnce > 1 ? ` x${atOnce}` : ''} ${megabytes(resident)} (${megabytes(proportional)})`;
  });
  console.log(`  ${work.padEnd(26)} ${measured.seconds.toFixed(1).padStart(7)} s  ${cells.join('  ')}  all ${megabytes(memory.total)} MB${code === 0 ? '' : `  exit code ${code}`}`);
}

function judge(): { what: string; isReached: boolean }[] {
  const failed = runs.filter(({ exitCode }) => exitCode !== 0);
  const works = [...new Set(runs.map(({ work }) => work))].filter((work) => !work.startsWith(oneRsync.name));
  return works.flatMap((work) => {
    const [small = 0, large = 0] = runs.filter((each) => each.work === work).map(({ memory }) => memory.byRole.host.resident);
    const growth = large / small - 1;
    return [
      { what: `${work}: the host holds ${megabytes(large)} MB, expected under ${megabytes(mostOfHost)}`, isReached: large < mostOfHost },
      { what: `${work}: with four times the entries ${(growth * 100).toFixed(0)} % more, expected at most ${mostGrowth * 100} %`, isReached: growth <= mostGrowth },
    ];
  }).concat(failed.map(({ work, exitCode }) => ({ what: `${work}: ended with exit code ${exitCode}`, isReached: false })));
}

/** Memory where it has room for both trees, the names of a file system included; else the temporary folder. */
function pickPlace(entries: number): string {
  try {
    const { bavail, bsize, ffree } = statfsSync('/dev/shm');
    const free = Math.min(bavail * bsize, process.availableMemory());
    if (ffree > entries * 2.1 && free > entries * 2 * inodeBytes + 1e9) return '/dev/shm';
  } catch {
    // There is none on this system.
  }
  return tmpdir();
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
