import { createChangeList } from './change-list.ts';
import { eventLines } from './event-lines.ts';
import type { Face } from './face.ts';
import { frameLines } from './frame.ts';
import { line, renderLine, renderPlain, type Line, type Style } from './line.ts';
import { createLiveArea } from './live-area.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { createRunRecord, isToldAtEnd, recordEvent } from './run-record.ts';
import type { Screen } from './screen.ts';
import { summaryLines } from './summary.ts';
import { wrapWords } from './text.ts';

/** Time between frames, ms: 4 a second, as often as a run tells its progress. */
const FRAME_MS = 250;

/** A live picture at the bottom of a terminal; notices and changes scroll by above it. */
export function createTerminalReporter(
  screen: Screen, style: Style, face: Pick<Face, 'now' | 'onExit'>, options: ReporterOptions,
): Reporter {
  const record = createRunRecord();
  const changes = createChangeList();
  const area = createLiveArea(screen);
  let told = { at: 0, hereAt: 0 };
  // A question may be open while Ctrl-Z takes the terminal as well.
  let suspensions = 0;
  let ended = false;

  const draw = (): void => {
    const size = screen.size();
    if (!record.progress || options.quiet || suspensions > 0 || ended || !size || !screen.isForeground()) return;
    area.draw(frameLines({ progress: record.progress, at: told.at, now: told.at + face.now() - told.hereAt, ...size }, style));
  };
  // Between two progress events only the clocks move.
  const timer = setInterval(draw, FRAME_MS);
  timer.unref();
  const endWatch = screen.onResize(draw);
  // Whatever ends this process, the cursor comes back.
  const forgetExit = face.onExit(() => area.clear());
  const print = (lines: readonly Line[]): void => area.print(lines.map((each) => renderLine(style, each)));
  const printWrapped = (lines: readonly Line[]): void => {
    const columns = Math.max(20, screen.size()?.columns ?? 80);
    print(lines.flatMap(({ tone, text }) => wrapWords(renderPlain(style, text), columns).map((part) => line(part, tone))));
  };

  return {
    event: (event) => {
      recordEvent(record, event);
      if (isToldAtEnd(record, event)) return;
      if (event.type === 'change' && record.dryRun) changes.add(event);
      else if (event.type === 'progress') {
        const isFirst = told.hereAt === 0;
        told = { at: event.at, hereAt: face.now() };
        if (isFirst) draw();
      } else if (event.type === 'change') print(eventLines(event, options));
      else printWrapped(eventLines(event, options));
    },
    say: (text) => printWrapped([line(text, 'warning')]),
    suspend: () => {
      suspensions += 1;
      area.clear();
    },
    resume: () => {
      suspensions = Math.max(0, suspensions - 1);
      draw();
    },
    end: (outcome) => {
      ended = true;
      clearInterval(timer);
      endWatch();
      forgetExit();
      area.clear();
      changes.flush((text) => screen.write(`${renderLine(style, line(text))}\n`));
      if (options.quiet && outcome.state === 'succeeded') return;
      printWrapped(summaryLines(record, outcome, options.callName));
    },
  };
}
