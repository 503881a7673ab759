/**
 * `npm run bench -- --diagnosis [--cases a,b] [--repeats N] [--folder DIR] [--record FOLDER] [--json FILE]`: stages situations for real, makes a
 * backup in each, and checks the verdict; then follows the first advice, and compares what it promised with what it brings.
 */
import { chmodSync, mkdirSync, mkdtempSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import { fileSystemOf, keepFreedMemory, readMachine } from '../machine.ts';
import { buildNas, whyNoNas } from '../nas/nas.ts';
import { stagedCases } from './cases.ts';
import { record } from './recording.ts';
import type { Situation, Stage, StagedCase } from './staged-case.ts';
import { removeTree, runStaged } from './staged-run.ts';

/** A verdict must be right in so many of the repeats, and a promise within this factor of what came. */
const leastRight = 0.95;
const mostOff = 1.5;
/** Memory that the largest case needs for its trees, bytes. */
const memoryNeeded = 7e9;
const namesNeeded = 700_000;

/** One repeat of a case. */
interface Repeat {
  readonly name: string;
  readonly cause: string;
  readonly found: string | null;
  readonly confidence: number | null;
  readonly sentence: string;
  readonly seconds: number;
  readonly advice: string | null;
  readonly predicted: number | null;
  readonly got: number | null;
}

const callerFolder = process.env['DAYBREAK_CALLER_FOLDER'] ?? process.cwd();
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stop.abort(new AppError({ kind: 'cancelled', message: 'The bench was stopped; what it staged is taken away.' })));
}
try {
  process.exitCode = await run(readValues());
} catch (thrown) {
  const { kind, message, hint, detail } = toAppError(thrown);
  console.error([message, hint, kind === 'internal' ? detail : undefined].filter((line) => line !== undefined).join('\n  '));
  process.exitCode = kind === 'cancelled' ? 130 : kind === 'invalid-input' ? 2 : 1;
}

interface Values {
  readonly cases: readonly StagedCase[];
  readonly repeats: number;
  readonly folder: string | null;
  readonly recordIn: string | null;
  readonly json: string | null;
}

function readValues(): Values {
  const wrong = (message: string): AppError => new AppError({ kind: 'invalid-input', message, hint: `Cases: ${stagedCases.map(({ name }) => name).join(', ')}. See docs/diagnosis.md.` });
  const parse = () => {
    try {
      return parseArgs({
        options: {
          diagnosis: { type: 'boolean' }, cases: { type: 'string' }, repeats: { type: 'string', default: '3' }, record: { type: 'string' }, folder: { type: 'string' }, json: { type: 'string' },
        },
      }).values;
    } catch (thrown) {
      throw wrong(toAppError(thrown).message);
    }
  };
  const { cases, repeats, record: recordIn, folder, json } = parse();
  const names = cases?.split(',').filter((name) => name !== '') ?? null;
  const unknown = names?.find((name) => !stagedCases.some((each) => each.name === name));
  if (unknown !== undefined) throw wrong(`There is no case "${unknown}".`);
  if (!/^[1-9]\d{0,2}$/u.test(repeats)) throw wrong(`--repeats is "${repeats}"`);
  return {
    cases: stagedCases.filter(({ name }) => names === null || names.includes(name)), repeats: Number(repeats), folder: folder === undefined ? null : resolve(callerFolder, folder),
    recordIn: recordIn === undefined ? null : resolve(callerFolder, recordIn), json: json === undefined ? null : resolve(callerFolder, json),
  };
}

/** Answers with the exit code. */
async function run({ cases, repeats, folder: chosen, recordIn, json }: Values): Promise<number> {
  const machine = readMachine();
  console.log([machine.processor, `${machine.cores} cores`, machine.kernel, machine.rsync, `Node ${machine.node}`].join(', '));
  if (machine.load > machine.cores / 2) console.log(`This machine is busy (load ${machine.load.toFixed(1)} on ${machine.cores} cores): other load is what many verdicts will be.`);
  const root = mkdtempSync(join(chosen ?? memoryPlace(), 'daybreak-diagnosis-'));
  const disk = mkdtempSync(join(tmpdir(), 'daybreak-diagnosis-'));
  // Some runs are another user's.
  for (const folder of [root, disk]) chmodSync(folder, 0o755);
  const giveBack = keepFreedMemory((line) => console.log(line));
  if (recordIn !== null) mkdirSync(recordIn, { recursive: true });
  const done: Repeat[] = [];
  const skipped: { name: string; reason: string }[] = [];
  try {
    const nas = whyNoNas() === null ? buildNas(disk) : null;
    for (const each of cases) {
      const reason = each.whyNot();
      if (reason !== null) {
        console.log(`SKIPPED ${each.name}: ${reason}`);
        skipped.push({ name: each.name, reason });
        continue;
      }
      console.log(`\n${each.name}: ${each.how}`);
      for (let repeat = 1; repeat <= repeats; repeat++) {
        const one = await repeatCase(each, { folder: join(root, `${each.name}-${repeat}`), disk: join(disk, `${each.name}-${repeat}`), nas, stop: stop.signal }, recordIn === null ? null : { folder: recordIn, name: `${each.name}-${repeat}` });
        done.push(one);
        console.log(lineOf(one));
      }
    }
  } finally {
    giveBack();
    await removeTree(root);
    await removeTree(disk);
  }
  const judged = cases.filter(({ name }) => done.some((each) => each.name === name)).map(({ name }) => judgeCase(name, done.filter((each) => each.name === name)));
  console.log(`\n${judged.map(({ line }) => line).join('\n')}`);
  if (json !== null) writeFileSync(json, `${JSON.stringify({ format: 'daybreak-diagnosis', version: 1, machine, skipped, repeats: done }, null, 1)}\n`);
  return judged.every(({ isReached }) => isReached) ? 0 : 1;
}

