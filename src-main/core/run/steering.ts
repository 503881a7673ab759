import { cpus } from 'node:os';
import { createMachineMeter } from '../meters/machine.ts';
import type { RunShape } from '../meters/limit.ts';
import { nextSize, startSize } from './controller.ts';
import type { Pool } from './pool.ts';

/** How often the machine is looked at, ms. */
const lookEveryMs = 200;
/** Looks before the size is judged. */
const firstJudgement = 5;
/** Workers that share a bandwidth limit: each gets its part, and a changing number could not keep it. */
const sizeWithBandwidthLimit = 4;

/**
 * The size a pool starts with: many where every call waits for a server; where it does not, two for each core, and at least
 * four, which hide the moments in which an rsync sleeps while it starts.
 */
export function firstSize(workers: number | 'auto', { hasBandwidthLimit, isSlow }: { hasBandwidthLimit: boolean; isSlow: boolean }): number {
  if (workers !== 'auto') return workers;
  if (hasBandwidthLimit) return sizeWithBandwidthLimit;
  return isSlow ? startSize : Math.min(startSize, Math.max(4, 2 * cpus().length));
}

/** Watches the machine while a run is live: steers an automatic pool, and keeps what is needed to say what limited it. */
export interface Steering {
  setSize(workers: number | 'auto'): void;
  /** A unit's end told that fewer workers are wanted: the pool does not grow past this again. */
  fewer(): void;
  pause(paused: boolean): void;
  stop(): Omit<RunShape, 'durationMs' | 'longestUnit' | 'bandwidthLimit'>;
}

/** Starts watching. `fixed` pools are only measured. */
export function steer(pool: Pool, workers: number | 'auto', canChange: boolean): Steering {
  const meter = createMachineMeter();
  let automatic = workers === 'auto' && canChange;
  let ceiling = Infinity;
  let paused = false;
  let looks = 0;
  let cpuIdle = 0;
  let ioPressure = 0;
  let busySum = 0;
  let aloneMs = 0;
  let largestSize = pool.size;
  const timer = setInterval(() => {
    const load = meter();
    if (paused || (looks === 0 && pool.busy === 0)) return;
    looks++;
    cpuIdle += load.cpuIdle;
    ioPressure += load.ioPressure;
    busySum += pool.busy;
    if (pool.busy === 1 && pool.size > 1) aloneMs += lookEveryMs;
    // While the first workers still start, idle cores mean nothing.
    if (!automatic || looks < firstJudgement) return;
    const size = Math.min(ceiling, nextSize(pool.size, { ...load, busy: pool.busy, queued: pool.queued }));
    if (size !== pool.size) pool.setSize(size);
    largestSize = Math.max(largestSize, pool.size);
  }, lookEveryMs);
  timer.unref();
  return {
    setSize(next) {
      automatic = next === 'auto';
      if (next !== 'auto') pool.setSize(next);
      largestSize = Math.max(largestSize, pool.size);
    },
    fewer() {
      ceiling = Math.max(1, Math.floor(pool.size / 2));
      pool.setSize(ceiling);
    },
    pause(next) {
      paused = next;
    },
    stop() {
      clearInterval(timer);
      const count = Math.max(1, looks);
      return {
        cores: cpus().length, cpuBusy: 1 - cpuIdle / count, ioPressure: ioPressure / count, meanBusy: busySum / count, largestSize, aloneMs,
      };
    },
  };
}
