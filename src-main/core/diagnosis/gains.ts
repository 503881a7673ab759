import type { RunWork } from '../../../src-shared/diagnosis.ts';
import { largestSize } from '../run/controller.ts';
import type { Picture } from './picture.ts';

/** Sizes of a pool that are worth advising. */
const sizes = [2, 4, 8, 12, 16, 24, 32, 48, largestSize];
/** A processor that gives more than this to one run has nothing left for what the machine does besides. */
const usableCpu = 0.92;
/** The smaller size is advised where it brings nearly what the best one would. */
const nearlyBest = 0.93;
/** Units are not cut smaller than this, ms (see plan/cost.ts): so many lanes at most have something to do. */
const smallestUnitMs = 500;

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

/** Cores' worth of CPU time that grows with the work: that of a FUSE daemon on this machine does so as well. */
function cpuDemand({ facts, ownCpu, otherCpu, cpuBusy }: Picture): number {
  const own = ownCpu ?? cpuBusy * facts.cores;
  const hasDaemon = facts.source.kind === 'fuse' || facts.destination.kind === 'fuse';
  return own + (hasDaemon ? otherCpu ?? 0 : 0);
}

/** How many times as much work the processor could do for this run. */
export function cpuRoom(picture: Picture): number {
  const { facts, ownCpu, otherCpu, cpuBusy } = picture;
  const demand = cpuDemand(picture);
  const others = Math.max(0, (ownCpu ?? cpuBusy * facts.cores) + (otherCpu ?? 0) - demand);
  return Math.max(1, (usableCpu * facts.cores - others) / Math.max(0.01, demand));
}

/** The longest chain of work that no number of lanes makes shorter, ms: a file is copied by one rsync. */
function criticalMs(work: RunWork): number {
  return work.longest?.isOneFile === true ? work.longest.durationMs : smallestUnitMs;
}

/**
 * A larger pool for a run whose lanes wait for a server, and what it brings: waits shrink with the lanes, but not further than
 * the processor, the longest file and the number of units allow. Null where it has what is useful.
 */
export function morePool(picture: Picture): { readonly workers: number; readonly gain: number } | null {
  const { work, copyMs, busy } = picture;
  const now = Math.max(1, busy);
  const copyingMs = work === null ? copyMs : Math.max(1, work.durationMs - work.beforeMs - work.afterMs);
  const longest = work === null ? Infinity : copyingMs / criticalMs(work);
  const gainOf = (workers: number): number => wholeGain(picture, Math.max(1, Math.min(workers / now, cpuRoom(picture), longest)));
  const larger = sizes.filter((size) => size > picture.poolSize * 1.2);
  const best = Math.max(1, ...larger.map(gainOf));
  const workers = larger.find((size) => gainOf(size) >= nearlyBest * best);
  return workers === undefined || best < 1.1 ? null : { workers, gain: gainOf(workers) };
}

/** What it brings when the longest unit is done by as many lanes as there are: all lanes end together, or all cores are busy. */
export function splitGain(picture: Picture, work: RunWork): number {
  const copyingMs = Math.max(1, work.durationMs - work.beforeMs - work.afterMs);
  const evenly = work.laneMs / Math.max(1, picture.poolSize);
  return wholeGain(picture, Math.min(copyingMs / Math.max(1, evenly), cpuRoom(picture)));
}

/** What it brings when the longest unit is begun first: the run ends with it, or when all lanes have done their part. */
export function firstGain(picture: Picture, work: RunWork): number {
  const copyingMs = Math.max(1, work.durationMs - work.beforeMs - work.afterMs);
  const leastMs = Math.max(work.longest?.durationMs ?? 0, work.laneMs / Math.max(1, picture.poolSize));
  return wholeGain(picture, Math.max(1, copyingMs / Math.max(1, leastMs)));
}
