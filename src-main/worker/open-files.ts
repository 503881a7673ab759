import { readFile, readdir, readlink } from 'node:fs/promises';
import { fromBytes, toBytes } from '../core/rsync/byte-name.ts';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { childrenOf } from '../core/rsync/process-identity.ts';

/** Access modes of open(2) in the octal flags of /proc/PID/fdinfo (proc_pid_fdinfo(5)): 0 only reads. */
const accessMode = 3;

/**
 * Files below `root` (absolute, without symlinks) that a process or one of its descendants has open for writing, as paths from
 * it. Nothing where /proc does not tell.
 */
export async function filesWrittenBy(pid: number, root: string): Promise<ByteName[]> {
  const found: ByteName[] = [];
  const start = fromBytes(Buffer.from(`${root.replace(/\/$/u, '')}/`));
  for (const each of [pid, ...descendantsOf(pid)]) {
    const files = await readdir(`/proc/${each}/fd`).catch(() => []);
    for (const file of files) {
      const path = fromBytes(await readlink(`/proc/${each}/fd/${file}`, { encoding: 'buffer' }).catch(() => toBytes('' as ByteName)));
      if (path.startsWith(start) && await isWritten(each, file)) found.push(path.slice(start.length) as ByteName);
    }
  }
  return found;
}

async function isWritten(pid: number, file: string): Promise<boolean> {
  const flags = /^flags:\s*([0-7]+)/mu.exec(await readFile(`/proc/${pid}/fdinfo/${file}`, 'latin1').catch(() => ''))?.[1];
  return flags !== undefined && (Number.parseInt(flags.slice(-1), 8) & accessMode) !== 0;
}

function descendantsOf(pid: number): number[] {
  return (childrenOf(pid) ?? []).flatMap((child) => [child, ...descendantsOf(child)]);
}
