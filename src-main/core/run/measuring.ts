import { arch, cpus, release, totalmem, type } from 'node:os';
import type { RunWork } from '../../../src-shared/diagnosis.ts';
import type { RunFacts, RunMeters } from '../../../src-shared/run-meters.ts';
import type { RunState } from '../../../src-shared/run.ts';
import { judge, sentenceOf } from '../diagnosis/verdict.ts';
import { readInterfaces } from '../meters/interfaces.ts';
import { meteredPlace } from '../meters/place-facts.ts';
import { createRunMeter } from '../meters/run-meter.ts';
import { withSample } from '../meters/thinning.ts';
import type { Diagnosis } from '../store/diagnoses.ts';
import type { Prepared } from './before.ts';
import type { RunContext } from './context.ts';
import { unitCount } from './settled.ts';
import type { Steering } from './steering.ts';

/** What a run tells its meters. */
export interface MeasuredRun {
  readonly startedAt: number;
  readonly state: () => RunState;
  /** Scouts that live now. */
  readonly scouts: () => readonly { readonly pid: number }[];
  readonly steering: Steering;
}

export interface Measuring {
  /** Ends it, and the steering with it: all that was measured in so many ms, and what limited the run, in one sentence too. */
  stop(durationMs: number): { readonly diagnosis: Diagnosis; readonly limitedBy: string | null };
}

/** Measures a run from now on, and tells those who watch it. */
export function measureRun(context: RunContext, { source, destination }: Prepared, run: MeasuredRun): Measuring {
  const { pool, tracker, job, ports: { clock } } = context;
  const places = { source: meteredPlace(source), destination: meteredPlace(destination) };
  const facts: RunFacts = {
    cores: cpus().length, memoryBytes: totalmem(), system: `${type()} ${release()} ${arch()}`, options: job.options,
    source: places.source.facts, destination: places.destination.facts, interfaces: readInterfaces(),
  };
  let meters: RunMeters = { facts, samples: [] };
  context.emit({ type: 'meters', facts });
  const meter = createRunMeter({
    facts, mounts: { source: places.source.mount, destination: places.destination.mount }, pool, done: () => tracker.done(),
    scouts: () => run.scouts().map(({ pid }) => pid), elapsedMs: () => clock.now() - run.startedAt,
    phase: () => {
      const state = run.state();
      if (state === 'finishing' || state === 'cancelling') return 'finishing';
      return context.work.hasBegun() ? 'copying' : 'planning';
    },
  }, (sample) => {
    run.steering.sampled(sample);
    meters = { facts, samples: withSample(meters.samples, sample) };
    context.emit({ type: 'sample', sample, verdict: judge(meters, null) });
  });

  function workNow(): RunWork {
    const now = clock.now();
    const { entries, bytes, filesTransferred, bytesTransferred } = context.totals;
    return {
      durationMs: now - run.startedAt, units: unitCount(context), entries, bytes, filesTransferred, bytesTransferred, aloneMs: run.steering.aloneMs(),
      ...context.work.times(now),
    };
  }

  return {
    stop(durationMs) {
      meter.stop();
      run.steering.stop();
      const work = { ...workNow(), durationMs };
      const verdict = judge(meters, work);
      return { diagnosis: { meters, work, verdict }, limitedBy: verdict && sentenceOf(verdict) };
    },
  };
}
