import { cp, daybreak, oneRsync } from './contenders.ts';
import { automatic, automaticAgain, fixedPools } from './pool-contenders.ts';
import { formatSeconds } from './report.ts';
import type { RowResult } from './results.ts';
import { judgedFrom, leastRatio, mostTimesBestPool, shapeOf } from './rows.ts';

/** The speed that is expected of Daybreak with trees of full size, and whether it was reached: a line for each expectation. */
export function targetLines(results: readonly RowResult[]): string[] {
  return results.flatMap((result) => {
    const ours = medianOf(result, daybreak.name);
    const base = medianOf(result, oneRsync.name);
    if (ours === null || base === null) return [lineOf('not measured', result)];
    return [baseLine(result, ours, base), ...peerLine(result, ours), ...copyLine(result, ours)];
  });
}

/** Whether the pool finds its size: automatic beside the best of the fixed numbers of workers, in each row. */
export function poolLines(results: readonly RowResult[]): string[] {
  return results.flatMap((result) => [automatic.name, automaticAgain.name].map((name) => {
    const ours = medianOf(result, name);
    const [best] = fixedPools.map((fixed) => ({ name: fixed.name, median: medianOf(result, fixed.name) ?? Number.POSITIVE_INFINITY }))
      .sort((one, other) => one.median - other.median);
    if (ours === null || best === undefined || best.median === Number.POSITIVE_INFINITY) return lineOf('not measured', result, name);
    const times = ours / best.median;
    return lineOf(wordFor(times <= mostTimesBestPool), result, `${name}: ${times.toFixed(2)} times as long as with ${best.name}, the best fixed number, ${atMost(mostTimesBestPool)}`);
  }));
}

function baseLine(result: RowResult, ours: number, base: number): string {
  const { expected } = result.row;
  if (expected.secondsMore !== undefined) {
    const more = ours - base;
    return lineOf(wordFor(more <= expected.secondsMore), result, `${milliseconds(more)} more than one rsync, expected at most ${milliseconds(expected.secondsMore)}`);
  }
  const found = `${(base / ours).toFixed(2)} times as fast as one rsync`;
  const least = expected.ratio ?? (base > judgedFrom ? leastRatio : null);
  return least === null ? lineOf('too short', result, `${found}, which takes ${formatSeconds(base)}`) : ratioLine(result, ours, base / ours, least, found);
}

/** Against the quickest of the peers that ended well. */
function peerLine(result: RowResult, ours: number): string[] {
  const { row: { expected }, bestPeer } = result;
  const peer = bestPeer === null ? null : medianOf(result, bestPeer);
  if (expected.peerRatio === undefined || peer === null) return [];
  const ratio = peer / ours;
  return [ratioLine(result, ours, ratio, expected.peerRatio, `${ratio.toFixed(2)} times as fast as ${bestPeer}, the best peer`)];
}

/** A ratio that is too small is reached all the same where the server's bandwidth leaves no room for it. */
function ratioLine(result: RowResult, ours: number, ratio: number, least: number, found: string): string {
  const words = `${found}, expected at least ${least.toFixed(2)}`;
  const { timesBandwidth } = result.row.expected;
  const bytesPerSecond = shapeOf(result.row.setting)?.bytesPerSecond ?? null;
  if (ratio >= least || timesBandwidth === undefined || bytesPerSecond === null) return lineOf(wordFor(ratio >= least), result, words);
  const floor = result.tree.bytes / bytesPerSecond;
  const times = ours / floor;
  const isNear = times <= timesBandwidth;
  const limit = `${times.toFixed(2)} times the ${formatSeconds(floor)} that the bandwidth takes, ${atMost(timesBandwidth)}`;
  return lineOf(wordFor(isNear), result, `${words}; ${isNear ? 'reached by the limit' : 'nor by the limit'}: ${limit}`);
}

function copyLine(result: RowResult, ours: number): string[] {
  const { timesCopy } = result.row.expected;
  const limit = medianOf(result, cp.name);
  if (timesCopy === undefined || limit === null) return [];
  return [lineOf(wordFor(ours / limit <= timesCopy), result, `${(ours / limit).toFixed(2)} times as long as ${cp.name}, ${atMost(timesCopy)}`)];
}

function lineOf(word: string, { row }: RowResult, found?: string): string {
  return `  ${word.padEnd(12)}  ${row.name}${found === undefined ? '' : `: ${found}`}`;
}

function wordFor(isReached: boolean): string {
  return isReached ? 'reached' : 'MISSED';
}

function atMost(times: number): string {
  return `expected at most ${times.toFixed(2)}`;
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)} ms`;
}

/** Seconds; null where there is no good run. */
function medianOf({ standings }: RowResult, contender: string): number | null {
  return standings.find((standing) => standing.contender === contender)?.seconds?.median ?? null;
}
