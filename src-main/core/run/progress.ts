import type { Progress } from '../../../src-shared/run-event.ts';
import type { RunState } from '../../../src-shared/run.ts';
import type { Unit } from '../../../src-shared/unit.ts';

interface Running {
  readonly unit: Unit;
  readonly name: string;
  readonly lane: number;
  readonly startedAt: number;
  bytes: number;
}

/** Speeds are means over this time, ms: long enough to be calm, short enough to show a change. */
const windowMs = 5000;

/** Keeps count of a run for those who watch it. */
export interface ProgressTracker {
  known(units: readonly Unit[]): void;
  planned(): void;
  started(unit: Unit, name: string, lane: number, at: number): void;
  moved(unitId: number, bytes: number): void;
  /** Of a unit that runs now. */
  movedBytes(unitId: number): number;
  /** A try of a unit is over; `done` when no further try will follow. */
  ended(unit: Unit, done: boolean, entries: number, bytesTransferred: number): void;
  /** Units that have not started, without one that is about to; null until all are known. */
  waiting(): number | null;
  /** Predicted time of what is done, ms, running units by the bytes they moved: it grows as fast as the run goes. */
  workDone(): number;
  /** Entries and bytes so far, those of running units by the bytes they moved. */
  done(): { entries: number; bytes: number };
  frame(state: RunState, now: number, poolSize: number): Progress;
}

/** A tracker for a run that started at `startedAt` (ms, the clock of all other times given to it). */
export function createProgressTracker(startedAt: number): ProgressTracker {
  const running = new Map<number, Running>();
  const history: { at: number; bytes: number; entries: number }[] = [{ at: startedAt, bytes: 0, entries: 0 }];
  let planning = true;
  let weightKnown = 0;
  let weightDone = 0;
  let entriesKnown = 0;
  let entriesDone = 0;
  let bytesDone = 0;
  let unitsKnown = 0;
  let unitsDone = 0;
  let highWater = 0;

  /** The share of running units that is probably done, by the bytes they moved of those they have. */
  function weightUnderWay(): number {
    let sum = 0;
    for (const { unit, bytes } of running.values()) sum += unit.weight * shareDone(unit, bytes);
    return sum;
  }

  function doneNow(): { entries: number; bytes: number } {
    const sum = { entries: entriesDone, bytes: bytesDone };
    for (const { unit, bytes } of running.values()) {
      sum.entries += unit.entries * shareDone(unit, bytes);
      sum.bytes += bytes;
    }
    return sum;
  }

  return {
    known(units) {
      unitsKnown += units.length;
      for (const unit of units) {
        weightKnown += unit.weight;
        entriesKnown += unit.entries;
      }
    },
    planned() {
      planning = false;
    },
    started(unit, name, lane, at) {
      running.set(unit.id, { unit, name, lane, startedAt: at, bytes: 0 });
    },
    moved(unitId, bytes) {
      const entry = running.get(unitId);
      // The next process of a unit starts at nothing.
      if (entry) entry.bytes = Math.max(entry.bytes, bytes);
    },
    movedBytes: (unitId) => running.get(unitId)?.bytes ?? 0,
    ended(unit, done, entries, bytesTransferred) {
      running.delete(unit.id);
      if (!done) return;
      unitsDone++;
      weightDone += unit.weight;
      entriesDone += entries;
      bytesDone += bytesTransferred;
    },
    waiting: () => (planning ? null : Math.max(0, unitsKnown - unitsDone - running.size - 1)),
    done: doneNow,
    workDone: () => weightDone + weightUnderWay(),
    frame(state, now, poolSize) {
      const bytesNow = doneNow().bytes;
      history.push({ at: now, bytes: bytesNow, entries: entriesDone });
      while (history.length > 2 && now - history[0]!.at > windowMs) history.shift();
      const first = history[0]!;
      const seconds = Math.max(0.25, (now - first.at) / 1000);
      const elapsedMs = now - startedAt;
      // Until the walk has ended the whole is not known, and a share of it would mislead.
      const fraction = planning || weightKnown === 0 ? null : Math.min(1, (weightDone + weightUnderWay()) / weightKnown);
      if (fraction !== null) highWater = Math.max(highWater, fraction);
      const honest = fraction !== null && highWater > 0.02 && elapsedMs > 1000;
      return {
        state, elapsedMs, planning, poolSize, unitsKnown, unitsDone, entriesKnown, entriesDone,
        fraction: fraction === null ? null : highWater,
        leftMs: honest ? (elapsedMs * (1 - highWater)) / highWater : null,
        bytesDone: bytesNow,
        bytesPerSecond: Math.max(0, (bytesNow - first.bytes) / seconds),
        entriesPerSecond: Math.max(0, (entriesDone - first.entries) / seconds),
        lanes: [...running.values()]
          .sort((a, b) => a.lane - b.lane)
          .map(({ unit, name, lane, startedAt: since, bytes }) =>
            ({ lane, unit: unit.id, kind: unit.kind, name, entries: unit.entries, bytes, startedAt: since })),
      };
    },
  };
}

/** The share of a running unit that is probably done. */
function shareDone(unit: Unit, bytes: number): number {
  return Math.min(0.95, unit.bytes > 0 ? bytes / unit.bytes : 0);
}
