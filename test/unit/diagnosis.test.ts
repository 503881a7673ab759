import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { adviceLine, judge, sentenceOf } from '../../src-main/core/diagnosis/verdict.ts';
import { Cause, RunWork, Verdict } from '../../src-shared/diagnosis.ts';
import { RunMeters } from '../../src-shared/run-meters.ts';
import { idlePlace, madeMeters, madePlace, madeWork, type MadeMeters } from '../fixtures/made-meters.ts';

const full = { cores: [0.97, 0.96], copyCpu: 1.8, otherCpu: 0.08 };
const fuse = madePlace({ kind: 'fuse', fileSystem: 'fuse.sshfs', latencyMs: 1 });
const idle = { cores: [0.1, 0.1], copyCpu: 0.15, otherCpu: 0.02 };
const nfs = madePlace({ kind: 'network', fileSystem: 'nfs4', latencyMs: 1, path: '/mnt/backup' });

const table: readonly [string, MadeMeters, Partial<RunWork> | null, Cause][] = [
  ['busy cores', { sample: full, lanes: { cpu: 1.9, core: 1, other: 1 } }, {}, 'cpu-all-cores'],
  ['busy cores, live', { sample: full, lanes: { cpu: 1.9, core: 1, other: 1 } }, null, 'cpu-all-cores'],
  ['busy cores though lanes wait for a server', { sample: full, facts: { source: fuse }, lanes: { cpu: 0.8, core: 0.4, sourceCalls: 2.8 } }, {}, 'cpu-all-cores'],
  ['busy cores by -z', { sample: { ...full, bytesPerSecond: 2.5e8 }, options: { compress: true }, lanes: { cpu: 3, core: 1 } }, {}, 'compression'],
  ['-z that hardly costs', { sample: { ...full, bytesPerSecond: 1e6, entriesPerSecond: 20_000 }, options: { compress: true }, lanes: { cpu: 3, core: 1 } },
    {}, 'cpu-all-cores'],
  ['cores taken by others', { sample: { ...full, copyCpu: 0.7, otherCpu: 1.2 }, lanes: { cpu: 0.8, core: 2, other: 1 } }, {}, 'cpu-other-load'],
  ['one worker, by choice', { sample: { cores: [0.6, 0.45], copyCpu: 1, poolSize: 1, busy: 1 }, options: { workers: 1 }, lanes: { cpu: 0.95, other: 0.05 } }, {}, 'cpu-one-core'],
  ['a source that answers late', { sample: idle, facts: { source: fuse }, lanes: { sourceCalls: 2.5, sourceData: 0.6, other: 0.9 } }, {}, 'source-latency'],
  ['a destination that answers late', { sample: idle, facts: { destination: nfs }, lanes: { destinationCalls: 2.9, destinationData: 0.5, other: 0.6 } }, {}, 'destination-latency'],
  ['a full line', { sample: { ...idle, bytesPerSecond: 3e7, entriesPerSecond: 8 }, facts: { destination: nfs }, lanes: { destinationData: 3.7, destinationCalls: 0.1, other: 0.2 } },
    {}, 'network-bandwidth'],
  ['a full link, lanes unknown', { sample: { ...idle, networkOutPerSecond: 1.18e8 }, facts: { destination: nfs, interfaces: [{ name: 'eth0', bytesPerSecond: 1.25e8 }] }, lanes: null },
    {}, 'network-bandwidth'],
  ['a server with a queue', { sample: { ...idle, entriesPerSecond: 20, destination: { ...idlePlace, roundTripMs: 40 } }, facts: { destination: nfs }, lanes: { destinationCalls: 3.5, other: 0.5 } },
    {}, 'remote-server'],
  ['a slow disk at the source', { sample: { ...idle, source: { ...idlePlace, utilisation: 0.99, awaitMs: 14 } }, lanes: { sourceDisk: 3.2, cpu: 0.3, other: 0.5 } }, {}, 'source-disk'],
  ['a slow disk at the destination', { sample: { ...idle, destination: { ...idlePlace, utilisation: 0.99 } }, lanes: { destinationDisk: 3.2, cpu: 0.3, other: 0.5 } }, {}, 'destination-disk'],
  ['a disk, lanes unknown', { sample: { ...idle, pressure: { cpu: 0, io: 0.9, memory: 0 }, destination: { ...idlePlace, utilisation: 0.97 } }, lanes: null }, {}, 'destination-disk'],
  ['-c that reads all for nothing', { sample: idle, options: { checksum: true }, lanes: { sourceDisk: 2.5, destinationDisk: 1 } }, { bytes: 9e9, bytesTransferred: 1e6 }, 'checksums'],
  ['-c of what is in memory', { sample: { cores: [1, 1], copyCpu: 1.8, otherCpu: 0 }, options: { checksum: true }, lanes: { cpu: 1.8, core: 2.2 } }, { bytes: 9e9, bytesTransferred: 1e6 }, 'checksums'],
  ['too little memory', { sample: { ...idle, pressure: { cpu: 0.1, io: 0.8, memory: 0.6 } }, lanes: { sourceDisk: 0.8, destinationDisk: 0.6, cpu: 0.4, other: 2.2 } }, {}, 'memory'],
  ['a limit on purpose', { sample: { ...idle, bytesPerSecond: 9.6e6 }, options: { bandwidthLimit: 10e6 }, lanes: { limit: 3.5, other: 0.5 } }, {}, 'bandwidth-limit'],
  ['a long tail', { sample: { busy: 1.4, cores: [0.5, 0.1] }, lanes: { cpu: 1, other: 0.4 } },
    { aloneMs: 15_000, laneMs: 26_000, longest: { name: 'omega/raw', startMs: 300, durationMs: 19_000, entries: 90_000, bytes: 1e9, isOneFile: false } }, 'one-long-unit'],
  ['many small units', { lanes: { cpu: 1, other: 3 } }, { units: 1600, entries: 9000, laneMs: 76_000 }, 'start-up'],
  ['many small units that need no rsync', { lanes: { cpu: 2 }, sample: { cores: [1, 1, 0.1, 0.1] } }, { units: 1600, entries: 9000, laneMs: 16_000 }, 'nothing'],
  ['a long way to the first unit', { lanes: { cpu: 1, other: 3 }, seconds: 3 }, { durationMs: 20_000, beforeMs: 16_500, afterMs: 300 }, 'start-up'],
  ['a quick run', { seconds: 1 }, { durationMs: 900, beforeMs: 500, afterMs: 100 }, 'nothing'],
  ['nothing in particular', { lanes: { cpu: 0.25, sourceDisk: 0.2, destinationDisk: 0.2, destinationData: 0.25, sourceData: 0.2, other: 2.9 }, facts: { cores: 8 } }, {}, 'nothing'],
];

