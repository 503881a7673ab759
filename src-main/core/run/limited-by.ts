import { whatLimited, type RunShape } from '../meters/limit.ts';
import type { UnitProgress } from './copying.ts';
import { unitName } from './unit-name.ts';

/** What limited a run, with its longest unit as a witness; null when it was too short to say. */
export function sentenceFor(
  shape: Omit<RunShape, 'durationMs' | 'longestUnit' | 'bandwidthLimit'>, units: readonly UnitProgress[], durationMs: number, bandwidthLimit: boolean,
): string | null {
  let longest: UnitProgress | null = null;
  for (const unit of units) if ((unit.result?.durationMs ?? 0) > (longest?.result?.durationMs ?? 0)) longest = unit;
  return whatLimited({
    ...shape, durationMs, bandwidthLimit,
    longestUnit: longest?.result ? { name: unitName(longest.unit), durationMs: longest.result.durationMs } : null,
  });
}
