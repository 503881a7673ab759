import type { Progress } from '../../src-shared/run-event.ts';
import { createChangeList } from './change-list.ts';
import { eventLines, isProblemEvent } from './event-lines.ts';
import { line, renderLine, type Line, type Style } from './line.ts';
import { progressWords } from './progress-words.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { createRunRecord, isToldAtEnd, recordEvent } from './run-record.ts';
import type { Screen } from './screen.ts';
import { summaryLines } from './summary.ts';

/**
 * Plain lines, for a pipe, a log or a mail: what happens to `output`, what went wrong to `errors`.
 * With `quiet` only the latter.
 */
export function createPlainReporter(output: Screen, errors: Screen, style: Style, options: ReporterOptions): Reporter {
  const record = createRunRecord();
  const changes = createChangeList();
  const isDue = createProgressPace();
  const put = (screen: Screen, lines: readonly Line[]): void => {
    if (lines.length > 0) screen.write(lines.map((each) => `${renderLine(style, each)}\n`).join(''));
  };
  return {
    event: (event) => {
      recordEvent(record, event);
      if (isToldAtEnd(record, event)) return;
      if (event.type === 'change' && record.dryRun) changes.add(event);
      else if (event.type === 'progress') {
        if (!options.quiet && isDue(event.progress)) put(output, [line(progressText(event.progress))]);
      } else put(isProblemEvent(event) ? errors : output, eventLines(event, options));
    },
    say: (text) => put(errors, [line(text)]),
    suspend: () => undefined,
    resume: () => undefined,
    end: (outcome) => {
      changes.flush((text) => put(output, [line(text)]));
      const isGood = outcome.state === 'succeeded';
      if (isGood && options.quiet) return;
      put(isGood ? output : errors, summaryLines(record, outcome, options.callName));
    },
  };
}

function progressText(progress: Progress): string {
  const words = progressWords(progress);
  return [words.share, words.state, words.entries, words.bytes, words.byteRate, words.fileRate, words.units, words.left]
    .filter((word) => word !== '').join(', ');
}

/**
 * Says when a progress line is due: at every 10 %, and otherwise every 5 s at first, every minute in a long run,
 * so that a night's log stays readable.
 */
function createProgressPace(): (progress: Progress) => boolean {
  let lastMs = 0;
  let lastStep = 0;
  return ({ elapsedMs, fraction }) => {
    const step = Math.floor((fraction ?? 0) * 10);
    const gap = Math.min(60_000, Math.max(5000, elapsedMs / 12));
    const isDue = elapsedMs - lastMs >= gap || (step > lastStep && elapsedMs - lastMs >= 1000);
    if (isDue) {
      lastMs = elapsedMs;
      lastStep = step;
    }
    return isDue;
  };
}
