import { parentOf, ROOT } from '../../../src-shared/byte-name.ts';
import type { PlanRequest } from '../../../src-shared/scout-protocol.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { guessCost, unitWeights, type CostFacts } from '../plan/cost.ts';
import { isEnding, type RunContext } from './context.ts';
import type { UnitProgress } from './copying.ts';

/** A unit gets this long in any case, and so many times what was predicted for it, before it is split. */
const splitAfterMs = 3000;
const timesPredicted = 3;
/** Looks at the running units per `splitAfterMs`. */
const looksPerWait = 5;

/** Whether a unit has run for so much longer than predicted that others should help. */
export function isOverdue({ weight }: Pick<Unit, 'weight'>, forMs: number, afterMs: number = splitAfterMs): boolean {
  return forMs > Math.max(afterMs, timesPredicted * weight);
}

/**
 * Whether what is left of a unit that moved so many bytes would take longer than splitting it does: one second in which nothing moves,
 * and the start of others. Where more has moved than it was said to hold, or nothing, nobody knows.
 */
export function hasMuchLeft({ bytes }: Pick<Unit, 'bytes'>, movedBytes: number, forMs: number, afterMs: number = splitAfterMs): boolean {
  const left = bytes - movedBytes;
  return movedBytes === 0 || left <= 0 || (forMs * left) / movedBytes > afterMs;
}

/** Whether what is left of a unit can be planned as other units: folders that wait for nothing, and are not kept together for their links. */
export function isDivisible({ unit, isRest }: Pick<UnitProgress, 'unit' | 'isRest'>): boolean {
  const { kind, folder, names, after } = unit;
  const areSiblings = names.every((name) => name === ROOT || parentOf(name) === folder);
  // What was split once was measured then.
  return kind === 'group' && !isRest && after.length === 0 && areSiblings;
}

/**
 * While nothing waits and half of the lanes or more are idle, asks for units to be split that run for much longer than predicted.
 * Call when the walk has ended; returns what ends the watch.
 */
export function watchOverdue(context: RunContext): () => void {
  const { pool, ports, request } = context;
  if (request.dryRun) return () => {};
  const afterMs = ports.tuning?.splitAfterMs;
  const timer = setInterval(() => {
    if (isEnding(context) || pool.queued > 0 || pool.busy > pool.size / 2) return;
    const running = new Map(pool.running().map(({ unit, forMs }) => [unit, forMs]));
    for (const progress of context.units) {
      const forMs = running.get(progress.unit.id);
      if (forMs === undefined || !isDivisible(progress) || !isOverdue(progress.unit, forMs, afterMs)) continue;
      if (hasMuchLeft(progress.unit, context.tracker.movedBytes(progress.unit.id), forMs, afterMs)) pool.split(progress.unit.id);
    }
  }, Math.max(10, (afterMs ?? splitAfterMs) / looksPerWait));
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * The plan of what a split unit left, from that of the run. All of its names are planned again: what is done costs a look only. Units are
 * cut as if all of it were new and every size is measured, because what was predicted of this unit was wrong.
 */
export function planOfRest(plan: PlanRequest, { folder, names }: Unit, facts: Omit<CostFacts, 'isFull' | 'isSpared'>, tuning: RunContext['ports']['tuning']): PlanRequest {
  const weights = unitWeights({ ...facts, isFull: true, isSpared: false });
  const cost = tuning?.msPerEntry === undefined ? guessCost({ ...facts, isFull: true, isSpared: false }) : plan.cost;
  return {
    ...plan, cost, levelCost: undefined, records: [], measureAll: true, fills: false,
    minWeight: tuning?.restUnitMs ?? weights.minWeight,
    maxWeight: tuning?.restUnitMs ?? weights.maxWeight,
    ...(names.includes(ROOT) ? {} : { within: { folder, names } }),
  };
}
