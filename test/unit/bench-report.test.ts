import { describe, expect, it } from 'vitest';
import { compareLines, formatSeconds, rowLines, runLine } from '../bench/report.ts';
import type { RowResult, Run } from '../bench/results.ts';
import { bestPeerOf, standingsOf } from '../bench/results.ts';
import type { Expected, Row } from '../bench/rows.ts';
import { poolLines, targetLines } from '../bench/targets.ts';

const row: Row = { name: 'skewed-full', tree: 'skewed', setting: 'local', phase: 'full', expected: {} };
const names = ['one rsync', 'xargs -P 4', 'cp -a', 'parallel read', 'Daybreak'];
const peers = ['xargs -P 4', 'rclone'];

function runOf(contender: string, seconds: number, more: Partial<Run> = {}): Run {
  return {
    row: row.name, contender, round: 1, turn: 1, exitCode: 0, seconds, userSeconds: seconds / 2, systemSeconds: seconds / 4,
    secondsAfter: 0, leftBehind: 0, peakResidentBytes: 20e6, peakProportionalBytes: 10e6, differences: 0, lostLinks: 0, differenceSamples: [],
    contentCompared: true, lastWords: '', processes: 900, roundTrips: null, isCold: false, ...more,
  };
}

function resultOf(runs: readonly Run[], of: Row = row): RowResult {
  const tree = { files: 1, bytes: 800_000_000, spaceBytes: 1 };
  const bestPeer = bestPeerOf(runs, peers);
  return { row: of, title: 'a tree', tree, bestPeer, standings: standingsOf(runs, [...new Set(runs.map(({ contender }) => contender))], 'one rsync', bestPeer) };
}

