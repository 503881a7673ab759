import { describe, expect, test } from 'vitest';
import { Job, JobOptions, OptionChange } from '../../src-shared/job.ts';
import type { LabFigure, LabGroup, LabResult } from '../../src-shared/lab.ts';
import type { PastRun } from '../../src-shared/run-view.ts';
import { noTotals } from '../../src-shared/run.ts';
import { changeWords, comparableRuns, effectWords, figuresOf, ratioTitle, ratioWords } from '../../src-renderer/views/history/compare-words.ts';
import { barOf, curveOf, groupsOf, longestOf, measureWords, requestOf, speedWords, usualSize } from '../../src-renderer/views/lab/lab-words.ts';
import { confidenceWords, gainWords, hasOptions, optionWords, withAdvised } from '../../src-renderer/views/run/verdict-words.ts';

describe('advice', () => {
  test.each([[null, ''], [1, 'would not help'], [1.04, 'would not help'], [1.06, 'about 1.1x as fast'], [2.61, 'about 2.6x as fast'], [12.4, 'about 12x as fast']])('with a gain of %s', (gain, words) => {
    expect(gainWords(gain)).toBe(words);
  });

  test.each([[0.9, 'clear'], [0.6, 'likely'], [0.2, 'a guess']])('of confidence %d', (confidence, words) => {
    expect(confidenceWords(confidence)).toBe(words);
  });

  test.each<[OptionChange, string]>([
    [{ workers: 24 }, 'Use 24 workers'], [{ workers: 1 }, 'Use 1 worker'], [{ workers: 'auto' }, 'Choose the number of workers automatically'], [{ compress: false }, 'Stop compressing'],
    [{ checksum: false, bandwidthLimit: null }, 'Compare by size and time and lift the bandwidth limit'], [{ workers: 8, compress: true }, 'Use 8 workers and compress on the way'],
  ])('%o is put as what its button does', (options, words) => {
    expect(optionWords(options)).toBe(words);
  });

  test('changes what it names and nothing else, also once it has crossed a boundary', () => {
    const options = JobOptions.parse({ compress: true, checksum: true, bandwidthLimit: 5e6, mirror: true });
    const advised = OptionChange.parse({ workers: 24 });
    expect(advised).toEqual({ workers: 24 });
    expect(withAdvised(options, advised)).toEqual({ ...options, workers: 24 });
    expect(withAdvised(options, { bandwidthLimit: null })).toEqual({ ...options, bandwidthLimit: null });
    expect([hasOptions(options, advised), hasOptions({ ...options, workers: 24 }, advised), hasOptions(options, { bandwidthLimit: null })]).toEqual([false, true, false]);
  });
});

describe('two runs', () => {
  const run = (id: number, more: Partial<PastRun> = {}): PastRun => ({
    id, jobId: 'j', jobName: 'J', source: '/s', destination: '/d', trigger: 'manual', state: 'succeeded', startedAt: 0, endedAt: 10_000, totals: noTotals, notices: [], limitedBy: null, error: null,
    rsyncVersion: null, ...more,
  });

  test('can be compared where both belong to a job and did something', () => {
    const others = [run(5), run(4, { state: 'skipped' }), run(3, { endedAt: null }), run(2, { jobId: 'k' }), run(1), run(6)];
    expect(comparableRuns(run(5), others).map(({ id }) => id)).toEqual([1, 6]);
  });

  test.each([[1, 'as long as before'], [1.03, 'as long as before'], [1.8, '1.8x as long'], [0.5, '2.0x as fast'], [0.04, '25x as fast']])('of ratio %d', (ratio, words) => {
    expect(ratioWords(ratio)).toBe(words);
  });

  test.each([[1, 'Run 9 took as long as run 7'], [1.8, 'Run 9 took 1.8x as long as run 7'], [0.5, 'Run 9 was 2.0x as fast as run 7']])('ratio %d as a title', (ratio, title) => {
    expect(ratioTitle(7, 9, ratio)).toBe(title);
  });

  test.each([[null, 'not known'], [1.01, 'no effect'], [1.4, '1.4x as long']])('a factor of %s', (factor, words) => {
    expect(effectWords(factor)).toBe(words);
  });

  test.each([[0, 5, ''], [5, 5, ''], [10, 14, '+40 %'], [100, 88, '−12 %'], [1, 17, '17x'], [1000, 1001, '']])('from %d to %d', (before, after, words) => {
    expect(changeWords(before, after)).toBe(words);
  });

  test('side by side', () => {
    const rows = figuresOf(run(1, { totals: { ...noTotals, entries: 100, bytesTransferred: 1e6 } }), run(2, { endedAt: 20_000, totals: { ...noTotals, entries: 100, bytesTransferred: 4e6 } }));
    expect(rows).toEqual(expect.arrayContaining([
      { label: 'Duration', before: '10 s', after: '20 s', change: '+100 %' }, { label: 'Copied per second', before: '100 kB/s', after: '200 kB/s', change: '+100 %' },
      { label: 'Entries per second', before: '10', after: '5', change: '−50 %' },
    ]));
  });
});

