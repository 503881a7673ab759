import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/**
 * The text of a file of /proc or /sys; null where it is not there or must not be read. The kernel answers from memory: no read
 * waits for a disk or a server.
 */
export function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Names in a folder of /proc or /sys; none where it is not there. */
export function listProc(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** What a link of /proc or /sys holds; null where it is not there. Nothing is followed. */
export function readProcLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
