import type { CostModel, PlanRequest } from '../../../src-shared/scout-protocol.ts';

/** What the cost of a run is guessed from before there is a measurement. Latencies in ms per file operation. */
export interface CostFacts {
  readonly sourceLatencyMs: number;
  readonly destinationLatencyMs: number;
  /** Most of the source is not at the destination yet. */
  readonly isFull: boolean;
  /** Something simpler than rsync does most of the work: a worker, cp or tar of a first copy, a comparison of the next ones. */
  readonly isSpared: boolean;
}

/** Below this a lookup is answered from memory or a local disk; what is measured is our own overhead. */
const localLatencyMs = 0.15;

/** Whether a file call waits for a server. */
export function isSlow(latencyMs: number): boolean {
  return latencyMs > localLatencyMs;
}

/**
 * First guess of what an entry costs, from measurements (docs/benchmarks.md): local rsync needs about 0.06 ms of CPU per
 * new file, 0.03 ms where a worker copies it itself, and 0.012 ms per unchanged one, half of that where a worker compares; on a NAS one
 * rsync makes 17 + 34 round trips per new small file and 3 + 17 per unchanged one. Where it is spared
 * the work, many are made at the same time: the factors are what units took. Bytes of a server are guessed so that units of large files hold 30 MB: behind
 * a line of 100 MB/s that ended sooner than 50 MB.
 */
export function guessCost({ sourceLatencyMs, destinationLatencyMs, isFull, isSpared }: CostFacts): CostModel {
  const source = isSlow(sourceLatencyMs) ? sourceLatencyMs : 0;
  const destination = isSlow(destinationLatencyMs) ? destinationLatencyMs : 0;
  return isFull
    ? { msPerEntry: isSpared ? 0.03 + 0.5 * source + 0.6 * destination : 0.06 + 17 * source + 34 * destination, bytesPerMs: source + destination === 0 ? 400_000 : isSpared ? 30_000 : 60_000 }
    // Unchanged files are not read, so bytes cost nothing.
    : { msPerEntry: isSpared ? 0.006 + 0.2 * (source + destination) : 0.012 + 3 * source + 17 * destination, bytesPerMs: Number.MAX_SAFE_INTEGER };
}

/** Predicted time of one rsync over so many entries and bytes, ms. */
export function weightOf(entries: number, bytes: number, cost: CostModel): number {
  return entries * cost.msPerEntry + bytes / cost.bytesPerMs;
}

/**
 * How a tree is cut. Starting an rsync costs 35-41 ms, so a unit must be worth about half a second; more where every operation of an rsync,
 * or many copies of one unit, wait for a server, less where on local disks mostly none is started. The upper limit keeps the tail of a run
 * short. Where a worker copies itself a unit costs some ms only, so each lane gets more of them; a comparison needs an rsync for what differs,
 * in each unit.
 */
export function unitWeights({ sourceLatencyMs, destinationLatencyMs, isFull, isSpared }: CostFacts): Pick<PlanRequest, 'minWeight' | 'maxWeight' | 'unitsPerLane'> {
  const isOnServer = isSlow(sourceLatencyMs) || isSlow(destinationLatencyMs);
  if (isSpared && isFull && !isOnServer) return { minWeight: 250, maxWeight: 4000, unitsPerLane: 8 };
  const minWeight = !isSpared ? 500 + 500 * Math.min(4, sourceLatencyMs + destinationLatencyMs) : isFull ? 1000 : isOnServer ? 500 : 60;
  return { minWeight, maxWeight: minWeight * 8, unitsPerLane: 4 };
}
