import type { Reporter } from './reporter.ts';
import type { Screen } from './screen.ts';
import { errorLines, renderLine, type Style } from './line.ts';

/**
 * One `RunEventData` per line on `output` and nothing else there (docs/json-events.md).
 * Words for people go to `errors`. `quiet` leaves progress and samples out.
 */
export function createJsonReporter(output: Screen, errors: Screen, style: Style, quiet: boolean): Reporter {
  return {
    event: (event) => {
      // A progress line is a state, not a delta, and so is a sample: a reader who is behind misses nothing by getting the next one.
      if ((event.type === 'progress' || event.type === 'sample') && (quiet || output.isBehind())) return;
      output.write(`${JSON.stringify(event)}\n`);
    },
    say: (text) => errors.write(`${text}\n`),
    suspend: () => undefined,
    resume: () => undefined,
    end: (outcome) => {
      if (outcome.error) errors.write(`${errorLines(outcome.error).map((each) => renderLine(style, each)).join('\n')}\n`);
    },
  };
}
