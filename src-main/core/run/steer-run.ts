import type { Prepared } from './before.ts';
import type { RunContext } from './context.ts';
import { deviceOf, rememberedSize } from './devices.ts';
import { isFromMemory, isFullCopy, isSpared } from './planning.ts';
import type { Passports } from './same-place.ts';
import { firstSize, steer, type Steering } from './steering.ts';
import type { WorkerBudget } from './worker-budget.ts';

/** The size that the pool of a run starts with. */
export function firstSizeOf({ job, source, destination, rsync }: Prepared, isLocal: boolean): number {
  const { options } = job;
  const isFull = isFullCopy(destination);
  return firstSize(options.workers, {
    hasBandwidthLimit: options.bandwidthLimit !== null, isSlow: !isLocal,
    isSpared: isSpared({ options, lifeline: rsync.lifeline, destination: job.destination }, isFull, isLocal),
    isFromMemory: isFromMemory({ source, destination }, isFull), isFull,
  });
}

/** Starts to steer the pool of a run, from the size that the last run between these two devices found, whatever its job. */
export function steerRun(context: RunContext, { source, destination }: Prepared, budget: WorkerBudget): Steering {
  const { workers, bandwidthLimit } = context.job.options;
  const devices = [source.passport, destination.passport].flatMap((passport) => (passport ? [deviceOf(passport)] : []));
  const remembered = rememberedSize(context.store, { source: source.passport, destination: destination.passport }, isFullCopy(destination));
  return steer(context.pool, {
    workers, canChange: bandwidthLimit === null, isSlow: !context.isLocal, remembered, budget, devices,
    workDone: () => context.tracker.workDone(),
  });
}

/** Keeps the size that a run has found, where it had the time to find one. */
export function rememberSize({ store }: RunContext, { source, destination }: Passports, isFull: boolean, size: number | null): void {
  if (size === null || !source || !destination) return;
  store.learned.setPoolSize(deviceOf(source), deviceOf(destination), isFull ? 'full' : 'incremental', size);
}
