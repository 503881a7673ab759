import { describe, expect, test } from 'vitest';
import { cutSample, namesOf } from '../../src-main/core/lab/cut.ts';
import { explain, type ExplainFacts } from '../../src-main/core/lab/explain.ts';
import { currentWay, figuresOf, medianOf, winnerOf, type Tries } from '../../src-main/core/lab/figures.ts';
import type { Measurement } from '../../src-main/core/lab/measure.ts';
import { measureRounds } from '../../src-main/core/lab/rounds.ts';
import type { PlannedWay } from '../../src-main/core/lab/ways.ts';
import { chooseSample, type Seen } from '../../src-main/worker/lab/choose-sample.ts';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { LabFigure } from '../../src-shared/lab.ts';

const cost = { msPerEntry: 1, bytesPerMs: Number.MAX_SAFE_INTEGER };

function seen(path: string, files: readonly [string, number][], folders: Seen[] = []): Seen {
  const prefix = path === '' ? '' : `${path}/`;
  return { path: path as ByteName, files: files.map(([name, bytes]) => ({ name: `${prefix}${name}` as ByteName, bytes })), folders, isRead: true, isWhole: true };
}

/** Top folders, each with small folders of small files and one large file. */
function tree(tops: number): Seen {
  return seen('', [['root', 10]], Array.from({ length: tops }, (_, top) => seen(`t${top}`, [['large', 1_000_000]], Array.from({ length: 20 }, (__, sub) =>
    seen(`t${top}/s${sub}`, Array.from({ length: 9 }, (___, file): [string, number] => [`f${file}`, 1000]))))));
}

describe('a sample', () => {
  test('is the whole where that fits', () => {
    const sample = chooseSample(tree(2), { bytes: 10_000_000, entries: 1000 });
    expect(sample).toMatchObject({ isWhole: true, entries: 1 + 2 * (1 + 1 + 20 * 10), bytes: 10 + 2 * (1_000_000 + 180_000), notes: [] });
    expect(namesOf(sample)).toEqual(['root', 't0', 't1']);
  });

  test('has small and large files of every top folder, as the whole has', () => {
    const sample = chooseSample(tree(8), { bytes: 4_000_000, entries: 1000 });
    expect(sample.isWhole).toBe(false);
    expect(sample.bytes).toBeLessThanOrEqual(4_000_000);
    expect(sample.entries).toBeGreaterThan(500);
    const tops = new Set(namesOf(sample).map((name) => name.split('/')[0]));
    expect(tops.size).toBeGreaterThanOrEqual(8);
    const large = sample.folders.flatMap(({ files }) => files).filter(({ bytes }) => bytes === 1_000_000).length;
    expect(large).toBeGreaterThan(1);
    // The same share of both classes.
    expect(large / 8).toBeCloseTo(sample.entries / 1617, 0);
  });

  test('leaves out what is larger than a third of it, and says so', () => {
    const root = seen('', [['huge', 900], ['a', 10], ['b', 10]]);
    const sample = chooseSample(root, { bytes: 300, entries: 100 });
    expect(sample.folders[0]?.files.map(({ name }) => name)).not.toContain('huge');
    expect(sample.notes).toEqual(['One file of more than a third of the sample is left out.']);
  });

  test('never takes a folder as a whole of which something is unknown', () => {
    const root = seen('', [], [{ ...seen('t', [['a', 1]]), isWhole: false }]);
    const sample = chooseSample(root, { bytes: 1000, entries: 1000 });
    expect(sample).toMatchObject({ isWhole: false, entries: 2 });
    expect(namesOf(sample)).toEqual(['t/a']);
  });
});

describe('a cut sample', () => {
  test('has every name once, in pieces for as many workers, under folders that are made before', () => {
    const sample = chooseSample(tree(3), { bytes: 1e9, entries: 1e6 });
    for (const workers of [1, 4, 16]) {
      const { units, folders } = cutSample(sample, workers, { cost, isSlow: true });
      expect(units.reduce((sum, { entries }) => sum + entries, 0) + folders.length).toBe(sample.entries);
      const names = units.flatMap((unit) => unit.names);
      expect(new Set(names).size).toBe(names.length);
      expect(units.length).toBeGreaterThanOrEqual(workers);
      expect(units.map(({ weight }) => weight)).toEqual(units.map(({ weight }) => weight).toSorted((a, b) => b - a));
      for (const [index, each] of folders.entries()) {
        const parent = each.includes('/') ? each.slice(0, each.lastIndexOf('/')) : '';
        expect(parent === '' || folders.indexOf(parent as ByteName) < index).toBe(true);
      }
    }
  });
});

