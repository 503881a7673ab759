import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileThreads, type ForkedProcess, type ForkedScript, type WorkerHost } from '../core/ports.ts';
import type { ElectronSurface } from './surface.ts';

/** Between two looks whether a process has gone; after this long of them it is killed, ms. */
const lookEveryMs = 10;
const goneWithinMs = 2_000;

/** Workers and scouts as utility processes of Electron. */
export interface UtilityHost extends WorkerHost {
  /** Kills what is left, and waits until it is gone, at most `ms`. */
  endAll(ms: number): Promise<void>;
}

/**
 * Forks from the bundle in `folder`; the app has to be ready. Hides what differs from child_process: nothing is heard
 * before `spawn`, a kill is told as exit 0, and an exit is told while the process may still be there.
 */
export function createUtilityHost(
  { utilityProcess }: Pick<ElectronSurface, 'utilityProcess'>, folder: string, env: Readonly<Record<string, string | undefined>>,
): UtilityHost {
  const alive = new Set<{ readonly handle: ForkedProcess; readonly gone: Promise<void> }>();

  function fork(script: ForkedScript): ForkedProcess {
    const child = utilityProcess.fork(path.join(folder, `${script}.js`), [], {
      serviceName: `Daybreak ${script}`,
      stdio: ['ignore', 'ignore', 'pipe'],
      execArgv: [],
      env: {
        ...env, UV_THREADPOOL_SIZE: fileThreads[script],
        // Nothing tells a utility process that its host is dead: it looks for itself.
        DAYBREAK_HOST_PID: String(process.pid),
      },
    });
    let pid = -1;
    let isGone = false;
    let isKilled = false;
    let lastWords = '';
    const early: unknown[] = [];
    const messageListeners: ((message: unknown) => void)[] = [];
    const gone = Promise.withResolvers<{ code: number | null; signal: string | null; lastWords: string }>();

    const hear = (text: string): void => {
      lastWords = (lastWords + text).slice(-2000);
    };
    child.stderr?.setEncoding('utf8').on('data', hear);
    child.on('error', (type, location) => hear(`${type} in ${location}\n`));
    child.on('spawn', () => {
      pid = child.pid ?? -1;
      if (isKilled) kill();
      for (const message of early.splice(0)) child.postMessage(message);
    });
    child.on('message', (message) => messageListeners.forEach((listener) => listener(message)));
    child.on('exit', (code) => {
      // From here on nothing is sent: posting to a process that ends can take the app with it.
      isGone = true;
      void untilGone(pid).then(() => gone.resolve(
        isKilled ? { code: null, signal: 'SIGKILL', lastWords: lastWords.trim() } : { code, signal: null, lastWords: lastWords.trim() },
      ));
    });

    function kill(): void {
      isKilled = true;
      if (pid > 0 && !isGone) signal(pid);
    }

    const handle: ForkedProcess = {
      get pid() {
        return pid;
      },
      send(message) {
        if (isGone) return;
        if (pid < 0) early.push(message);
        else child.postMessage(message);
      },
      onMessage: (listener) => void messageListeners.push(listener),
      onExit: (listener) => void gone.promise.then(listener),
      kill,
    };
    const entry = { handle, gone: gone.promise.then(() => void alive.delete(entry)) };
    alive.add(entry);
    return handle;
  }

  return {
    fork,
    async endAll(ms) {
      const left = Array.from(alive);
      for (const { handle } of left) handle.kill();
      await Promise.race([Promise.all(left.map((each) => each.gone)), wait(ms, undefined, { ref: false })]);
    },
  };
}

/** SIGKILL: Electron's own kill is a polite one, which a worker does not take from others than its host. */
function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}

async function untilGone(pid: number): Promise<void> {
  if (pid < 0) return;
  const end = performance.now() + goneWithinMs;
  let isKilled = false;
  while (isThere(pid) && performance.now() < end + (isKilled ? goneWithinMs : 0)) {
    await wait(lookEveryMs);
    if (!isKilled && performance.now() >= end) {
      isKilled = true;
      signal(pid);
    }
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
