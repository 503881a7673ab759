import type { Job } from '../../src-shared/job.ts';
import type { PastRun } from '../../src-shared/run-view.ts';
import { noTotals, type RunState } from '../../src-shared/run.ts';
import { pick, shareOf } from './app-double-names.ts';
import { createSimulatedRun, type SimulatedRun } from './app-double-run.ts';

interface Filter {
  readonly jobId?: string | undefined;
  readonly states?: readonly RunState[] | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Rows 1 to `rows` are made when they are asked for; those of runs of this host are added as they end. */
export interface HistoryDouble {
  add(run: SimulatedRun): void;
  row(id: number): PastRun | null;
  page(filter: Filter, offset: number, limit: number): { total: number; runs: PastRun[] };
  /** The newest row of a job. */
  last(jobId: string): PastRun | null;
  /** The last rows of a job, oldest first. */
  lastOf(jobId: string, limit: number): PastRun[];
  /** The units and bars of a row. */
  record(id: number): SimulatedRun;
  nextId(): number;
  /** Changes with each row that is added. */
  version(): number;
}

const states: readonly RunState[] = ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'warned', 'cancelled', 'failed'];

/** `now` in ms since the epoch. One run of each job a night. */
export function createHistoryDouble(jobs: readonly Job[], rows: number, now: number): HistoryDouble {
  const added = new Map<number, SimulatedRun>();
  const records = new Map<number, SimulatedRun>();
  let newest = rows;

  const jobOf = (id: number): Job => {
    const job = jobs[(rows - id) % jobs.length];
    if (!job) throw new Error('A history needs jobs');
    return job;
  };
  const stateOf = (id: number): RunState => {
    if (id === rows - 3) return 'held';
    if (id === rows - 5 || id === rows - 7) return 'failed';
    if (id === rows - 2) return 'skipped';
    if (id === rows - 6) return 'stopped';
    return id > rows - jobs.length ? 'succeeded' : pick(states, id, 1);
  };
  const startOf = (id: number): number => now - 3_600_000 * 14 - Math.floor((rows - id) / jobs.length) * 86_400_000 - ((rows - id) % jobs.length) * 60_000;

  function row(id: number): PastRun | null {
    const live = added.get(id);
    if (live) return rowOfLive(live);
    if (id < 1 || id > rows) return null;
    const job = jobOf(id);
    const state = stateOf(id);
    const age = Math.floor((rows - id) / jobs.length);
    const scale = 0.7 + shareOf((rows - id) % jobs.length, 2) * 9;
    const durationMs = scale * 500_000 * (1 - age * 0.004) * (0.9 + 0.2 * shareOf(id, 3));
    return {
      id, jobId: job.id, jobName: job.name, source: job.source, destination: job.destination, trigger: job.schedule ? 'schedule' : 'manual', state, startedAt: startOf(id), endedAt: startOf(id) + durationMs,
      totals: {
        ...noTotals, entries: Math.round(scale * 120_000), bytes: scale * 9e11, filesTransferred: Math.round(scale * 2100), bytesTransferred: scale * 3.1e10 * (0.8 + 0.4 * shareOf(id, 4)),
        created: Math.round(scale * 300), held: state === 'held' ? 1240 : 0, units: 240,
      },
      notices: [], limitedBy: `latency of ${job.source}: disks idle, each worker waits 91 % of the time`, rsyncVersion: '3.2.7',
      error: state === 'skipped' ? { kind: 'busy', message: 'The run before was still going on, and this job leaves such runs out.' } : id === rows - 7
        ? { kind: 'passport-mismatch', message: `Another disk is at ${job.destination} than in the runs before`, hint: 'Was 77aa (xfs), is a0b1 (exfat). Mount the disk that was meant, or accept this one.' }
        : state === 'failed' ? { kind: 'no-space', message: `${job.destination} is full: 2.1 GB were missing for omega/raw/shot 0007`, hint: 'Free some space there, or choose a larger destination. What was copied stays, and the next run goes on from it.' } : null,
    };
  }

  /** Numbers of the rows that fit, newest first. */
  function* fitting({ jobId, states: wanted, since, until }: Filter): Generator<number> {
    const set = wanted && new Set(wanted);
    for (let id = newest; id >= 1; id--) {
      const live = added.get(id);
      if (id > rows && !live) continue;
      const facts = live ? rowOfLive(live) : { jobId: jobOf(id).id, state: stateOf(id), startedAt: startOf(id) };
      if (jobId !== undefined && facts.jobId !== jobId) continue;
      if (set && !set.has(facts.state)) continue;
      if (since !== undefined && facts.startedAt < since) continue;
      if (until !== undefined && facts.startedAt >= until) continue;
      yield id;
    }
  }

  const rowsOf = (ids: readonly number[]): PastRun[] => ids.map(row).filter((each) => each !== null);

  return {
    row,
    add: (run) => {
      const id = run.view().run;
      if (id !== null) added.set(id, run);
    },
    page(filter, offset, limit) {
      const ids = [...fitting(filter)];
      return { total: ids.length, runs: rowsOf(ids.slice(offset, offset + limit)) };
    },
    last: (jobId) => rowsOf([...fitting({ jobId }).take(1)])[0] ?? null,
    lastOf: (jobId, limit) => rowsOf([...fitting({ jobId }).take(limit)]).reverse(),
    record(id) {
      const known = added.get(id) ?? records.get(id);
      if (known) return known;
      const past = row(id);
      const run = createSimulatedRun({
        key: `past-${id}`, run: id, job: jobOf(id), trigger: 'manual', dryRun: false, lanes: 8, units: 240, meanUnitMs: ((past?.endedAt ?? 0) - (past?.startedAt ?? 0)) / 33,
        startedAt: past?.startedAt ?? now, failsEvery: past?.state === 'warned' ? 60 : 0, ending: past?.state ?? 'succeeded', asksAbout: 0,
      });
      run.step(Number.MAX_SAFE_INTEGER);
      if (records.size > 20) records.clear();
      records.set(id, run);
      return run;
    },
    nextId: () => ++newest,
    version: () => added.size + 1,
  };
}

function rowOfLive(run: SimulatedRun): PastRun {
  const { run: id, jobId, jobName, source, destination, trigger, startedAt, notices, outcome, progress } = run.view();
  return {
    id: id ?? 0, jobId, jobName, source, destination, trigger, startedAt, notices, state: outcome?.state ?? progress?.state ?? 'running',
    endedAt: outcome ? startedAt + outcome.durationMs : null, totals: outcome?.totals ?? noTotals, limitedBy: outcome?.limitedBy ?? null, error: null, rsyncVersion: '3.2.7',
  };
}
