import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../src-shared/errors.ts';
import type { RunState } from '../../../src-shared/run.ts';
import type { JobSummary, TimelineBar } from '../../../src-shared/run-view.ts';
import { UnitState } from '../../../src-shared/unit.ts';
import { checked } from './database.ts';
import { good } from './destinations.ts';
import { jobKeys } from './jobs.ts';
import { jobProtection } from './protection.ts';
import { fromRuns, runColumns, toRunRow, type RunColumns, type RunRow, type UnitRow } from './runs.ts';
import { toUnitRow, unitColumns, type UnitColumns } from './units.ts';
import type { WriteBehind } from './write-behind.ts';

/** A run as the history shows it. */
export interface NamedRun extends RunRow {
  readonly jobName: string;
}

/** Which runs to show. Times in ms since the epoch; what is left out chooses all. */
export interface RunFilter {
  readonly jobId?: string | undefined;
  readonly states?: readonly RunState[] | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** Which units of a run to show. */
export interface UnitFilter {
  /** A part of the name, capitals or not. */
  readonly search: string;
  readonly states?: readonly UnitState[] | undefined;
  readonly order: 'slowest' | 'started';
}

/** Pages of the past, and what an overview needs of it. Those that take a job's id throw `AppError` not-found. */
export interface HistoryStore {
  /** Newest first, and how many there are in all. */
  page(filter: RunFilter, page: Page): { total: number; runs: NamedRun[] };
  /** Throws `AppError` not-found. */
  run(id: number): NamedRun;
  units(run: number, filter: UnitFilter, page: Page): { total: number; units: UnitRow[] };
  /** Throws `AppError` not-found. */
  unit(run: number, unit: number, attempt: number): UnitRow;
  /** Ended units in the order they ended, `startedAt` of the run as 0. */
  timeline(run: number, after: number, limit: number): TimelineBar[];
  /** The last runs of a job that copied, oldest first. */
  trend(jobId: string, limit: number): { run: number; startedAt: number; durationMs: number; bytes: number; state: RunState }[];
  /** What the overview shows of a job beside its definition. */
  summary(jobId: string): Pick<JobSummary, 'lastRun' | 'protectedUntil' | 'recent'>;
}

/** Durations shown beside a job. */
const recentRuns = 14;

/** The history in `database`; `line` holds the unit rows that wait. */
export function historyStore(database: DatabaseSync, line: WriteBehind): HistoryStore {
  return { ...runPages(database), ...unitPages(database, line), ...jobFacts(database) };
}

function runPages(database: DatabaseSync): Pick<HistoryStore, 'page' | 'run'> {
  const columns = `${runColumns}, jobs.name AS jobName`;
  // States come as a JSON list; json_each reads it, so that nothing typed becomes SQL.
  const chosen = `${fromRuns} WHERE (?1 IS NULL OR jobs.id = ?1) AND (?2 IS NULL OR state IN (SELECT value FROM json_each(?2)))
    AND (?3 IS NULL OR started_at >= ?3) AND (?4 IS NULL OR started_at < ?4)`;
  const all = database.prepare('SELECT count(*) AS total FROM runs');
  const count = database.prepare(`SELECT count(*) AS total ${chosen}`);
  const page = database.prepare(`SELECT ${columns} ${chosen} ORDER BY runs.id DESC LIMIT ?5 OFFSET ?6`);
  const get = database.prepare(`SELECT ${columns} ${fromRuns} WHERE runs.id = ?`);
  const toRun = (row: unknown): NamedRun => {
    const { jobName, ...rest } = row as RunColumns & { readonly jobName: string };
    return { ...toRunRow(rest), jobName };
  };
  return {
    page({ jobId, states, since, until }, { offset, limit }) {
      const bound = [jobId ?? null, states === undefined ? null : JSON.stringify(states), since ?? null, until ?? null] as const;
      const isAll = bound.every((value) => value === null);
      const total = Number((isAll ? all.get() : count.get(...bound))?.['total']);
      return { total, runs: page.all(...bound, limit, offset).map(toRun) };
    },
    run(id) {
      const row = get.get(id);
      if (row === undefined) {
        throw new AppError({ kind: 'not-found', message: `There is no run ${id} in the history.`, hint: 'Its job may have been deleted.' });
      }
      return toRun(row);
    },
  };
}

function unitPages(database: DatabaseSync, line: WriteBehind): Pick<HistoryStore, 'units' | 'unit' | 'timeline'> {
  const chosen = `FROM units WHERE run = ?1 AND (?2 = '' OR instr(lower(name), lower(?2)) > 0)
    AND (?3 IS NULL OR state IN (SELECT value FROM json_each(?3)))`;
  const count = database.prepare(`SELECT count(*) AS total ${chosen}`);
  const slowest = database.prepare(`SELECT ${unitColumns} ${chosen} ORDER BY duration_ms DESC, key LIMIT ?4 OFFSET ?5`);
  const started = database.prepare(`SELECT ${unitColumns} ${chosen} ORDER BY key LIMIT ?4 OFFSET ?5`);
  const one = database.prepare(`SELECT ${unitColumns} FROM units WHERE run = ? AND unit = ? AND attempt = ?`);
  const bars = database.prepare(`
    SELECT unit, lane, units.started_at - runs.started_at AS start, duration_ms AS duration, units.state
    FROM units JOIN runs ON runs.id = units.run WHERE run = ? AND names IS NULL
    ORDER BY units.started_at + duration_ms, units.key LIMIT ? OFFSET ?`);
  return {
    units(run, { search, states, order }, { offset, limit }) {
      line.settle();
      const bound = [run, search, states === undefined ? null : JSON.stringify(states)] as const;
      const rows = (order === 'slowest' ? slowest : started).all(...bound, limit, offset);
      return {
        total: Number(count.get(...bound)?.['total']),
        units: rows.map((row) => toUnitRow(row as unknown as UnitColumns, run)),
      };
    },
    unit(run, unit, attempt) {
      line.settle();
      const row = one.get(run, unit, attempt);
      if (row === undefined) {
        throw new AppError({
          kind: 'not-found', message: `Run ${run} keeps nothing of its unit ${unit}.`, hint: 'Units are kept of the newest 100 runs of a job.',
        });
      }
      return toUnitRow(row as unknown as UnitColumns, run);
    },
    timeline(run, after, limit) {
      line.settle();
      const rows = bars.all(run, limit, after) as unknown as { unit: number; lane: number; start: number; duration: number; state: string }[];
      return rows.map(({ unit, lane, start, duration, state }) => [unit, lane, start, duration, checked(UnitState, state, `unit ${unit} of run ${run}`)]);
    },
  };
}

function jobFacts(database: DatabaseSync): Pick<HistoryStore, 'trend' | 'summary'> {
  const keyOf = jobKeys(database);
  const trend = database.prepare(`
    SELECT id AS run, started_at AS startedAt, ended_at - started_at AS durationMs,
      coalesce(json_extract(totals, '$.bytes'), 0) AS bytes, state
    FROM runs WHERE job = ? AND began_at IS NOT NULL AND ended_at IS NOT NULL ORDER BY id DESC LIMIT ?`);
  const last = database.prepare(`SELECT ${runColumns} ${fromRuns} WHERE runs.job = ? ORDER BY runs.id DESC LIMIT 1`);
  const lastGood = database.prepare(`
    SELECT started_at AS startedAt FROM runs WHERE job = ? AND state IN ${good} ORDER BY id DESC LIMIT 1`);
  const byFolder = database.prepare(jobProtection);
  const protectedUntil = (key: number): number | null => {
    const found = byFolder.get(key) as { folders: number; protectedUntil: number | null };
    // Runs of earlier versions did not tell of their folders.
    return found.folders > 0 ? found.protectedUntil : (lastGood.get(key) as { startedAt: number } | undefined)?.startedAt ?? null;
  };
  const trendOf = (key: number, limit: number) => trend.all(key, limit).reverse() as unknown as ReturnType<HistoryStore['trend']>;
  return {
    trend: (jobId, limit) => trendOf(keyOf(jobId), limit).map((row) => ({ ...row })),
    summary(jobId) {
      const key = keyOf(jobId);
      const row = last.get(key);
      return {
        lastRun: row === undefined ? null : shortRun(toRunRow(row as unknown as RunColumns)),
        protectedUntil: protectedUntil(key),
        recent: trendOf(key, recentRuns).map(({ durationMs, state }) => ({ durationMs, state })),
      };
    },
  };
}

function shortRun({ id, state, startedAt, endedAt, limitedBy, error, notices }: RunRow): JobSummary['lastRun'] {
  const notice = notices.find(({ level }) => level !== 'info');
  return { id, state, startedAt, endedAt, limitedBy, problem: error?.message ?? notice?.message ?? null };
}
