import { flushCompileCache } from 'node:module';

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

/** By then all modules are loaded, ms. */
const cacheAfterMs = 300;

/**
 * Opens the way to the host and makes sure this process never outlives it: when the channel closes, `onLost` runs and
 * the process kills itself. SIGKILL, because exit() would wait for file calls that hang on a dead mount.
 */
export function openPort(onLost: () => void): Port {
  // Node writes its compile cache when a process ends by itself, which ours seldom do (Node documentation, node:module).
  setTimeout(flushCompileCache, cacheAfterMs).unref();
  // Whoever asks us to end is our host, by message; a Ctrl-C in its terminal must not reach past it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const parentPort = (process as { parentPort?: ParentPort }).parentPort;
  if (parentPort) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', (event) => listener(event.data)),
      leave: () => setImmediate(() => process.exit(0)),
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
