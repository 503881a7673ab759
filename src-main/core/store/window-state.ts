import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const WindowState = z.object({
  x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive(), isMaximized: z.boolean(),
});

/** Where the desktop's window was left, px of the screens. */
export type WindowState = z.infer<typeof WindowState>;

/** Remembers the window in a file of its own: it changes often, and losing it loses nothing. */
export interface WindowStateFile {
  /** Null where there is none, or none that can be read. */
  read(): WindowState | null;
  write(state: WindowState): void;
}

/** The window's state in `folder`, which is made by the first write. */
export function windowStateFile(folder: string): WindowStateFile {
  const file = path.join(folder, 'window.json');
  return {
    read() {
      try {
        return WindowState.parse(JSON.parse(readFileSync(file, 'utf8')));
      } catch {
        return null;
      }
    },
    write(state) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // Beside it first: a crash leaves the old one or the new one.
      writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}
