import { spawn } from 'node:child_process';
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
  /** CPU time of the process and all below it that were waited for (getrusage(2), RUSAGE_CHILDREN). */
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly memory: PeakMemory;
  /** The end of what it wrote, both streams. */
  readonly lastWords: string;
}

/** No run takes longer, seconds: one that hangs ends the bench with a word instead of never. */
const mostSeconds = 3600;
const graceMs = 5000;

/** Bash's `time` measures as a person at a prompt would, and knows the CPU time of all that was waited for. */
const script = `TIMEFORMAT='%3R %3U %3S'; { time "$@" 2>&4 3>&- 4>&-; } 4>&2 2>&3`;

/**
 * Runs a command to its end and measures it. `stop` ends its process group.
 * Throws the reason of `stop`, and `AppError` where bash cannot be started or the run takes over an hour.
 */
export async function measure(command: Command, stop: AbortSignal): Promise<Measurement> {
  stop.throwIfAborted();
  // LC_NUMERIC: the times have a decimal point. A group of its own, so that all of it can be ended.
  const child = spawn('bash', ['-c', script, 'bench', command.program, ...command.argv], {
    env: { ...process.env, LC_NUMERIC: 'C', ...command.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
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
  const words = collectTail([child.stdout, child.stderr]);
  const times = collectTail([child.stdio[3] as Readable]);
  const watch = child.pid === undefined ? null : watchMemory(child.pid);
  let memory: PeakMemory | undefined;
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => {
        memory = watch?.stop();
      });
      child.once('close', (code) => resolve(code ?? -1));
    });
    stop.throwIfAborted();
    if (limit.aborted) throw new AppError({ kind: 'timeout', message: `${command.program} took more than an hour and was ended` });
    return { exitCode, ...readTimes(times()), memory: memory ?? { resident: null, proportional: null }, lastWords: words().trim() };
  } finally {
    watch?.stop();
    clearTimeout(killTimer);
    either.removeEventListener('abort', end);
  }
}

/** `wall user system` in seconds, as the script's TIMEFORMAT has them. Throws `AppError` internal for anything else. */
export function readTimes(line: string): Pick<Measurement, 'seconds' | 'userSeconds' | 'systemSeconds'> {
  const [, seconds, userSeconds, systemSeconds] = /^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+)$/.exec(line.trim()) ?? [];
  if (systemSeconds === undefined) throw new AppError({ kind: 'internal', message: `bash did not say how long the run took, but "${line.trim()}"` });
  return { seconds: Number(seconds), userSeconds: Number(userSeconds), systemSeconds: Number(systemSeconds) };
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
