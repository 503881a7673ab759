import { describe, expect, it } from 'vitest';
import { compareLines, formatSeconds, rowLines, runLine, targetLines } from '../bench/report.ts';
import type { RowResult, Run } from '../bench/results.ts';
import { standingsOf } from '../bench/results.ts';
import type { Row } from '../bench/rows.ts';

const row: Row = { name: 'skewed-full', tree: 'skewed', setting: 'local', phase: 'full', target: null, peerTarget: null };
const names = ['one rsync', 'xargs -P 4', 'Daybreak'];

function runOf(contender: string, seconds: number, more: Partial<Run> = {}): Run {
  return {
    row: row.name, contender, round: 1, turn: 1, exitCode: 0, seconds, userSeconds: seconds / 2, systemSeconds: seconds / 4,
    secondsAfter: 0, leftBehind: 0, peakResidentBytes: 20e6, peakProportionalBytes: 10e6, differences: 0, differenceSamples: [],
    contentCompared: true, lastWords: '', processes: 900, roundTrips: null, ...more,
  };
}

function resultOf(runs: readonly Run[], of: Row = row): RowResult {
  const tree = { files: 1, bytes: 1, spaceBytes: 1 };
  return { row: of, title: 'a tree', tree, standings: standingsOf(runs, names, 'one rsync') };
}

describe('the figures of a row', () => {
  it('are ratios of medians to one rsync', () => {
    const runs = [...[8, 9, 30].map((each) => runOf('one rsync', each)), ...[5, 6, 4].map((each) => runOf('Daybreak', each))];
    const [base, missing, ours] = standingsOf(runs, names, 'one rsync');
    expect(base?.ratio).toBe(1);
    expect(missing).toMatchObject({ rounds: 0, seconds: null, ratio: null });
    expect(ours).toMatchObject({ ratio: 1.8, seconds: { median: 5, least: 4, most: 6 }, failed: 0 });
  });

  it('do not count a run that failed as a fast one, but keep its differences', () => {
    const failed = { exitCode: 1, differences: 7, differenceSamples: ['"a": missing (file)'] };
    const runs = [runOf('one rsync', 8), runOf('Daybreak', 4), runOf('Daybreak', 0.1, failed)];
    expect(standingsOf(runs, names, 'one rsync')[2]).toMatchObject({
      rounds: 2, failed: 1, ratio: 2, differences: 7, differenceSamples: ['"a": missing (file)'],
    });
  });

  it('have no ratio where one rsync has no good run', () => {
    expect(standingsOf([runOf('one rsync', 8, { exitCode: 23 }), runOf('Daybreak', 4)], names, 'one rsync')[2]?.ratio).toBeNull();
  });

  it('are shown as a table with examples of what differs', () => {
    const runs = [
      runOf('one rsync', 8), runOf('one rsync', 8.5),
      runOf('xargs -P 4', 12, { differences: 1, differenceSamples: ['".": mtime should be 1, is 2'] }),
      runOf('Daybreak', 4), runOf('Daybreak', 3.5, { peakProportionalBytes: 123e6 }), runOf('Daybreak', 5, { exitCode: 11 }),
    ];
    expect(rowLines(resultOf(runs)).join('\n')).toBe([
      'skewed-full: a tree',
      'contender                 median       spread  ratio     CPU   memory  processes  round trips  different',
      'one rsync                 8.25 s  8.00-8.50 s   1.00  6.19 s  10.0 MB        900            -          0',
      'xargs -P 4                12.0 s            -   0.69  9.00 s  10.0 MB        900            -          1',
      'Daybreak (1 of 3 failed)  3.75 s  3.50-4.00 s   2.20  2.81 s   123 MB        900            -          0',
      '  xargs -P 4: ".": mtime should be 1, is 2',
    ].join('\n'));
  });

  it('are in seconds with about three digits', () => {
    const shown = [0.004, 9.99, 9.996, 12.34, 99.96, 140].map(formatSeconds);
    expect(shown).toEqual(['0.00 s', '9.99 s', '10.0 s', '12.3 s', '100 s', '140 s']);
  });
});

describe('the line of a run', () => {
  it('says how it went', () => {
    const line = runLine(runOf('Daybreak', 4), 5);
    expect(line).toBe('skewed-full                 1/5  Daybreak         4.00 s    CPU 3.00 s   10.0 MB  same as the source');
  });

  it('says what went wrong', () => {
    const line = runLine(runOf('Daybreak', 4, { exitCode: 1, differences: 2, leftBehind: 1, lastWords: 'a\nno space' }), 5);
    expect(line).toContain('2 differences  LEFT 1 process running  FAILED with 1: no space');
  });
});

describe('an earlier result', () => {
  it('is told beside this one, row by row', () => {
    const before = resultOf([runOf('one rsync', 8), runOf('Daybreak', 4)]);
    const now = resultOf([runOf('one rsync', 8), runOf('Daybreak', 2)]);
    expect(compareLines([before], [now])).toEqual([
      'Compared with the earlier run:',
      '  skewed-full, one rsync: 8.00 s -> 8.00 s, ratio 1.00 -> 1.00',
      '  skewed-full, Daybreak: 4.00 s -> 2.00 s, ratio 2.00 -> 4.00',
    ]);
  });
});

describe('what is expected of Daybreak', () => {
  const linesFor = (base: number, ours: number, target: number | null): string[] =>
    targetLines([resultOf([runOf('one rsync', base), runOf('Daybreak', ours)], { ...row, target })], []);

  it('is never to be much slower than one rsync', () => {
    expect(linesFor(9, 10, null)).toEqual([
      '  reached       skewed-full: 0.90 times as fast as one rsync, expected at least 0.90',
    ]);
    expect(linesFor(8, 10, null)).toEqual([
      '  MISSED        skewed-full: 0.80 times as fast as one rsync, expected at least 0.90',
    ]);
  });

  it('is not judged on a job of under two seconds, unless the row has a target of its own', () => {
    expect(linesFor(1, 2, null)).toEqual(['  too short     skewed-full: 0.50 times as fast as one rsync, which takes 1.00 s']);
    expect(linesFor(1, 0.5, 1.3)).toEqual([
      '  reached       skewed-full: 2.00 times as fast as one rsync, expected at least 1.30',
    ]);
  });

  it('is not met by a run that failed', () => {
    const result = resultOf([runOf('one rsync', 8), runOf('Daybreak', 1, { exitCode: 1 })]);
    expect(targetLines([result], [])).toEqual(['  not measured  skewed-full']);
  });

  it('is measured against the quickest peer as well', () => {
    const result = resultOf([runOf('one rsync', 8), runOf('xargs -P 4', 6), runOf('Daybreak', 4)], { ...row, target: 1.5, peerTarget: 1.6 });
    expect(targetLines([result], ['xargs -P 4'])).toEqual([
      '  reached       skewed-full: 2.00 times as fast as one rsync, expected at least 1.50',
      '  MISSED        skewed-full: 1.50 times as fast as xargs -P 4, the best peer, expected at least 1.60',
    ]);
  });
});
