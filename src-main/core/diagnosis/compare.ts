import type { RunComparison, RunDifference, RunWork, Verdict } from '../../../src-shared/diagnosis.ts';
import type { RunMeters } from '../../../src-shared/run-meters.ts';
import type { PastRun } from '../../../src-shared/run-view.ts';
import { dataDifferences, dataFactor } from './data-differences.ts';
import { amount } from './finding.ts';
import { machineDifferences } from './machine-differences.ts';
import { settingDifferences } from './setting-differences.ts';

/** A run of the history, with what is kept of how it went. */
export interface ComparedRun {
  readonly run: PastRun;
  readonly meters: RunMeters | null;
  readonly work: RunWork | null;
  readonly verdict: Verdict | null;
}

/** Durations that differ by less than this are the same: runs are not that even. */
const sameWithin = 1.15;
/** A cause is told as the explanation where it explains at least so much of the difference, on a scale of ratios. */
const explains = 0.4;

/**
 * What differs between two runs, and which of that explains why the later one took longer or less. What each run had to do is
 * weighed first (entries looked at, files and bytes copied, by what they cost between these two places); what is left is
 * laid to settings, then to the machine. `ratio` is 1 where one of them has not ended.
 */
export function compareRuns(earlier: ComparedRun, later: ComparedRun): RunComparison {
  const durations = [earlier, later].map(durationOf);
  const [before = null, after = null] = durations;
  const ratio = before === null || after === null ? 1 : after / before;
  const differences = [
    ...dataDifferences(earlier, later), ...settingDifferences(earlier, later), ...machineDifferences(earlier, later), ...limitDifference(earlier, later),
  ];
  const isEnded = before !== null && after !== null;
  return {
    ratio, differences, explanation: isEnded ? explain(earlier, later, ratio, differences) : 'One of the two runs has not ended.',
    followed: isEnded ? followedAdvice(earlier, later, ratio) : null,
  };
}

function durationOf({ run: { startedAt, endedAt } }: ComparedRun): number | null {
  return endedAt === null ? null : Math.max(1, endedAt - startedAt);
}

function limitDifference({ verdict: before }: ComparedRun, { verdict: after }: ComparedRun): RunDifference[] {
  if (!before || !after || before.cause === after.cause) return [];
  return [{ kind: 'limit', what: 'what limited it', before: before.title, after: after.title, factor: null }];
}

function explain(earlier: ComparedRun, later: ComparedRun, ratio: number, differences: readonly RunDifference[]): string {
  const isSame = ratio < sameWithin && ratio > 1 / sameWithin;
  const data = dataFactor(earlier, later);
  const head = `Run ${later.run.id} took ${isSame ? 'about as long as' : `${times(ratio)} as long as`} run ${earlier.run.id}`;
  const rest = ratio / data;
  const known = differences.filter(({ kind, factor }) => kind !== 'data' && factor !== null);
  const isRestSame = rest < sameWithin && rest > 1 / sameWithin;
  if (isSame && isRestSame) return `${head}, for about the same work.`;
  const work = data > sameWithin || data < 1 / sameWithin ? `It had ${times(data)} as much to do` : 'It had about as much to do';
  if (isRestSame) return `${head}. ${work}, which explains it.`;
  // What goes the same way as the rest, the largest part first.
  const found = known.filter(({ factor }) => share(factor ?? 1, rest) >= explains).sort((one, other) => share(other.factor ?? 1, rest) - share(one.factor ?? 1, rest))[0];
  const same = `for the same work it took ${times(rest)} as long`;
  if (found) return `${head}. ${work}; ${same}: ${found.what} changed from ${found.before} to ${found.after}.`;
  const suspects = differences.filter(({ kind, factor }) => (kind === 'settings' || kind === 'machine') && factor === null);
  if (suspects.length > 0) {
    const names = suspects.slice(0, 3).map(({ what, before, after }) => `${what} (${before}, then ${after})`).join(', ');
    return `${head}. ${work}; ${same}. What else changed: ${names}.`;
  }
  const limit = differences.find(({ kind }) => kind === 'limit');
  if (limit) return `${head}. ${work}; ${same}: first it was limited by this: ${limit.before}; then by this: ${limit.after}.`;
  return `${head}. ${work}; ${same}, and nothing that was measured explains that.`;
}

/** How much of `whole` a factor explains, both as ratios: 1 all of it, negative where it goes the other way. */
function share(factor: number, whole: number): number {
  const part = Math.log(factor) / Math.log(whole);
  // What explains far more than there is explains it badly.
  return part > 1 ? 1 / part : part;
}

function times(ratio: number): string {
  return `${ratio < 0.095 ? ratio.toFixed(2) : amount(ratio)} times`;
}

/** What the first advice of the earlier run brought, for the same work; null where the later one did not follow it. */
function followedAdvice(earlier: ComparedRun, later: ComparedRun, ratio: number): RunComparison['followed'] {
  const advice = earlier.verdict?.advice[0];
  if (!advice?.options || advice.gain === null || !earlier.meters || !later.meters) return null;
  const before: Readonly<Record<string, unknown>> = earlier.meters.facts.options;
  const after: Readonly<Record<string, unknown>> = later.meters.facts.options;
  const changes = Object.entries(advice.options);
  const isFollowed = changes.every(([option, value]) => after[option] === value) && changes.some(([option, value]) => before[option] !== value);
  return isFollowed ? { advice: advice.text, predicted: advice.gain, got: dataFactor(earlier, later) / ratio } : null;
}
