import type { RunEventData } from '../../../src-shared/run-event.ts';
import type { RunMeters, RunSample } from '../../../src-shared/run-meters.ts';
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
    meters: os.meters.handler(({ input, signal }) => followMeters(live, input.key, signal)),
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

/** The samples of a run: those there are, then more as they come, until the run has ended. */
async function* followMeters(
  live: LiveRuns, key: string, stop: AbortSignal | undefined,
): AsyncGenerator<{ facts: RunMeters['facts']; samples: RunSample[]; from: number }, void> {
  let told: readonly RunSample[] = [];
  while (!hasLeft(stop)) {
    const hasEnded = live.hasEnded(key);
    const meters = live.meters(key);
    if (meters && meters.samples !== told) {
      const { facts, samples } = meters;
      const from = firstChange(told, samples);
      yield { facts, samples: samples.slice(from), from };
      told = samples;
    }
    if (hasEnded) return;
    await pause(logEveryMs, stop);
  }
}

/** The place of the first sample that is another one than before. Merged neighbours are new objects. */
export function firstChange(before: readonly RunSample[], samples: readonly RunSample[]): number {
  const place = samples.findIndex((sample, index) => sample !== before[index]);
  return place === -1 ? samples.length : place;
}
