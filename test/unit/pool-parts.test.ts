import { expect, test } from 'vitest';
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
