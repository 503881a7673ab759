import type { ErrorData, ErrorKind } from '../../../src-shared/errors.ts';
import type { RsyncResult } from '../../../src-shared/rsync-result.ts';

/** What a person should know of a call that was not a failure. */
export interface Note {
  readonly message: string;
  readonly hint?: string;
}

/** What the end of an rsync call means for its unit and its run. */
export type Disposition =
  | { readonly kind: 'done' }
  | { readonly kind: 'done-with-note'; readonly note: Note }
  /** Copied; what it would have deleted waits. `note` where something failed besides: then it is warned as well. */
  | { readonly kind: 'pending-deletes'; readonly note: Note | null; readonly retryAlone: boolean }
  /** Copied but for some names. `retryAlone`: worth one more try at the end, with no other call running. */
  | { readonly kind: 'warned'; readonly note: Note; readonly retryAlone: boolean }
  | Retry
  | Failure
  | { readonly kind: 'cancelled' };

/** The same again after `afterMs`, `maxAttempts` times in all. Never given once they are used up: that is a `Failure`. */
export interface Retry {
  readonly kind: 'retry';
  readonly afterMs: number;
  readonly maxAttempts: number;
  readonly fewerWorkers?: boolean;
  readonly smallerUnit?: boolean;
  /** Leave hard links for a later call: with a folder in a linked file's place, rsync 3.5 gives up the whole call. */
  readonly withoutHardLinks?: boolean;
  /** rsync was killed: its temporary files (`.name.XXXXXX`) stay until somebody removes them. */
  readonly sweepTemps?: boolean;
}

export interface Failure {
  readonly kind: 'failed';
  /** Every other unit would fail the same way. */
  readonly stopRun: boolean;
  /** Nothing more must be started until there is room again. */
  readonly pausePool?: boolean;
  readonly error: ErrorData;
}

export interface EndContext {
  /** We ended it, by TERM or KILL. */
  readonly askedToStop: boolean;
  /** 1 for the first time. */
  readonly attempt: number;
  /** A mirror's copying, with `--max-delete=0`: what would be deleted is left for later. */
  readonly mirrorCopyPhase: boolean;
  /** From 0 up to, but without, 1: spreads retries, so that workers that failed together do not return together. */
  readonly random: () => number;
}

/** An error as this module writes it down, before rsync's last lines are added. */
export interface Cause {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint: string;
  readonly stopRun?: boolean;
}

/** How often and how soon to try again. `baseMs` is the first wait; it doubles each time. */
export interface RetryPlan extends Omit<Retry, 'kind' | 'afterMs'> {
  readonly baseMs: number;
}

/** Longest wait before a retry. */
const longestWaitMs = 30_000;

/** A failure that keeps rsync's last lines as its detail. */
export function failed(result: RsyncResult, { kind, message, hint, stopRun = false }: Cause): Failure {
  const detail = result.lastLines.join('\n');
  return { kind: 'failed', stopRun, error: { kind, message, hint, ...(detail === '' ? {} : { detail }) } };
}

/** A wait that doubles with each attempt, half of it left to chance; or the failure, once the attempts are used up. */
export function retryOrFail(
  result: RsyncResult, context: EndContext, { baseMs, ...plan }: RetryPlan, cause: Cause,
): Retry | Failure {
  if (context.attempt >= plan.maxAttempts) return failed(result, cause);
  const wait = Math.min(longestWaitMs, baseMs * 2 ** (context.attempt - 1));
  return { kind: 'retry', afterMs: Math.round(wait * (0.5 + context.random() / 2)), ...plan };
}

/** True when one of the last lines matches. */
export function says(result: RsyncResult, pattern: RegExp): boolean {
  return result.lastLines.some((line) => pattern.test(line));
}
