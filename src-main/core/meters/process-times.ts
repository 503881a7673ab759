import { readProc } from './proc-file.ts';

/** Time of a process since it began, ms. */
export interface ProcessTimes {
  readonly cpu: number;
  /** Ready to run, but no core was free. */
  readonly ready: number;
}

/** The kernel gives times of /proc/PID/stat in hundredths of a second on every architecture that Linux has now (USER_HZ, times(2)). */
const tickMs = 10;

/** The text of /proc/PID/schedstat (kernel doc scheduler/sched-stats.rst): ns on a core, ns ready for one. Of a single thread. */
export function parseSchedstat(text: string): ProcessTimes | null {
  const [cpu, ready] = text.split(' ').map(Number);
  return cpu === undefined || ready === undefined || !Number.isFinite(cpu + ready) ? null : { cpu: cpu / 1e6, ready: ready / 1e6 };
}

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

/** Times of a process with one thread; null when it is gone. */
export function readTimes(pid: number): ProcessTimes | null {
  const text = readProc(`/proc/${pid}/schedstat`);
  if (text !== null) return parseSchedstat(text);
  // A kernel without schedstat.
  const stat = readStat(pid);
  return stat && { cpu: stat.own, ready: 0 };
}

/** Null when it is gone. */
export function readStat(pid: number): StatTimes | null {
  const text = readProc(`/proc/${pid}/stat`);
  return text === null ? null : parseStat(text);
}
