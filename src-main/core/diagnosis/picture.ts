import type { RunWork } from '../../../src-shared/diagnosis.ts';
import type { LaneStates, PlaceSample, RunFacts, RunMeters, RunSample } from '../../../src-shared/run-meters.ts';
import { guessCost } from '../plan/cost.ts';

/** A live run is judged by its last half minute: what limits it changes while it goes on. */
const windowMs = 30_000;

/** What starting an rsync takes, ms (docs/benchmarks.md: 35 to 41). */
export const startMs = 38;
/** Units that take longer on average, waits for a core left out, have something else to do than to start. */
const shortUnitMs = 5 * startMs;
/** In fewer units than this it hardly matters. */
const manyUnits = 30;

/** Means over the time a run copied, or over its last half minute while it is live. Shares are 0 to 1, times in ms. */
export interface Picture {
  readonly facts: RunFacts;
  /** Null while the run is live. */
  readonly work: RunWork | null;
  /** Time the means are taken over. */
  readonly copyMs: number;
  readonly cpuBusy: number;
  /** Of the busiest core. */
  readonly busiestCore: number;
  /** Cores' worth of CPU time: of the run (null where unknown), of all else. */
  readonly ownCpu: number | null;
  readonly otherCpu: number | null;
  readonly pressure: NonNullable<RunSample['pressure']> | null;
  /** Share of time some process waited for memory, over all that was sampled, and over what is before and after copying; null where it is not told. */
  readonly stall: number | null;
  readonly stallAround: number;
  readonly memoryUsed: number;
  readonly swapInPerSecond: number;
  readonly source: PlaceSample;
  readonly destination: PlaceSample;
  readonly networkPerSecond: number | null;
  readonly poolSize: number;
  readonly busy: number;
  readonly queued: number;
  /** What busy lanes did, as a number of lanes. */
  readonly lanes: LaneStates | null;
  /** The same as shares of the lane time of which it is known what it went to. */
  readonly shares: LaneStates | null;
  /** Share of the lane time of which that is known. */
  readonly known: number;
  readonly entriesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Share of the copying time in which one lane worked alone though the pool could have used more. */
  readonly alone: number;
  /** Share of the whole run before its first unit and after its last one; 0 while it is live. */
  readonly around: number;
  /** Share of the units' time that goes to starting rsync, where units are so small that it counts; else 0. */
  readonly starts: number;
  /** Share of the whole run that what lanes did can explain: copying, by more than one lane, and not the start of units. */
  readonly inUnits: number;
}

/** What the rules look at; null where nothing was sampled while it copied. */
export function pictureOf({ facts, samples }: RunMeters, work: RunWork | null): Picture | null {
  const copying = samples.filter(isCopying);
  const last = copying.at(-1);
  if (!last) return null;
  const seen = work === null ? copying.filter(({ at }) => at > last.at - windowMs) : copying;
  const copyMs = seen.reduce((sum, { spanMs }) => sum + spanMs, 0);
  const mean = (of: (sample: RunSample) => number): number => seen.reduce((sum, sample) => sum + of(sample) * sample.spanMs, 0) / copyMs;
  const known = (of: (sample: RunSample) => number | null): number | null => meanOfKnown(seen, of);
  const lanes = meanLanes(seen);
  const total = lanes === null ? 0 : laneSum(lanes);
  const toldLanes = lanes === null ? 0 : total - lanes.other;
  const workedMs = work === null ? copyMs : Math.max(1, work.durationMs - work.beforeMs - work.afterMs);
  const shares = lanes === null || toldLanes <= 0 ? null : scaled(lanes, 1 / toldLanes);
  const alone = Math.min(1, work === null ? aloneMsIn(seen) / copyMs : work.aloneMs / workedMs);
  const around = work === null ? 0 : Math.min(1, (work.beforeMs + work.afterMs) / Math.max(1, work.durationMs));
  const starts = work === null ? 0 : startShare(work, facts, shares?.core ?? 0);
  const outside = work === null ? [] : samples.filter((sample) => !isCopying(sample));
  const stallIn = (some: readonly RunSample[]): number | null => meanOfKnown(some, ({ pressure }) => pressure?.memory ?? null);
  return {
    facts, work, copyMs, alone, around, starts, inUnits: (1 - around) * (1 - alone) * (1 - starts),
    stall: stallIn([...seen, ...outside]), stallAround: stallIn(outside) ?? 0,
    cpuBusy: mean(({ cores }) => average(cores)),
    busiestCore: mean(({ cores }) => Math.max(0, ...cores)),
    ownCpu: known(({ copyCpu, workerCpu }) => (copyCpu === null ? null : copyCpu + (workerCpu ?? 0))),
    otherCpu: known(({ otherCpu }) => otherCpu),
    pressure: seen.every(({ pressure }) => pressure === null) ? null : {
      cpu: known(({ pressure }) => pressure?.cpu ?? null) ?? 0, io: known(({ pressure }) => pressure?.io ?? null) ?? 0,
      memory: known(({ pressure }) => pressure?.memory ?? null) ?? 0,
    },
    memoryUsed: mean(({ memoryUsedBytes }) => memoryUsedBytes) / Math.max(1, facts.memoryBytes),
    swapInPerSecond: known(({ swapInPerSecond }) => swapInPerSecond) ?? 0,
    source: meanPlace(seen, ({ source }) => source), destination: meanPlace(seen, ({ destination }) => destination),
    networkPerSecond: known(({ networkInPerSecond, networkOutPerSecond }) =>
      (networkInPerSecond === null || networkOutPerSecond === null ? null : Math.max(networkInPerSecond, networkOutPerSecond))),
    poolSize: mean(({ poolSize }) => poolSize), busy: mean(({ busy }) => busy), queued: mean(({ queued }) => queued),
    lanes, shares, known: total > 0 ? toldLanes / total : 0,
    entriesPerSecond: mean(({ entriesPerSecond }) => entriesPerSecond), bytesPerSecond: mean(({ bytesPerSecond }) => bytesPerSecond),
  };
}

