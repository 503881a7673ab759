import type { RunDifference } from '../../../src-shared/diagnosis.ts';
import type { PastRun } from '../../../src-shared/run-view.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from '../../format.ts';

/** Changes smaller than this are those of any two runs. */
const sameWithin = 0.05;

/** The runs among `runs` that can be put beside `run`: others that copied something or looked at all. */
export function comparableRuns(run: PastRun, runs: readonly PastRun[]): PastRun[] {
  return runs.filter(({ id, jobId, endedAt, state }) => id !== run.id && jobId === run.jobId && endedAt !== null && state !== 'skipped');
}

/** How long the later run took, by the earlier one: "1.8x as long", "2.1x as fast", "as long as before". */
export function ratioWords(ratio: number): string {
  if (isWithout(ratio)) return 'as long as before';
  return ratio > 1 ? `${times(ratio)} as long` : `${times(1 / ratio)} as fast`;
}

/** Which of two runs took longer, as a sentence without its full stop. */
export function ratioTitle(earlier: number, later: number, ratio: number): string {
  if (isWithout(ratio)) return `Run ${later} took as long as run ${earlier}`;
  return `Run ${later} ${ratio > 1 ? 'took' : 'was'} ${ratioWords(ratio)} as run ${earlier}`;
}

/** What a difference alone would do to the duration. */
export function effectWords(factor: RunDifference['factor']): string {
  if (factor === null) return 'not known';
  return isWithout(factor) ? 'no effect' : ratioWords(factor);
}

/** Whether a difference is known to change nothing. */
export function isWithout(factor: RunDifference['factor']): boolean {
  return factor !== null && Math.abs(factor - 1) < sameWithin;
}

function times(factor: number): string {
  return `${factor >= 9.95 ? formatCount(factor) : factor.toFixed(1)}x`;
}

export const differenceWords: Readonly<Record<RunDifference['kind'], string>> = { data: 'Data', settings: 'Settings', machine: 'Machine', limit: 'Limit' };

/** A figure of two runs. */
export interface FigureRow {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  /** "+40 %"; '' where there is none. */
  readonly change: string;
}

/** The figures of two runs, side by side. */
export function figuresOf(earlier: PastRun, later: PastRun): FigureRow[] {
  const lasted = ({ startedAt, endedAt }: PastRun): number => Math.max(1, (endedAt ?? startedAt) - startedAt);
  const row = (label: string, of: (run: PastRun) => number, format: (value: number) => string): FigureRow => (
    { label, before: format(of(earlier)), after: format(of(later)), change: changeWords(of(earlier), of(later)) }
  );
  return [
    row('Duration', lasted, formatDuration),
    row('Looked at', ({ totals }) => totals.entries, (count) => `${formatCount(count)} entries`),
    row('Size', ({ totals }) => totals.bytes, formatBytes),
    row('Files copied', ({ totals }) => totals.filesTransferred, formatCount),
    row('Copied', ({ totals }) => totals.bytesTransferred, formatBytes),
    row('Copied per second', (run) => (run.totals.bytesTransferred / lasted(run)) * 1000, formatRate),
    row('Entries per second', (run) => (run.totals.entries / lasted(run)) * 1000, formatCount),
  ];
}

/** "+40 %", "-12 %", "17x"; '' where nothing changed or nothing was before. */
export function changeWords(before: number, after: number): string {
  if (before === 0 || before === after) return '';
  const share = after / before - 1;
  if (share >= 9) return times(after / before);
  const percent = Math.round(share * 100);
  return percent === 0 ? '' : `${percent > 0 ? '+' : '−'}${Math.abs(percent)} %`;
}
