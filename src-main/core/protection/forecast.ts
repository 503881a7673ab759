import { ROOT } from '../../../src-shared/byte-name.ts';
import type { Forecast } from '../../../src-shared/schedule.ts';
import { display } from '../rsync/byte-name.ts';
import { durationText } from '../safety/words.ts';
import type { Store } from '../store/open-store.ts';

/** A folder and how long its units took in the last runs that did it, ms, newest first. */
export interface FolderPast {
  readonly folder: string;
  readonly durations: readonly number[];
}

/** A run that came to its end: how long it took by the wall clock, and all its units added up, ms. */
export interface RunPast {
  readonly durationMs: number;
  readonly unitsMs: number;
}

export interface ForecastInput {
  readonly folders: readonly FolderPast[];
  readonly runs: readonly RunPast[];
  /** Ms since the epoch. */
  readonly startsAt: number;
  readonly windowEndsAt: number | null;
}

/** Runs looked back at. */
const pastRuns = 7;

/**
 * When a run will end: what each folder usually takes, or took last if that was longer, times how much of that the pool's
 * workers did side by side. Null where there is no past to tell by.
 */
export function forecastRun({ folders, runs, startsAt, windowEndsAt }: ForecastInput): Forecast | null {
  const ratios = runs.filter(({ unitsMs }) => unitsMs > 0).map(({ durationMs, unitsMs }) => durationMs / unitsMs);
  const past = folders.filter(({ durations }) => durations.length > 0);
  if (ratios.length === 0 || past.length === 0) return null;
  const unitsMs = past.reduce((sum, { durations }) => sum + Math.max(middle(durations), durations[0] ?? 0), 0);
  const takesMs = Math.round(unitsMs * middle(ratios));
  const endsAt = startsAt + takesMs;
  const late = windowEndsAt === null ? 0 : endsAt - windowEndsAt;
  const warning = late <= 0 ? null
    : `${spanOf(past.map(({ folder }) => folder))} took ${durationText(takesMs)} in the last runs; the window ends ${durationText(late)} before that.`;
  return { startsAt, endsAt, windowEndsAt, warning };
}

/** The folders by name: `alpha`, `alpha and beta`, `alpha to kappa`. */
function spanOf(folders: readonly string[]): string {
  const names = folders.filter((folder) => folder !== '').sort();
  const [first = 'The files in the root', second] = names;
  if (second === undefined) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first} to ${names.at(-1)}`;
}

/** The median; 0 of nothing. */
export function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]];
  return (low + high) / 2;
}

/** Tells when a run of a job that starts at a time would end; both in ms since the epoch. */
export type Forecasts = (jobId: string, startsAt: number, windowEndsAt: number | null) => Forecast | null;

/** Forecasts from the history of `store`. They throw `AppError` not-found for a job that is not there. */
export function createForecasts(store: () => Store): Forecasts {
  return (jobId, startsAt, windowEndsAt) => {
    const { folders, runs } = store().protection.past(jobId, pastRuns);
    const shown = folders.map(({ folder, durations }) => ({ folder: folder === ROOT ? '' : display(folder), durations }));
    return forecastRun({ folders: shown, runs, startsAt, windowEndsAt });
  };
}
