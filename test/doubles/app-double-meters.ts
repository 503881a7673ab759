import { withSample } from '../../src-main/core/meters/thinning.ts';
import type { Verdict } from '../../src-shared/diagnosis.ts';
import type { Job } from '../../src-shared/job.ts';
import type { PlaceSample, RunFacts, RunSample } from '../../src-shared/run-meters.ts';
import { shareOf } from './app-double-names.ts';

/** A machine of 8 cores that copies from a server with 1.1 ms of latency to a disk that turns. */
export function factsOf(job: Job): RunFacts {
  return {
    cores: 8, memoryBytes: 33.6e9, system: 'Linux 6.12', options: job.options,
    source: { path: job.source, kind: 'network', fileSystem: 'nfs4', devices: [], isRotational: null, latencyMs: 1.1 },
    destination: { path: job.destination, kind: 'disk', fileSystem: 'ext4', devices: ['sda'], isRotational: true, latencyMs: 0.04 },
    interfaces: [{ name: 'eth0', bytesPerSecond: 125e6 }],
  };
}

/** What limits such a run. */
export function verdictOf(job: Job, poolSize: number): Verdict {
  const more = Math.min(64, poolSize * 3);
  return {
    cause: 'source-latency', confidence: 0.87, title: `Latency of ${job.source}`,
    evidence: [{ text: `Each worker waits 78 % of the time for answers of ${job.source}` }, { text: 'A round trip takes 1.1 ms' }, { text: 'CPU 14 % busy' }, { text: 'sda 22 % busy' }],
    advice: [
      ...(more > poolSize ? [{ text: `More workers: ${more} in place of ${poolSize}`, gain: 2.6, options: { workers: more } }] : []),
      { text: 'A connection with less latency to the server, such as 10 Gbit/s', gain: 1.5, options: null },
      { text: 'A faster disk at the destination', gain: 1, options: null },
    ],
  };
}

/** Samples of a run, `elapsedMs` long and going on; the same ones each time, but for the newest. */
export function createSamples(poolSize: number): (elapsedMs: number, hasEnded: boolean) => readonly RunSample[] {
  let samples: RunSample[] = [];
  return (elapsedMs, hasEnded) => {
    const spanMs = Math.max(1000, elapsedMs / 180);
    while ((samples.at(-1)?.at ?? 0) + (samples.length < 180 ? spanMs : 1000) <= elapsedMs) {
      const last = samples.at(-1)?.at ?? 0;
      const isFirst = samples.length < 180 && spanMs > 1000;
      const at = last + (isFirst ? spanMs : 1000);
      const phase = at < elapsedMs * 0.03 ? 'planning' : hasEnded && at > elapsedMs * 0.985 ? 'finishing' : 'copying';
      const next = sampleAt(at, at - last, poolSize, phase);
      samples = isFirst ? [...samples, next] : withSample(samples, next);
    }
    return samples;
  };
}

/** A wave of its own for each `salt`, around 1. */
function wave(at: number, salt: number, size: number): number {
  const second = at / 1000;
  return 1 + size * (0.6 * Math.sin(second / (11 + salt * 3)) + 0.8 * (shareOf(Math.floor(second), salt) - 0.5));
}

function sampleAt(at: number, spanMs: number, poolSize: number, phase: RunSample['phase']): RunSample {
  const busy = phase === 'copying' ? poolSize : phase === 'planning' ? 0 : Math.max(1, poolSize / 6);
  // A while in which files are large: the line is what counts then.
  const large = Math.max(0, Math.sin(at / 41_000) - 0.4) * 1.2;
  const rate = busy * 9e6 * (0.5 + large * 1.4) * wave(at, 1, 0.3);
  const bytes = Math.min(118e6, rate);
  const cpu = Math.min(0.32, 0.1 + large * 0.12) * wave(at, 2, 0.4);
  const disk = 0.07 * wave(at, 3, 0.4);
  const data = large * 0.5;
  const calls = Math.max(0.05, 1 - cpu - disk - data - 0.06);
  const place = (more: Partial<PlaceSample>): PlaceSample => ({
    readPerSecond: null, writePerSecond: null, utilisation: null, awaitMs: null, roundTripMs: null, roundTripsPerSecond: null, retransmitsPerSecond: null, ...more,
  });
  const coresBusy = 0.5 + busy * cpu * 0.4;
  return {
    at, spanMs, phase, cores: Array.from({ length: 8 }, (_, core) => Math.min(1, (coresBusy / 8) * wave(at, 20 + core, 0.8))),
    copyCpu: busy * cpu * 0.32, workerCpu: busy * cpu * 0.08 + 0.02, otherCpu: 0.35 * wave(at, 5, 0.6), runQueue: 1 + busy * cpu,
    pressure: { cpu: 0.02 * wave(at, 6, 1), io: Math.min(0.9, 0.18 * wave(at, 7, 0.8)), memory: 0 },
    memoryUsedBytes: 11.2e9 + at * 1e3 * wave(at, 8, 0.1) + busy * 24e6, swapUsedBytes: 0.4e9, swapInPerSecond: 0, swapOutPerSecond: 0,
    source: place({ readPerSecond: bytes * 1.02, writePerSecond: 0, roundTripMs: (1.1 + large) * wave(at, 9, 0.2), roundTripsPerSecond: busy * 620 * wave(at, 10, 0.2), retransmitsPerSecond: 0 }),
    destination: place({ readPerSecond: 0.4e6, writePerSecond: bytes * wave(at, 11, 0.5), utilisation: Math.min(1, 0.16 + large * 0.5) * wave(at, 12, 0.3), awaitMs: 3.2 * wave(at, 13, 0.5) }),
    networkInPerSecond: bytes * 1.04, networkOutPerSecond: busy * 0.3e6, poolSize, busy, queued: 40,
    lanes: {
      cpu: busy * cpu, core: busy * 0.01, sourceDisk: 0, sourceCalls: busy * calls, sourceData: busy * data, destinationDisk: busy * disk, destinationCalls: 0, destinationData: 0,
      limit: 0, other: busy * 0.05,
    },
    entriesPerSecond: busy * 55 * (1.2 - large) * wave(at, 14, 0.3), bytesPerSecond: bytes,
  };
}
