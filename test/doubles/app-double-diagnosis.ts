import { firstChange } from '../../src-main/core/calls/runs.ts';
import { hasLeft, pause } from '../../src-main/core/live/pause.ts';
import type { RunComparison, RunWork, Verdict } from '../../src-shared/diagnosis.ts';
import type { Job } from '../../src-shared/job.ts';
import type { RunFacts, RunMeters, RunSample } from '../../src-shared/run-meters.ts';
import type { PastRun } from '../../src-shared/run-view.ts';
import { createSamples, factsOf, verdictOf } from './app-double-meters.ts';
import type { SimulatedRun } from './app-double-run.ts';

type SamplesOf = ReturnType<typeof createSamples>;
const recorded = new WeakMap<SimulatedRun, SamplesOf>();

/** The meters of a run of this host, about once a second until it has ended. */
export async function* metersStream(
  run: SimulatedRun, job: Job, now: () => number, stop: AbortSignal | undefined,
): AsyncGenerator<{ facts: RunFacts; samples: RunSample[]; from: number }, void> {
  const facts = factsOf(job);
  const samplesOf = recorded.get(run) ?? createSamples(run.view().progress?.poolSize ?? 8);
  recorded.set(run, samplesOf);
  let told: readonly RunSample[] = [];
  while (!hasLeft(stop)) {
    const { startedAt, outcome } = run.view();
    const samples = samplesOf(outcome?.durationMs ?? now() - startedAt, outcome !== null);
    if (samples !== told) {
      const from = firstChange(told, samples);
      yield { facts, samples: samples.slice(from), from };
      told = samples;
    }
    if (outcome) return;
    await pause(1000, stop);
  }
}

/** What was measured in a row of the history. Each 20th run is of an earlier version, and has nothing. */
export function diagnosisDouble(row: PastRun, jobs: ReadonlyMap<string, Job>): { meters: RunMeters | null; work: RunWork | null; verdict: Verdict | null } {
  const job = jobs.get(row.jobId);
  if (!job || row.endedAt === null || row.state === 'skipped' || row.id % 20 === 7) return { meters: null, work: null, verdict: null };
  return {
    meters: { facts: factsOf(job), samples: [...createSamples(8)(row.endedAt - row.startedAt, true)] }, work: null,
    verdict: row.state === 'cancelled' ? null : verdictOf(job, 8),
  };
}

/** Two rows side by side: the later one has more data, more workers and a slower server. */
export function compareDouble(one: PastRun, other: PastRun): { earlier: PastRun; later: PastRun; comparison: RunComparison } {
  const [earlier, later] = one.id < other.id ? [one, other] as const : [other, one] as const;
  const lasted = (run: PastRun): number => (run.endedAt ?? run.startedAt) - run.startedAt;
  const ratio = lasted(later) / Math.max(1, lasted(earlier));
  return {
    earlier, later,
    comparison: {
      ratio, explanation: `Run ${later.id} had 1.4 times as much to copy from a server that answered more slowly. Three times as many workers made up for it.`,
      differences: [
        { kind: 'data', what: 'Copied', before: '46.2 GB', after: '64.9 GB', factor: 1.4 },
        { kind: 'data', what: 'Entries', before: '182,400', after: '183,120', factor: 1 },
        { kind: 'settings', what: 'Workers', before: '8', after: '24', factor: 0.41 },
        { kind: 'settings', what: 'Compression', before: 'off', after: 'off', factor: 1 },
        { kind: 'machine', what: `Latency of ${later.source}`, before: '1.1 ms', after: '1.9 ms', factor: 1.7 },
        { kind: 'machine', what: 'Other load', before: '0.3 cores', after: '0.4 cores', factor: null },
        { kind: 'limit', what: 'Limited by', before: `Latency of ${earlier.source}`, after: 'The line of eth0', factor: null },
      ],
      followed: { advice: 'More workers: 24 in place of 8', predicted: 2.6, got: 2.4 },
    },
  };
}
