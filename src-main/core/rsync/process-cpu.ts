import { readFileSync } from 'node:fs';

/** Clock ticks per second of /proc: 100 on every Linux that Node runs on (USER_HZ, time(7)). */
const ticksPerSecond = 100;

/**
 * CPU time of a process and of all below it that have ended and were waited for, ms: utime, stime, cutime and cstime, fields 14
 * to 17 of /proc/PID/stat (proc_pid_stat(5)). Null where that cannot be read.
 */
export function processCpuMs(pid: number): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return ticks * (1000 / ticksPerSecond);
  } catch {
    return null;
  }
}

/** The sum for several processes; null where one of them cannot be read. */
export function cpuOfAll(pids: readonly number[]): number | null {
  return pids.map(processCpuMs).reduce((sum, each) => (sum === null || each === null ? null : sum + each), 0);
}
