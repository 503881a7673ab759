import type { RunWork } from '../../../src-shared/diagnosis.ts';
import type { RsyncResult } from '../../../src-shared/rsync-result.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { unitName } from './unit-name.ts';

/** What is added to by tries and what the run knows itself. Moments and times in ms. */
export interface WorkSum {
  started(unit: Unit, at: number): void;
  /** A try is over; nothing is added for a unit that never started. */
  ended(unit: Unit, result: RsyncResult | null, at: number): void;
  hasBegun(): boolean;
  /** What tries took until `now`, those that go on included. */
  times(now: number): Pick<RunWork, 'beforeMs' | 'afterMs' | 'laneMs' | 'longest'>;
}

type Longest = NonNullable<RunWork['longest']>;

/** A unit whose files hold nearly nothing but one file of this share of its bytes could not have been done by several. */
const oneFileShare = 0.9;

/** Sums over the tries of a run that began at `startedAt`. Keeps no more than the units that run now. */
export function createWorkSum(startedAt: number): WorkSum {
  const running = new Map<number, { readonly unit: Unit; readonly at: number }>();
  let firstAt: number | null = null;
  let lastAt = startedAt;
  let laneMs = 0;
  let longest: Longest | null = null;

  const asTry = (unit: Unit, at: number, now: number, result: RsyncResult | null): Longest => ({
    name: unitName(unit), startMs: at - startedAt, durationMs: now - at, isOneFile: isOneFile(unit, result),
    entries: result?.stats?.entries ?? unit.entries, bytes: result?.stats?.totalBytes ?? unit.bytes,
  });

  return {
    started(unit, at) {
      firstAt ??= at;
      running.set(unit.id, { unit, at });
    },
    ended(unit, result, at) {
      const begun = running.get(unit.id);
      if (!begun) return;
      running.delete(unit.id);
      lastAt = at;
      laneMs += at - begun.at;
      if (at - begun.at > (longest?.durationMs ?? 0)) longest = asTry(unit, begun.at, at, result);
    },
    hasBegun: () => firstAt !== null,
    times(now) {
      let [lanes, most] = [laneMs, longest];
      for (const { unit, at } of running.values()) {
        lanes += now - at;
        if (now - at > (most?.durationMs ?? 0)) most = asTry(unit, at, now, null);
      }
      return {
        beforeMs: (firstAt ?? now) - startedAt, afterMs: firstAt === null || running.size > 0 ? 0 : now - lastAt, laneMs: lanes, longest: most,
      };
    },
  };
}

function isOneFile({ kind, names }: Unit, result: RsyncResult | null): boolean {
  if (kind === 'part' && names.length === 1) return true;
  const stats = result?.stats;
  return stats !== undefined && stats !== null && stats.filesTransferred === 1 && stats.transferredBytes >= oneFileShare * stats.totalBytes;
}
