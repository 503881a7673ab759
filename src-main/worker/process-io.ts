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

/** A process that has dirtied so much for each of its writes copies within the kernel, bytes. */
const withinKernel = 1024 * 1024;

/** Bytes that one process has written. */
export function bytesWritten(pid: number): number {
  return writtenIn(read(`/proc/${pid}/io`));
}

/**
 * Bytes written by the text of /proc/PID/io (proc_pid_io(5)). A call that copies within the kernel (copy_file_range(2), as cp uses
 * it) is in `wchar` only when it has ended, which takes long for a large file; `write_bytes` grows meanwhile, but counts whole pages.
 */
export function writtenIn(io: string): number {
  const figure = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'mu').exec(io)?.[1] ?? 0);
  const [written, dirtied] = [figure('wchar'), figure('write_bytes')];
  return dirtied / Math.max(1, figure('syscw')) >= withinKernel ? Math.max(written, dirtied) : written;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
