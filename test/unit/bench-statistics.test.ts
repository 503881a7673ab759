import { describe, expect, it } from 'vitest';
import { readTimes } from '../bench/measure.ts';
import { median, rotated, split, spreadOf } from '../bench/statistics.ts';

describe('the statistics of the bench', () => {
  it.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100, 2, 1], 9],
  ])('take the middle of %j as its median', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('leave the list they look at as it was', () => {
    const values = [3, 1, 2];
    spreadOf(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('say nothing about nothing', () => {
    expect(median([])).toBeNaN();
    expect(spreadOf([])).toBeNull();
  });

  it('tell the least and the most', () => {
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, least: 1, most: 5 });
  });

  it('let another contender begin in each round, and every one once in as many rounds', () => {
    const list = ['a', 'b', 'c'];
    expect([1, 2, 3, 4].map((round) => rotated(list, round).join(''))).toEqual(['abc', 'bca', 'cab', 'abc']);
    expect(rotated([], 1)).toEqual([]);
  });

  it.each([
    [100, [40, 22, 14, 10, 7, 5, 2], [40, 22, 14, 10, 7, 5, 2]],
    [10, [1, 1, 1], [4, 3, 3]],
    [2, [5, 1, 3], [1, 0, 1]],
    [0, [1, 2], [0, 0]],
  ])('split %i by the weights %j without losing any', (total, weights, expected) => {
    const parts = split(total, weights);
    expect(parts).toEqual(expected);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
  });
});

describe('the report of the measuring script', () => {
  it('is read as numbers', () => {
    expect(readTimes('1.500 0.250 0.125 0.031 2\n')).toEqual({
      seconds: 1.5, userSeconds: 0.25, systemSeconds: 0.125, secondsAfter: 0.031, leftBehind: 2,
    });
  });

  it.each([
    '', 'descriptor 3: Bad file descriptor', '1.5 0.2', '1,500 0,250 0,125 0,031 0',
  ])('is refused where it says %j', (text) => {
    expect(() => readTimes(text)).toThrow('did not say how long');
  });
});
