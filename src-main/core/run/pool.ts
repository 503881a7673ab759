import { AppError } from '../../../src-shared/errors.ts';
import type { Change, LinkedName, RsyncResult } from '../../../src-shared/rsync-result.ts';
import { FromWorker, type RsyncCall, type TopTally, type ToWorker } from '../../../src-shared/worker-protocol.ts';
import type { ForkedProcess, ProcessExit, WorkerHost } from '../ports.ts';
import { createHeaviestFirst } from './heaviest-first.ts';
import { groupIsGone } from './process-group.ts';

/** Time a worker gets to end its rsync by TERM before KILL, ms: two of them fit into the two seconds a cancel may take. */
export const stopGraceMs = 1200;
/** A worker that does not end its rsync in this time after `stopGraceMs` is killed itself, ms. */
const killAfterMs = 400;
/** How long to wait for the kernel to let go of a killed rsync, ms. Longer only where it is stuck in a hung mount. */
const goneWithinMs = 5000;
/** Workers beyond the pool's size end after this time without work, ms: it may soon be larger again, and a start costs 50 ms of CPU. */
const idleMs = 5000;

/** One rsync to run. Told about as it goes on by the listeners. */
export interface Task {
  /** Id of the unit, for the messages. */
  readonly unit: number;
  /** Predicted time, ms: the heaviest waiting task starts first. */
  readonly weight: number;
  /** Made at the start, so that it can depend on the pool's size then. */
  readonly message: () => Omit<Extract<ToWorker, { type: 'run' }>, 'type' | 'unit'>;
  readonly onStarted?: (lane: number, call: RsyncCall) => void;
  readonly onProgress?: (bytes: number) => void;
  readonly onChanges?: (changes: readonly Change[]) => void;
  readonly onTally?: (tally: readonly TopTally[]) => void;
  readonly onLinks?: (links: readonly LinkedName[]) => void;
}

/** A call with nothing before, beside or after it. */
export function plainCall(call: RsyncCall): ReturnType<Task['message']> {
  return { call, fill: null, compare: null, cut: null, linkScan: null, reportChanges: false, countChanges: false };
}

/** `result` null: the worker was lost before it could tell. */
export interface TaskEnd {
  readonly result: RsyncResult | null;
  readonly lost: ProcessExit | null;
  readonly lane: number;
  /** Not started, or ended, because the pool was stopped. */
  readonly stopped: boolean;
  /** The rsync was stopped for a while by a pause: its clocks went on. */
  readonly wasPaused: boolean;
}

/** Remembers started processes on disk, for the sweep after a crash of the host. */
export interface ProcessJournal {
  started(pid: number, startTime: string, kind: 'worker' | 'rsync'): void;
  ended(pid: number, startTime: string): void;
}

export interface Pool {
  /** Starts the workers of all lanes before there are units, while a run on a server mostly waits; so many at once, or all would be late. */
  openLanes(atOnce: number): void;
  run(task: Task): Promise<TaskEnd>;
  /**
   * Lanes are opened on demand up to this many. Where more work, those that began last stand still until there is a lane for
   * them: so a smaller pool is one at once, however long its units take. Idle ones beyond are closed.
   */
  setSize(size: number): void;
  /** Asks for the rsync of a unit to be ended between two files, if it is copying some: its result then says `isSplit`. */
  split(unit: number): void;
  pause(): void;
  resume(): void;
  /** Ends every rsync and takes nothing more. Queued tasks end as `stopped`. */
  stop(): void;
  /** Kills every process at once. */
  kill(): void;
  /** Ends the idle workers but one, without waiting for them: little is left to do. */
  closeAllButOne(): void;
  /** Ends the idle workers and waits for them. */
  close(): Promise<void>;
  readonly size: number;
  /** Lanes that work, without those that stand still. */
  readonly busy: number;
  /** Tasks that wait for a lane, begun or not. */
  readonly queued: number;
  /** Units now running, and for how long, ms. Those that were paused are left out: their time says nothing. */
  running(): { unit: number; forMs: number }[];
  /** All workers; those that stand still for a smaller pool are not busy. */
  workers(): { pid: number; isBusy: boolean }[];
  /** Pids of the rsyncs now running. */
  rsyncPids(): number[];
}

const neverStarted: TaskEnd = { result: null, lost: null, lane: -1, stopped: true, wasPaused: false };

interface Queued {
  readonly task: Task;
  readonly end: (end: TaskEnd) => void;
}

