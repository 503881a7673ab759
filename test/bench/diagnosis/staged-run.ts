import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../../src-shared/errors.ts';
import type { Tuning } from '../../../src-main/core/ports.ts';
import { openStore } from '../../../src-main/core/store/open-store.ts';
import type { Diagnosis } from '../../../src-main/core/store/diagnoses.ts';

const cliPath = fileURLToPath(new URL('../../../dist/node/cli.js', import.meta.url));

/** One backup to make in a situation that was staged. */
export interface StagedRun {
  readonly source: string;
  readonly destination: string;
  /** Options of `daybreak backup`. */
  readonly argv: readonly string[];
  readonly tuning?: Tuning;
  /** Program and arguments that start the command line: setpriv, a shell that enters a cgroup. */
  readonly through?: readonly string[];
  /** Another copy of Node. */
  readonly node?: string;
}

export interface StagedEnd {
  readonly durationMs: number;
  readonly diagnosis: Diagnosis;
}

/**
 * Makes the backup with the built command line, with a data folder of its own in `folder`, and reads what was measured from there.
 * Throws `AppError` where the run did not succeed, or nothing was kept of it.
 */
export async function runStaged(folder: string, { source, destination, argv, tuning, through = [], node = process.execPath }: StagedRun, stop: AbortSignal): Promise<StagedEnd> {
  const home = join(folder, 'home');
  rmSync(home, { recursive: true, force: true });
  const [program, ...rest] = [...through, node, cliPath, 'backup', source, destination, ...argv, '--quiet'];
  const child = spawn(program ?? node, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DAYBREAK_HOME: home, LC_ALL: 'C.UTF-8', DAYBREAK_TUNING: JSON.stringify(tuning ?? {}) },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said += text; });
  const end = (): void => void child.kill('SIGTERM');
  stop.addEventListener('abort', end, { once: true });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  stop.removeEventListener('abort', end);
  stop.throwIfAborted();
  if (code !== 0) throw new AppError({ kind: 'internal', message: `daybreak backup ended with ${code}`, detail: said.trim() });
  const store = openStore(home);
  try {
    const [row] = store.runs.list({ limit: 1 });
    if (!row || row.endedAt === null) throw new AppError({ kind: 'internal', message: 'The run is not in the history.' });
    return { durationMs: row.endedAt - row.startedAt, diagnosis: store.diagnoses.of(row.id) };
  } finally {
    store.close();
  }
}

/** Removes a tree that a lazily unmounted file system may still hold for a moment. */
export async function removeTree(path: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch (thrown) {
      if (tries > 20) throw thrown;
      await wait(100);
    }
  }
}
