import type { Progress } from '../../src-shared/run-event.ts';
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from './format.ts';

/** Where a run stands, in words: the one place both the terminal and the plain lines take them from. */
export interface ProgressWords {
  /** `52 %`, or `measuring` while nothing is known. */
  readonly share: string;
  /** `about 3 min left`; empty while unknown. */
  readonly left: string;
  readonly elapsed: string;
  /** `12 345 of 23 456 entries`; `at least` while the walk goes on. */
  readonly entries: string;
  readonly bytes: string;
  readonly byteRate: string;
  readonly fileRate: string;
  readonly units: string;
  /** `paused`, `cancelling`; empty while it simply runs. */
  readonly state: string;
}

const stateWords: Partial<Record<Progress['state'], string>> = {
  queued: 'waiting to start', planning: 'looking at the folders', paused: 'paused',
  finishing: 'finishing', cancelling: 'cancelling',
};

/** The words for `progress`; `sinceMs`: time gone by since it was told. */
export function progressWords(progress: Progress, sinceMs = 0): ProgressWords {
  const { fraction, leftMs, planning } = progress;
  const stands = progress.state === 'paused';
  const isEnding = progress.state === 'finishing' || progress.state === 'cancelling';
  const rest = leftMs === null || stands ? 0 : roundLeft(leftMs - sinceMs);
  // Near the end a guess tells less than the bar does.
  const left = rest < 1000 || isEnding ? '' : `about ${formatDuration(rest).replace('.0', '')} left`;
  const known = progress.entriesKnown > 0 ? ` of ${planning ? 'at least ' : ''}${formatCount(progress.entriesKnown)}` : '';
  return {
    share: fraction === null ? 'measuring' : formatPercent(fraction),
    left,
    elapsed: formatDuration(progress.elapsedMs + (stands ? 0 : sinceMs)),
    entries: `${formatCount(progress.entriesDone)}${known} entries`,
    bytes: formatBytes(progress.bytesDone),
    byteRate: formatRate(progress.bytesPerSecond),
    fileRate: `${formatCount(progress.entriesPerSecond)} files/s`,
    units: `${formatCount(progress.unitsDone)} of ${formatCount(progress.unitsKnown)}${planning ? '+' : ''} units`,
    state: stateWords[progress.state] ?? '',
  };
}

/** A guess is not told to the second: whole seconds, five seconds above a minute, whole minutes above ten. */
function roundLeft(ms: number): number {
  const step = ms < 60_000 ? 1000 : ms < 600_000 ? 5000 : 60_000;
  return Math.round(ms / step) * step;
}
