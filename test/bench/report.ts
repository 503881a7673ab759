import { formatBytes, formatCount, formatNumberOf } from '../../src-main/cli/format.ts';
import type { Column } from '../../src-main/cli/table.ts';
import { tableLines } from '../../src-main/cli/table.ts';
import type { RowResult, Run, Standing } from './results.ts';
import type { Spread } from './statistics.ts';

const columns: readonly Column[] = [
  { title: 'contender', align: 'left' },
  { title: 'median', align: 'right' },
  { title: 'spread', align: 'right' },
  { title: 'ratio', align: 'right' },
  { title: 'to best peer', align: 'right' },
  { title: 'CPU', align: 'right' },
  { title: 'memory', align: 'right' },
  { title: 'processes', align: 'right' },
  { title: 'round trips', align: 'right' },
  { title: 'different', align: 'right' },
];

/** One line for a run that has just ended. */
export function runLine(run: Run, rounds: number): string {
  const result = run.differences === null ? 'no copy' : run.differences === 0 ? 'same as the source' : formatNumberOf(run.differences, 'difference');
  const left = run.leftBehind === 0 ? '' : `  LEFT ${formatNumberOf(run.leftBehind, 'process', 'processes')} running`;
  const failure = run.exitCode === 0 ? '' : `  FAILED with ${run.exitCode}: ${run.lastWords.split('\n').at(-1)?.trim() ?? ''}`;
  const cpu = formatSeconds(run.userSeconds + run.systemSeconds);
  return [
    run.row.padEnd(26), `${run.round}/${rounds}`, run.contender.padEnd(13), formatSeconds(run.seconds).padStart(9),
    `CPU ${cpu}`.padStart(12), formatMemory(run.peakProportionalBytes).padStart(8), result,
  ].join('  ') + left + failure;
}

/** A row's title, its table, and examples of what differs. */
export function rowLines(result: RowResult): string[] {
  return [
    `${result.row.name}: ${result.title}`,
    ...tableLines(columns, result.standings.map(cellsOf), null),
    ...result.standings.flatMap(({ contender, lostLinks, differenceSamples }) => [
      ...(lostLinks === null || lostLinks === 0 ? [] : [`${formatNumberOf(lostLinks, 'name')} of hard links lost`]),
      ...differenceSamples.slice(0, 2),
    ].map((line) => `  ${contender}: ${line}`)),
  ];
}

function cellsOf(standing: Standing): string[] {
  const { seconds, rounds, failed } = standing;
  return [
    failed === 0 ? standing.contender : `${standing.contender} (${failed} of ${rounds} failed)`,
    seconds ? formatSeconds(seconds.median) : '-',
    seconds && rounds > 1 ? formatSpread(seconds) : '-',
    formatRatio(standing.ratio),
    formatRatio(standing.peerRatio),
    standing.cpuSeconds ? formatSeconds(standing.cpuSeconds.median) : '-',
    formatMemory(standing.peakProportionalBytes?.most ?? null),
    standing.processes === null ? '-' : formatCount(Math.round(standing.processes)),
    standing.roundTrips === null ? '-' : formatCount(Math.round(standing.roundTrips)),
    standing.differences === null ? '-' : String(standing.differences),
  ];
}

function formatRatio(ratio: number | null): string {
  return ratio === null ? '-' : ratio.toFixed(2);
}

/** Two decimals below 10 s, one below 100 s: `0.42 s`, `12.3 s`, `140 s`. */
export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(seconds < 9.995 ? 2 : seconds < 99.95 ? 1 : 0)} s`;
}

function formatSpread(spread: Spread): string {
  return `${formatSeconds(spread.least).replace(' s', '')}-${formatSeconds(spread.most)}`;
}

function formatMemory(bytes: number | null): string {
  return bytes === null ? '-' : formatBytes(bytes);
}

/** Medians beside those of an earlier run: times of different days say less than ratios. */
export function compareLines(earlier: readonly RowResult[], results: readonly RowResult[]): string[] {
  const lines = results.flatMap(({ row, standings }) => standings.flatMap(({ contender, seconds, ratio }) => {
    const before = earlier.find((each) => each.row.name === row.name)?.standings.find((each) => each.contender === contender);
    if (!seconds || !before?.seconds) return [];
    const ratios = ratio === null || before.ratio === null ? '' : `, ratio ${before.ratio.toFixed(2)} -> ${ratio.toFixed(2)}`;
    return [`  ${row.name}, ${contender}: ${formatSeconds(before.seconds.median)} -> ${formatSeconds(seconds.median)}${ratios}`];
  }));
  return ['Compared with the earlier run:', ...(lines.length === 0 ? ['  no row is in both'] : lines)];
}

/** A line for each option, as docs/options.md and src-shared/option-costs.ts have it: how many times as long each row takes with it. */
export function optionCostLines(results: readonly RowResult[]): string[] {
  const names = results[0]?.standings.map(({ contender }) => contender) ?? [];
  const cell = (result: RowResult, name: string): string => {
    const ratio = result.standings.find(({ contender }) => contender === name)?.ratio ?? null;
    return ratio === null ? '-' : (1 / ratio).toFixed(2);
  };
  return [
    `| option | ${results.map(({ row }) => row.name).join(' | ')} |`,
    `| --- |${' ---: |'.repeat(results.length)}`,
    ...names.map((name) => `| ${name} | ${results.map((result) => cell(result, name)).join(' | ')} |`),
  ];
}