describe('the verdict', () => {
  test.each(table)('of %s', (_what, made, work, cause) => {
    const verdict = judge(madeMeters(made), work === null ? null : madeWork(work));
    expect(verdict).toMatchObject({ cause });
    // What is stored must be what the schema knows.
    expect(Verdict.parse(verdict)).toEqual(verdict);
    const gains = verdict?.advice.map(({ gain }) => gain ?? 1.04) ?? [];
    expect(gains).toEqual(gains.toSorted((one, other) => other - one));
    if (cause !== 'nothing') expect(verdict?.evidence.length).toBeGreaterThan(0);
  });

  it('lays time before and after the units to memory where that was short then, else to start-up', () => {
    const copying = madeMeters({ lanes: { cpu: 1, other: 3 }, seconds: 2 });
    const after = (memory: number) => madeMeters({ seconds: 3, sample: { phase: 'finishing', busy: 0, pressure: { cpu: 0, io: 0.5, memory } } }).samples;
    const work = madeWork({ durationMs: 5000, beforeMs: 200, afterMs: 2800 });
    expect(judge({ ...copying, samples: [...copying.samples, ...after(0.35)] }, work)?.cause).toBe('memory');
    expect(judge({ ...copying, samples: [...copying.samples, ...after(0)] }, work)?.cause).toBe('start-up');
  });

  it('waits until enough was seen of a live run', () => {
    expect(judge(madeMeters({ seconds: 2 }), null)).toBeNull();
    expect(judge(madeMeters({ sample: { phase: 'planning' } }), null)).toBeNull();
  });

  it('of a live run is about now', () => {
    const before = madeMeters({ sample: full, lanes: { cpu: 3 }, seconds: 300 });
    const now = madeMeters({ sample: idle, facts: { source: fuse }, lanes: { sourceCalls: 3.5 }, seconds: 40 });
    const samples = [...before.samples, ...now.samples.map((sample) => ({ ...sample, at: sample.at + 300_000 }))];
    expect(judge({ ...now, samples }, null)?.cause).toBe('source-latency');
  });

  it('is less sure where two causes are near, and where lanes are not known', () => {
    const sure = judge(madeMeters({ sample: idle, facts: { source: fuse }, lanes: { sourceCalls: 4 } }), madeWork());
    const near = judge(madeMeters({ sample: idle, facts: { source: fuse, destination: nfs }, lanes: { sourceCalls: 2.1, destinationCalls: 1.9 } }), madeWork());
    const blind = judge(madeMeters({ sample: idle, facts: { source: fuse }, lanes: null }), madeWork());
    expect(sure?.confidence).toBeGreaterThan(0.9);
    expect(near?.confidence).toBeLessThan(0.6);
    expect(blind).toMatchObject({ cause: 'source-latency' });
    expect(blind?.confidence).toBeLessThanOrEqual(0.6);
  });

  it('says a sentence with its evidence', () => {
    const verdict = judge(madeMeters({ sample: idle, facts: { source: fuse }, lanes: { sourceCalls: 3.6, other: 0.4 } }), madeWork());
    expect(verdict && sentenceOf(verdict)).toMatch(/^Latency of \/data\/prod: each worker waited 100 % of its time .*\.$/u);
    expect(sentenceOf({ cause: 'nothing', confidence: 1, title: 'Nothing', evidence: [], advice: [] })).toBe('Nothing.');
  });
});