/** Stages a case, makes its run, and follows its first advice. */
async function repeatCase({ name, cause, stage }: StagedCase, at: Stage, recording: { folder: string; name: string } | null): Promise<Repeat> {
  mkdirSync(at.folder, { recursive: true });
  mkdirSync(at.disk, { recursive: true });
  let situation: Situation | null = null;
  try {
    situation = await stage(at);
    const { durationMs, diagnosis: { meters, work, verdict } } = await runStaged(at.folder, situation.run, stop.signal);
    const advice = verdict?.advice[0] ?? null;
    const isRight = verdict?.cause === cause;
    const next = isRight && advice !== null && (advice.gain ?? 1) > 1.05 ? await situation.follow?.(advice) ?? null : null;
    const got = next === null ? null : durationMs / (await runStaged(at.folder, next, stop.signal)).durationMs;
    if (recording !== null && meters !== null && work !== null) record(recording.folder, recording.name, { cause, advice: advice?.text ?? null, got, meters, work });
    return {
      name, cause, found: verdict?.cause ?? null, confidence: verdict?.confidence ?? null, seconds: durationMs / 1000,
      sentence: verdict ? `${verdict.title}: ${verdict.evidence.map(({ text }) => text).join(', ')}` : 'no verdict',
      advice: advice?.text ?? null, predicted: next === null ? null : advice?.gain ?? null, got,
    };
  } finally {
    await situation?.end();
    await removeTree(at.folder);
    await removeTree(at.disk);
  }
}

function lineOf({ cause, found, confidence, sentence, seconds, advice, predicted, got }: Repeat): string {
  const isRight = found === cause;
  return [
    `  ${isRight ? 'right' : 'WRONG'} ${found ?? 'none'} (${confidence?.toFixed(2) ?? '-'}) after ${seconds.toFixed(1)} s. ${sentence}`,
    ...(predicted === null || got === null ? [] : [`        ${advice}: promised ${predicted.toFixed(2)}, got ${got.toFixed(2)}${isNear(predicted, got) ? '' : '  OFF'}`]),
  ].join('\n');
}

function isNear(predicted: number, got: number): boolean {
  return predicted / got <= mostOff && got / predicted <= mostOff;
}

function judgeCase(name: string, repeats: readonly Repeat[]): { line: string; isReached: boolean } {
  const right = repeats.filter(({ found, cause }) => found === cause).length;
  const followed = repeats.flatMap(({ predicted, got }) => (predicted === null || got === null ? [] : [{ predicted, got }]));
  const near = followed.filter(({ predicted, got }) => isNear(predicted, got)).length;
  const isReached = right >= leastRight * repeats.length && near >= leastRight * followed.length;
  const mean = (values: readonly number[]): string => (values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)).toFixed(2);
  const gains = followed.length === 0 ? 'not followed' : `promised ${mean(followed.map(({ predicted }) => predicted))}, got ${mean(followed.map(({ got }) => got))}, near in ${near} of ${followed.length}`;
  return { line: `${isReached ? 'reached' : 'MISSED '}  ${name.padEnd(20)} right in ${right} of ${repeats.length}; ${gains}`, isReached };
}

/** Memory where there is room for the largest case, else the temporary folder. */
function memoryPlace(): string {
  const shared = '/dev/shm';
  try {
    const { bavail, bsize, ffree } = statfsSync(shared);
    if (fileSystemOf(shared) === 'tmpfs' && ffree > namesNeeded && Math.min(bavail * bsize, process.availableMemory()) > memoryNeeded) return shared;
  } catch {
    // There is none on this system.
  }
  return tmpdir();
}
