import type { Job } from '../../../src-shared/job.ts';
import type { LabFigure, LabGroup, LabRequest, LabResult } from '../../../src-shared/lab.ts';
import { formatBytes, formatCount, formatDuration, formatNumberOf } from '../../format.ts';

/** How much is measured, as people put it in. */
export interface LabSize {
  readonly megabytes: number;
  readonly entries: number;
  readonly rounds: number;
  readonly minutes: number;
}

export const usualSize: LabSize = { megabytes: 1000, entries: 30_000, rounds: 3, minutes: 5 };

/** What is put in: two folders where no job is chosen, and how much is measured. */
export interface LabDraft {
  readonly source: string;
  readonly destination: string;
  readonly size: LabSize;
}

/** The request for a job, or for two folders. */
export function requestOf(job: Job | null, { source, destination, size: { megabytes, entries, rounds, minutes } }: LabDraft): LabRequest {
  return {
    source: job?.source ?? source, destination: job?.destination ?? destination, jobId: job?.id ?? null, excludes: job?.options.excludes ?? [],
    sampleBytes: Math.round(megabytes * 1e6), sampleEntries: entries, rounds, mostMs: minutes * 60_000,
  };
}

const groups: readonly (readonly [group: LabGroup, question: string])[] = [
  ['original', 'What was there before'], ['pool', 'How many workers'], ['engine', 'What starts rsync'], ['flags', 'Which flags'],
];

/** The figures by the question they answer, in the order of the questions; those without any are left out. */
export function groupsOf(figures: readonly LabFigure[]): { group: LabGroup; question: string; figures: LabFigure[] }[] {
  return groups.map(([group, question]) => ({ group, question, figures: figures.filter(({ way }) => way.group === group) })).filter((each) => each.figures.length > 0);
}

/** The longest time of all rounds, ms: where the bars end. */
export function longestOf(figures: readonly LabFigure[]): number {
  return figures.reduce((most, { rounds }) => Math.max(most, ...rounds), 1);
}

/** A bar and its whiskers in percent of the longest time; null where nothing was measured. */
export function barOf({ medianMs, rounds }: LabFigure, longest: number): { median: number; least: number; most: number } | null {
  if (medianMs === null || rounds.length === 0) return null;
  const share = (ms: number): number => (ms / longest) * 100;
  return { median: share(medianMs), least: share(Math.min(...rounds)), most: share(Math.max(...rounds)) };
}

/** A point of the curve of speed over workers. `least` and `most`: by the slowest and the quickest round. */
export interface CurvePoint {
  readonly workers: number;
  readonly speed: number;
  readonly least: number;
  readonly most: number;
}

/** How many times as fast as one rsync each size of the pool is, the smallest first. */
export function curveOf(figures: readonly LabFigure[]): CurvePoint[] {
  return figures.flatMap(({ way, speed, medianMs, rounds }) => {
    const workers = way.options?.workers;
    if (way.group !== 'pool' || typeof workers !== 'number' || speed === null || medianMs === null || rounds.length === 0) return [];
    const one = speed * medianMs;
    return [{ workers, speed, least: one / Math.max(...rounds), most: one / Math.min(...rounds) }];
  }).toSorted((a, b) => a.workers - b.workers);
}

/** "7.4x as fast"; slower ones as "0.8x as fast". */
export function speedWords(speed: number | null): string {
  return speed === null ? '' : `${speed >= 9.95 ? Math.round(speed) : speed.toFixed(1)}x`;
}

/** What was measured and how, in one line. */
export function measureWords({ sample, isCold, figures, durationMs }: LabResult): string {
  const rounds = figures.reduce((most, figure) => Math.max(most, figure.rounds.length), 0);
  return [
    `${sample.isWhole ? 'The whole source' : 'A sample'}: ${formatBytes(sample.bytes)} in ${formatCount(sample.entries)} entries of ${formatNumberOf(sample.folders, 'folder')}`,
    isCold ? 'caches dropped before each measurement' : 'caches warm: they can be dropped by root only', formatNumberOf(rounds, 'round'), formatDuration(durationMs),
  ].join(' · ');
}
