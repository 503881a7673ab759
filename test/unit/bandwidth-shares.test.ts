import { describe, expect, it } from 'vitest';
import { createBandwidthShares } from '../../src-main/core/run/bandwidth-shares.ts';

describe('a bandwidth limit', () => {
  it('is no limit for anyone where there is none', () => {
    expect(createBandwidthShares(null).take(1, { size: 4, busy: 0, waiting: 0 })).toBeNull();
  });

  it('goes whole to a unit that runs alone', () => {
    expect(createBandwidthShares(1000).take(1, { size: 4, busy: 0, waiting: 0 })).toBe(1000);
  });

  it('is shared by as many as can run at once', () => {
    const few = createBandwidthShares(1000);
    expect([few.take(1, { size: 4, busy: 0, waiting: 1 }), few.take(2, { size: 4, busy: 1, waiting: 0 })]).toEqual([500, 500]);
    const many = createBandwidthShares(1000);
    expect([0, 1, 2, 3].map((unit) => many.take(unit, { size: 4, busy: unit, waiting: 100 - unit }))).toEqual([250, 250, 250, 250]);
  });

  it('keeps parts free for what the walk may still find', () => {
    expect(createBandwidthShares(1000).take(1, { size: 4, busy: 0, waiting: null })).toBe(250);
  });

  it('is never exceeded while the pool keeps its size, whatever starts and ends', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const size = 1 + (seed % 7);
      const shares = createBandwidthShares(1000);
      const running = new Map<number, number>();
      let [waiting, next, random] = [seed % 23, 0, seed];
      while (waiting > 0 || running.size > 0) {
        random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
        if (waiting > 0 && running.size < size && (random % 3 > 0 || running.size === 0)) {
          waiting -= 1;
          running.set(++next, shares.take(next, { size, busy: running.size, waiting }) ?? Number.NaN);
        } else {
          const [first = 0] = running.keys();
          running.delete(first);
          shares.giveBack(first);
        }
        const sum = [...running.values()].reduce((total, part) => total + part, 0);
        expect(sum).toBeLessThanOrEqual(1000.001);
        for (const part of running.values()) expect(part).toBeGreaterThanOrEqual(1000 / size - 0.001);
      }
    }
  });

  it('gives a usual part, and not nothing, to a worker that is added while all of it is in use', () => {
    const shares = createBandwidthShares(1000);
    shares.take(1, { size: 1, busy: 0, waiting: 5 });
    expect(shares.take(2, { size: 4, busy: 1, waiting: 4 })).toBe(250);
  });
});
