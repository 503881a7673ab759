import { cpus } from 'node:os';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { JobOptions } from '../../../src-shared/job.ts';
import type { LabRequest, LabResult, LabState } from '../../../src-shared/lab.ts';
import { journalFor } from '../run/journal.ts';
import { busyError } from '../safety/busy.ts';
import { createLockHolder } from '../safety/lock-holder.ts';
import { explain } from './explain.ts';
import { figuresOf, medianOf, winnerOf, type Tries } from './figures.ts';
import type { LabParts } from './lab.ts';
import { startLabProcess, type LabProcess } from './lab-process.ts';
import { createMeasuring, mayUpdate, type Measuring } from './measure.ts';
import { prepareLab, takeSample, type Prepared } from './prepare.ts';
import { measureRounds } from './rounds.ts';
import { planWays, type WayFacts } from './ways.ts';

export interface ExperimentParts extends Pick<LabParts, 'ports' | 'store' | 'runs'> {
  readonly key: string;
  readonly request: LabRequest;
  /** Of the job that it is made for. */
  readonly options: JobOptions;
  readonly changed: () => void;
}

/** One Lab, from its start to its end. */
export interface Experiment {
  state(): LabState;
  hasEnded(): boolean;
  /** Resolves when nothing of it is left. */
  cancel(): Promise<void>;
}

/** The scratch folder of a Lab that was ended by force is given so long to go, ms. */
const clearMs = 60_000;
/** Files of one update are enough. */
const noUpdate = 'There is no file in the sample that could be updated.';

