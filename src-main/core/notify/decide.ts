import type { ErrorKind } from '../../../src-shared/errors.ts';
import type { JobNotify } from '../../../src-shared/notify.ts';
import type { RunState } from '../../../src-shared/run.ts';

/** What the decision needs of an ended run. `endedAt` in ms since the epoch. */
export interface EndedRun {
  readonly state: RunState;
  readonly endedAt: number;
  readonly errorKind: ErrorKind | null;
}

/** What is said of an end: that all is well, that it is again, or that it is not. */
export type Verdict = 'good' | 'recovered' | 'problem';

/** A problem that goes on is told again after this, ms: a little less than a day, as nightly runs end now earlier, now later. */
export const toldAgainAfterMs = 20 * 3_600_000;

/** Someone ended it, and knows. */
const isNeutral = ({ state }: EndedRun): boolean => state === 'cancelled';
const isGood = ({ state }: EndedRun): boolean => state === 'succeeded';

/**
 * Whether the end of the newest of `runs` (of one job, oldest first) is told, and as what; null: it is not. It follows from
 * the history alone, so that all processes and all ways to tell agree. `problems`: a problem is told when it is new since the
 * last good run, or another one than was told last, and then once a day while it goes on. `always` means every end.
 */
export function decideEnd(on: JobNotify['on'], runs: readonly EndedRun[]): Verdict | null {
  const newest = runs.at(-1);
  if (newest === undefined || on === 'never') return null;
  if (isNeutral(newest)) return on === 'always' ? 'problem' : null;
  const before = runs.slice(0, -1).filter((run) => !isNeutral(run));
  const isRecovery = before.length > 0 && !isGood(before.at(-1)!);
  if (isGood(newest)) return isRecovery ? 'recovered' : on === 'always' ? 'good' : null;
  return on === 'always' || isNews(newest, before) ? 'problem' : null;
}

function isNews(problem: EndedRun, before: readonly EndedRun[]): boolean {
  const since = before.slice(before.findLastIndex(isGood) + 1);
  let told: EndedRun | null = null;
  for (const run of since) if (told === null || isDue(run, told)) told = run;
  return told === null || isDue(problem, told);
}

function isDue(run: EndedRun, told: EndedRun): boolean {
  const age = run.endedAt - told.endedAt;
  // A clock that was set back makes the age negative.
  return run.state !== told.state || run.errorKind !== told.errorKind || age >= toldAgainAfterMs || age < 0;
}

/** A job that is watched for silence. Times in ms since the epoch. */
export interface Watched {
  readonly silentHours: number | null;
  /** End of its last good run; null: there was none. */
  readonly lastGoodAt: number | null;
  readonly createdAt: number;
  /** Beginning of the silence that was told last; null: none is told. */
  readonly toldSince: number | null;
}

/** What to say of a job's silence, and since when it lasts; null: nothing. */
export function decideSilence(job: Watched, now: number): { verdict: 'silent' | 'over'; since: number } | null {
  const since = job.lastGoodAt ?? job.createdAt;
  if (job.toldSince !== null && since > job.toldSince) return { verdict: 'over', since };
  if (job.silentHours === null || job.toldSince !== null) return null;
  return now - since >= job.silentHours * 3_600_000 ? { verdict: 'silent', since } : null;
}