function isCopying({ phase, busy }: RunSample): boolean {
  return phase === 'copying' && busy > 0;
}

/** From this share of stalled time on memory is worth a word. */
const leastStall = 0.1;
/** Stalls come in bursts between which everything waits for what they threw away. */
const stallFactor = 2;

/** Share of time that stalls for lack of memory explain. */
export function stalledShare(stall: number): number {
  return stall < leastStall ? 0 : Math.min(1, stallFactor * stall);
}

/**
 * By what starting takes and what entries and bytes are predicted to take, not by the clock alone: on a busy machine both take longer.
 */
function startShare({ units, entries, bytesTransferred, laneMs }: RunWork, { source, destination }: RunFacts, core: number): number {
  const eachMs = laneMs / units;
  // What takes less has started none: it was compared, or copied by its worker.
  if (units < manyUnits || eachMs * (1 - core) > shortUnitMs || eachMs < startMs) return 0;
  const cost = guessCost({ sourceLatencyMs: source.latencyMs, destinationLatencyMs: destination.latencyMs, isFull: true, isSpared: true });
  const workMs = (entries * cost.msPerEntry + bytesTransferred / cost.bytesPerMs) / units;
  return workMs > startMs ? 0 : startMs / (startMs + workMs);
}

function aloneMsIn(samples: readonly RunSample[]): number {
  return samples.reduce((sum, { busy, poolSize, queued, spanMs }) => sum + (busy < 1.3 && poolSize > 1.5 && queued < 0.5 ? spanMs : 0), 0);
}

function meanLanes(samples: readonly RunSample[]): LaneStates | null {
  const told = samples.flatMap(({ lanes, spanMs }) => (lanes === null ? [] : [{ lanes, spanMs }]));
  const [first] = told;
  if (!first) return null;
  const totalMs = told.reduce((sum, { spanMs }) => sum + spanMs, 0);
  return mapLanes(first.lanes, (state) => told.reduce((sum, { lanes, spanMs }) => sum + lanes[state] * spanMs, 0) / totalMs);
}

function mapLanes(lanes: LaneStates, of: (state: keyof LaneStates) => number): LaneStates {
  return Object.fromEntries(Object.keys(lanes).map((state) => [state, of(state as keyof LaneStates)])) as LaneStates;
}

function scaled(lanes: LaneStates, factor: number): LaneStates {
  return mapLanes(lanes, (state) => lanes[state] * factor);
}

function laneSum(lanes: LaneStates): number {
  return Object.values(lanes).reduce((sum, value) => sum + value, 0);
}

function meanPlace(samples: readonly RunSample[], of: (sample: RunSample) => PlaceSample): PlaceSample {
  const mean = (figure: keyof PlaceSample): number | null => meanOfKnown(samples, (sample) => of(sample)[figure]);
  return {
    readPerSecond: mean('readPerSecond'), writePerSecond: mean('writePerSecond'), utilisation: mean('utilisation'), awaitMs: mean('awaitMs'),
    roundTripMs: mean('roundTripMs'), roundTripsPerSecond: mean('roundTripsPerSecond'), retransmitsPerSecond: mean('retransmitsPerSecond'),
  };
}

/** Weighted by time, of the samples that tell; null where none does. */
function meanOfKnown(samples: readonly RunSample[], of: (sample: RunSample) => number | null): number | null {
  let sum = 0;
  let totalMs = 0;
  for (const sample of samples) {
    const value = of(sample);
    if (value === null) continue;
    sum += value * sample.spanMs;
    totalMs += sample.spanMs;
  }
  return totalMs === 0 ? null : sum / totalMs;
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
