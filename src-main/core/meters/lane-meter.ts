import type { LaneStates } from '../../../src-shared/run-meters.ts';
import { readStat } from '../rsync/process-cpu.ts';
import { activityOf, type Activity } from './activity.ts';
import { createProcessTrees, type CopyProcess } from './lane-processes.ts';
import { createLaneSum, sharesOf, together, type LanePlaces, type Shares, type Waits } from './lane-states.ts';
import { listProc, readProc, readProcLink } from './proc-file.ts';
import { readTimes, type ProcessTimes } from './process-times.ts';

/** Started processes looked at, in all lanes together and of one lane at least; its oldest stand for the others. A worker may have 32 tars. */
const mostProcesses = 128;
const leastPerLane = 5;
/** Threads of a worker that are looked at until so many were seen to wait for storage. */
const enoughThreads = 4;

/** A worker of the pool. */
export interface LaneWorker {
  readonly pid: number;
  /** It has a unit and is not standing still for a smaller pool. */
  readonly isBusy: boolean;
}

/** What was seen since it was last asked. */
export interface LaneReading {
  /** Null where the system does not tell what processes wait for. */
  readonly lanes: LaneStates | null;
  /** CPU time of what copies and of the workers themselves, ms. */
  readonly copyMs: number;
  readonly workerMs: number;
}

/** Looks at the processes of a run's lanes, on Linux. */
export interface LaneMeter {
  /** One look, `spanMs` after the last. */
  look(workers: readonly LaneWorker[], spanMs: number): void;
  take(spanMs: number): LaneReading;
}

interface Known {
  /** All that its processes have used; never falls, though one that ends is counted anew only when it was waited for. */
  copied: number;
  own: number;
  /** The last waits seen while nothing of the lane was on a core. */
  waits: Waits | null;
}

/** A meter for lanes that copy between these two places. */
export function createLaneMeter(places: LanePlaces): LaneMeter {
  const trees = createProcessTrees();
  const workersKnown = new Map<number, Known>();
  let times = new Map<number, ProcessTimes>();
  const sum = createLaneSum();
  let [copyMs, workerMs] = [0, 0];
  let isTold = true;

  /** What a lane waits for now, and how much of it is on a core or ready for one. */
  function waitsOf(worker: number, processes: readonly CopyProcess[]): { waits: Waits | null; running: number } {
    if (processes.length === 0) return waitsOfThreads(worker);
    const seen = processes.map(({ pid, side }) => ({ side, activity: look(`/proc/${pid}`) }));
    return {
      running: seen.filter(({ activity }) => activity.kind === 'running').length,
      waits: together(seen.map(({ side, activity }) => sharesOf(activity, side, places))),
    };
  }

  /** A worker that compares or makes folders waits in threads of its own. */
  function waitsOfThreads(worker: number): { waits: Waits | null; running: number } {
    const shares: Shares[] = [];
    let running = 0;
    for (const thread of listProc(`/proc/${worker}/task`)) {
      const activity = look(`/proc/${worker}/task/${thread}`);
      if (activity.kind === 'running') running++;
      if (activity.kind === 'io') shares.push(sharesOf(activity, 'both', places));
      if (shares.length >= enoughThreads) break;
    }
    return { running, waits: together(shares) };
  }

  function look(folder: string): Activity {
    return activityOf({
      syscall: readProc(`${folder}/syscall`), wchan: () => readProc(`${folder}/wchan`), target: (descriptor) => readProcLink(`${folder}/fd/${descriptor}`),
    });
  }

  return {
    look(workers, spanMs) {
      const now = new Map<number, ProcessTimes>();
      /** What it used in all, and how long it was ready since the last look. */
      const timesOf = (pid: number): ProcessTimes | null => {
        const read = readTimes(pid);
        if (read === null) return null;
        now.set(pid, read);
        return { cpu: read.cpu, ready: Math.max(0, read.ready - (times.get(pid)?.ready ?? 0)) };
      };
      const mostPerLane = Math.max(leastPerLane, Math.floor(mostProcesses / Math.max(1, workers.length)));
      for (const { pid, isBusy } of workers) {
        const stat = readStat(pid);
        const processes = trees.of(pid, mostPerLane);
        if (stat === null) continue;
        isTold = processes !== null;
        const known = workersKnown.get(pid) ?? { copied: 0, own: 0, waits: null };
        workersKnown.set(pid, known);
        let copied = stat.children;
        // Of a worker with nothing started this is its first thread, which begins its work and works off its messages.
        let ready = processes?.length === 0 ? timesOf(pid)?.ready ?? 0 : 0;
        for (const each of processes ?? []) {
          const read = timesOf(each.pid);
          copied += read?.cpu ?? 0;
          ready += read?.ready ?? 0;
        }
        const copiedNow = Math.max(0, copied - known.copied);
        const ownNow = Math.max(0, stat.own - known.own);
        known.copied = Math.max(known.copied, copied);
        known.own = stat.own;
        copyMs += copiedNow;
        workerMs += ownNow;
        if (!isBusy) {
          known.waits = null;
          continue;
        }
        const { waits, running } = waitsOf(pid, processes ?? []);
        // What is seen beside a process that runs is only a part of the lane's waits, but better than nothing.
        if (running === 0 || known.waits === null) known.waits = waits;
        const cpu = copiedNow + ownNow;
        // Other threads than the first tell it only by being seen.
        if (processes?.length === 0) ready = Math.max(ready, running * spanMs - cpu);
        sum.add(spanMs, { cpu, ready }, known.waits);
      }
      times = now;
      trees.forgetUnseen();
      for (const pid of workersKnown.keys()) if (!workers.some((each) => each.pid === pid)) workersKnown.delete(pid);
    },
    take(spanMs) {
      const reading = { lanes: isTold ? sum.take(spanMs) : null, copyMs, workerMs };
      [copyMs, workerMs] = [0, 0];
      return reading;
    },
  };
}
