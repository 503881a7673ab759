import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, freemem, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** What the figures were measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  /** The first line of `rsync --version`. */
  readonly rsync: string;
  readonly node: string;
  /** One-minute load before the first run. */
  readonly load: number;
  /** Of the code that was measured; null outside of a checkout. */
  readonly commit: string | null;
}

export function readMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: `${platform()} ${release()}`,
    rsync: firstLine('rsync', ['--version'])?.replace(/\s+/g, ' ') ?? 'unknown',
    node: process.version,
    load: loadavg()[0] ?? 0,
    commit: firstLine('git', ['-C', import.meta.dirname, 'describe', '--always', '--dirty', '--abbrev=12']),
  };
}

function firstLine(program: string, argv: readonly string[]): string | null {
  try {
    return execFileSync(program, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ?? null;
  } catch {
    return null;
  }
}

/**
 * Has the kernel forget what it keeps of files, names and attributes; what is not yet written stays (proc_sys_vm(5),
 * drop_caches). False where that is not permitted.
 */
export function dropCaches(): boolean {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}

/** Pages of 2^N are told to the host from this N on; none are that large from 11 on (Documentation/mm/free_page_reporting.rst). */
const reportedFrom = '/sys/module/page_reporting/parameters/page_reporting_order';
const noneIsThatLarge = '11';

/** As much as the trees and copies of a row take, bytes. */
const usedOnce = 8e9;

/**
 * Has a virtual machine keep the memory that it frees. Its host takes it back after two seconds else, and who writes next waits for
 * every page of it: which contender that is, and how long, is chance. Much of it is used once before, or the first one would wait.
 * Answers what undoes it. Where there is nothing to hold off, or the system does not let us, it does nothing and says nothing.
 */
export function keepFreedMemory(say: (line: string) => void): () => void {
  try {
    const before = readFileSync(reportedFrom, 'utf8').trim();
    writeFileSync(reportedFrom, noneIsThatLarge);
    say('Memory that is freed stays with this machine meanwhile: free page reporting is off.');
    useMemoryOnce(Math.min(usedOnce, freemem() / 2));
    return () => writeFileSync(reportedFrom, before);
  } catch {
    return () => {};
  }
}

/** Fills so many bytes of memory, and frees them. */
function useMemoryOnce(bytes: number): void {
  const folder = mkdtempSync('/dev/shm/daybreak-memory-');
  const file = openSync(join(folder, 'used'), 'w');
  try {
    const some = Buffer.alloc(1 << 20, 1);
    for (let at = 0; at < bytes; at += some.length) writeSync(file, some);
  } catch {
    // There is room for less: that much was used.
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

/** The type of the file system that holds `path`; `unknown` where /proc does not tell. */
export function fileSystemOf(path: string): string {
  try {
    return fileSystemIn(readFileSync('/proc/self/mountinfo', 'utf8'), realpathSync(path));
  } catch {
    return 'unknown';
  }
}

/** By the longest mount point above `path`; of several mounts on the same one the last (proc(5), mountinfo). */
export function fileSystemIn(mountinfo: string, path: string): string {
  let best = { length: -1, type: 'unknown' };
  for (const line of mountinfo.split('\n')) {
    const [front = '', back = ''] = line.split(' - ');
    const escaped = front.split(' ')[4] ?? '';
    const point = escaped.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const isAbove = point === '/' || path === point || path.startsWith(`${point}/`);
    if (point === '' || !isAbove || point.length < best.length) continue;
    best = { length: point.length, type: back.split(' ')[0] ?? 'unknown' };
  }
  return best.type;
}
