import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { ByteName } from '../../../src-shared/byte-name.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { ByteNamesSchema, UnitKind, UnitState } from '../../../src-shared/unit.ts';
import { checked, fromJson, whole } from './database.ts';
import type { UnitRow } from './runs.ts';
import { shortArgv, shortLines } from './shorten.ts';
import type { WriteBehind } from './write-behind.ts';

/** Names kept of a running unit: enough for a sweep to be exact nearly always. */
const keptNames = 1000;

/** A unit as it starts: one rsync call. A retry or its delete phase is another attempt. Times in ms, sizes in bytes. */
export interface UnitStart {
  readonly unit: number;
  readonly attempt: number;
  readonly kind: UnitKind;
  /** Folder or names, for people. */
  readonly name: string;
  readonly folder: ByteName;
  readonly names: readonly ByteName[];
  readonly lane: number;
  readonly startedAt: number;
  /** Expected; what was found is told at the end. */
  readonly entries: number;
  readonly bytes: number;
  readonly argv: readonly string[];
}

/** How that rsync call ended. */
export interface UnitEnd {
  readonly state: UnitState;
  readonly durationMs: number;
  readonly entries: number;
  readonly bytes: number;
  readonly filesTransferred: number;
  readonly bytesTransferred: number;
  readonly code: number | null;
  readonly lastLines: readonly string[];
  /** What ran in place of the call it was started with; null: that one. */
  readonly argv: readonly string[] | null;
}

/** A unit whose rsync was running when its host was lost: it may have left temporary files behind. */
export interface LostUnit {
  readonly unit: number;
  readonly attempt: number;
  readonly kind: UnitKind;
  readonly folder: ByteName;
  /** At most 1,000 of `namesTotal`. */
  readonly names: readonly ByteName[];
  readonly namesTotal: number;
}

/** The units of all runs. Writes wait up to 250 ms, but a started unit is on disk before its rsync is in the journal. */
export interface UnitStore {
  started(runId: number, start: UnitStart): void;
  /** Throws `AppError` internal for a unit that was not started. */
  ended(runId: number, unit: number, attempt: number, end: UnitEnd): void;
  /** A later state of a unit that has ended: its deletes were held, skipped or done. */
  changed(runId: number, unit: number, attempt: number, state: UnitState): void;
  /** Slowest first. */
  list(runId: number, page?: { readonly limit: number; readonly offset: number }): UnitRow[];
  count(runId: number): number;
  /** Those running when the run was lost, until `swept`. */
  unitsRunning(runId: number): LostUnit[];
  /** What they left behind was removed: they become cancelled. */
  swept(runId: number): void;
}

/** The units in `database`, written through `line`. */
export function unitStore(database: DatabaseSync, line: WriteBehind): UnitStore {
  const running = new Set<string>();
  const key = (...parts: number[]): string => parts.join('/');
  const { start, end, change, list, count, lost, settle } = prepareUnits(database);
  return {
    started(runId, unit) {
      running.add(key(runId, unit.unit, unit.attempt));
      line.later(() => {
        start.run(
          runId, unit.unit, unit.attempt, unit.kind, unit.name, unit.folder, JSON.stringify(unit.names.slice(0, keptNames)),
          unit.names.length, unit.lane, whole(unit.startedAt), whole(unit.entries), whole(unit.bytes),
          JSON.stringify(shortArgv(unit.argv)),
        );
      });
    },
    ended(runId, unit, attempt, result) {
      if (!running.delete(key(runId, unit, attempt))) {
        const message = `Unit ${unit} of run ${runId} ended, but attempt ${attempt} was not started`;
        throw new AppError({ kind: 'internal', message });
      }
      line.later(() => {
        end.run(
          result.state, whole(result.durationMs), whole(result.entries), whole(result.bytes), whole(result.filesTransferred),
          whole(result.bytesTransferred), result.code, JSON.stringify(shortLines(result.lastLines)),
          result.argv === null ? null : JSON.stringify(shortArgv(result.argv)), runId, unit, attempt,
        );
      });
    },
    changed(runId, unit, attempt, state) {
      line.later(() => {
        change.run(state, runId, unit, attempt);
      });
    },
    list(runId, page = { limit: -1, offset: 0 }) {
      line.settle();
      return list.all(runId, page.limit, page.offset).map((row) => toUnitRow(row as unknown as UnitColumns, runId));
    },
    count(runId) {
      line.settle();
      return Number(count.get(runId)?.['count']);
    },
    unitsRunning(runId) {
      line.settle();
      return lost.all(runId).map((row) => toLostUnit(row as unknown as LostColumns, runId));
    },
    swept(runId) {
      line.now(() => settle.run(runId));
    },
  };
}

/** Columns of a `UnitRow`. */
export const unitColumns = `unit, kind, name, state, attempt, lane, started_at AS startedAt, duration_ms AS durationMs, entries, bytes,
  files_transferred AS filesTransferred, bytes_transferred AS bytesTransferred, code, argv, last_lines AS lastLines`;

function prepareUnits(database: DatabaseSync) {
  return {
    start: database.prepare(`
      INSERT OR REPLACE INTO units (run, unit, attempt, kind, name, folder, names, names_total, state, lane, started_at,
        duration_ms, entries, bytes, files_transferred, bytes_transferred, code, argv, last_lines)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, 0, ?, ?, 0, 0, NULL, ?, '[]')`),
    end: database.prepare(`
      UPDATE units SET state = ?, duration_ms = ?, entries = ?, bytes = ?, files_transferred = ?, bytes_transferred = ?, code = ?,
        last_lines = ?, argv = coalesce(?, argv), names = NULL
      WHERE run = ? AND unit = ? AND attempt = ?`),
    change: database.prepare('UPDATE units SET state = ? WHERE run = ? AND unit = ? AND attempt = ?'),
    list: database.prepare(`
      SELECT ${unitColumns}
      FROM units WHERE run = ? ORDER BY duration_ms DESC, unit, attempt LIMIT ? OFFSET ?`),
    count: database.prepare('SELECT count(*) AS count FROM units WHERE run = ?'),
    lost: database.prepare(`
      SELECT unit, attempt, kind, folder, names, names_total AS namesTotal FROM units
      WHERE run = ? AND names IS NOT NULL ORDER BY unit, attempt`),
    settle: database.prepare('UPDATE units SET state = \'cancelled\', names = NULL WHERE run = ? AND names IS NOT NULL'),
  };
}

export type UnitColumns = Omit<UnitRow, 'argv' | 'lastLines'> & { readonly argv: string; readonly lastLines: string };
type LostColumns = Omit<LostUnit, 'names'> & { readonly names: string };

const Texts = z.array(z.string());

/** A row of `unitColumns`, checked. Throws `AppError` data-damaged. */
export function toUnitRow(row: UnitColumns, runId: number): UnitRow {
  const where = `unit ${row.unit} of run ${runId}`;
  return {
    ...row,
    kind: checked(UnitKind, row.kind, where),
    state: checked(UnitState, row.state, where),
    argv: fromJson(Texts, row.argv, where),
    lastLines: fromJson(Texts, row.lastLines, where),
  };
}

function toLostUnit(row: LostColumns, runId: number): LostUnit {
  const where = `unit ${row.unit} of run ${runId}`;
  return { ...row, kind: checked(UnitKind, row.kind, where), names: fromJson(ByteNamesSchema, row.names, where) };
}
