import type { RunEventData } from '../../src-shared/run-event.ts';
import type { RunOutcome } from '../core/app.ts';

/** Tells a person or a program how a run goes. */
export interface Reporter {
  event(event: RunEventData): void;
  /** A word of the command itself, between events. */
  say(text: string): void;
  /** Leaves the terminal to someone else: a question, a shell after Ctrl-Z. */
  suspend(): void;
  /** Takes the terminal back. */
  resume(): void;
  /** The last word. Nothing is written afterwards. */
  end(outcome: RunOutcome): void;
}

/** How much is told. */
export interface ReporterOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** How the user calls us, for next steps that can be copied. */
  readonly callName: string;
}
