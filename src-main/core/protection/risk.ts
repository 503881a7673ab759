import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { topShares } from '../run/unit-name.ts';

/** More than any unit weighs, ms: one step of risk comes before all weight. */
const step = 1e12;

/** The heaviest first: what ends last should not start last. */
export function byWeight(unit: Unit): number {
  return unit.weight;
}

/**
 * The order of a run that may not come to its end: units of the folders whose protection is oldest first, heaviest first
 * among them. `protectedUntil` holds ms since the epoch; a folder that is missing there, or null, was never protected.
 */
export function byRisk(protectedUntil: ReadonlyMap<ByteName, number | null>): (unit: Unit) => number {
  const times = [...new Set([...protectedUntil.values()].map((time) => time ?? 0))].sort((a, b) => b - a);
  const ranks = new Map([...protectedUntil].map(([folder, time]) => [folder, times.indexOf(time ?? 0) + 1]));
  return (unit) => {
    const mine = [...topShares(unit).keys()].map((folder) => ranks.get(folder) ?? times.length + 1);
    return Math.max(...mine) * step + unit.weight;
  };
}
