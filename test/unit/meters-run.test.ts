import { describe, expect, it } from 'vitest';
import { mostSamples, RunSample } from '../../src-shared/run-meters.ts';
import type { ByteName } from '../../src-shared/byte-name.ts';
import type { RsyncResult, RsyncStats } from '../../src-shared/rsync-result.ts';
import type { Unit } from '../../src-shared/unit.ts';
import { createProgressTracker } from '../../src-main/core/run/progress.ts';
import { createWorkSum } from '../../src-main/core/run/work-sum.ts';
import { withSample } from '../../src-main/core/meters/thinning.ts';
import { madeMeters } from '../fixtures/made-meters.ts';

const [usual] = madeMeters({ seconds: 1 }).samples as [RunSample];

/** Samples of a second each. */
function seconds(count: number, of: (second: number) => Partial<RunSample> = () => ({})): RunSample[] {
  let samples: RunSample[] = [];
  for (let second = 1; second <= count; second++) samples = withSample(samples, { ...usual, at: second * 1000, ...of(second) });
  return samples;
}

describe('samples of a run', () => {
  it('are all kept while there are few', () => {
    const samples = seconds(mostSamples);
    expect(samples).toHaveLength(mostSamples);
    expect(samples.every(({ spanMs }) => spanMs === 1000)).toBe(true);
  });

  it.each([241, 1000, 7200, 36_000])('of %i s are never more than may be kept, and tell of all the time', (count) => {
    const samples = seconds(count);
    expect(samples.length).toBeLessThanOrEqual(mostSamples);
    expect(samples.length).toBeGreaterThan(mostSamples / 3);
    expect(samples.reduce((sum, { spanMs }) => sum + spanMs, 0)).toBeCloseTo(count * 1000);
    expect(samples.at(-1)?.at).toBe(count * 1000);
    samples.forEach(({ at, spanMs }, index) => expect(at - spanMs).toBeCloseTo(samples[index - 1]?.at ?? 0));
    expect(samples.every((sample) => RunSample.safeParse(sample).success)).toBe(true);
  });

  it('keep sums and means when they are merged', () => {
    const samples = seconds(1000, (second) => ({ bytesPerSecond: second, cores: [second % 2, 0.5], busy: second % 4 }));
    const sum = samples.reduce((all, { bytesPerSecond, spanMs }) => all + (bytesPerSecond * spanMs) / 1000, 0);
    expect(sum).toBeCloseTo((1000 * 1001) / 2);
    expect(samples[0]?.cores[0]).toBeCloseTo(0.5);
    expect(samples[0]?.cores[1]).toBeCloseTo(0.5);
  });

  it('keep the phases apart, though they end up alone', () => {
    const samples = seconds(1001, (second) => ({ phase: second <= 3 ? 'planning' : second > 998 ? 'finishing' : 'copying' }));
    const timeOf = (phase: RunSample['phase']): number => samples.filter((each) => each.phase === phase).reduce((sum, { spanMs }) => sum + spanMs, 0);
    expect([timeOf('planning'), timeOf('copying'), timeOf('finishing')]).toEqual([3000, 995_000, 3000]);
  });

  it.each([0, 1])('take what is not told at one of two moments from the other (%i)', (untold) => {
    const isUntold = (second: number): boolean => second % 2 === untold;
    const samples = seconds(300, (second) => (isUntold(second) ? { runQueue: null, lanes: null, pressure: null } : { runQueue: 4 }));
    expect(samples[0]).toMatchObject({ runQueue: 4, lanes: usual.lanes, pressure: usual.pressure });
  });
});

function unit(part: Partial<Unit>): Unit {
  const names = ['a' as ByteName];
  return { id: 1, kind: 'group', folder: '' as ByteName, names, shares: [1], entries: 10, bytes: 100, weight: 10, isNew: false, premade: 0, after: [], ...part };
}

const result = (stats: Partial<RsyncStats>): RsyncResult => ({
  code: 0, signal: null, durationMs: 5, lastLines: [], facts: { deletionsSkipped: 0, ioError: false, couldNotMakeWay: 0, failedNames: [], failedCount: 0, errno: null },
  stats: { entries: 12, files: 11, created: 0, createdFiles: 0, deleted: 0, filesTransferred: 11, totalBytes: 120, transferredBytes: 120, literalBytes: 0, ...stats },
});

describe('the work of a run', () => {
  it('sums up the times of tries, and keeps the longest', () => {
    const sum = createWorkSum(1000);
    expect([sum.hasBegun(), sum.times(1500)]).toEqual([false, { beforeMs: 500, afterMs: 0, laneMs: 0, longest: null }]);
    sum.started(unit({ id: 1 }), 1300);
    sum.started(unit({ id: 2, names: ['b' as ByteName] }), 1400);
    sum.ended(unit({ id: 1 }), result({}), 1500);
    sum.ended(unit({ id: 2, names: ['b' as ByteName] }), null, 2400);
    sum.ended(unit({ id: 3 }), null, 2500);
    expect(sum.times(3000)).toEqual({
      beforeMs: 300, afterMs: 600, laneMs: 1200, longest: { name: 'b/', startMs: 400, durationMs: 1000, entries: 10, bytes: 100, isOneFile: false },
    });
  });

  it('counts tries that go on', () => {
    const sum = createWorkSum(0);
    sum.started(unit({ id: 1 }), 100);
    expect(sum.times(1100)).toMatchObject({ afterMs: 0, laneMs: 1000, longest: { durationMs: 1000 } });
  });

  it.each([
    ['a part of one name', unit({ kind: 'part' }), null, true],
    ['a part of two', unit({ kind: 'part', names: ['a' as ByteName, 'b' as ByteName] }), null, false],
    ['a folder of which one file was copied that is nearly all of it', unit({}), result({ filesTransferred: 1, transferredBytes: 115 }), true],
    ['a folder of which one small file was copied', unit({}), result({ filesTransferred: 1, transferredBytes: 5 }), false],
  ])('%s is one file: %#', (_what, each, end, isOneFile) => {
    const sum = createWorkSum(0);
    sum.started(each, 0);
    sum.ended(each, end, 10);
    expect(sum.times(10).longest?.isOneFile).toBe(isOneFile);
  });

  it('is counted with running units by the bytes they moved', () => {
    const tracker = createProgressTracker(0);
    const [one, other] = [unit({ id: 1 }), unit({ id: 2 })];
    tracker.known([one, other]);
    tracker.started(one, 'a', 0, 0);
    tracker.moved(1, 50);
    expect(tracker.done()).toEqual({ entries: 5, bytes: 50 });
    tracker.ended(one, true, 10, 100);
    expect(tracker.done()).toEqual({ entries: 10, bytes: 100 });
  });
});