describe('the verdict of a staged run', () => {
  // Recorded by `npm run bench -- --diagnosis --record FOLDER`.
  const folder = join(import.meta.dirname, '..', 'fixtures', 'diagnosis');
  const files = readdirSync(folder);

  it('was recorded for each of many causes', () => {
    expect(new Set(files.map((file) => file.replace(/-\d+\.json$/u, ''))).size).toBeGreaterThanOrEqual(11);
  });

  test.each(files)('%s is the right one, and its promise is near to what came', (file) => {
    const recorded = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { cause: unknown; advice: string | null; got: number | null; meters: unknown; work: unknown };
    const verdict = judge(RunMeters.parse(recorded.meters), RunWork.parse(recorded.work));
    expect(verdict?.cause).toBe(Cause.parse(recorded.cause));
    const { text, gain: promised = null } = verdict?.advice[0] ?? {};
    // What came belongs to the advice that was followed.
    if (recorded.got === null || promised === null || text !== recorded.advice) return;
    expect(promised / recorded.got).toBeGreaterThan(1 / 1.5);
    expect(promised / recorded.got).toBeLessThan(1.5);
  });
});

describe('the advice', () => {
  const waiting = { sample: idle, facts: { source: fuse }, lanes: { sourceCalls: 3.8, cpu: 0.2 } };

  it('is more workers where they wait for a server, as many as the processor has room for', () => {
    const [first] = judge(madeMeters({ ...waiting, options: { workers: 4 } }), madeWork())?.advice ?? [];
    expect(first).toMatchObject({ text: expect.stringMatching(/^More workers: 4 -> \d+$/u), options: { workers: expect.any(Number) } });
    // Four times the lanes do 3.3 times as much, and 12 workers take 1.2 s of two cores to start: 20.4 s become 7.6.
    expect(first?.options).toEqual({ workers: 16 });
    expect(first?.gain).toBeCloseTo(20.4 / 7.6, 0);
    expect(adviceLine(first!)).toMatch(/^More workers: 4 -> \d+: about \d\.\d times as fast$/u);
  });

  it('is never more workers where there are 64, or no core is free', () => {
    const most = judge(madeMeters({ ...waiting, sample: { ...idle, poolSize: 64, busy: 64 } }), madeWork());
    expect(most?.advice.at(-1)).toEqual({ text: 'More workers will not help: 64 are enough here', gain: 1, options: null });
    expect(most?.advice.every(({ options }) => options === null)).toBe(true);
    const busy = judge(madeMeters({ sample: full, lanes: { cpu: 3, core: 1 } }), madeWork());
    expect(busy?.advice.at(-1)).toMatchObject({ gain: 1, text: expect.stringContaining('More workers will not help') });
  });

  it('promises no more than the longest file allows', () => {
    const longest = { name: 'omega/disk.img', startMs: 300, durationMs: 10_000, entries: 1, bytes: 5e9, isOneFile: true };
    const [first] = judge(madeMeters({ ...waiting, options: { workers: 4 } }), madeWork({ longest }))?.advice ?? [];
    expect(first?.gain).toBeLessThanOrEqual(2.01);
  });

  it('promises no more than what is before and after the copying allows', () => {
    const [first] = judge(madeMeters(waiting), madeWork({ beforeMs: 4000, durationMs: 24_000 }))?.advice ?? [];
    expect(first?.gain).toBeLessThan(1 / (4.1 / 24));
  });

  it('is to drop -z, by what it cost', () => {
    const zipped = { sample: { ...full, bytesPerSecond: 2.5e8, entriesPerSecond: 50 }, options: { compress: true }, lanes: { cpu: 3, core: 1 } };
    const [first] = judge(madeMeters(zipped), madeWork())?.advice ?? [];
    expect(first?.options).toEqual({ compress: false });
    // 2 cores' worth for 250 MB a second are 8 ms a MB, and 0.5 would do; what comes before and after the units stays.
    expect(first?.gain).toBeGreaterThan(10);
    expect(first?.gain).toBeLessThanOrEqual(16);
  });

  it('is to split a folder, by the critical path; a file cannot be split', () => {
    const longest = { name: 'omega/raw', startMs: 300, durationMs: 19_000, entries: 90_000, bytes: 1e9, isOneFile: false };
    const alone = { aloneMs: 15_000, laneMs: 26_000, longest };
    const tail = { sample: { busy: 1.3, cores: [0.3, 0.1], copyCpu: 0.35 }, lanes: { cpu: 0.4, sourceDisk: 0.9 } };
    const [split] = judge(madeMeters(tail), madeWork(alone))?.advice ?? [];
    // 26 s of work in four lanes take 6.5 s, of which workers make what goes to the processor (0.4 of 1.3) half; 0.4 s are start and end.
    const copying = 6.5 * (0.9 / 1.3 + 0.4 / 1.3 / 2);
    expect(split).toMatchObject({ text: expect.stringContaining('Split omega/raw'), gain: expect.closeTo(20.4 / (copying + 0.4), 1) });
    const file = judge(madeMeters(tail), madeWork({ ...alone, longest: { ...longest, isOneFile: true } }));
    expect(file?.advice.every(({ gain }) => gain === 1)).toBe(true);
    const late = { ...longest, isOneFile: true, startMs: 8000, durationMs: 12_000 };
    expect(judge(madeMeters(tail), madeWork({ ...alone, longest: late }))?.advice[0]).toMatchObject({ text: expect.stringContaining('Begin with omega/raw'), gain: expect.closeTo(20.4 / 12.4, 1) });
  });
});
