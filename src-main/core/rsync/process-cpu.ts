import { readFileSync } from 'node:fs';

/** The kernel gives times of /proc/PID/stat in hundredths of a second on every architecture that Linux has now (USER_HZ, times(2)). */
const tickMs = 10;

/** CPU time, ms, of all threads of a process, and of those of its children that have ended and were waited for. */
export interface StatTimes {
  readonly own: number;
  readonly children: number;
}

/** The text of /proc/PID/stat (proc_pid_stat(5)): utime, stime, cutime and cstime are the fields 14 to 17; the second, a name, may hold anything. */
export function parseStat(text: string): StatTimes | null {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
  const [user, system, childUser, childSystem] = fields.slice(11, 15);
  if (user === undefined || system === undefined || childUser === undefined || childSystem === undefined) return null;
  return { own: (user + system) * tickMs, children: (childUser + childSystem) * tickMs };
}

/** Null when it is gone, or where there is no /proc. */
export function readStat(pid: number): StatTimes | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null;
  }
}

/** CPU time of a process and of all below it that have ended and were waited for, ms. Null where that cannot be read. */
export function processCpuMs(pid: number): number | null {
  const times = readStat(pid);
  return times && times.own + times.children;
}

/** The sum for several processes; null where one of them cannot be read. */
export function cpuOfAll(pids: readonly number[]): number | null {
  return pids.map(processCpuMs).reduce((sum, each) => (sum === null || each === null ? null : sum + each), 0);
}