describe('the figures of a row', () => {
  it('are ratios of medians to one rsync', () => {
    const runs = [...[8, 9, 30].map((each) => runOf('one rsync', each)), ...[5, 6, 4].map((each) => runOf('Daybreak', each))];
    const [base, missing, ours] = standingsOf(runs, ['one rsync', 'xargs -P 4', 'Daybreak'], 'one rsync', null);
    expect(base?.ratio).toBe(1);
    expect(missing).toMatchObject({ rounds: 0, seconds: null, ratio: null });
    expect(ours).toMatchObject({ ratio: 1.8, seconds: { median: 5, least: 4, most: 6 }, failed: 0 });
  });

  it('do not count a run that failed as a fast one, but keep its differences', () => {
    const failed = { exitCode: 1, differences: 7, differenceSamples: ['"a": missing (file)'] };
    const runs = [runOf('one rsync', 8), runOf('Daybreak', 4), runOf('Daybreak', 0.1, failed)];
    expect(standingsOf(runs, names, 'one rsync', null)[4]).toMatchObject({
      rounds: 2, failed: 1, ratio: 2, differences: 7, differenceSamples: ['"a": missing (file)'],
    });
  });

  it('have no ratio where one rsync has no good run', () => {
    expect(standingsOf([runOf('one rsync', 8, { exitCode: 23 }), runOf('Daybreak', 4)], names, 'one rsync', null)[4]?.ratio).toBeNull();
  });

  it('are ratios to the quickest peer as well, which must have ended well', () => {
    const runs = [runOf('xargs -P 4', 6), runOf('rclone', 1, { exitCode: 1 }), runOf('cp -a', 1), runOf('Daybreak', 4)];
    expect(bestPeerOf(runs, peers)).toBe('xargs -P 4');
    expect(bestPeerOf([...runs, runOf('rclone', 5)], peers)).toBe('rclone');
    expect(bestPeerOf([runOf('Daybreak', 4)], peers)).toBeNull();
    expect(standingsOf(runs, names, 'one rsync', 'xargs -P 4').map(({ peerRatio }) => peerRatio)).toEqual([null, 1, 6, null, 1.5]);
  });

  it('are shown as a table with examples of what differs', () => {
    const runs = [
      runOf('one rsync', 8), runOf('one rsync', 8.5),
      runOf('xargs -P 4', 12, { differences: 3, lostLinks: 2, differenceSamples: ['".": mtime should be 1, is 2'] }),
      runOf('parallel read', 1, { differences: null, lostLinks: null }),
      runOf('Daybreak', 4), runOf('Daybreak', 3.5, { peakProportionalBytes: 123e6 }), runOf('Daybreak', 5, { exitCode: 11 }),
    ];
    expect(rowLines(resultOf(runs)).join('\n')).toBe([
      'skewed-full: a tree',
      'contender                 median       spread  ratio  to best peer     CPU   memory  processes  round trips  different',
      'one rsync                 8.25 s  8.00-8.50 s   1.00          1.45  6.19 s  10.0 MB        900            -          0',
      'xargs -P 4                12.0 s            -   0.69          1.00  9.00 s  10.0 MB        900            -          3',
      'parallel read             1.00 s            -   8.25         12.00  0.75 s  10.0 MB        900            -          -',
      'Daybreak (1 of 3 failed)  3.75 s  3.50-4.00 s   2.20          3.20  2.81 s   123 MB        900            -          0',
      '  xargs -P 4: 2 names of hard links lost',
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
    expect(line).toBe('skewed-full                 1/5  Daybreak          4.00 s    CPU 3.00 s   10.0 MB  same as the source');
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
  /** Seconds of each contender, and what the row asks for. */
  const linesFor = (seconds: Readonly<Record<string, number>>, expected: Expected = {}, setting: Row['setting'] = 'local'): string[] =>
    targetLines([resultOf(Object.entries(seconds).map(([name, each]) => runOf(name, each)), { ...row, setting, expected })]);

  it('is never to be much slower than one rsync', () => {
    expect(linesFor({ 'one rsync': 9, Daybreak: 10 })).toEqual([
      '  reached       skewed-full: 0.90 times as fast as one rsync, expected at least 0.90',
    ]);
    expect(linesFor({ 'one rsync': 8, Daybreak: 10 })).toEqual([
      '  MISSED        skewed-full: 0.80 times as fast as one rsync, expected at least 0.90',
    ]);
  });

  it('is not judged on a job of under two seconds, unless the row has a target of its own', () => {
    expect(linesFor({ 'one rsync': 1, Daybreak: 2 })).toEqual(['  too short     skewed-full: 0.50 times as fast as one rsync, which takes 1.00 s']);
    expect(linesFor({ 'one rsync': 1, Daybreak: 0.5 }, { ratio: 1.3 })).toEqual([
      '  reached       skewed-full: 2.00 times as fast as one rsync, expected at least 1.30',
    ]);
  });

  it('is not met by a run that failed', () => {
    const result = resultOf([runOf('one rsync', 8), runOf('Daybreak', 1, { exitCode: 1 })]);
    expect(targetLines([result])).toEqual(['  not measured  skewed-full']);
  });

  it('is measured against the quickest peer as well', () => {
    expect(linesFor({ 'one rsync': 8, 'xargs -P 4': 6, 'cp -a': 1, Daybreak: 4 }, { ratio: 1.5, peerRatio: 1.6 })).toEqual([
      '  reached       skewed-full: 2.00 times as fast as one rsync, expected at least 1.50',
      '  MISSED        skewed-full: 1.50 times as fast as xargs -P 4, the best peer, expected at least 1.60',
    ]);
  });

  it('may be to stay near what copies and does nothing else', () => {
    const expected = { ratio: 1.6, timesCopy: 1.3 };
    const linesWith = (ours: number) => linesFor({ 'one rsync': 8, 'cp -a': 2, Daybreak: ours }, expected).slice(1);
    expect(linesWith(2.6)).toEqual(['  reached       skewed-full: 1.30 times as long as cp -a, expected at most 1.30']);
    expect(linesWith(2.7)).toEqual(['  MISSED        skewed-full: 1.35 times as long as cp -a, expected at most 1.30']);
    expect(linesFor({ 'one rsync': 8, Daybreak: 4 }, expected)).toHaveLength(1);
  });

  it('is met near the limit of a bandwidth, where no ratio has room', () => {
    const expected = { ratio: 2, peerRatio: 1.1, timesBandwidth: 1.1 };
    const linesWith = (ours: number) => linesFor({ 'one rsync': 20, rclone: 8.5, Daybreak: ours }, expected, 'nas1-capped');
    expect(linesWith(8.8)).toEqual([
      '  reached       skewed-full: 2.27 times as fast as one rsync, expected at least 2.00',
      '  reached       skewed-full: 0.97 times as fast as rclone, the best peer, expected at least 1.10; reached by the limit: 1.10 times the 8.00 s that the bandwidth takes, expected at most 1.10',
    ]);
    expect(linesWith(12)).toEqual([
      '  MISSED        skewed-full: 1.67 times as fast as one rsync, expected at least 2.00; nor by the limit: 1.50 times the 8.00 s that the bandwidth takes, expected at most 1.10',
      '  MISSED        skewed-full: 0.71 times as fast as rclone, the best peer, expected at least 1.10; nor by the limit: 1.50 times the 8.00 s that the bandwidth takes, expected at most 1.10',
    ]);
  });

  it('is a difference in time for the smallest job', () => {
    const expected = { secondsMore: 0.3 };
    expect(linesFor({ 'one rsync': 0.05, Daybreak: 0.34 }, expected)).toEqual(['  reached       skewed-full: 290 ms more than one rsync, expected at most 300 ms']);
    expect(linesFor({ 'one rsync': 0.05, Daybreak: 0.42 }, expected)).toEqual(['  MISSED        skewed-full: 370 ms more than one rsync, expected at most 300 ms']);
  });
});

describe('what is expected of the pool', () => {
  it('is to be nearly as fast as the best fixed number of workers, from the first run on', () => {
    const runs = [runOf('automatic', 44), runOf('automatic, again', 45), runOf('1 worker', 300), runOf('8 workers', 40), runOf('64 workers', 41), runOf('16 workers', 1, { exitCode: 1 })];
    expect(poolLines([resultOf(runs)])).toEqual([
      '  reached       skewed-full: automatic: 1.10 times as long as with 8 workers, the best fixed number, expected at most 1.10',
      '  MISSED        skewed-full: automatic, again: 1.13 times as long as with 8 workers, the best fixed number, expected at most 1.10',
    ]);
  });

  it('is not judged without a fixed number to compare with', () => {
    expect(poolLines([resultOf([runOf('automatic', 44)])])).toEqual(['  not measured  skewed-full: automatic', '  not measured  skewed-full: automatic, again']);
  });
});
