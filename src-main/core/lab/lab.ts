import { randomUUID } from 'node:crypto';
import { AppError } from '../../../src-shared/errors.ts';
import { validateExclude } from '../../../src-shared/exclude-pattern.ts';
import { JobOptions, type Job } from '../../../src-shared/job.ts';
import type { LabRequest, LabState } from '../../../src-shared/lab.ts';
import type { Ports } from '../ports.ts';
import type { KeptLabResult } from '../store/lab-results.ts';
import type { Store } from '../store/open-store.ts';
import { startExperiment, type Experiment } from './experiment.ts';

export interface LabParts {
  readonly ports: Ports;
  readonly store: () => Store;
  /** Runs of this host: whether one is live, and how many have begun so far. */
  readonly runs: () => { readonly live: boolean; readonly begun: number };
  readonly updateJob: (id: string, job: Job) => void;
}

/** Measures ways to copy a sample of a source. What takes a key throws `AppError` not-found where there is no such Lab. */
export interface Lab {
  /**
   * The key of what was started. Throws `AppError` busy while a Lab or a run of this host goes on, invalid-input, or not-found for
   * the job. All that is found out later is the state's `error`.
   */
  start(request: LabRequest): string;
  state(key: string): LabState;
  /** Called after each change of a state. Returns how to stop that. */
  subscribe(listener: () => void): () => void;
  /** Ends it and removes its scratch folder; resolves when that is done. */
  cancel(key: string): Promise<void>;
  current(): string | null;
  results(jobId: string | null): KeptLabResult[];
  /** Gives the job of a result the options of one of its ways. Throws `AppError` not-found, invalid-input or busy. */
  apply(result: number, way: string): void;
  close(): Promise<void>;
}

/** No Lab yet. One goes on at a time; the last one is remembered until the next. */
export function createLab({ ports, store, runs, updateJob }: LabParts): Lab {
  const listeners = new Set<() => void>();
  let last: { readonly key: string; readonly experiment: Experiment } | null = null;

  function find(key: string): Experiment {
    if (last?.key === key) return last.experiment;
    throw new AppError({ kind: 'not-found', message: 'This Lab is not remembered any more.', hint: 'Look for its result in the list.' });
  }

  function jobOf(id: string): Job {
    const job = store().jobs.find(id);
    if (job) return job;
    throw new AppError({ kind: 'not-found', message: `There is no job ${id}.`, hint: 'It may have been removed meanwhile.' });
  }

  function refuse({ excludes }: LabRequest): void {
    if (last && !last.experiment.hasEnded()) {
      throw new AppError({ kind: 'busy', message: 'The Lab is measuring already.', hint: 'Wait for its end, or cancel it.' });
    }
    if (runs().live) {
      throw new AppError({ kind: 'busy', message: 'A backup is running: the Lab would measure that as well.', hint: 'Wait for its end, then start the Lab.' });
    }
    for (const pattern of excludes) {
      const reason = validateExclude(pattern);
      if (reason !== null) throw new AppError({ kind: 'invalid-input', message: `The exclude pattern "${pattern}" cannot be used: ${reason}.`, hint: 'Change it or take it out.' });
    }
  }

  return {
    start(request) {
      refuse(request);
      const options = request.jobId === null ? JobOptions.parse({}) : jobOf(request.jobId).options;
      const key = randomUUID();
      const experiment = startExperiment({ ports, store, runs, key, request, options, changed: () => listeners.forEach((listener) => listener()) });
      last = { key, experiment };
      return key;
    },
    state: (key) => find(key).state(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    cancel: (key) => find(key).cancel(),
    current: () => last?.key ?? null,
    results: (jobId) => store().labResults.list(jobId),
    apply(id, wayId) {
      const { jobId, figures } = store().labResults.get(id);
      const way = figures.find((figure) => figure.way.id === wayId)?.way;
      if (jobId === null || !way) {
        throw new AppError({ kind: 'not-found', message: `Result ${id} of the Lab ${way ? 'belongs to no job' : `has no way "${wayId}"`}.`, hint: 'Start the Lab for a saved job.' });
      }
      if (way.options === null) throw new AppError({ kind: 'invalid-input', message: `A job cannot be set to "${way.label}".`, hint: 'Choose a pool, or compression.' });
      const job = jobOf(jobId);
      updateJob(jobId, { ...job, options: JobOptions.parse({ ...job.options, ...way.options }) });
    },
    async close() {
      if (last && !last.experiment.hasEnded()) await last.experiment.cancel();
    },
  };
}
