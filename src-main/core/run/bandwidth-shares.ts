/** What is known when a unit starts. */
export interface LanesNow {
  readonly size: number;
  /** Without the one that starts. */
  readonly busy: number;
  /** Units that have not started, without this one; null while the walk goes on and more may come. */
  readonly waiting: number | null;
}

/** Bytes per second that each running rsync of a run was given. */
export interface BandwidthShares {
  /** The part of `unit`, which starts now. Null: no limit. */
  take(unit: number, lanes: LanesNow): number | null;
  giveBack(unit: number): void;
}

/**
 * Splits a job's limit, in bytes per second, among its rsyncs. Each takes its `--bwlimit` at its start and keeps it
 * (rsync(1)): so what no other unit will claim goes to the one that starts, and the parts of all never exceed the limit.
 * Only a pool that is made larger while all of it is in use may exceed it, until the units then running have ended.
 */
export function createBandwidthShares(limit: number | null): BandwidthShares {
  const taken = new Map<number, number>();
  return {
    take(unit, { size, busy, waiting }) {
      if (limit === null) return null;
      const free = Math.max(0, size - busy - 1);
      const others = waiting === null ? free : Math.min(free, waiting);
      const left = limit - [...taken.values()].reduce((sum, part) => sum + part, 0);
      const part = Math.max(left / (1 + others), left >= limit / size ? 0 : limit / size);
      taken.set(unit, part);
      return part;
    },
    giveBack: (unit) => void taken.delete(unit),
  };
}
