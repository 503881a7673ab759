import { readStat } from '../rsync/process-cpu.ts';
import { readProc } from './proc-file.ts';

/** Time of a process since it began, ms. */
export interface ProcessTimes {
  readonly cpu: number;
  /** Ready to run, but no core was free. */
  readonly ready: number;
}

/** The text of /proc/PID/schedstat (kernel doc scheduler/sched-stats.rst): ns on a core, ns ready for one. Of a single thread. */
export function parseSchedstat(text: string): ProcessTimes | null {
  const [cpu, ready] = text.split(' ').map(Number);
  return cpu === undefined || ready === undefined || !Number.isFinite(cpu + ready) ? null : { cpu: cpu / 1e6, ready: ready / 1e6 };
}

/** Times of a process with one thread; null when it is gone. */
export function readTimes(pid: number): ProcessTimes | null {
  const text = readProc(`/proc/${pid}/schedstat`);
  if (text !== null) return parseSchedstat(text);
  // A kernel without schedstat.
  const stat = readStat(pid);
  return stat && { cpu: stat.own, ready: 0 };
}
