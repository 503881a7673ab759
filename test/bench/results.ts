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
  /** Lines of the manifest in which its result is not the source's; null where it has none. */
  readonly differences: number | null;
  /** Names among them that are hard links in the source, but not, or with other names, in the copy. */
  readonly lostLinks: number | null;
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
  /** Of a row about a disk: nothing of the trees, and of programs, was in memory at the start. */
  readonly isCold: boolean;
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
  /** And as the quickest of the peers. Null where either has no good run. */
  readonly peerRatio: number | null;
  /** Medians. */
  readonly processes: number | null;
  readonly roundTrips: number | null;
  /** The most of any round, failed ones included; null where there is nothing to compare. */
  readonly differences: number | null;
  /** In that round. */
  readonly lostLinks: number | null;
  readonly differenceSamples: readonly string[];
}

/** One row with all its contenders, in their usual order. */
export interface RowResult {
  readonly row: Row;
  readonly title: string;
  readonly tree: TreeTotals;
  /** The quickest of what people use instead, by its median; null where none has a good run. */
  readonly bestPeer: string | null;
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
  /** Of the rows about a disk; null where there is none. */
  readonly disk: Place | null;
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

/** The quickest of `peers` by the medians of their good runs; null where there is none. */
export function bestPeerOf(runs: readonly Run[], peers: readonly string[]): string | null {
  const timed = peers.flatMap((name) => {
    const seconds = secondsOf(runs, name);
    return seconds ? [{ name, median: seconds.median }] : [];
  });
  return timed.sort((one, other) => one.median - other.median)[0]?.name ?? null;
}

/** Sums up the runs of one row, the contenders in the order given; `base` and `bestPeer` are those that ratios are to. */
export function standingsOf(runs: readonly Run[], contenders: readonly string[], base: string, bestPeer: string | null): Standing[] {
  const [baseSeconds, peerSeconds] = [secondsOf(runs, base), bestPeer === null ? null : secondsOf(runs, bestPeer)];
  return contenders.map((contender) => {
    const all = runs.filter((run) => run.contender === contender);
    const good = goodRuns(runs, contender);
    const seconds = secondsOf(runs, contender);
    const worst = all.reduce<Run | null>((most, run) => (most === null || (run.differences ?? 0) > (most.differences ?? 0) ? run : most), null);
    return {
      contender,
      rounds: all.length,
      failed: all.length - good.length,
      seconds,
      cpuSeconds: spreadOf(good.map((run) => run.userSeconds + run.systemSeconds)),
      peakResidentBytes: spreadOf(known(good.map((run) => run.peakResidentBytes))),
      peakProportionalBytes: spreadOf(known(good.map((run) => run.peakProportionalBytes))),
      ratio: ratioOf(baseSeconds, seconds),
      peerRatio: ratioOf(peerSeconds, seconds),
      processes: spreadOf(known(good.map((run) => run.processes)))?.median ?? null,
      roundTrips: spreadOf(known(good.map((run) => run.roundTrips)))?.median ?? null,
      differences: worst?.differences ?? null,
      lostLinks: worst?.lostLinks ?? null,
      differenceSamples: worst?.differenceSamples ?? [],
    };
  });
}

function ratioOf(others: Spread | null, ours: Spread | null): number | null {
  return others && ours ? others.median / ours.median : null;
}

function secondsOf(runs: readonly Run[], contender: string): Spread | null {
  return spreadOf(goodRuns(runs, contender).map((run) => run.seconds));
}

function goodRuns(runs: readonly Run[], contender: string): Run[] {
  return runs.filter((run) => run.contender === contender && run.exitCode === 0);
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
