import type { ErrorData } from '../../src-shared/errors.ts';
import type { RunState } from '../../src-shared/run.ts';

/** What `daybreak` ends with. Documented in docs/command-line.md; scripts rely on it. */
export const exitCodes = {
  ok: 0, failed: 1, usage: 2, warned: 3, held: 4, unproven: 5, cancelled: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code of a command that ended with an error. */
export function exitCodeOfError(error: ErrorData): ExitCode {
  if (error.kind === 'invalid-input') return exitCodes.usage;
  return error.kind === 'cancelled' ? exitCodes.cancelled : exitCodes.failed;
}

/** The exit code of a run by its last state. A state in which no run should end counts as failed. */
export function exitCodeOf(outcome: { readonly state: RunState; readonly error: ErrorData | null }): ExitCode {
  switch (outcome.state) {
    case 'succeeded': return exitCodes.ok;
    case 'warned':
    case 'stopped': return exitCodes.warned;
    case 'held': return exitCodes.held;
    case 'unproven': return exitCodes.unproven;
    case 'cancelled': return exitCodes.cancelled;
    case 'failed': return outcome.error ? exitCodeOfError(outcome.error) : exitCodes.failed;
    default: return exitCodes.failed;
  }
}
