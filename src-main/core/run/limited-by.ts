import { whatLimited, type RunShape } from '../meters/limit.ts';
import type { UnitProgress } from './copying.ts';
import { unitName } from './unit-name.ts';

/** The unit that took longest, as a witness. */
export type LongestUnit = NonNullable<RunShape['longestUnit']>;

/** The longer of a unit and one that was the longest before. */
export function longerOf(longest: LongestUnit | null, { unit, result }: UnitProgress): LongestUnit | null {
  return result && result.durationMs > (longest?.durationMs ?? 0) ? { name: unitName(unit), durationMs: result.durationMs } : longest;
}

/** What limited a run, with its longest unit as a witness (`settled`: of those not among `units`); null when it was too short to say. */
export function sentenceFor(
  shape: Omit<RunShape, 'durationMs' | 'longestUnit' | 'bandwidthLimit'>, units: Iterable<UnitProgress>, settled: LongestUnit | null,
  durationMs: number, bandwidthLimit: boolean,
): string | null {
  let longestUnit = settled;
  for (const unit of units) longestUnit = longerOf(longestUnit, unit);
  return whatLimited({ ...shape, durationMs, bandwidthLimit, longestUnit });
}
