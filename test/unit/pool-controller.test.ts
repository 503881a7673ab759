import { expect, test } from 'vitest';
import { beginControl, largestSize, nextControl, rememberedFor, settledSize, startSize, type Control, type Load } from '../../src-main/core/run/controller.ts';
import { seededRandom } from '../fixtures/random.ts';
import { bestFixed, simulate, storages, type SimulationChoices, type Storage } from '../fixtures/simulated-storage.ts';

const idle: Load = { cpuIdle: 0.9, cpuPressure: 0, freeMemoryBytes: 8e9, busy: 64, queued: 100, work: 0, saturated: 0, memoryPressure: 0 };
const server = { quick: true, isGiven: false };
const disk = { quick: false, isGiven: false };

test.each<[string, number, Partial<Load>, number]>([
  ['doubles while cores idle and units wait', 8, {}, 16],
  ['grows gently with little idle time', 8, { cpuIdle: 0.2 }, 10],
  ['stays where the cores are busy', 8, { cpuIdle: 0.1, cpuPressure: 0.3 }, 8],
  ['stays when nothing waits', 8, { queued: 0 }, 8],
  ['stays while lanes are free', 8, { busy: 5 }, 8],
  ['does not grow into short memory', 8, { freeMemoryBytes: 1e8 }, 8],
  ['does not grow while processes wait for memory', 8, { memoryPressure: 0.15 }, 8],
  ['does not grow while lanes share a busy line or disk', 8, { saturated: 0.8 }, 8],
  ['grows where only some lanes wait for the line', 8, { saturated: 0.5 }, 16],
  ['stops at the largest size', 48, {}, largestSize],
])('on a server the automatic size at first %s', (_what, size, load, expected) => {
  expect(nextControl(beginControl(size, server), { ...idle, ...load }).size).toBe(expected);
});

/** Looks at a storage that does `rate(size)` per look, until `looks` have passed. */
function steer(control: Control, looks: number, rate: (size: number) => number, load: Partial<Load> = {}): Control {
  let now = control;
  let work = now.work ?? 0;
  for (let look = 0; look < looks; look++) {
    work += rate(now.size);
    now = nextControl(now, { ...idle, ...load, work });
  }
  return now;
}

test('a server is given all workers in less than a second', () => {
  expect(steer(beginControl(startSize, server), 3, () => 1).size).toBe(largestSize);
});

test('elsewhere a growth waits for what the size before it brought', () => {
  expect(steer(beginControl(4, disk), 8, () => 1).size).toBe(4);
  expect(steer(beginControl(4, disk), 100, (size) => size).size).toBe(largestSize);
});

test('where processes wait for a core fewer are tried, but no less than four lanes, which hide the start of an rsync', () => {
  const busy = { cpuIdle: 0.01, cpuPressure: 0.9 };
  expect(steer(beginControl(16, disk), 200, () => 1, busy).size).toBe(4);
  expect(steer(beginControl(3, disk), 200, () => 1, busy).size).toBe(3);
  expect(steer(beginControl(16, disk), 200, (size) => size, busy).size).toBe(16);
});

test('where lanes share a line more are tried one step at a time, and kept only where they bring more', () => {
  const shared = { saturated: 0.9 };
  expect(steer(beginControl(8, server), 100, (size) => Math.min(size, 8), shared).size).toBe(8);
  expect(steer(beginControl(8, server), 15, (size) => size, shared).size).toBe(8);
  expect(steer(beginControl(8, server), 400, (size) => size, shared).size).toBe(largestSize);
});

test('where processes wait for memory fewer are tried, and never more', () => {
  let control = beginControl(16, disk);
  for (let look = 0; look < 300; look++) {
    control = nextControl(control, { ...idle, memoryPressure: 0.4, work: (control.work ?? 0) + 1 });
    expect(control.size).toBeLessThanOrEqual(16);
  }
  expect(control.size).toBe(4);
});

test('where the processor is the limit no other size is tried', () => {
  let control = beginControl(4, disk);
  for (let look = 0; look < 300; look++) {
    control = nextControl(control, { ...idle, cpuIdle: 0.03, work: look });
    expect(control.size).toBe(4);
  }
});

