import { AppError } from '../../../src-shared/errors.ts';
import type { CallEnd, LabSample } from '../../../src-shared/lab-protocol.ts';
import type { RsyncCall } from '../../../src-shared/worker-protocol.ts';
import type { ForkedProcess, WorkerHost } from '../ports.ts';
import { createPool, plainCall, type Pool, type ProcessJournal } from '../run/pool.ts';
import { startLabProcess, type LabProcess } from './lab-process.ts';
import { cpuOfAll } from '../rsync/process-cpu.ts';
import { updateBase, updatedNames, type PlannedWay, type WayFacts, type Work } from './ways.ts';

/** One measurement of one way. Times in ms. */
export interface Measurement {
  readonly durationMs: number;
  readonly cpuMs: number | null;
  /** Until all that starts rsyncs was up; not in the duration. */
  readonly startMs: number;
  /** Why it says nothing; null: all is well. */
  readonly problem: string | null;
  /** The time that was left was not enough: it was ended. */
  readonly isCut: boolean;
  readonly isCold: boolean;
  /** A backup was running into the destination. */
  readonly isLocked: boolean;
}

export interface MeasuringParts {
  readonly workerHost: WorkerHost;
  readonly journal: ProcessJournal;
  /** The one with the scratch folder. */
  readonly lab: LabProcess;
  readonly facts: WayFacts;
  /** Caches are written, and dropped, before each measurement. */
  readonly syncs: boolean;
}

export interface Measuring {
  /** Measures one way once. `checks`: look whether the copy is complete. Rejects when `stop` was called. */
  measure(way: PlannedWay, limitMs: number, checks: boolean): Promise<Measurement>;
  /** Kills what is measured now, but not the process with the scratch folder. */
  stop(): void;
}

type Done = Pick<Measurement, 'durationMs' | 'cpuMs' | 'startMs' | 'problem' | 'isCut'>;

/** Has a worker or process do once all that it does only once. */
const nothing: RsyncCall = { program: 'true', lifeline: 'shell', argv: [], input: null };
/** Where the older versions lie that are updated; made once. */
const updateFolder = 'update';
const copyFolder = 'copy';