function way(id: string, more: Partial<PlannedWay> = {}): PlannedWay {
  const pool = /^pool-(\d+)$/u.exec(id);
  const options = pool ? { workers: Number(pool[1]), compress: false } : id === 'compress' ? { compress: true } : null;
  return {
    way: { id, group: 'pool', label: pool ? `Daybreak, ${pool[1]} workers` : id === 'compress' ? 'Daybreak, 4 workers, compressed (-z)' : id, commands: [], options },
    folders: [], over: 'copy', whyNot: null, work: () => ({ kind: 'calls', from: 'event-loop', atOnce: 1, calls: [] }), ...more,
  };
}

const good: Measurement = { durationMs: 100, cpuMs: 50, startMs: 5, problem: null, isCut: false, isCold: false, isLocked: false };

function figures(times: Readonly<Record<string, readonly number[]>>, cpuMs = 50): LabFigure[] {
  return figuresOf(Object.entries(times).map(([id, rounds]): Tries => ({
    planned: way(id, ['whole-file', 'delta'].includes(id) ? { over: 'update' } : {}),
    good: rounds.map((durationMs) => ({ ...good, durationMs, cpuMs })), note: null, isBroken: false,
  })));
}

describe('figures', () => {
  test('are medians, spreads and ratios to one rsync', () => {
    expect([medianOf([]), medianOf([3]), medianOf([4, 1]), medianOf([9, 1, 2])]).toEqual([null, 3, 2.5, 2]);
    const [one, pool, delta] = figures({ 'one-rsync': [100, 120, 80], 'pool-4': [50, 40, 60], delta: [10] });
    expect(one).toMatchObject({ medianMs: 100, spread: 0.2, speed: 1, cpuMs: 50 });
    expect(pool).toMatchObject({ medianMs: 50, speed: 2 });
    // Another work.
    expect(delta?.speed).toBeNull();
    for (const each of [one, pool, delta]) expect(LabFigure.parse(each)).toEqual(each);
  });

  test.each([
    ['a pool that is faster by a tenth in every round', { 'pool-4': [100, 110], 'pool-8': [80, 85] }, 'pool-8'],
    ['nothing where the gain is less', { 'pool-4': [100], 'pool-8': [95] }, null],
    ['nothing where one round was slower', { 'pool-4': [100, 100, 100], 'pool-8': [70, 80, 130] }, null],
    ['nothing but what a job can be set to', { 'pool-4': [100], threads: [10] }, null],
    ['nothing where the job does it already', { 'pool-4': [50], 'pool-8': [100] }, null],
    ['nothing where it is not known what the job does', { 'pool-8': [100] }, null],
  ])('make a winner of %s', (_what, times, winner) => {
    expect(winnerOf(figures(times), 'pool-4')).toBe(winner);
  });

  test('know what a job does now', () => {
    expect(currentWay({ workers: 'auto', compress: false }, 8)).toBe('pool-8');
    expect(currentWay({ workers: 3, compress: false }, 8)).toBe('pool-3');
    expect(currentWay({ workers: 3, compress: true }, 8)).toBe('compress');
  });
});

describe('rounds', () => {
  /** Measures with a clock of its own. */
  async function run(
    times: Readonly<Record<string, number>>,
    { rounds = 3, endsAt = 1e9, runs = () => ({ live: false, begun: 0 }), change = {} }: {
      rounds?: number; endsAt?: number; runs?: () => { live: boolean; begun: number }; change?: Record<string, Partial<Measurement>>;
    } = {},
  ) {
    let at = 0;
    const order: string[] = [];
    const all = await measureRounds({
      ways: Object.keys(times).map((id) => way(id)), rounds, endsAt, now: () => at, runs,
      told: () => undefined,
      measure: ({ way: { id } }, limitMs) => {
        order.push(id);
        const durationMs = times[id] ?? 0;
        at += Math.min(durationMs, limitMs);
        return Promise.resolve({ ...good, durationMs, isCut: durationMs > limitMs, ...change[id] });
      },
    });
    return { order, all, notes: Object.fromEntries(all.map((each) => [each.planned.way.id, each.note])), counts: all.map((each) => each.good.length) };
  }

  test('measure each way in each of them, beginning with another one', async () => {
    const { order, counts, notes } = await run({ a: 1, b: 1, c: 1 });
    expect(order).toEqual(['a', 'b', 'c', 'b', 'c', 'a', 'c', 'a', 'b']);
    expect(counts).toEqual([3, 3, 3]);
    expect(Object.values(notes)).toEqual([null, null, null]);
  });

  test('keep to the time: what is much slower is measured once, then rounds are left out', async () => {
    const { order, notes } = await run({ slow: 1000, a: 100, b: 100 }, { endsAt: 1650 });
    expect(order).toEqual(['slow', 'a', 'b', 'a', 'b', 'b', 'a']);
    expect(notes).toEqual({ slow: expect.stringContaining('Measured once: more than 4 times as slow') as string, a: null, b: null });
    const short = await run({ a: 100, b: 100 }, { endsAt: 350 });
    expect(short.counts).toEqual([1, 2]);
    expect(short.notes).toEqual({ a: expect.stringContaining('Measured once: the time was over') as string, b: expect.stringContaining('Measured 2 times: the time was over') as string });
  });

  test('end what does not fit, and do not begin what is too late', async () => {
    const { notes, counts } = await run({ a: 100, long: 1000, late: 10 }, { rounds: 1, endsAt: 500 });
    expect(counts).toEqual([1, 0, 0]);
    expect(notes).toEqual({ a: null, long: 'It took longer than the time that was left.', late: 'The time was over before its turn.' });
  });

  test('do not count what was disturbed or did not work', async () => {
    let begun = 0;
    const { notes, counts } = await run({ a: 1, b: 1 }, { rounds: 1, runs: () => ({ live: false, begun: begun++ }), change: { b: { problem: 'rsync ended with 23' } } });
    expect(counts).toEqual([0, 0]);
    expect(notes).toEqual({ a: expect.stringContaining('A backup ran') as string, b: 'It did not work: rsync ended with 23.' });
  });
});

