import { mostSamples, type LaneStates, type PlaceSample, type RunSample } from '../../../src-shared/run-meters.ts';

/**
 * `samples` with one more at their end. Where there would be more than `mostSamples`, neighbours are merged in pairs: a run
 * of any length keeps the same amount, and its beginning as well as its end.
 */
export function withSample(samples: readonly RunSample[], sample: RunSample): RunSample[] {
  const longest = Math.max(0, ...samples.map(({ spanMs }) => spanMs));
  const last = samples.at(-1);
  // Merged ones stand for as long as those before them.
  const isPart = last !== undefined && last.spanMs + sample.spanMs <= longest * 1.05 && last.phase === sample.phase && samples.length > 1;
  const next = isPart ? [...samples.slice(0, -1), merged(last, sample)] : [...samples, sample];
  return next.length > mostSamples ? halved(next) : next;
}

function halved(samples: readonly RunSample[]): RunSample[] {
  const result: RunSample[] = [];
  for (let place = 0; place < samples.length; place += 2) {
    const [one, other] = [samples[place]!, samples[place + 1]];
    result.push(...(other === undefined ? [one] : one.phase === other.phase ? [merged(one, other)] : [one, other]));
  }
  return result;
}

/** Two neighbours as one: means by their time, but what is a state stays that of the later one. */
function merged(one: RunSample, other: RunSample): RunSample {
  const spanMs = one.spanMs + other.spanMs;
  const mean = (a: number, b: number): number => (a * one.spanMs + b * other.spanMs) / spanMs;
  const known = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : mean(a, b));
  const place = (a: PlaceSample, b: PlaceSample): PlaceSample => ({
    readPerSecond: known(a.readPerSecond, b.readPerSecond), writePerSecond: known(a.writePerSecond, b.writePerSecond),
    utilisation: known(a.utilisation, b.utilisation), awaitMs: known(a.awaitMs, b.awaitMs), roundTripMs: known(a.roundTripMs, b.roundTripMs),
    roundTripsPerSecond: known(a.roundTripsPerSecond, b.roundTripsPerSecond), retransmitsPerSecond: known(a.retransmitsPerSecond, b.retransmitsPerSecond),
  });
  const pressure = one.pressure && other.pressure ? {
    cpu: mean(one.pressure.cpu, other.pressure.cpu), io: mean(one.pressure.io, other.pressure.io), memory: mean(one.pressure.memory, other.pressure.memory),
  } : other.pressure ?? one.pressure;
  return {
    ...other, spanMs, pressure, lanes: one.lanes && other.lanes ? mergedLanes(one.lanes, other.lanes, mean) : other.lanes ?? one.lanes,
    cores: other.cores.map((share, core) => mean(one.cores[core] ?? share, share)),
    copyCpu: known(one.copyCpu, other.copyCpu), workerCpu: known(one.workerCpu, other.workerCpu), otherCpu: known(one.otherCpu, other.otherCpu),
    runQueue: known(one.runQueue, other.runQueue), memoryUsedBytes: mean(one.memoryUsedBytes, other.memoryUsedBytes),
    swapInPerSecond: known(one.swapInPerSecond, other.swapInPerSecond), swapOutPerSecond: known(one.swapOutPerSecond, other.swapOutPerSecond),
    source: place(one.source, other.source), destination: place(one.destination, other.destination),
    networkInPerSecond: known(one.networkInPerSecond, other.networkInPerSecond), networkOutPerSecond: known(one.networkOutPerSecond, other.networkOutPerSecond),
    poolSize: mean(one.poolSize, other.poolSize), busy: mean(one.busy, other.busy), queued: mean(one.queued, other.queued),
    entriesPerSecond: mean(one.entriesPerSecond, other.entriesPerSecond), bytesPerSecond: mean(one.bytesPerSecond, other.bytesPerSecond),
  };
}

function mergedLanes(one: LaneStates, other: LaneStates, mean: (a: number, b: number) => number): LaneStates {
  return Object.fromEntries(Object.entries(other).map(([state, lanes]) => [state, mean(one[state as keyof LaneStates], lanes)])) as LaneStates;
}
