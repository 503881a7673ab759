import { cpus } from 'node:os';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Pool } from '../../src-main/core/run/pool.ts';
import { firstSize, steer, type SteeringFacts } from '../../src-main/core/run/steering.ts';
import { createWorkerBudget } from '../../src-main/core/run/worker-budget.ts';
import { madeMeters } from '../fixtures/made-meters.ts';

// While no real time passes the meters see a machine that does nothing.
beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

/** A pool with endless work, and what steering reads and sets of it. */
function busyPool(size: number) {
  const pool = { size, get busy() { return pool.size; }, queued: 1000, setSize(next: number) { pool.size = next; } };
  return pool as typeof pool & Pool;
}

/** Work that goes as fast as `speed` says, seen whenever it is asked for. */
function steered(pool: ReturnType<typeof busyPool>, speed: (size: number) => number, facts: Partial<SteeringFacts> = {}) {
  let work = 0;
  return steer(pool, {
    workers: 'auto', canChange: true, isSlow: false, remembered: null, budget: createWorkerBudget(), devices: ['disk'],
    workDone: () => (work += speed(pool.size)), ...facts,
  });
}

const passSeconds = (seconds: number): void => void vi.advanceTimersByTime(seconds * 1000);

test('what was found is told when it had its time: fewer where more did not help', () => {
  const pool = busyPool(4);
  const steering = steered(pool, (size) => 6 / Math.max(2, size));
  passSeconds(2);
  expect(steering.settled()).toBeNull();
  passSeconds(58);
  expect(steering.settled()).toBeLessThanOrEqual(2);
  expect(pool.size).toBeLessThanOrEqual(3);
  steering.stop();
});

test('it does not double while the meters say that lanes share a line, and does when they no longer do', () => {
  const pool = busyPool(8);
  const steering = steered(pool, () => 1, { isSlow: true });
  const [onTheLine, onCalls] = [{ sourceData: 8 }, { sourceCalls: 8 }].map((lanes) => madeMeters({ lanes, seconds: 1 }).samples[0]!);
  steering.sampled(onTheLine!);
  passSeconds(1.6);
  expect(pool.size).toBe(8);
  steering.sampled(onCalls!);
  passSeconds(1);
  expect(pool.size).toBe(64);
  steering.stop();
});

test('a remembered size is where it begins, within the budget', () => {
  const pool = busyPool(8);
  const steering = steered(pool, (size) => size, { remembered: 48 });
  expect(pool.size).toBe(48);
  steering.stop();
  const small = busyPool(8);
  steered(small, (size) => size, { remembered: 48, budget: createWorkerBudget(10) }).stop();
  expect(small.size).toBe(10);
});

test('a number that was asked for stays, and so does a pool that may not change', () => {
  const fixed = busyPool(5);
  const steering = steered(fixed, (size) => size, { workers: 5, isSlow: true, remembered: 48 });
  const limited = busyPool(4);
  const other = steered(limited, (size) => size, { canChange: false, isSlow: true, remembered: 48 });
  passSeconds(20);
  expect([fixed.size, limited.size]).toEqual([5, 4]);
  expect(steering.settled()).toBeNull();
  steering.stop();
  other.stop();
});

test('while others share the device it has its part, which is not taken for the best size; afterwards it has what it had', () => {
  const budget = createWorkerBudget();
  const pool = busyPool(8);
  const steering = steered(pool, (size) => size, { budget, isSlow: true });
  passSeconds(10);
  expect(pool.size).toBe(64);
  const others = [budget.join(['disk'], 'auto', () => {}), budget.join(['disk'], 40, () => {})];
  expect(pool.size).toBe(12);
  passSeconds(10);
  expect(pool.size).toBeLessThanOrEqual(12);
  expect(steering.settled()).toBeNull();
  for (const other of others) other.leave();
  expect(pool.size).toBe(64);
  steering.stop();
});

test('after a unit\'s end told that fewer are wanted it never grows past that again', () => {
  const pool = busyPool(16);
  const steering = steered(pool, (size) => size, { isSlow: true });
  steering.fewer();
  for (let second = 0; second < 60; second++) {
    passSeconds(1);
    expect(pool.size).toBeLessThanOrEqual(8);
  }
  steering.stop();
});

test('an ended run leaves its part to the others', () => {
  const budget = createWorkerBudget();
  const steering = steered(busyPool(4), (size) => size, { budget });
  const seat = budget.join(['disk'], 'auto', () => {});
  expect(seat.share()).toBe(32);
  steering.stop();
  expect(seat.share()).toBe(64);
});

test('a pool begins with a worker for each core where workers copy and compare, with more where rsync does or a server is asked, with most for rsync or new files on a server', () => {
  const cores = cpus().length;
  const first = (facts: Partial<Parameters<typeof firstSize>[1]>) => firstSize('auto', { hasBandwidthLimit: false, isSlow: false, isSpared: true, isFromMemory: false, isFull: false, ...facts });
  expect(first({})).toBe(Math.min(8, Math.max(2, cores)));
  expect(first({ isSpared: false })).toBe(Math.min(8, Math.max(4, 2 * cores)));
  expect(first({ isSlow: true })).toBe(Math.min(8, Math.max(4, 2 * cores)));
  expect(first({ isSlow: true, isFromMemory: true })).toBe(Math.min(8, Math.max(2, cores)));
  expect(first({ isSlow: true, isSpared: false })).toBe(8);
  expect(first({ isSlow: true, isFull: true })).toBe(8);
  expect(first({ isFull: true })).toBe(first({}));
  expect(first({ hasBandwidthLimit: true })).toBe(4);
  expect(firstSize(3, { hasBandwidthLimit: true, isSlow: true, isSpared: true, isFromMemory: true, isFull: true })).toBe(3);
});