/** Starts a Lab; never throws: what fails is in its state. */
export function startExperiment(parts: ExperimentParts): Experiment {
  const { ports, store, runs, key, request, changed } = parts;
  const { clock, workerHost } = ports;
  const startedAt = clock.now();
  let lab: LabProcess | null = null;
  let measuring: Measuring | null = null;
  let prepared: Prepared | null = null;
  let isCancelled = false;
  let isOpen = false;
  let state: LabState = { key, request, phase: 'sampling', doing: 'Looking at source and destination', done: 0, total: 0, figures: [], result: null, error: null };

  function tell(change: Partial<LabState>): void {
    state = { ...state, ...change };
    changed();
  }

  function stopIfCancelled(): void {
    if (isCancelled) throw new AppError({ kind: 'cancelled', message: 'Cancelled' });
  }

  async function execute(): Promise<void> {
    try {
      const result = await work();
      if (result) store().labResults.add(result);
      tell({ phase: 'ended', doing: '', result, figures: result.figures });
    } catch (thrown) {
      const error = toAppError(thrown).toData();
      if (isOpen) await clear();
      tell(isCancelled ? { phase: 'cancelled', doing: '' } : { phase: 'failed', doing: '', error });
    } finally {
      prepared?.scout.close();
      lab?.kill();
    }
  }

  async function work(): Promise<LabResult> {
    const begin = performance.now();
    prepared = await prepareLab(parts);
    stopIfCancelled();
    tell({ doing: 'Choosing a sample of the source' });
    lab = startLabProcess(workerHost);
    const sample = await takeSample(lab, prepared, request);
    stopIfCancelled();
    const opened = await lab.ask({ op: 'open', destination: request.destination, holder: createLockHolder('Lab', clock.now()) });
    if (opened.state === 'held') {
      throw new AppError(opened.by === 'run' ? busyError(request.destination, opened.holder, clock.now())
        : { kind: 'busy', message: `Another Lab is measuring at ${request.destination} (process ${opened.holder.pid} on ${opened.holder.host})`, hint: 'Wait for its end.' });
    }
    isOpen = true;
    stopIfCancelled();
    const facts: WayFacts = { ...prepared.facts, sample, keeps: opened.keeps };
    const ways = planWays(facts, `${opened.folder}/copy`).filter(({ over, way }) => (over === 'copy' || mayUpdate(sample)) && request.ways?.includes(way.id) !== false);
    if (ways.length === 0) throw new AppError({ kind: 'invalid-input', message: `There is no such way: ${request.ways?.join(', ')}`, hint: 'There are one-rsync, multisync, pool-1 to pool-32, event-loop, processes, threads, compress, whole-file and delta.' });
    tell({ phase: 'measuring', total: ways.length * request.rounds });
    // In memory nothing is cold.
    const syncs = !prepared.isMemory && ports.tuning?.keepsCaches !== true;
    measuring = createMeasuring({ workerHost, journal: journalFor({ store: store(), run: 0 }), lab, facts, syncs });
    if (syncs) {
      const { isCold } = await lab.ask({ op: 'fresh', name: 'copy', folders: [], keep: [], syncs: true });
      // Where caches stay, what reads first would pay for all.
      if (!isCold && ways[0]) await measuring.measure(ways[0], request.mostMs, false);
    }
    stopIfCancelled();
    const run = measuring;
    const all = await measureRounds({
      ways, rounds: request.rounds, endsAt: begin + request.mostMs, now: () => performance.now(), measure: (...asked) => run.measure(...asked), runs,
      told: (doing, done, tries) => {
        stopIfCancelled();
        tell({ doing, done, figures: figuresOf(tries) });
      },
    });
    tell({ phase: 'clearing', doing: 'Removing the scratch folder' });
    await lab.ask({ op: 'close' });
    isOpen = false;
    return resultOf(all, facts, prepared);
  }

  function resultOf(all: readonly Tries[], facts: WayFacts, { look, isMemory, current, notes }: Prepared): LabResult {
    const figures = figuresOf(all);
    const winner = winnerOf(figures, current);
    const good = all.flatMap((each) => each.good);
    const isCold = good.length > 0 && good.every((each) => each.isCold);
    const startMs = Object.fromEntries(all.flatMap(({ planned: { way }, good: tries }) => {
      const median = medianOf(tries.map((each) => each.startMs));
      return median === null || way.group !== 'engine' ? [] : [[way.id, median]];
    }));
    const { sample } = facts;
    const updates = mayUpdate(sample) ? [] : [noUpdate];
    return {
      at: startedAt, source: request.source, destination: request.destination, jobId: request.jobId,
      sample: { entries: sample.entries, bytes: sample.bytes, folders: sample.folders.length - 1, isWhole: sample.isWhole },
      isCold, figures, winner,
      explanation: explain({
        figures, winner, current, isCold, isMemory, startMs, cores: cpus().length, isSlow: facts.isSlow, isWhole: sample.isWhole,
        sourceLatencyMs: look.source.latencyMs, destinationLatencyMs: look.destination.latencyMs,
        isAutomatic: parts.options.workers === 'auto', notes: [...notes, ...sample.notes, ...updates],
      }),
      durationMs: clock.now() - startedAt,
    };
  }

  /** After a Lab that was ended by force: waits until its guard has removed the scratch folder, or removes it. */
  async function clear(): Promise<void> {
    tell({ phase: 'clearing', doing: 'Removing the scratch folder' });
    lab?.kill();
    const sweeper = startLabProcess(workerHost);
    const timer = setTimeout(() => sweeper.kill(), clearMs);
    try {
      await sweeper.ask({ op: 'sweep', destination: request.destination, holder: createLockHolder('Lab', clock.now()) });
    } catch {
      // The guard goes on, and the next Lab there looks as well.
    } finally {
      clearTimeout(timer);
      sweeper.kill();
    }
  }

  const ended = execute();
  return {
    state: () => state,
    hasEnded: () => ['ended', 'cancelled', 'failed'].includes(state.phase),
    cancel() {
      if (!isCancelled && state.phase !== 'clearing') {
        isCancelled = true;
        measuring?.stop();
        lab?.kill();
        prepared?.scout.close();
      }
      return ended;
    },
  };
}
