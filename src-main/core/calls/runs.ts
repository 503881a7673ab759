import type { RunEventData } from '../../../src-shared/run-event.ts';
import { hasLeft, pause } from '../live/pause.ts';
import type { LiveRuns } from '../live/live-runs.ts';
import { base } from './base.ts';

/** How often the log of a run is looked at for more, ms. */
const logEveryMs = 250;

/** The calls for runs of this host. */
export function runCalls(live: LiveRuns) {
  const os = base.runs;
  const done = {};
  return {
    start: os.start.handler(({ input }) => ({ key: live.start({ ...input, trigger: 'manual' }) })),
    cancel: os.cancel.handler(({ input }) => {
      live.cancel(input.key);
      return done;
    }),
    pause: os.pause.handler(({ input }) => {
      live.pause(input.key);
      return done;
    }),
    resume: os.resume.handler(({ input }) => {
      live.resume(input.key);
      return done;
    }),
    setPoolSize: os.setPoolSize.handler(({ input }) => {
      live.setPoolSize(input.key, input.size);
      return done;
    }),
    retryUnit: os.retryUnit.handler(({ input }) => {
      live.retryUnit(input.key, input.unit);
      return done;
    }),
    question: os.question.handler(({ input }) => {
      const { destination, entries, names } = live.question(input.key);
      return { destination, entries, names: [...names] };
    }),
    answer: os.answer.handler(({ input }) => {
      live.answer(input.key, input.yes);
      return done;
    }),
    changes: os.changes.handler(({ input }) => live.changes(input.key, input.offset, input.limit)),
    dismiss: os.dismiss.handler(({ input }) => {
      live.dismiss(input.key);
      return done;
    }),
    log: os.log.handler(({ input, signal }) => follow(live, input.key, signal)),
  };
}

/** The events of a run: those there are, then more as they come, until the run has ended. */
async function* follow(live: LiveRuns, key: string, stop: AbortSignal | undefined): AsyncGenerator<{ events: RunEventData[] }, void> {
  const log = live.log(key);
  let told = 0;
  while (!hasLeft(stop)) {
    const from = Math.max(0, told - log.dropped);
    const events = log.events.slice(from);
    if (events.length > 0 || told === 0) yield { events };
    told = log.dropped + log.events.length;
    if (log.events.at(-1)?.type === 'run-ended') return;
    await pause(logEveryMs, stop);
  }
}
