import { readFileSync } from 'node:fs';
import { AppError } from '../../src-shared/errors.ts';
import type { Machine } from './machine.ts';
import type { Place } from './place.ts';
import type { Row } from './rows.ts';
import type { Spread } from './statistics.ts';
import { spreadOf } from './statistics.ts';
import type { TreeTotals } from './tree-plan.ts';

/** One contender's run of one row in one round. */
export interface Run {
  readonly row: string;
  readonly contender: string;
  /** From 1. */
  readonly round: number;
  /** Its turn within the round, from 1. */
  readonly turn: number;
  readonly exitCode: number;
  readonly seconds: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** After the prompt, until its last process was gone. */
  readonly secondsAfter: number;
  /** Processes that had to be killed then, as they did not go. */
  readonly leftBehind: number;
  /** Bytes; null where the system does not tell. */
  readonly peakResidentBytes: number | null;
  readonly peakProportionalBytes: number | null;
  /** Lines of the manifest in which its result is not the source's. */
  readonly differences: number;
  /** The first of them. */
  readonly differenceSamples: readonly string[];
  /** Contents were compared as well, not only types, modes, owners, sizes, times, links. */
  readonly contentCompared: boolean;
  /** The end of what it wrote. */
  readonly lastWords: string;
  /** Processes that the whole machine started meanwhile; null where the system does not tell. */
  readonly processes: number | null;
  /** Requests to the server, of both sides; null where there is none. */
  readonly roundTrips: number | null;
}

/** All rounds of one contender in one row. Runs that failed are counted, and nothing else of them. */
export interface Standing {
  readonly contender: string;
  readonly rounds: number;
  readonly failed: number;
  readonly seconds: Spread | null;
  readonly cpuSeconds: Spread | null;
  readonly peakResidentBytes: Spread | null;
  readonly peakProportionalBytes: Spread | null;
  /** How many times as fast as one rsync: its median by this one's. Null where either has no good run. */
  readonly ratio: number | null;
  /** Medians. */
  readonly processes: number | null;
  readonly roundTrips: number | null;
  /** The most of any round, failed ones included. */
  readonly differences: number;
  readonly differenceSamples: readonly string[];
}

/** One row with all its contenders, in their usual order. */
export interface RowResult {
  readonly row: Row;
  readonly title: string;
  readonly tree: TreeTotals;
  readonly standings: readonly Standing[];
}

/** What `--json` writes. */
export interface BenchResult {
  readonly format: 'daybreak-bench';
  readonly version: 1;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly place: Place;
  readonly machine: Machine;
  /** With the command of each, SRC and DEST standing for the folders. */
  readonly contenders: readonly { readonly name: string; readonly command: string }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly rows: readonly RowResult[];
  readonly runs: readonly Run[];
}

/** The rows of an earlier `--json`. Throws `AppError` invalid-input for anything else. */
export function readResult(file: string): readonly RowResult[] {
  try {
    const result = JSON.parse(readFileSync(file, 'utf8')) as Partial<BenchResult>;
    if (result.format === 'daybreak-bench' && result.rows) return result.rows;
  } catch {
    // Told below, whatever it was.
  }
  throw new AppError({ kind: 'invalid-input', message: `${file} is no result of the bench.`, hint: 'With --compare, give a file that --json wrote.' });
}

/** Sums up the runs of one row, the contenders in the order given; `base` is the one that ratios are to. */
export function standingsOf(runs: readonly Run[], contenders: readonly string[], base: string): Standing[] {
  const secondsOf = (contender: string): Spread | null => spreadOf(goodRuns(runs, contender).map((run) => run.seconds));
  const baseSeconds = secondsOf(base);
  return contenders.map((contender) => {
    const all = runs.filter((run) => run.contender === contender);
    const good = goodRuns(runs, contender);
    const seconds = secondsOf(contender);
    const worst = all.reduce<Run | null>((most, run) => (most === null || run.differences > most.differences ? run : most), null);
    return {
      contender,
      rounds: all.length,
      failed: all.length - good.length,
      seconds,
      cpuSeconds: spreadOf(good.map((run) => run.userSeconds + run.systemSeconds)),
      peakResidentBytes: spreadOf(known(good.map((run) => run.peakResidentBytes))),
      peakProportionalBytes: spreadOf(known(good.map((run) => run.peakProportionalBytes))),
      ratio: seconds && baseSeconds ? baseSeconds.median / seconds.median : null,
      processes: spreadOf(known(good.map((run) => run.processes)))?.median ?? null,
      roundTrips: spreadOf(known(good.map((run) => run.roundTrips)))?.median ?? null,
      differences: worst?.differences ?? 0,
      differenceSamples: worst?.differenceSamples ?? [],
    };
  });
}

function goodRuns(runs: readonly Run[], contender: string): Run[] {
  return runs.filter((run) => run.contender === contender && run.exitCode === 0);
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
