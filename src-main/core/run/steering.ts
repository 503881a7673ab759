import { cpus } from 'node:os';
import type { RunSample } from '../../../src-shared/run-meters.ts';
import { createMachineMeter } from '../meters/machine.ts';
import { beginControl, largestSize as largestAutomatic, nextControl, rememberedFor, settledSize, startSize } from './controller.ts';
import type { Pool } from './pool.ts';
import { noSignals, signalsOf, type Signals } from './signals.ts';
import type { WorkerBudget } from './worker-budget.ts';

/** How often the machine is looked at, ms. */
const lookEveryMs = 200;
/** Looks before the size is judged. */
const firstJudgement = 5;
/** Workers that share a bandwidth limit: each gets its part, and a changing number could not keep it. */
const sizeWithBandwidthLimit = 4;

/** What the first size of a pool depends on. */
export interface PoolFacts {
  readonly hasBandwidthLimit: boolean;
  /** File calls wait for a server. */
  readonly isSlow: boolean;
  /** The workers themselves do most of it, by cp, tar and comparisons; else one rsync for each unit does. */
  readonly isSpared: boolean;
  /** What they compare is answered from memory, of a server too. */
  readonly isFromMemory: boolean;
  /** Most of the source is new at the destination. */
  readonly isFull: boolean;
}

/**
 * The size a pool starts with: many where every call of an rsync, or of a cp for new files, waits for a server; where it does not, two for
 * each core, and at least four, which hide the moments in which an rsync sleeps while it starts. As many do where comparisons keep many
 * calls under way each. A worker that compares what is in memory, or has cp copy, keeps a core busy by itself.
 */
export function firstSize(workers: number | 'auto', { hasBandwidthLimit, isSlow, isSpared, isFromMemory, isFull }: PoolFacts): number {
  if (workers !== 'auto') return workers;
  if (hasBandwidthLimit) return sizeWithBandwidthLimit;
  if (isSlow && (isFull || !isSpared)) return startSize;
  return Math.min(startSize, isSpared && (!isSlow || isFromMemory) ? Math.max(2, cpus().length) : Math.max(4, 2 * cpus().length));
}

/** What a run is steered by. */
export interface SteeringFacts {
  readonly workers: number | 'auto';
  /** Its pool may change its size. */
  readonly canChange: boolean;
  /** File calls wait for a server. */
  readonly isSlow: boolean;
  /** The size an earlier run found; null: none did. */
  readonly remembered: number | null;
  readonly budget: WorkerBudget;
  /** What source and destination lie on. */
  readonly devices: readonly string[];
  /** Work done since the run began (see `ProgressTracker`). */
  readonly workDone: () => number;
}

/** Watches the machine while a run is live, and steers an automatic pool. */
export interface Steering {
  setSize(workers: number | 'auto'): void;
  /** A unit's end told that fewer workers are wanted: the pool does not grow past this again. */
  fewer(): void;
  pause(paused: boolean): void;
  /** What the run's meters found in the last second. */
  sampled(sample: RunSample): void;
  /** Time so far in which exactly one lane was busy while the pool could have used more, ms. */
  aloneMs(): number;
  /** The size to begin the next such run with; null where this one did not find out. */
  settled(): number | null;
  stop(): void;
}

/** Starts watching. Pools of a fixed size are only counted in the budget. */
export function steer(pool: Pool, { workers, canChange, isSlow, remembered, budget, devices, workDone }: SteeringFacts): Steering {
  const meter = createMachineMeter();
  let automatic = workers === 'auto' && canChange;
  let ceiling = Infinity;
  /** What it had before another run took its part; it gets that back. */
  let before = 0;
  let paused = false;
  let looks = 0;
  let aloneMs = 0;
  let signals: Signals = noSignals;
  const seat = budget.join(devices, automatic ? 'auto' : pool.size, takeShare);
  let isLimited = false;
  const first = automatic ? Math.min(seat.share(), remembered === null ? pool.size : rememberedFor(remembered, pool.size, meter().freeMemoryBytes)) : pool.size;
  let control = beginControl(first, { quick: isSlow, isGiven: remembered !== null });
  apply();

  /** Gives the pool the size that was found. */
  function apply(): void {
    if (control.size !== pool.size) pool.setSize(control.size);
  }

  /** Goes on from a size that something else than the work has chosen. */
  function goOnFrom(size: number): void {
    control = beginControl(size, { quick: false, isGiven: true });
    apply();
  }

  function most(): number {
    return Math.min(ceiling, seat.share());
  }

  function takeShare(): void {
    if (!automatic) return;
    if (most() < control.size) {
      before = Math.max(before, control.size);
      goOnFrom(most());
    } else {
      goOnFrom(Math.min(most(), Math.max(control.size, before)));
      if (most() >= before) before = 0;
    }
  }

  const timer = setInterval(() => {
    const load = meter();
    if (paused || (looks === 0 && pool.busy === 0)) return;
    looks++;
    if (pool.busy === 1 && pool.size > 1) aloneMs += lookEveryMs;
    // While the first workers still start, idle cores mean nothing.
    if (!automatic || looks < firstJudgement) return;
    control = nextControl(control, { ...load, ...signals, busy: pool.busy, queued: pool.queued, work: workDone() }, most());
    isLimited ||= control.size >= most() && most() < largestAutomatic;
    apply();
  }, lookEveryMs);
  timer.unref();
  return {
    setSize(next) {
      automatic = next === 'auto';
      seat.ask(next);
      if (next === 'auto') {
        control = beginControl(Math.min(pool.size, most()), { quick: isSlow, isGiven: false });
        return apply();
      }
      pool.setSize(next);
    },
    fewer() {
      ceiling = Math.max(1, Math.floor(pool.size / 2));
      before = 0;
      if (automatic) return goOnFrom(ceiling);
      pool.setSize(ceiling);
    },
    pause(next) {
      paused = next;
    },
    sampled(sample) {
      signals = signalsOf(sample);
    },
    aloneMs: () => aloneMs,
    settled: () => (automatic && !isLimited ? settledSize(control) : null),
    stop() {
      clearInterval(timer);
      seat.leave();
    },
  };
}
