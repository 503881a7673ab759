import type { Notice, Trigger } from '../../../src-shared/run.ts';
import { noTotals } from '../../../src-shared/run.ts';
import type { DueEntry, DueWait, ScheduledJob, WaitingDue } from '../store/dues.ts';
import type { Store } from '../store/open-store.ts';
import type { SchedulerOwner } from '../store/scheduler-record.ts';
import { missedReason, pausedReason, policyReason, switchedOffReason, windowReason } from './reasons.ts';
import type { Timetable } from './timetable.ts';

/** A due time that is noticed later than this was missed, ms: a busy machine is a little late. */
const onTimeMs = 60_000;

export interface DecisionParts {
  readonly store: () => Store;
  readonly now: () => number;
  readonly self: Pick<SchedulerOwner, 'pid' | 'startTime'>;
  /** Called after each change. */
  readonly changed: () => void;
}

/** What is written down of due times. All throw what the store throws. */
export interface Decisions {
  /** Keeps due times seen for the first time as waiting. True when one of them is to run now. */
  note(job: ScheduledJob, timetable: Timetable, dueTimes: readonly number[], isPaused: boolean): boolean;
  /** Skips those that can or shall not run any more, and returns the rest. `job` null: its schedule is off. */
  sift(job: ScheduledJob | null, timetable: Timetable | null, waiting: readonly WaitingDue[], isPaused: boolean): WaitingDue[];
  /** Decides all as skipped, with one row in the history. */
  skip(waiting: readonly WaitingDue[], reason: (due: WaitingDue) => string, level?: Notice['level']): void;
  /** Lets them wait for something else, or for another reason. */
  wait(waiting: readonly WaitingDue[], waitsFor: DueWait | null, reason: string | null): void;
  /** Decides all as run by what `start` starts; where that throws, nothing is decided. */
  run(waiting: readonly WaitingDue[], start: (trigger: Trigger) => void): void;
}

/** Decisions kept in `store`. */
export function createDecisions({ store, now, self, changed }: DecisionParts): Decisions {
  const decided = (outcome: DueEntry['outcome'], reason: string | null): DueEntry => ({ outcome, waitsFor: null, reason, at: now() });
  const waits = (waitsFor: DueWait, reason: string | null): DueEntry => ({ outcome: 'waiting', waitsFor, reason, at: now() });

  function skip(waiting: readonly WaitingDue[], reason: (due: WaitingDue) => string, level: Notice['level'] = 'warning'): void {
    const last = waiting.at(-1);
    if (!last) return;
    const { dues, runs } = store();
    const more = waiting.length > 1 ? ` So were ${waiting.length - 1} earlier ones.` : '';
    dues.change(last.jobId, new Map(waiting.map((due) => [due.dueAt, decided('skipped', reason(due))])), () => {
      const run = runs.start({ jobId: last.jobId, trigger: triggerOf(waiting), at: now(), rsyncVersion: null, hostPid: self.pid, hostStartTime: self.startTime });
      runs.end(run, {
        state: 'skipped', at: now(), totals: noTotals, limitedBy: null, error: null,
        notices: [{ level, message: `This run was skipped.${more} ${reason(last)}` }],
      });
      dues.setRun(last.jobId, waiting.map(({ dueAt }) => dueAt), run);
    });
    changed();
  }

  return {
    skip,
    note(job, { timeZone }, dueTimes, isPaused) {
      const last = dueTimes.at(-1);
      const onTime = last !== undefined && !isPaused && now() - last <= onTimeMs ? last : null;
      const waitsFor = job.schedule.missed === 'ask' ? 'answer' : 'settle';
      const reasonOf = isPaused ? pausedReason : missedReason;
      store().dues.add(job.id, new Map(dueTimes.map((dueAt) => (
        [dueAt, dueAt === onTime ? waits('start', null) : waits(waitsFor, reasonOf(dueAt, now(), timeZone))]
      ))));
      changed();
      return onTime !== null;
    },
    sift(job, timetable, waiting, isPaused) {
      const isOff = (due: WaitingDue): boolean => !job || due.dueAt <= job.since;
      skip(waiting.filter(isOff), () => switchedOffReason, 'info');
      if (!job || !timetable) return [];
      const own = waiting.filter((due) => !isOff(due));
      const endOf = ({ dueAt }: WaitingDue): number => timetable.windowEnd(dueAt) ?? Infinity;
      skip(own.filter((due) => endOf(due) <= now()), (due) => windowReason(due.reason, endOf(due), now(), timetable.timeZone));
      const open = own.filter((due) => endOf(due) > now());
      const isLeftOut = ({ waitsFor }: WaitingDue): boolean => job.schedule.missed === 'skip' && waitsFor === 'settle';
      skip(open.filter(isLeftOut), ({ reason }) => policyReason(reason), isPaused ? 'info' : 'warning');
      return open.filter((due) => !isLeftOut(due));
    },
    wait(waiting, waitsFor, reason) {
      const others = waiting.filter((due) => due.reason !== reason || (waitsFor !== null && due.waitsFor !== waitsFor));
      const [first] = others;
      if (!first) return;
      store().dues.change(first.jobId, new Map(others.map((due) => [due.dueAt, waits(waitsFor ?? due.waitsFor, reason)])));
      changed();
    },
    run(waiting, start) {
      const newest = waiting.findLast(({ waitsFor }) => waitsFor === 'start')?.dueAt;
      const [first] = waiting;
      if (!first) return;
      const entries = new Map(waiting.map(({ dueAt, reason, waitsFor }) => (
        [dueAt, dueAt === newest ? decided('ran', null) : decided('caught-up', waitsFor === 'start' ? null : reason)]
      )));
      store().dues.change(first.jobId, entries, () => start(triggerOf(waiting)));
      changed();
    },
  };
}

/** A run that only makes up for others is a catch-up. */
function triggerOf(waiting: readonly WaitingDue[]): Trigger {
  return waiting.some(({ waitsFor }) => waitsFor === 'start') ? 'schedule' : 'catch-up';
}
