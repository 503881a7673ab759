import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { LabResult, type LabFigure } from '../../../src-shared/lab.ts';
import { cliPath } from '../../fixtures/cli.ts';
import { dropCaches, keepFreedMemory } from '../machine.ts';
import { median } from '../statistics.ts';

/**
 * `npm run bench -- --lab`: whether the figures of the Lab are those that a stopwatch shows. The Lab takes turns with the commands it
 * prints, and for a pool, whose workers do most of it themselves, with a backup by as many, so that what the machine does meanwhile meets
 * both. Fails where medians are more than a tenth apart; on a
 * machine that does something else as well, the fastest rounds.
 */
const mostApart = 0.1;
const ways = ['one-rsync', 'multisync', 'pool-4'];
/** As many commands of a way at a time as it says of itself. */
const atOnce: Readonly<Record<string, number>> = { 'one-rsync': 1, multisync: 64 };

const { values } = parseArgs({ options: {
  lab: { type: 'boolean' }, rounds: { type: 'string', default: '5' }, folder: { type: 'string' },
} });
const base = values.folder === undefined ? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir()) : resolve(process.env['DAYBREAK_CALLER_FOLDER'] ?? '.', values.folder);
const folder = mkdtempSync(join(base, 'daybreak-bench-lab-'));
const giveBack = keepFreedMemory((line) => console.log(line));
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    giveBack();
    rmSync(folder, { recursive: true, force: true });
    process.exit(130);
  });
}
try {
  process.exitCode = await compare(Number(values.rounds));
} finally {
  giveBack();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(rounds: number): Promise<number> {
  const source = join(folder, 'source');
  const destination = join(folder, 'destination');
  mkdirSync(destination);
  makeTree(source);
  console.log(`In ${folder}, ${rounds} rounds of the Lab and of the same commands from outside, in turns`);
  const inside = new Map<string, number[]>(ways.map((way) => [way, []]));
  const outside = new Map<string, number[]>(ways.map((way) => [way, []]));
  for (let round = 1; round <= rounds; round++) {
    const result = runLab(source, destination);
    if (readdirSync(destination).length > 0) throw new Error(`The Lab left ${readdirSync(destination).join(', ')} at the destination`);
    if (!result.sample.isWhole) throw new Error('The sample is not the whole tree');
    for (const figure of result.figures) {
      if (figure.medianMs === null) throw new Error(`${figure.way.label}: ${figure.note}`);
      inside.get(figure.way.id)?.push(figure.medianMs);
      const { workers } = figure.way.options ?? {};
      outside.get(figure.way.id)?.push(await (typeof workers === 'number' ? backUpOutside(workers, source, result.isCold) : runOutside(figure, source, result.isCold)));
    }
    console.log(`round ${round}: ${ways.map((way) => `${way} ${seconds(inside.get(way)?.at(-1))} in the Lab, ${seconds(outside.get(way)?.at(-1))} outside`).join('; ')}`);
  }
  let isGood = true;
  for (const way of ways) {
    const [lab, watch] = [inside.get(way) ?? [], outside.get(way) ?? []];
    // What else a machine does only ever adds time: where rounds differ much, the fastest are what can be compared.
    const isQuiet = [lab, watch].every((times) => Math.max(...times) <= Math.min(...times) * (1 + 2 * mostApart));
    const [one, other] = isQuiet ? [median(lab), median(watch)] : [Math.min(...lab), Math.min(...watch)];
    const apart = one / other - 1;
    isGood &&= Math.abs(apart) <= mostApart;
    console.log(`${way.padEnd(10)} ${isQuiet ? 'medians' : 'fastest rounds, as this machine is not quiet'}: Lab ${seconds(one)}, outside ${seconds(other)}: ${apart >= 0 ? '+' : ''}${(apart * 100).toFixed(1)} %${Math.abs(apart) <= mostApart ? '' : '  TOO FAR APART'}`);
  }
  return isGood ? 0 : 1;
}

function runLab(source: string, destination: string): LabResult {
  const argv = [cliPath, 'lab', source, destination, '--json', '--rounds', '1', '--time', '30min', '--sample-size', '10GB', '--sample-entries', '100000', '--ways', ways.join(',')];
  const text = execFileSync(process.execPath, argv, { env: { ...process.env, DAYBREAK_HOME: join(folder, 'home') }, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return LabResult.parse(JSON.parse(text));
}

/** The printed lines by a shell, so many at a time, into a folder like that of the Lab; ms. */
async function runOutside({ way }: LabFigure, source: string, isCold: boolean): Promise<number> {
  const to = join(folder, 'outside');
  mkdirSync(to);
  const lines = way.commands.map((line) => line.replaceAll(/\S*\/\.daybreak\/lab\/[^/]+\/copy/gu, to));
  if (lines.some((line) => line.startsWith('#') || line.endsWith(' ...'))) throw new Error(`The commands of ${way.id} are shortened: this tree is too large`);
  forget(isCold);
  const begin = performance.now();
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(atOnce[way.id] ?? 1, lines.length) }, async () => {
    for (let line = lines[next++]; line !== undefined; line = lines[next++]) await runLine(line);
  }));
  const durationMs = performance.now() - begin;
  finish(to, source, `The commands of ${way.id}`);
  return durationMs;
}

/** A backup by so many workers, from its first unit to its last as they are told: the Lab leaves out what comes before and after them; ms. */
async function backUpOutside(workers: number, source: string, isCold: boolean): Promise<number> {
  const to = join(folder, 'outside');
  const home = join(folder, 'outside-home');
  mkdirSync(to);
  forget(isCold);
  const child = spawn(process.execPath, [cliPath, 'backup', source, to, '--workers', String(workers), '--json'], { env: { ...process.env, DAYBREAK_HOME: home }, stdio: ['ignore', 'pipe', 'inherit'] });
  let [begin, end] = [Infinity, 0];
  for await (const line of createInterface(child.stdout)) {
    const { type, durationMs } = JSON.parse(line) as { type: string; durationMs: number };
    if (type !== 'unit-ended') continue;
    end = performance.now();
    begin = Math.min(begin, end - durationMs);
  }
  finish(to, source, `A backup by ${workers} workers`);
  rmSync(home, { recursive: true });
  return end - begin;
}

function forget(isCold: boolean): void {
  if (!isCold) return;
  execFileSync('sync');
  dropCaches();
}

function finish(to: string, source: string, who: string): void {
  const files = (at: string): number => readdirSync(at, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  if (files(to) !== files(source)) throw new Error(`${who} copied ${files(to)} files of ${files(source)}`);
  rmSync(to, { recursive: true });
}

function runLine(line: string): Promise<void> {
  return new Promise((done, reject) => {
    const child = spawn('/bin/sh', ['-c', line], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? done() : reject(new Error(`${line} ended with ${code}`))));
  });
}

/**
 * Some seconds for one rsync: eight top folders with large files, and small ones in folders of their own; pieces of about half a second, as
 * in a run. So much that it hardly counts that a backup has yet to start most of its workers.
 */
function makeTree(source: string): void {
  const large = randomBytes(12_000_000);
  const small = randomBytes(4000);
  for (let top = 0; top < 8; top++) {
    for (let sub = 0; sub < 6; sub++) {
      const at = join(source, `top-${top}`, `sub-${sub}`);
      mkdirSync(at, { recursive: true });
      for (let file = 0; file < 400; file++) writeFileSync(join(at, `file-${file}`), small);
    }
    for (let file = 0; file < 30; file++) writeFileSync(join(source, `top-${top}`, `large-${file}`), large);
  }
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1000).toFixed(2)} s`;
}
