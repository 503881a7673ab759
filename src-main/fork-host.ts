import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fileThreads, type ForkedProcess, type ForkedScript, type WorkerHost } from './core/ports.ts';

export interface ForkHost extends WorkerHost {
  /** Starts one at once that the next fork of this script takes, so that it gets ready while the host still loads its own modules. */
  ahead(script: ForkedScript): void;
}

/** Forks workers and scouts with child_process, for the command line and the headless host. */
export function createForkHost(): ForkHost {
  const ready = new Map<ForkedScript, ReturnType<typeof forkScript>>();
  return {
    ahead(script) {
      // One that is never taken must not keep the host alive; it ends when the host does.
      if (!ready.has(script)) ready.set(script, forkScript(script, false));
    },
    fork(script) {
      const taken = ready.get(script);
      if (!taken) return forkScript(script, true);
      ready.delete(script);
      taken.hold();
      return taken;
    },
  };
}

function forkScript(script: ForkedScript, held: boolean): ForkedProcess & { hold(): void } {
  const child = fork(scriptPath(script), [], {
    // A group of its own: a Ctrl-C in the terminal reaches the host alone, which then ends its processes in order.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    // As Electron's: names that several parts of a message share are sent once.
    serialization: 'advanced',
    env: { ...process.env, UV_THREADPOOL_SIZE: fileThreads[script] },
  });
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2000);
  });
  // A process that cannot be started reports here and then exits; exit is what we act on.
  child.on('error', (error) => {
    lastWords += error.message;
  });
  if (!held) {
    child.unref();
    child.channel?.unref();
  }
  return {
    pid: child.pid ?? -1,
    hold() {
      child.ref();
      child.channel?.ref();
    },
    send: (message) => {
      if (child.connected) child.send(message as object, () => {});
    },
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => child.once('close', (code, signal) => listener({ code, signal, lastWords: lastWords.trim() })),
    kill: () => child.kill('SIGKILL'),
  };
}

/** Always the built scripts, also for a host that runs from source: they start four times as fast. */
function scriptPath(script: ForkedScript): string {
  const built = import.meta.url.endsWith('.ts') ? '../dist/node/' : './';
  return fileURLToPath(new URL(`${built}${script}.js`, import.meta.url));
}
