/** The middle of the values, or the mean of the middle two; NaN where there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  const upper = sorted[Math.floor(middle)] as number;
  return Number.isInteger(middle) ? ((sorted[middle - 1] as number) + upper) / 2 : upper;
}

/** Several measurements of the same thing, in its unit. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Null where there is nothing to sum up. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** The list as it is for round 1; each round after that another one comes first, so that being first favours nobody. */
export function rotated<T>(list: readonly T[], round: number): T[] {
  const start = list.length === 0 ? 0 : (round - 1) % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

/** `total` in whole parts that are to each other as `weights` are; the parts add up to `total` (largest remainders). */
export function split(total: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => total * weight / whole);
  const parts = exact.map(Math.floor);
  const remainders = exact.map((value, index) => ({ index, rest: value % 1 }));
  const byRemainder = remainders.sort((a, b) => b.rest - a.rest || a.index - b.index);
  const missing = total - parts.reduce((sum, part) => sum + part, 0);
  for (const { index } of byRemainder.slice(0, missing)) parts[index] = (parts[index] as number) + 1;
  return parts;
}
