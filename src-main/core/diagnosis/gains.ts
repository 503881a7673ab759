import type { RunWork } from '../../../src-shared/diagnosis.ts';
import { guessCost, isSlow, unitWeights } from '../plan/cost.ts';
import { isPlain } from '../rsync/fill.ts';
import { largestSize } from '../run/controller.ts';
import { startMs, type Picture } from './picture.ts';

/** Sizes of a pool that are worth advising. */
const sizes = [2, 4, 8, 12, 16, 24, 32, 48, largestSize];
/** A processor that gives more than this to one run has nothing left for what the machine does besides. */
const usableCpu = 0.92;
/** The smaller size is advised where it brings nearly what the best one would. */
const nearlyBest = 0.85;
/** Twice the lanes do 1.8 times the work of a server's client (measured from 1 to 8 and 16: 6 and 12 times as fast). */
const perLane = 0.86;
/** Processor time of a worker until its first rsync runs, ms. */
const workerCpuMs = 200;

/**
 * Amdahl's law: how many times as fast the whole run is when its copying is `factor` times as fast. What is before the first
 * unit and after the last one stays.
 */
export function wholeGain({ around }: Pick<Picture, 'around'>, factor: number): number {
  return 1 / (around + (1 - around) / factor);
}

/** The same where only a share of the copying gets faster. */
export function partGain(picture: Pick<Picture, 'around'>, share: number, factor: number): number {
  return wholeGain(picture, 1 / (1 - share + share / factor));
}

/**
 * What comes of a disk or line twice as fast that lanes wait for so much of their time: halfway between waits that each lane
 * has for itself, and a queue that all share, behind which the rest of the work hides.
 */
export function twiceAsFast(picture: Pick<Picture, 'around'>, waits: number): number {
  return partGain(picture, (1 + waits) / 2, 2);
}

/** Cores' worth of CPU time that grows with the work: that of a FUSE daemon on this machine does so as well, and is no more than who asks it takes. */
function cpuDemand({ facts, ownCpu, otherCpu, cpuBusy }: Picture): number {
  const own = ownCpu ?? cpuBusy * facts.cores;
  const hasDaemon = facts.source.kind === 'fuse' || facts.destination.kind === 'fuse';
  return own + (hasDaemon ? Math.min(own, otherCpu ?? 0) : 0);
}

/** Of what others take, a run with more processes that want a core gets so much (sched(7): each process gets its turn). */
const takenFromOthers = 0.5;

/** How many times as much work the processor could do for this run. */
export function cpuRoom(picture: Picture): number {
  const { facts, ownCpu, otherCpu, cpuBusy } = picture;
  const demand = cpuDemand(picture);
  const others = Math.max(0, (ownCpu ?? cpuBusy * facts.cores) + (otherCpu ?? 0) - demand);
  return Math.max(1, (usableCpu * facts.cores - (1 - takenFromOthers) * others) / Math.max(0.01, demand));
}

/** What no number of lanes makes shorter, ms: a file is copied by one rsync, and units are not cut as small as one likes. */
function criticalMs({ facts }: Picture, { longest, laneMs, units }: RunWork): number {
  if (longest?.isOneFile === true) return longest.durationMs;
  const { minWeight } = unitWeights({ sourceLatencyMs: facts.source.latencyMs, destinationLatencyMs: facts.destination.latencyMs, isFull: true, isSpared: false });
  return Math.min(minWeight, laneMs / Math.max(1, units));
}

/**
 * A larger pool for a run whose lanes wait for a server, and what it brings: waits shrink with the lanes, but not further than
 * the processor, the longest file and the number of units allow, and more workers take longer to start. Null where it has what is useful.
 */
export function morePool(picture: Picture): { readonly workers: number; readonly gain: number } | null {
  const { work, copyMs, busy, poolSize, facts } = picture;
  const now = Math.max(1, busy);
  const copyingMs = work === null ? copyMs : Math.max(1, work.durationMs - work.beforeMs - work.afterMs);
  const longest = work === null ? Infinity : copyingMs / criticalMs(picture, work);
  const gainOf = (workers: number): number => {
    const copying = Math.max(1, Math.min((workers / now) ** perLane, cpuRoom(picture), longest));
    const startingMs = work === null ? 0 : ((workers - poolSize) * workerCpuMs) / facts.cores;
    return wholeGain(picture, copyingMs / (copyingMs / copying + startingMs));
  };
  const larger = sizes.filter((size) => size > poolSize * 1.2);
  const best = Math.max(1, ...larger.map(gainOf));
  const workers = larger.find((size) => gainOf(size) >= nearlyBest * best);
  return workers === undefined || best < 1.1 ? null : { workers, gain: gainOf(workers) };
}

/**
 * New folders of a split unit are copied by workers themselves, one that stays whole by rsync (rsync/fill.ts), which takes so many times the
 * processor time: for small files, and for content.
 */
const sparedCpu = { small: 2, large: 3 };
/** Mean size from which on content is what takes the time, bytes. */
const largeFile = 256 * 1024;

/** How many times as fast that makes what lanes do: only what the processor does gets less. */
function sparedBySplit({ shares, facts: { source, destination, options } }: Picture, work: RunWork): number {
  const isFirstCopy = !isSlow(source.latencyMs) && !isSlow(destination.latencyMs) && work.bytesTransferred > 0.5 * work.bytes;
  if (!isFirstCopy || !isPlain(options)) return 1;
  const onCpu = shares === null ? 0 : shares.cpu + shares.core;
  return 1 / (1 - onCpu + onCpu / (work.bytes / Math.max(1, work.entries) > largeFile ? sparedCpu.large : sparedCpu.small));
}

/** What it brings when the longest unit is done by as many lanes as there are: all lanes end together, or all cores are busy. */
export function splitGain(picture: Picture, work: RunWork): number {
  const copyingMs = Math.max(1, work.durationMs - work.beforeMs - work.afterMs);
  const evenly = work.laneMs / Math.max(1, picture.poolSize);
  return wholeGain(picture, Math.min(copyingMs / Math.max(1, evenly), cpuRoom(picture)) * sparedBySplit(picture, work));
}

/** What it brings when the longest unit is begun first: the run ends with it, or when all lanes have done their part. */
export function firstGain(picture: Picture, work: RunWork): number {
  const copyingMs = Math.max(1, work.durationMs - work.beforeMs - work.afterMs);
  const leastMs = Math.max(work.longest?.durationMs ?? 0, work.laneMs / Math.max(1, picture.poolSize));
  return wholeGain(picture, Math.max(1, copyingMs / Math.max(1, leastMs)));
}

/** What it brings when few units do what so many have done: their starts are saved, but each entry still is one rsync's, and so is a start. */
export function unitsGain(picture: Picture, work: RunWork, starts: number): number {
  const { facts: { source, destination, options, cores }, poolSize } = picture;
  const copyingMs = Math.max(1, work.durationMs - work.beforeMs - work.afterMs);
  // Larger ones may need no rsync at all.
  const { msPerEntry } = guessCost({ sourceLatencyMs: source.latencyMs, destinationLatencyMs: destination.latencyMs, isFull: true, isSpared: isPlain(options) });
  const leastMs = 2 * startMs + (work.entries * msPerEntry) / Math.max(1, Math.min(poolSize, cores));
  return wholeGain(picture, copyingMs / Math.max(leastMs, copyingMs * (1 - starts)));
}
