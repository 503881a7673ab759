import type { App } from '../core/app.ts';
import type { Screen } from './screen.ts';

/** Signals as `process` tells them. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** All that the commands need from the process they run in. */
export interface Face {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder the user called from, absolute: relative paths are meant from there. */
  readonly callerFolder: string;
  /** How the user calls us: `daybreak`, or `npm start --`. */
  readonly callName: string;
  readonly output: Screen;
  readonly errors: Screen;
  /** Asks the person at the terminal; null where there is none. The answer is null at end of input or on abort. */
  readonly ask: ((question: string, stop: AbortSignal) => Promise<string | null>) | null;
  /** A line from standard input that must not be shown; empty at its end. Throws `AppError` invalid-input, or cancelled. */
  readonly readSecret: (prompt: string) => Promise<string>;
  readonly signals: SignalSource;
  now(): number;
  /** Of this user, absolute. Throws `AppError` invalid-input where nothing says where it is. */
  dataFolder(): string;
  /** Calls `listener` when this process ends, however that comes. Returns what ends the watch. */
  onExit(listener: () => void): () => void;
  /** Stops this process until SIGCONT (Ctrl-Z). */
  stopSelf(): void;
  /** Ends this process at once: the last resort. */
  exit(code: number): void;
  /** Builds the product, on the user's own data folder unless another is named. `toBackUp`: a backup comes next. */
  openApp(options?: { readonly dataFolder?: string; readonly toBackUp?: boolean }): Promise<App>;
}
