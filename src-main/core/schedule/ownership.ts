import type { SchedulerState } from '../../../src-shared/schedule.ts';
import type { SchedulerOwner, SchedulerRecord } from '../store/scheduler-record.ts';

/** An owner that gave no sign for so long hangs or was stopped, ms. What it still decides is kept once only. */
const silentAfterMs = 10 * 60_000;

export interface OwnershipParts {
  readonly record: () => SchedulerRecord;
  readonly now: () => number;
  readonly self: Pick<SchedulerOwner, 'pid' | 'startTime'>;
  readonly isAlive: (pid: number, startTime: string) => boolean;
}

/** Who schedules the jobs of a data folder: one process at a time. */
export interface Ownership {
  /** Takes or keeps the schedules for this process; false where another one has them. */
  hold(): boolean;
  release(): void;
  state(): SchedulerState['owner'];
}

/** Ownership as the record in the store says. */
export function createOwnership({ record, now, self, isAlive }: OwnershipParts): Ownership {
  const isGone = ({ pid, startTime, beatAt }: SchedulerOwner): boolean => !isAlive(pid, startTime) || Math.abs(now() - beatAt) > silentAfterMs;
  return {
    hold: () => record().own({ ...self, beatAt: now() }, isGone),
    release: () => record().release(self),
    state() {
      const owner = record().owner();
      if (owner === null) return 'none';
      if (owner.pid === self.pid && owner.startTime === self.startTime) return 'this';
      return isGone(owner) ? 'none' : 'other';
    },
  };
}
