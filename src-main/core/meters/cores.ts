import { cpus } from 'node:os';
import { readProc } from './proc-file.ts';

/** Time of one core since the machine started; the unit is the system's own. */
export interface CoreTime {
  readonly busy: number;
  readonly total: number;
}

/**
 * The cores in the text of /proc/stat (proc_stat(5)): user, nice, system, idle, iowait, irq, softirq, steal. A core that waits for a
 * disk (iowait) has nothing to do and counts as idle; time that another machine took (steal) is not to be had and counts as busy.
 */
export function parseCores(text: string): CoreTime[] {
  return [...text.matchAll(/^cpu\d+ (.*)$/gmu)].map(([, counts = '']) => {
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = counts.split(' ').map(Number);
    const busy = user + nice + system + irq + softirq + steal;
    return { busy, total: busy + idle + iowait };
  });
}

/** The cores of this machine. */
export function readCores(): CoreTime[] {
  const text = readProc('/proc/stat');
  if (text !== null) return parseCores(text);
  return cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({ busy: user + nice + sys + irq, total: user + nice + sys + irq + idle }));
}

/** Busy share of each core between two looks, 0 to 1. A core that was switched on or off meanwhile is left as idle. */
export function busyShares(before: readonly CoreTime[], now: readonly CoreTime[]): number[] {
  return now.map(({ busy, total }, core) => {
    const last = before.length === now.length ? before[core] : undefined;
    const time = last === undefined ? 0 : total - last.total;
    return last === undefined || time <= 0 ? 0 : Math.min(1, Math.max(0, (busy - last.busy) / time));
  });
}
