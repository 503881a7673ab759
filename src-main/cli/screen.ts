import { readFileSync } from 'node:fs';

/** Where text goes: a terminal, or a file or pipe. */
export interface Screen {
  write(text: string): void;
  /** Null when this is no terminal. */
  size(): { readonly columns: number; readonly rows: number } | null;
  /** Returns what ends the watch. */
  onResize(listener: () => void): () => void;
  /** The reader is behind: what can be left out should be. */
  isBehind(): boolean;
  /** The reader is gone (`| head`): nothing written from now on arrives. */
  onClosed(listener: () => void): void;
  /** False while a shell has taken the terminal back (`bg`, `&`). */
  isForeground(): boolean;
}

/**
 * A stream of this process as a `Screen`. A reader that goes away never throws: writes then go nowhere.
 */
export function createScreen(stream: NodeJS.WriteStream): Screen {
  let closed = false;
  const closedListeners: (() => void)[] = [];
  stream.on('error', () => {
    // EPIPE, or EIO from a terminal that was closed.
    if (closed) return;
    closed = true;
    for (const listener of closedListeners) listener();
  });
  return {
    write: (text) => {
      if (!closed) stream.write(text);
    },
    size: () => (stream.isTTY ? { columns: stream.columns || 80, rows: stream.rows || 24 } : null),
    onResize: (listener) => {
      stream.on('resize', listener);
      return () => stream.off('resize', listener);
    },
    isBehind: () => stream.writableNeedDrain,
    onClosed: (listener) => {
      closedListeners.push(listener);
    },
    isForeground: () => !stream.isTTY || isForegroundProcess(),
  };
}

/** proc_pid_stat(5): field 5 is the process group, field 8 the one that owns the terminal. True where unknown. */
function isForegroundProcess(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[2] === fields[5];
  } catch {
    return true;
  }
}
