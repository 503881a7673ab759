import { expect, test } from 'vitest';
import { largestSize, nextSize, startSize, type Load } from '../../src-main/core/run/controller.ts';
import { createHeaviestFirst } from '../../src-main/core/run/heaviest-first.ts';
import { seededRandom } from '../fixtures/random.ts';

test('the queue hands out the heaviest first, whatever the order of arrival', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed);
    const queue = createHeaviestFirst<number>((weight) => weight);
    const waiting: number[] = [];
    for (let step = 0; step < 200; step++) {
      if (random.chance(0.6)) {
        const weight = random.int(0, 50);
        queue.add(weight);
        waiting.push(weight);
      } else {
        const expected = waiting.length === 0 ? null : Math.max(...waiting);
        expect(queue.take(), `seed ${seed}`).toBe(expected);
        if (expected !== null) waiting.splice(waiting.indexOf(expected), 1);
      }
      expect(queue.size).toBe(waiting.length);
    }
    const ascending = (a: number, b: number): number => a - b;
    expect(queue.clear().sort(ascending)).toEqual(waiting.sort(ascending));
    expect(queue.take()).toBeNull();
  }
});

const idle: Load = { cpuIdle: 0.9, cpuPressure: 0, freeMemoryBytes: 8e9, busy: 8, queued: 100 };

test.each<[string, number, Partial<Load>, number]>([
  ['doubles while cores idle and units wait', 8, {}, 16],
  ['grows gently with little idle time', 8, { cpuIdle: 0.2 }, 10],
  ['stays where the cores are busy', 8, { cpuIdle: 0.1, cpuPressure: 0.3 }, 8],
  ['stays when nothing waits', 8, { queued: 0 }, 8],
  ['stays while lanes are free', 8, { busy: 5 }, 8],
  ['does not grow into short memory', 8, { freeMemoryBytes: 1e8 }, 8],
  ['shrinks when processes wait for a core', 16, { cpuIdle: 0.01, cpuPressure: 0.9, busy: 16 }, 12],
  ['does not shrink below four lanes, which hide the start of an rsync', 4, { cpuIdle: 0, cpuPressure: 1, busy: 4 }, 4],
  ['stops at the largest size', 48, { busy: 48 }, largestSize],
])('the automatic size %s', (_what, size, load, expected) => {
  expect(nextSize(size, { ...idle, ...load })).toBe(expected);
});

test('the automatic size never leaves its bounds', () => {
  const random = seededRandom(7);
  let size = startSize;
  for (let step = 0; step < 2000; step++) {
    size = nextSize(size, { cpuIdle: random.next(), cpuPressure: random.next(), freeMemoryBytes: 8e9, busy: random.int(0, size), queued: random.int(0, 5) });
    expect(size).toBeGreaterThanOrEqual(4);
    expect(size).toBeLessThanOrEqual(largestSize);
  }
});
