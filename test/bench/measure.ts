import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '../../src-shared/errors.ts';
import type { Command } from './contenders.ts';
import type { PeakMemory } from './memory-watch.ts';
import { watchMemory } from './memory-watch.ts';

/** What one run of a command came to. */
export interface Measurement {
  /** 128 + the signal's number where one ended it. */
  readonly exitCode: number;
  /** From the command to the prompt. */
  readonly seconds: number;
  /** CPU time of all processes that were started for it, to 10 ms, those that outlived it included (times(2)). */
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** Until the last of its processes was gone, after the prompt. */
  readonly secondsAfter: number;
  /** Processes that had to be killed as they were still there ten seconds after. */
  readonly leftBehind: number;
  readonly memory: PeakMemory;
  /** Processes that the whole machine started meanwhile (proc(5), /proc/stat); null where the system does not tell. */
  readonly processes: number | null;
  /** The end of what it wrote, both streams. */
  readonly lastWords: string;
}

/** No run takes longer, seconds: one that hangs ends the bench with a word instead of never. */
const mostSeconds = 3600;
const graceMs = 5000;

const script = join(import.meta.dirname, 'measure.pl');

/**
 * Runs a command to its end and measures it. `stop` ends its process group.
 * Throws the reason of `stop`, and `AppError` where perl cannot be started or the run takes over an hour.
 */
export async function measure(command: Command, stop: AbortSignal): Promise<Measurement> {
  stop.throwIfAborted();
  const child = spawn('perl', [script, command.program, ...command.argv], {
    env: { ...process.env, ...command.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own, so that all of it can be ended.
    detached: true,
  });
  const limit = AbortSignal.timeout(mostSeconds * 1000);
  const either = AbortSignal.any([stop, limit]);
  let killTimer: NodeJS.Timeout | undefined;
  const end = (): void => {
    signalGroup(child.pid, 'SIGTERM');
    killTimer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
  };
  either.addEventListener('abort', end, { once: true });
  // The types of spawn know three streams, and these only as perhaps there.
  const [, output, errors, report] = child.stdio as readonly unknown[] as readonly [null, Readable, Readable, Readable];
  const words = collectTail([output, errors]);
  const times = collectTail([report]);
  const before = startedProcesses();
  const watch = child.pid === undefined ? null : watchMemory(child.pid);
  let memory: PeakMemory = { resident: null, proportional: null };
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => {
        memory = watch?.stop() ?? memory;
      });
      child.once('close', (code) => resolve(code ?? -1));
    });
    stop.throwIfAborted();
    if (limit.aborted) throw new AppError({ kind: 'timeout', message: `${command.program} took over an hour and was ended` });
    const after = startedProcesses();
    const processes = before === null || after === null ? null : after - before;
    return { exitCode, ...readTimes(times()), memory, processes, lastWords: words().trim() };
  } finally {
    watch?.stop();
    clearTimeout(killTimer);
    either.removeEventListener('abort', end);
  }
}

/** The numbers that measure.pl writes. Throws `AppError` internal for anything else. */
export function readTimes(line: string): Omit<Measurement, 'exitCode' | 'memory' | 'processes' | 'lastWords'> {
  const words = line.trim().split(' ');
  const [seconds, userSeconds, systemSeconds, secondsAfter, leftBehind] = words.map(Number);
  const isWhole = words.length === 5 && words.every((word) => /^\d+(\.\d+)?$/.test(word));
  if (!isWhole || seconds === undefined || userSeconds === undefined || systemSeconds === undefined
    || secondsAfter === undefined || leftBehind === undefined) {
    throw new AppError({ kind: 'internal', message: `measure.pl did not say how long the run took, but "${line.trim()}"` });
  }
  return { seconds, userSeconds, systemSeconds, secondsAfter, leftBehind };
}

function startedProcesses(): number | null {
  try {
    return Number(/^processes (\d+)$/mu.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? Number.NaN);
  } catch {
    return null;
  }
}

function collectTail(streams: readonly Readable[]): () => string {
  let text = '';
  for (const stream of streams) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-2000);
    });
  }
  return () => text;
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It ended by itself just now.
  }
}