describe('the explanation', () => {
  const nas: ExplainFacts = {
    figures: figures({
      'one-rsync': [20_000], multisync: [9000], 'pool-1': [8000], 'pool-2': [4000], 'pool-4': [2500], 'pool-8': [1500], 'pool-16': [1000],
      'event-loop': [2500], processes: [2550], threads: [2480], compress: [2600], 'whole-file': [1000], delta: [2000],
    }, 500),
    cores: 2, sourceLatencyMs: 1, destinationLatencyMs: 1.2, isSlow: true, isCold: true, isMemory: false, isWhole: false, current: 'pool-8', isAutomatic: true,
    winner: 'pool-16', startMs: { 'event-loop': 40, processes: 300, threads: 200 }, notes: ['A note.'],
  };

  test.each<[string, Partial<ExplainFacts>, string[]]>([
    ['of a server', {}, [
      'Daybreak, 16 workers: 1.5 times as fast as what the job does now (Daybreak, 8 workers)', 'begins with that many and looks for a better number',
      '16 workers) was 20 times as fast as one rsync', 'More workers than the 2 cores helped: with 16 it was 4.0 times as fast as with 2, because a file call waits 1.0 ms at the source and 1.2 ms at the destination',
      'within 3 %. Rsync does the work in processes of its own, so what starts it hardly matters', 'once in a run and not in the figures: one event loop 0.04 s, forked processes 0.30 s, worker threads 0.20 s',
      '(multisync) was 2.2 times as fast as one rsync; the fastest pool was 9.0 times as fast as multisync', 'Compression (-z) made no difference',
      'took 2.0 times the time of copying them whole', 'Caches were empty', 'A note.',
    ]],
    ['of busy cores', { isSlow: false, winner: null, figures: figures({ 'one-rsync': [1000], 'pool-2': [800], 'pool-4': [790], compress: [1600] }, 1500), current: 'pool-4' }, [
      'is as fast as anything measured here', 'did not help: the cores were busy (94 %) with 2 already', 'Compression (-z) took 2.0 times the time',
    ]],
    ['of a busy disk', { isSlow: false, winner: null, figures: figures({ 'one-rsync': [1000], 'pool-2': [980], 'pool-4': [970] }, 300) }, [
      'No pool was clearly faster than one rsync on this sample. One rsync already takes what the disk gives', 'the disk is what they wait for',
    ]],
    ['of warm caches', { isCold: false }, ['The caches were warm']],
    ['of memory', { isMemory: true }, ['Both ends are in memory']],
    ['of engines that differ', { figures: figures({ 'event-loop': [1000], processes: [2000], threads: [1000] }) }, ['100 % apart. That is more than usual']],
    ['of engines lost in noise', { figures: figures({ 'event-loop': [1000, 500, 1500], processes: [1200], threads: [1000] }) }, ['20 % apart, but rounds of one and the same way were 50 % apart as well']],
    ['of a machine that is not quiet', { figures: figures({ 'one-rsync': [1000, 500, 1500], 'pool-2': [900, 400, 1800] }) }, ['something else was at work on this machine']],
    ['of -z that wins', { figures: figures({ 'pool-4': [1000], compress: [500] }) }, ['With compression (-z) it was 2.0 times as fast']],
    ['of delta that wins', { figures: figures({ 'whole-file': [1000], delta: [500] }) }, ['only what differs in them was 2.0 times as fast']],
    ['of nothing', { figures: [], notes: [], isWhole: true }, ['The sample is the whole source.']],
  ])('%s', (_what, more, expected) => {
    const text = explain({ ...nas, ...more }).join('\n');
    for (const each of expected) expect(text).toContain(each);
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/u);
  });
});
