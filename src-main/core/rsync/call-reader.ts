import type { RsyncResult } from '../../../src-shared/rsync-result.ts';
import { createOutputReader, type OutputListeners } from './output.ts';
import { createErrorReader } from './stderr.ts';

/** How the process ended, as Node tells it. */
export interface CallEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** Wall time in ms. */
  readonly durationMs: number;
}

/** Reads both streams of one rsync. */
export interface CallReader {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  /** After the last chunk of both. */
  end(end: CallEnd): RsyncResult;
}

/** Reads one rsync call from its first byte to its end. What is not an error but worth a word goes before the last lines. */
export function createCallReader(listeners: OutputListeners = {}): CallReader {
  const output = createOutputReader(listeners);
  const errors = createErrorReader();
  return {
    stdout: (chunk) => output.push(chunk),
    stderr: (chunk) => errors.push(chunk),
    end({ code, signal, durationMs }) {
      const { stats, deletionStopped, hasLinks, messages } = output.end();
      const { listingFailed, fileUnreadable, lastLines, ...facts } = errors.end();
      // rsync's own line does not tell a folder it could not list, which hides names, from a file it could not open.
      const ioError = listingFailed || (deletionStopped && !fileUnreadable);
      return {
        code, signal, durationMs, stats, ...(hasLinks ? { hasLinks } : {}),
        lastLines: [...messages, ...lastLines],
        facts: { ...facts, failedNames: [...facts.failedNames], failedReasons: [...facts.failedReasons], ioError },
      };
    },
  };
}
