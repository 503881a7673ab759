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
  mirror: { full: 0.99, changed: 1.21, unchanged: 1.11 },
  backup: { full: 0.93, changed: 1.02, unchanged: 1.02 },
  excludes: { full: 1.23, changed: 1.22, unchanged: 1.19 },
  bandwidthLimit: { full: 1.21, changed: 1.08, unchanged: 0.97 },
  checksum: { full: 1.28, changed: 1.64, unchanged: 1.55 },
  compress: { full: 1.4, changed: 1.07, unchanged: 0.96 },
  acls: { full: 1.29, changed: 1.39, unchanged: 1.4 },
  xattrs: { full: 1.24, changed: 1.14, unchanged: 1.15 },
  sparse: { full: 1.33, changed: 1.0, unchanged: 0.95 },
  'numeric-ids': { full: 1.22, changed: 1.04, unchanged: 0.96 },
  fsync: { full: 3.76, changed: 1.12, unchanged: 0.98 },
  'modify-window-1': { full: 1.17, changed: 1.05, unchanged: 0.96 },
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
