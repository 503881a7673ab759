import { flushCompileCache } from 'node:module';
import { keepHeapSmall } from '../small-heap.ts';

/** The way to the host: Electron's parentPort in a utility process, the IPC channel of a forked one elsewhere. */
export interface Port {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Ends this process once everything sent is out. */
  leave(): void;
}

interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/** A utility process looks this often whether its host lives, ms. */
const hostEveryMs = 500;

/** For the last message of a utility process to leave, ms. */
const lastMessageMs = 50;

/** By then all modules are loaded, ms. */
const cacheAfterMs = 300;

/**
 * Opens the way to the host and makes sure this process never outlives it: when the channel closes, `onLost` runs and
 * the process kills itself. SIGKILL, because exit() would wait for file calls that hang on a dead mount.
 */
export function openPort(onLost: () => void): Port {
  keepHeapSmall();
  // Node writes its compile cache when a process ends by itself, which ours seldom do (Node documentation, node:module).
  setTimeout(flushCompileCache, cacheAfterMs).unref();
  // Whoever asks us to end is our host, by message; a Ctrl-C in its terminal must not reach past it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const parentPort = (process as { parentPort?: ParentPort }).parentPort;
  if (parentPort) {
    // Electron only warns of these: a worker that goes on in a state nobody foresaw would be worse than one that ends.
    process.on('unhandledRejection', (thrown) => {
      process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`, () => process.exit(1));
    });
    // Nothing tells a utility process that its host is dead.
    const host = Number(process.env['DAYBREAK_HOST_PID']);
    setInterval(() => {
      if (isThere(host)) return;
      onLost();
      process.kill(process.pid, 'SIGKILL');
    }, hostEveryMs).unref();
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', (event) => listener(event.data)),
      // Messages leave by another thread, and nothing says when the last one has.
      leave: () => setTimeout(() => process.exit(0), lastMessageMs),
    };
  }
  process.on('disconnect', () => {
    onLost();
    process.kill(process.pid, 'SIGKILL');
  });
  return {
    // A message to a host that has just died is lost with it.
    send: (message) => process.send?.(message, () => {}),
    onMessage: (listener) => process.on('message', listener),
    // Messages keep their order: when this one is out, all are.
    leave: () => process.send?.({ type: 'ready', pid: process.pid }, () => process.exit(0)),
  };
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
