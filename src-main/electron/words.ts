import type { LiveRun } from '../../src-shared/run-view.ts';

/** The names of the jobs of `runs`. */
export function namesOf(runs: readonly Pick<LiveRun, 'jobName'>[]): string[] {
  return runs.map((run) => run.jobName);
}

/** `1,204 files`, `1 file`. */
export function countOf(count: number, thing: string): string {
  return `${new Intl.NumberFormat('en').format(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** Decimal units: `3.4 GB`. */
export function sizeOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** step;
  return `${value.toFixed(step === 0 || value >= 100 ? 0 : 1)} ${units[step]}`;
}

/** Two units at most: `2 h 14 min`, `40 s`. */
export function durationOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Sentences one after the other, each with its full stop. */
export function inSentences(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').map((part) => (/[.!?]$/u.test(part ?? '') ? part : `${part}.`)).join(' ');
}