interface Worker {
  readonly lane: number;
  readonly process: ForkedProcess;
  readonly exited: Promise<void>;
  current: Current | null;
  /** Another lane is opened once it is ready. */
  opensNext: boolean;
  /** It was told to end. */
  leaving: boolean;
}

interface Current extends Queued {
  readonly call: RsyncCall;
  /** Place in the order of starts. */
  readonly order: number;
  readonly startedAt: number;
  rsync: { pid: number; startTime: string } | null;
  wasPaused: boolean;
  /** It stands still, as the pool is smaller now than when it began. */
  parked: boolean;
}

/** The workers of a run. Owns processes and order; what an end means is for the caller to decide. */
export function createPool(workerHost: WorkerHost, journal: ProcessJournal, initialSize: number): Pool {
  const queue = createHeaviestFirst<Queued>((queued) => queued.task.weight);
  const workers = new Map<number, Worker>();
  let size = initialSize;
  let starts = 0;
  let paused = false;
  let stopping = false;

  /** Workers that have a task, oldest first. */
  function atWork(parked: boolean): (Worker & { current: Current })[] {
    return [...workers.values()]
      .filter((worker): worker is Worker & { current: Current } => worker.current?.parked === parked)
      .sort((a, b) => a.current.order - b.current.order);
  }

  function schedule(): void {
    if (paused || stopping) return;
    let free = size - atWork(false).length;
    for (const worker of atWork(true)) {
      if (free <= 0) return;
      unpark(worker);
      free--;
    }
    for (const worker of workers.values()) {
      if (free <= 0 || queue.size === 0) return;
      if (worker.current !== null || worker.leaving || worker.lane >= size) continue;
      start(worker);
      free--;
    }
    for (let lane = 0; lane < size && free > 0 && queue.size > 0; lane++) {
      if (workers.has(lane)) continue;
      start(open(lane));
      free--;
    }
  }

  function park(): void {
    for (const worker of atWork(false).slice(size)) {
      worker.current.parked = true;
      worker.current.wasPaused = true;
      send(worker, { type: 'pause' });
    }
  }

  function unpark(worker: Worker & { current: Current }): void {
    worker.current.parked = false;
    send(worker, { type: 'resume' });
  }

  /** Ends a worker beyond the pool's size, unless it is needed again soon. */
  function retire(worker: Worker): void {
    setTimeout(() => {
      if (worker.lane >= size && !stopping && workers.get(worker.lane) === worker) letGo(worker);
    }, idleMs).unref();
  }

  function letGo(worker: Worker): void {
    if (worker.current !== null || worker.leaving) return;
    worker.leaving = true;
    send(worker, { type: 'stop', graceMs: 0, exit: true });
  }

  /** Opens the first lane that has no worker, and when that one is ready the next. */
  function openNext(): void {
    let lane = 0;
    while (workers.has(lane)) lane++;
    if (lane < size && !stopping) open(lane).opensNext = true;
  }

  function open(lane: number): Worker {
    const process = workerHost.fork('worker');
    let gone: () => void;
    const worker: Worker = { lane, process, current: null, opensNext: false, leaving: false, exited: new Promise((resolve) => (gone = resolve)) };
    workers.set(lane, worker);
    process.onMessage((raw) => receive(worker, FromWorker.parse(raw)));
    process.onExit((exit) => {
      workers.delete(lane);
      gone();
      void lose(worker, exit);
    });
    return worker;
  }

  function start(worker: Worker): void {
    const queued = queue.take();
    if (!queued) return;
    const message = queued.task.message();
    worker.current = { ...queued, call: message.call, order: ++starts, startedAt: performance.now(), rsync: null, wasPaused: false, parked: false };
    send(worker, { type: 'run', unit: queued.task.unit, ...message });
    queued.task.onStarted?.(worker.lane, message.call);
  }

  function receive(worker: Worker, message: FromWorker): void {
    const { current } = worker;
    if (message.type === 'ready') return worker.opensNext ? openNext() : undefined;
    if (!current || message.unit !== current.task.unit) return;
    switch (message.type) {
      case 'started':
        // A copy that went before it has ended.
        if (current.rsync) journal.ended(current.rsync.pid, current.rsync.startTime);
        current.rsync = { pid: message.pid, startTime: message.startTime };
        return journal.started(message.pid, message.startTime, 'rsync');
      case 'progress': return current.task.onProgress?.(message.bytes);
      case 'changes': return current.task.onChanges?.(message.changes);
      case 'tally': return current.task.onTally?.(message.tally);
      case 'links': return current.task.onLinks?.(message.links);
      case 'ended': return finish(worker, { result: message.result, lost: null, lane: worker.lane, stopped: stopping });
    }
  }

  function finish(worker: Worker, end: Omit<TaskEnd, 'wasPaused'>): void {
    const { current } = worker;
    if (!current) return;
    worker.current = null;
    if (current.rsync) journal.ended(current.rsync.pid, current.rsync.startTime);
    current.end({ ...end, wasPaused: current.wasPaused });
    // It had ended before it heard that it should stand still.
    if (current.parked && !paused && end.lost === null) send(worker, { type: 'resume' });
    if (worker.lane >= size) retire(worker);
    schedule();
  }

  /** The kernel kills the rsync of a lost worker; its unit may go on only when nothing writes there any more. */
  async function lose(worker: Worker, exit: ProcessExit): Promise<void> {
    const rsync = worker.current?.rsync;
    if (rsync) await groupIsGone(rsync.pid, goneWithinMs);
    finish(worker, { result: null, lost: exit, lane: worker.lane, stopped: stopping });
    schedule();
  }

  function send(worker: Worker, message: ToWorker): void {
    worker.process.send(message);
  }

  function tellAll(message: ToWorker): void {
    for (const worker of workers.values()) send(worker, message);
  }

  function dropQueue(): void {
    for (const queued of queue.clear()) queued.end(neverStarted);
  }

  return {
    openLanes(atOnce) {
      for (let opened = 0; opened < atOnce; opened++) openNext();
    },
    run(task) {
      return new Promise((end) => {
        if (stopping) return end(neverStarted);
        queue.add({ task, end });
        schedule();
      });
    },
    setSize(next) {
      if (!Number.isInteger(next) || next < 1) throw new AppError({ kind: 'invalid-input', message: `A pool cannot have ${next} workers` });
      size = next;
      if (stopping) return;
      for (const worker of workers.values()) if (worker.lane >= size && worker.current === null) retire(worker);
      park();
      schedule();
    },
    split(unit) {
      for (const worker of workers.values()) if (worker.current?.task.unit === unit) send(worker, { type: 'split', graceMs: stopGraceMs });
    },
    pause() {
      paused = true;
      for (const { current } of workers.values()) if (current) current.wasPaused = true;
      tellAll({ type: 'pause' });
    },
    resume() {
      paused = false;
      for (const worker of workers.values()) if (!worker.current?.parked) send(worker, { type: 'resume' });
      schedule();
    },
    stop() {
      if (stopping) return;
      stopping = true;
      dropQueue();
      tellAll({ type: 'stop', graceMs: stopGraceMs, exit: true });
      setTimeout(() => workers.forEach((worker) => worker.process.kill()), stopGraceMs + killAfterMs).unref();
    },
    kill() {
      stopping = true;
      dropQueue();
      for (const worker of workers.values()) {
        const pid = worker.current?.rsync?.pid;
        if (pid !== undefined) killGroup(pid);
        worker.process.kill();
      }
    },
    closeAllButOne() {
      // The lowest lane is one that work is given to, however small the pool has become.
      for (const worker of workers.values()) worker.opensNext = false;
      const staying = [...workers.values()].filter(({ leaving }) => !leaving).sort((a, b) => a.lane - b.lane);
      staying.slice(1).forEach(letGo);
    },
    async close() {
      stopping = true;
      dropQueue();
      tellAll({ type: 'stop', graceMs: stopGraceMs, exit: true });
      const last = [...workers.values()];
      const timer = setTimeout(() => last.forEach((worker) => worker.process.kill()), stopGraceMs + killAfterMs);
      await Promise.all(last.map((worker) => worker.exited));
      clearTimeout(timer);
    },
    get size() {
      return size;
    },
    get busy() {
      return atWork(false).length;
    },
    get queued() {
      return queue.size + atWork(true).length;
    },
    running() {
      const now = performance.now();
      return [...workers.values()].flatMap(({ current }) =>
        (current && !current.wasPaused ? [{ unit: current.task.unit, forMs: now - current.startedAt }] : []));
    },
    workers: () => [...workers.values()].map(({ process: { pid }, current }) => ({ pid, isBusy: current?.parked === false })),
    rsyncPids: () => [...workers.values()].flatMap((worker) => worker.current?.rsync?.pid ?? []),
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
