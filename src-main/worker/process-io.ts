import { readFileSync } from 'node:fs';
import { childrenOf } from '../core/rsync/process-identity.ts';

/**
 * Bytes that a process and its descendants have moved: the most any one of them has written, files and pipes alike
 * (`wchar` of /proc/PID/io, proc(5)). For an rsync this is its content: the sender writes it to the pipe, the receiver to the
 * file. 0 where /proc is not there. Progress without a single line of output from rsync, whose output is its dearest option.
 */
export function bytesMoved(pid: number): number {
  let most = bytesWritten(pid);
  for (const child of childrenOf(pid) ?? []) most = Math.max(most, bytesMoved(child));
  return most;
}

/** Bytes that one process has written. */
export function bytesWritten(pid: number): number {
  const match = /^wchar: (\d+)/m.exec(read(`/proc/${pid}/io`));
  return match ? Number(match[1]) : 0;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
