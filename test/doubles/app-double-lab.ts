import { base } from '../../src-main/core/calls/base.ts';
import { hasLeft, pause } from '../../src-main/core/live/pause.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Job } from '../../src-shared/job.ts';
import type { LabFigure, LabRequest, LabResult, LabState } from '../../src-shared/lab.ts';
import { labWays } from './app-double-lab-ways.ts';
import { shareOf } from './app-double-names.ts';

interface LabDoubleParts {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly now: () => number;
  /** Ms of one measurement. */
  readonly stepMs: number;
  readonly keep: (job: Job) => Job;
}

interface Running {
  state: LabState;
  startedAt: number;
  wasCancelled: boolean;
}

/** A Lab that measures nothing: its figures come one after the other by the clock. */
export function createLabDouble({ jobs, now, stepMs, keep }: LabDoubleParts) {
  const results: (LabResult & { id: number })[] = [];
  let running: Running | null = null;
  let lastKey = 0;
  const [first] = jobs.values();
  if (first) for (const days of [31, 4]) results.unshift({ ...resultOf(requestOf(first), 3, now() - days * 86_400_000), id: results.length + 1 });

  const runningBy = (key: string): Running => {
    if (running?.state.key !== key) throw new AppError({ kind: 'not-found', message: 'There is no such Lab any more.', hint: 'Start it again.' });
    return running;
  };

  /** Lets pass what happened until now. */
  function step(lab: Running): void {
    const { state } = lab;
    if (state.phase === 'ended' || state.phase === 'cancelled' || state.phase === 'failed') return;
    const ways = labWays.length;
    const place = Math.floor((now() - lab.startedAt) / stepMs) - 2;
    const done = Math.max(0, Math.min(state.total, place));
    const figures = figuresOf(state.request, done);
    if (lab.wasCancelled) lab.state = { ...state, figures, done, phase: 'cancelled', doing: '' };
    else if (place < 0) lab.state = { ...state, phase: 'sampling', doing: 'Choosing a sample of 300 MB in 12 top folders' };
    else if (done < state.total) lab.state = { ...state, phase: 'measuring', doing: `${labWays[done % ways]?.way.label ?? ''}, round ${Math.floor(done / ways) + 1} of ${state.request.rounds}`, done, figures };
    else if (place < state.total + 2) lab.state = { ...state, phase: 'clearing', doing: 'Removing the scratch folder', done, figures };
    else {
      const result = resultOf(state.request, state.request.rounds, now());
      results.unshift({ ...result, id: results.length + 1 });
      lab.state = { ...state, phase: 'ended', doing: '', done, figures: result.figures, result };
    }
  }

  return {
    calls: {
      start: base.lab.start.handler(({ input }) => {
        if (input.source === '/data/none') throw new AppError({ kind: 'not-found', message: 'There is no folder /data/none', hint: 'Choose a folder that is there.' });
        const key = `lab-${++lastKey}`;
        running = {
          startedAt: now(), wasCancelled: false,
          state: { key, request: input, phase: 'sampling', doing: 'Looking at source and destination', done: 0, total: labWays.length * input.rounds, figures: [], result: null, error: null },
        };
        return { key };
      }),
      follow: base.lab.follow.handler(async function* ({ input, signal }) {
        let told: LabState | null = null;
        while (!hasLeft(signal)) {
          const lab = runningBy(input.key);
          step(lab);
          if (lab.state !== told) yield lab.state;
          told = lab.state;
          if (['ended', 'cancelled', 'failed'].includes(told.phase)) return;
          await pause(250, signal);
        }
      }),
      cancel: base.lab.cancel.handler(({ input }) => {
        runningBy(input.key).wasCancelled = true;
        return {};
      }),
      current: base.lab.current.handler(() => ({ key: running?.state.key ?? null })),
      results: base.lab.results.handler(({ input }) => results.filter(({ jobId }) => input.jobId === null || jobId === input.jobId)),
      apply: base.lab.apply.handler(({ input }) => {
        const result = results.find(({ id }) => id === input.result);
        const options = result?.figures.find(({ way }) => way.id === input.way)?.way.options;
        const job = jobs.get(result?.jobId ?? '');
        if (!job || !options) throw new AppError({ kind: 'not-found', message: 'There is no such job any more.', hint: 'It may have been removed in another window.' });
        keep({ ...job, options: { ...job.options, ...(options.workers === undefined ? {} : { workers: options.workers }), ...(options.compress === undefined ? {} : { compress: options.compress }) } });
        return {};
      }),
    },
  };
}

function requestOf({ id, source, destination, options }: Job): LabRequest {
  return { source, destination, jobId: id, excludes: options.excludes, sampleBytes: 300e6, sampleEntries: 5000, rounds: 3, mostMs: 300_000 };
}

/** What is known after so many measurements: round after round, each way in turn. */
function figuresOf(request: LabRequest, done: number): LabFigure[] {
  let oneRsync: number | null = null;
  return labWays.flatMap(({ ms, cpuMs, way, note }, place) => {
    const rounds = Math.max(0, Math.ceil((done - place) / labWays.length));
    if (rounds === 0) return [];
    const times = note === null ? Array.from({ length: Math.min(rounds, request.rounds) }, (_, round) => ms * (0.94 + 0.12 * shareOf(place, round + 3))) : [];
    const sorted = times.toSorted((one, other) => one - other);
    const medianMs = sorted[Math.floor(sorted.length / 2)] ?? null;
    oneRsync ??= medianMs;
    return [{
      way, rounds: times, medianMs, spread: medianMs === null ? null : Math.max(...times.map((time) => Math.abs(time - medianMs))) / medianMs, cpuMs: note === null ? cpuMs : null,
      speed: medianMs === null || oneRsync === null ? null : oneRsync / medianMs, note,
    }];
  });
}

function resultOf(request: LabRequest, rounds: number, at: number): LabResult {
  return {
    at, source: request.source, destination: request.destination, jobId: request.jobId, sample: { entries: 4980, bytes: 212e6, folders: 12, isWhole: false }, isCold: true,
    figures: figuresOf(request, labWays.length * rounds), winner: 'pool-16', durationMs: 214_000,
    explanation: [
      'A pool of 16 workers is fastest: 7.4 times as fast as one rsync, and 1.6 times as fast as the job is now.',
      'More workers than cores help here, because each worker mostly waits for answers of the server: 1.1 ms a call. Beyond 16 the server is the limit.',
      'What starts rsync hardly matters: threads, processes and one event loop are within 3 %, because rsync does the work in processes of its own.',
      'Compression costs 28 % here: CPU time is spent to save bytes on a line that is not full.',
    ],
  };
}
