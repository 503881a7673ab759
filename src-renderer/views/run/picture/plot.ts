import type { RunSample } from '../../../../src-shared/run-meters.ts';

/** One curve of a plot, a value for each sample. */
export interface Series {
  readonly label: string;
  readonly color: string;
  /** `area`: filled, and stacked on the areas before it. */
  readonly shape: 'area' | 'line' | 'dashes';
  readonly values: readonly (number | null)[];
  /** The value at the upper edge, where it is not that of the plot. */
  readonly top?: number;
  readonly format: (value: number) => string;
}

/** Curves over the time of a run that belong together. */
export interface Plot {
  readonly title: string;
  /** The value at the upper edge. */
  readonly top: number;
  /** The same, for people. */
  readonly topLabel: string;
  readonly series: readonly Series[];
}

/** Colours that are told apart on light and on dark ground. */
export const palette = {
  own: '#6d6af0', second: '#a78bfa', source: '#1f9d8f', sourceLight: '#6fcabf', destination: '#dd8b2f', destinationLight: '#f0bf78', trouble: '#d84a3e', quiet: '#9aa1aa', line: '#3b93d6',
} as const;

/** The place of the sample that tells of a moment (ms since the run began); null where none does. */
export function sampleAt(samples: readonly Pick<RunSample, 'at' | 'spanMs'>[], ms: number): number | null {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle]!.at < ms) low = middle + 1;
    else high = middle;
  }
  const found = samples[low];
  return found && ms >= found.at - found.spanMs ? low : null;
}

/** What a plot tells of one sample; '' where that tells nothing of it. */
export function wordsAt({ title, series }: Plot, index: number): string {
  const values = series.flatMap(({ label, values: all, format }) => {
    const value = all[index] ?? null;
    return value === null ? [] : [`${label} ${format(value)}`];
  });
  return values.length === 0 ? '' : `${title}: ${values.join(', ')}`;
}

/** Mean of a curve; null where nothing of it is known. `spans`: ms that each sample stands for. */
export function meanOf({ values }: Pick<Series, 'values'>, spans: readonly number[]): number | null {
  let [sum, time] = [0, 0];
  values.forEach((value, place) => {
    if (value === null) return;
    const span = spans[place] ?? 0;
    sum += value * span;
    time += span;
  });
  return time === 0 ? null : sum / time;
}

/** Mean and peak of each curve, for those who do not see it. */
export function summaryOf({ title, series }: Plot, spans: readonly number[]): string {
  const parts = series.flatMap((each) => {
    const mean = meanOf(each, spans);
    const peak = each.values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
    return mean === null ? [] : [`${each.label}: mean ${each.format(mean)}, peak ${each.format(peak)}`];
  });
  return `${title}. ${parts.join('; ')}.`;
}
