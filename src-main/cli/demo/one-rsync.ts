import { spawn } from 'node:child_process';
import { AppError } from '../../../src-shared/errors.ts';

/** The command the demo compares with: what a plain backup script runs. */
export function oneRsyncCommand(source: string, destination: string): readonly string[] {
  return ['rsync', '-aH', '--', `${source}/`, `${destination}/`];
}

/**
 * Runs a program to its end and answers with the wall time in ms. `stop` ends its whole process group.
 * Throws `AppError` where it is missing or fails, and the reason of `stop`.
 */
export async function timeCommand(argv: readonly string[], stop: AbortSignal): Promise<number> {
  const [program = '', ...rest] = argv;
  stop.throwIfAborted();
  const startedAt = performance.now();
  // A group of its own: rsync is three processes, and all must end.
  const child = spawn(program, rest, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  const onStop = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  stop.addEventListener('abort', onStop, { once: true });
  let lastWords = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2000);
  });
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, signal) => resolve(exitCode ?? signal ?? 'unknown'));
    });
    stop.throwIfAborted();
    if (code !== 0) throw new AppError({ kind: 'internal', message: `${program} ended with ${code}`, detail: lastWords.trim() });
    return performance.now() - startedAt;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
      const hint = 'Install rsync 3.2 or later, then try again.';
      throw new AppError({ kind: 'rsync-missing', message: `${program} is not on PATH`, hint });
    }
    throw thrown;
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}