/** Runs ways in the scratch folder of `lab`. */
export function createMeasuring({ workerHost, journal, lab, facts, syncs }: MeasuringParts): Measuring {
  let pool: Pool | null = null;
  const helpers = new Set<LabProcess>();
  let isUpdateMade = false;
  let isStopped = false;

  async function makeUpdate(): Promise<void> {
    const { folder } = await lab.ask({ op: 'fresh', name: updateFolder, folders: [], keep: [], syncs: false });
    const call = updateBase(facts, folder);
    const { ends } = await lab.ask({ op: 'perform', from: 'event-loop', atOnce: 1, calls: [call], limitMs: 600_000 });
    const problem = problemOf(ends);
    if (problem !== null) throw new AppError({ kind: 'internal', message: `The older versions could not be made: ${problem}` });
    isUpdateMade = true;
  }

  async function measure(way: PlannedWay, limitMs: number, checks: boolean): Promise<Measurement> {
    const isUpdate = way.over === 'update';
    if (isUpdate && !isUpdateMade) await makeUpdate();
    const name = isUpdate ? updateFolder : copyFolder;
    if (isUpdate) await lab.ask({ op: 'age', name });
    const fresh = await lab.ask({ op: 'fresh', name, folders: [...way.folders], keep: [updateFolder], syncs });
    const done = await perform(way.work(fresh.folder), limitMs);
    if (isStopped) throw new AppError({ kind: 'cancelled', message: 'Cancelled' });
    const facets = { isCold: fresh.isCold, isLocked: fresh.isLocked };
    if (done.problem !== null || done.isCut || !checks) return { ...done, ...facets };
    const found = await lab.ask({ op: 'count', name });
    return { ...done, isCold: fresh.isCold, isLocked: fresh.isLocked || found.isLocked, problem: whatIsMissing(facts.sample, isUpdate, found) };
  }

  function perform(work: Work, limitMs: number): Promise<Done> {
    if (work.kind === 'pool') return performPool(work, limitMs);
    return work.from === 'processes' ? performProcesses(work, limitMs) : performCalls({ ...work, from: work.from }, limitMs);
  }

  async function performCalls({ from, atOnce, calls }: { from: 'event-loop' | 'threads'; atOnce: number; calls: readonly RsyncCall[] }, limitMs: number): Promise<Done> {
    const { durationMs, startMs, cpuMs, isCut, ends } = await lab.ask({ op: 'perform', from, atOnce, calls: [...calls], limitMs });
    return { durationMs, startMs, cpuMs, isCut, problem: problemOf(ends) };
  }

  /** Each process is asked for one call after the other, as a pool does. */
  async function performProcesses({ atOnce, calls }: Extract<Work, { kind: 'calls' }>, limitMs: number): Promise<Done> {
    const setOut = performance.now();
    const processes = Array.from({ length: Math.min(atOnce, calls.length) }, () => startLabProcess(workerHost));
    for (const each of processes) helpers.add(each);
    try {
      const run = async (each: LabProcess, call: (typeof calls)[number]): Promise<CallEnd[]> =>
        (await each.ask({ op: 'perform', from: 'event-loop', atOnce: 1, calls: [call], limitMs })).ends;
      await Promise.all(processes.map((each) => run(each, nothing)));
      const pids = processes.map(({ pid }) => pid);
      const before = cpuOfAll(pids);
      const begin = performance.now();
      const ends: CallEnd[] = [];
      let next = 0;
      const cut = new AbortController();
      const timer = setTimeout(() => {
        cut.abort();
        for (const each of processes) each.kill();
      }, limitMs);
      await Promise.all(processes.map(async (each) => {
        for (let call = calls[next++]; call && !cut.signal.aborted; call = calls[next++]) ends.push(...await run(each, call));
      })).catch((thrown: unknown) => {
        if (!cut.signal.aborted) throw thrown;
      });
      clearTimeout(timer);
      return { durationMs: performance.now() - begin, startMs: begin - setOut, isCut: cut.signal.aborted, problem: problemOf(ends), cpuMs: between(before, cpuOfAll(pids)) };
    } finally {
      for (const each of processes) each.kill();
      for (const each of processes) helpers.delete(each);
    }
  }

  async function performPool({ size, tasks }: Extract<Work, { kind: 'pool' }>, limitMs: number): Promise<Done> {
    const workers: ForkedProcess[] = [];
    const setOut = performance.now();
    const made = createPool({
      fork(script) {
        const worker = workerHost.fork(script);
        workers.push(worker);
        return worker;
      },
    }, journal, size);
    pool = made;
    try {
      await Promise.all(Array.from({ length: size }, (_, index) => made.run({ unit: -1 - index, weight: 0, message: () => plainCall(nothing) })));
      const pids = workers.map(({ pid }) => pid);
      const before = cpuOfAll(pids);
      const begin = performance.now();
      let isCut = false;
      const timer = setTimeout(() => {
        isCut = true;
        made.kill();
      }, limitMs);
      const ends = await Promise.all(tasks.map(({ weight, message }, unit) => made.run({ unit, weight, message: () => message })));
      clearTimeout(timer);
      const durationMs = performance.now() - begin;
      const cpuMs = between(before, cpuOfAll(pids));
      const failed = ends.map(({ result, lost }) => (result?.code === 0 ? null : { code: result?.code ?? null, lastLines: result?.lastLines ?? [lost?.lastWords ?? 'its worker was lost'] }));
      return { durationMs, startMs: begin - setOut, isCut, cpuMs, problem: problemOf(failed.filter((each) => each !== null)) };
    } finally {
      await made.close();
      pool = null;
    }
  }

  return {
    measure,
    stop() {
      isStopped = true;
      pool?.kill();
      for (const each of helpers) each.kill();
    },
  };
}

function between(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}

/** What the first call that failed said. */
function problemOf(ends: readonly CallEnd[]): string | null {
  const failed = ends.find(({ code }) => code !== 0);
  if (!failed) return null;
  const words = failed.lastLines.filter((line) => line !== '').at(0);
  return `rsync ended with ${failed.code ?? 'a signal'}${words === undefined ? '' : `: ${words}`}`;
}

/** A way that leaves something out must not win by that. */
function whatIsMissing(sample: LabSample, isUpdate: boolean, found: { files: number; bytes: number; old: number }): string | null {
  if (isUpdate) return found.old === 0 ? null : `${found.old} files were not updated`;
  const files = sample.folders.reduce((sum, folder) => sum + folder.files.length, 0);
  if (found.files !== files) return `its copy has ${found.files} files, the sample ${files}`;
  return found.bytes === sample.bytes ? null : `its copy has ${found.bytes} bytes, the sample ${sample.bytes}`;
}

/** Names that an update would be made of. */
export function mayUpdate(sample: LabSample): boolean {
  return updatedNames(sample).length > 0;
}