describe('the Lab', () => {
  const figure = (id: string, group: LabGroup, rounds: number[], speed: number | null, options: LabFigure['way']['options'] = null): LabFigure => ({
    way: { id, group, label: id, commands: [], options }, rounds, medianMs: rounds.length === 0 ? null : rounds.toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? null, spread: null, cpuMs: null, speed, note: null,
  });
  const figures = [
    figure('pool-4', 'pool', [250, 200, 400], 4, { workers: 4 }), figure('pool-1', 'pool', [1000, 900, 1100], 1, { workers: 1 }), figure('pool-8', 'pool', [], null, { workers: 8 }),
    figure('one-rsync', 'original', [1000], 1), figure('compress', 'flags', [500], 2, { workers: 4, compress: true }),
  ];

  test('asks for the job as it is, or for two folders', () => {
    const job = Job.parse({ id: 'j', kind: 'saved', name: 'J', source: '/s', destination: '/d', options: { excludes: ['*.tmp'] } });
    expect(requestOf(job, { source: '/x', destination: '/y', size: usualSize })).toEqual({
      source: '/s', destination: '/d', jobId: 'j', excludes: ['*.tmp'], sampleBytes: 1_000_000_000, sampleEntries: 30_000, rounds: 3, mostMs: 300_000,
    });
    expect(requestOf(null, { source: '/x', destination: '/y', size: { ...usualSize, megabytes: 1, minutes: 2 } })).toMatchObject({ source: '/x', jobId: null, excludes: [], sampleBytes: 1_000_000, mostMs: 120_000 });
  });

  test('groups its figures by what they answer', () => {
    expect(groupsOf(figures).map(({ group, figures: ways }) => [group, ways.length])).toEqual([['original', 1], ['pool', 3], ['flags', 1]]);
  });

  test('draws bars and a curve with the quickest and the slowest round', () => {
    expect(longestOf(figures)).toBe(1100);
    expect(barOf(figures[0]!, 1000)).toEqual({ median: 25, least: 20, most: 40 });
    expect(barOf(figures[2]!, 1000)).toBeNull();
    expect(curveOf(figures)).toEqual([{ workers: 1, speed: 1, least: 1000 / 1100, most: 1000 / 900 }, { workers: 4, speed: 4, least: 2.5, most: 5 }]);
  });

  test('says what was measured', () => {
    expect([speedWords(null), speedWords(2.04), speedWords(12.3)]).toEqual(['', '2.0x', '12x']);
    const result: LabResult = { at: 0, source: '/s', destination: '/d', jobId: null, sample: { entries: 4980, bytes: 212e6, folders: 12, isWhole: false }, isCold: true, figures, winner: null, explanation: [], durationMs: 65_000 };
    expect(measureWords(result)).toBe('A sample: 212 MB in 4,980 entries of 12 folders · caches dropped before each measurement · 3 rounds · 1 min 5 s');
  });
});
