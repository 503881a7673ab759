import type { RunDifference } from '../../../src-shared/diagnosis.ts';
import type { RunTotals } from '../../../src-shared/run.ts';
import { guessCost } from '../plan/cost.ts';
import { bytesText } from '../safety/words.ts';
import type { ComparedRun } from './compare.ts';

/** Amounts that differ by less are the same. */
const sameWithin = 1.05;

/** What the runs had to do: looked at, copied, deleted. */
export function dataDifferences(earlier: ComparedRun, later: ComparedRun): RunDifference[] {
  const factor = dataFactor(earlier, later);
  const figures: readonly (readonly [string, keyof RunTotals, (value: number) => string])[] = [
    ['entries looked at', 'entries', count], ['files copied', 'filesTransferred', count], ['bytes copied', 'bytesTransferred', bytesText], ['deleted', 'deleted', count],
  ];
  const changed = figures.filter(([, figure]) => differ(earlier.run.totals[figure], later.run.totals[figure]));
  return changed.map(([what, figure, text]) => ({
    kind: 'data', what, before: text(earlier.run.totals[figure]), after: text(later.run.totals[figure]),
    // What they come to together; of one alone it is not known.
    factor: changed.length === 1 ? factor : null,
  }));
}

/**
 * How many times as long the later run had to take for what it had to do: entries, files and bytes, each by its cost between
 * these places. What is before the first unit and after the last one stays as it was.
 */
export function dataFactor(earlier: ComparedRun, later: ComparedRun): number {
  const before = weight(earlier.run.totals, earlier);
  const after = weight(later.run.totals, earlier);
  if (before <= 0 || after <= 0) return 1;
  const { work } = earlier;
  const around = work === null ? 0 : Math.min(1, (work.beforeMs + work.afterMs) / Math.max(1, work.durationMs));
  return around + (1 - around) * (after / before);
}

/** Predicted lane time, ms; only its ratio to another one means something. */
function weight({ entries, filesTransferred, bytesTransferred }: RunTotals, { meters }: ComparedRun): number {
  const places = { sourceLatencyMs: meters?.facts.source.latencyMs ?? 0, destinationLatencyMs: meters?.facts.destination.latencyMs ?? 0 };
  const look = guessCost({ ...places, isFull: false, isSpared: true });
  const copy = guessCost({ ...places, isFull: true, isSpared: true });
  const files = Math.min(entries, filesTransferred);
  return (entries - files) * look.msPerEntry + files * copy.msPerEntry + bytesTransferred / copy.bytesPerMs;
}

function differ(before: number, after: number): boolean {
  return Math.max(before, after) > sameWithin * Math.min(before, after);
}

function count(value: number): string {
  return new Intl.NumberFormat('en').format(value);
}