test('a growth that brought nothing is taken back, and not tried again for a while', () => {
  const sizes = new Set<number>();
  let control = beginControl(6, disk);
  const rate = (size: number): number => Math.min(size, 6);
  control = steer(control, 100, rate);
  expect(control.size).toBe(6);
  expect(control.resting).toBeGreaterThan(0);
  while (control.resting > 1) {
    control = steer(control, 1, rate);
    sizes.add(control.size);
  }
  expect([...sizes]).toEqual([6]);
  const longer = control.nextRest;
  control = steer(control, 100, rate);
  expect(control.nextRest).toBeGreaterThan(longer);
});

test('a remembered size is kept at first, and never forbids growth', () => {
  const remembered = { quick: true, isGiven: true };
  expect(steer(beginControl(12, remembered), 50, (size) => size).size).toBe(12);
  expect(steer(beginControl(12, remembered), 300, (size) => size).size).toBe(largestSize);
});

test.each([[48, 8, 8e9, 48], [48, 8, 1e9, 14], [48, 8, 1e8, 8], [3, 8, 1e8, 3], [500, 8, 8e9, 64]])(
  'of a remembered size of %i where a pool begins with %i, and %i bytes of memory are free, it begins with %i', (remembered, usual, free, expected) => {
    expect(rememberedFor(remembered, usual, free)).toBe(expected);
  },
);

test('the budget is a limit for every way to grow', () => {
  for (const how of [server, disk]) {
    let control = beginControl(4, how);
    for (let look = 0; look < 300; look++) {
      control = nextControl(control, { ...idle, work: (control.work ?? 0) + control.size }, 10);
      expect(control.size).toBeLessThanOrEqual(10);
    }
    expect(control.size).toBe(10);
  }
});

test('a size is worth remembering when it had its time, and a trial is not', () => {
  expect(settledSize(steer(beginControl(6, disk), 20, (size) => Math.min(size, 6)))).toBeNull();
  let control = beginControl(6, disk);
  for (let look = 0; look < 1000; look++) {
    control = steer(control, 1, (size) => Math.min(size, 6));
    const settled = settledSize(control);
    if (settled !== null) expect(settled).toBe(6);
  }
  expect(settledSize(control)).toBe(6);
  expect(settledSize(steer(beginControl(6, disk), 1000, () => 1, { queued: 0 }))).toBeNull();
});

test('the automatic size never leaves its bounds', () => {
  const random = seededRandom(7);
  let control = beginControl(startSize, server);
  let work = 0;
  for (let look = 0; look < 5000; look++) {
    work += random.int(0, 5);
    control = nextControl(control, {
      cpuIdle: random.next(), cpuPressure: random.next(), freeMemoryBytes: random.chance(0.1) ? 1e8 : 8e9, busy: random.int(0, control.size), queued: random.int(0, 5), work, saturated: random.next(), memoryPressure: random.next(),
    });
    expect(Number.isInteger(control.size) && control.size >= 1 && control.size <= largestSize).toBe(true);
  }
});

/** How much more work the best fixed size does in a minute, for each of 20 seeds, in order. */
function ratios(storage: Storage, choices: Pick<SimulationChoices, 'noise' | 'byUnits'>): number[] {
  return Array.from({ length: 20 }, (_, index) => {
    const seeded = () => ({ ...choices, seconds: 60, random: seededRandom(100 + index) });
    return bestFixed(storage, seeded) / simulate(storage, seeded()).work;
  }).sort((a, b) => a - b);
}

test.each(storages)('on simulated storage it does nearly as much as the best fixed size: $name', (storage) => {
  expect(Math.max(...ratios(storage, { noise: 0, byUnits: false }))).toBeLessThan(1.15);
  const noisy = ratios(storage, { noise: 0.25, byUnits: false });
  expect(noisy[10]).toBeLessThan(1.15);
  expect(noisy[19]).toBeLessThan(1.25);
});

// A disk so slow that no unit ends for many seconds tells nothing in this way.
test.each(storages.filter(({ isSlow }) => isSlow))('also where work shows only as units end: $name', (storage) => {
  const lumpy = ratios(storage, { noise: 0.25, byUnits: true });
  expect(lumpy[10]).toBeLessThan(1.2);
  expect(lumpy[19]).toBeLessThan(1.35);
});

test('on a spinning disk the size goes down to the one or two that it can serve, and is remembered', () => {
  const { sizes, settled } = simulate(storages.find(({ name }) => name.startsWith('spinning'))!, { noise: 0.25, byUnits: false, seconds: 60, random: seededRandom(1) });
  expect(sizes.at(-1)).toBeLessThanOrEqual(2);
  expect(settled).toBeLessThanOrEqual(2);
});
