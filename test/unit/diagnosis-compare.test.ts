import { describe, expect, it } from 'vitest';
import { compareRuns, type ComparedRun } from '../../src-main/core/diagnosis/compare.ts';
import { judge } from '../../src-main/core/diagnosis/verdict.ts';
import { RunComparison } from '../../src-shared/diagnosis.ts';
import { noTotals, type RunTotals } from '../../src-shared/run.ts';
import type { PastRun } from '../../src-shared/run-view.ts';
import { madeMeters, madePlace, madeWork, type MadeMeters } from '../fixtures/made-meters.ts';

interface MadeRun extends MadeMeters {
  readonly seconds: number;
  readonly totals?: Partial<RunTotals>;
  readonly rsync?: string;
}

function made(id: number, { totals, rsync = '3.2.7', ...meters }: MadeRun): ComparedRun {
  const { seconds } = meters;
  const run: PastRun = {
    id, jobId: 'j', jobName: 'Nightly', source: '/data/prod', destination: '/mnt/backup', trigger: 'manual', state: 'succeeded', startedAt: id * 1e6, endedAt: id * 1e6 + seconds * 1000,
    totals: { ...noTotals, entries: 20_000, bytes: 2e8, filesTransferred: 20_000, bytesTransferred: 2e8, ...totals }, notices: [], limitedBy: null, error: null, rsyncVersion: rsync,
  };
  const work = madeWork({ durationMs: seconds * 1000, laneMs: (seconds * 1000 - 400) * 3.8 });
  const measured = madeMeters(meters);
  return { run, meters: measured, work, verdict: judge(measured, work) };
}

const idle = { cores: [0.1, 0.1], copyCpu: 0.15, otherCpu: 0.02 };
const server = madePlace({ kind: 'network', fileSystem: 'nfs4', latencyMs: 1 });
const waiting = { sample: idle, facts: { source: server }, lanes: { sourceCalls: 3.8, cpu: 0.2 } };

describe('two runs side by side', () => {
  it('took the same for the same', () => {
    const comparison = compareRuns(made(1, { seconds: 60 }), made(2, { seconds: 63 }));
    expect(comparison).toEqual({ ratio: 1.05, explanation: 'Run 2 took about as long as run 1, for about the same work.', differences: [], followed: null });
  });

  it('took longer for more data', () => {
    const comparison = compareRuns(made(1, { seconds: 60 }), made(2, { seconds: 180, totals: { entries: 60_000, filesTransferred: 60_000, bytesTransferred: 6e8 } }));
    expect(comparison.explanation).toBe('Run 2 took 3.0 times as long as run 1. It had 3.0 times as much to do, which explains it.');
    expect(comparison.differences.map(({ what }) => what)).toEqual(['entries looked at', 'files copied', 'bytes copied']);
    expect(RunComparison.parse(comparison)).toEqual(comparison);
  });

  it('took less where little had changed, though as many entries were looked at', () => {
    const comparison = compareRuns(made(1, { seconds: 60, ...waiting }), made(2, { seconds: 13, ...waiting, totals: { filesTransferred: 100, bytesTransferred: 1e6 } }));
    expect(comparison.explanation).toMatch(/^Run 2 took 0\.2 times as long as run 1\. It had 0\.[34] times as much to do; for the same work it took 0\.[67]|which explains it/u);
  });

  it('tells what following the first advice brought', () => {
    const before = made(1, { seconds: 60, ...waiting, options: { workers: 4 } });
    const workers = before.verdict?.advice[0]?.options?.workers ?? 0;
    const after = made(2, { seconds: 12, ...waiting, options: { workers } });
    const comparison = compareRuns(before, after);
    expect(comparison.followed).toEqual({ advice: `More workers: 4 -> ${workers}`, predicted: before.verdict?.advice[0]?.gain, got: 5 });
    expect(comparison.explanation).toContain(`workers changed from 4 to ${workers}.`);
    // Half of the data in the same time is half of the gain.
    const less = made(2, { seconds: 12, ...waiting, options: { workers }, totals: { entries: 10_000, filesTransferred: 10_000, bytesTransferred: 1e8 } });
    expect(compareRuns(before, less).followed?.got).toBeCloseTo(2.5, 0);
    expect(compareRuns(before, made(2, { seconds: 12, ...waiting, options: { workers: 5 } })).followed).toBeNull();
  });

  it('lays it to a setting whose gain is known from the later run, too', () => {
    const zipped = { sample: { cores: [0.97, 0.96], copyCpu: 1.85, otherCpu: 0.05, bytesPerSecond: 2.5e8, entriesPerSecond: 50 }, lanes: { cpu: 3, core: 1 } };
    const comparison = compareRuns(made(1, { seconds: 20 }), made(2, { seconds: 80, ...zipped, options: { compress: true } }));
    expect(comparison.explanation).toContain('-z changed from off to on.');
    expect(comparison.differences.find(({ what }) => what === '-z')?.factor).toBeGreaterThan(3);
  });

  it('lays it to the latency, by the share of time that went to waits for it', () => {
    const later = { ...waiting, facts: { source: { ...server, latencyMs: 3 } } };
    const comparison = compareRuns(made(1, { seconds: 60, ...waiting }), made(2, { seconds: 170, ...later }));
    expect(comparison.explanation).toContain('latency of the source changed from 1.0 ms to 3.0 ms');
    expect(comparison.differences.find(({ what }) => what === 'latency of the source')?.factor).toBeCloseTo(2.9, 1);
  });

  it('lays it to the load of others where all cores are wanted', () => {
    const busy = { sample: { cores: [0.97, 0.97], copyCpu: 1.85, otherCpu: 0.05 }, lanes: { cpu: 2, core: 2 } };
    const shared = { sample: { cores: [1, 1], copyCpu: 0.9, otherCpu: 1.1 }, lanes: { cpu: 1, core: 3 } };
    expect(compareRuns(made(1, { seconds: 60, ...busy }), made(2, { seconds: 125, ...shared })).explanation).toContain('the load of other programs changed from 3 % of the cores to 55 % of the cores');
  });

  it('names what changed where its effect is not known, or says that nothing explains it', () => {
    const suspicious = compareRuns(made(1, { seconds: 60 }), made(2, { seconds: 120, rsync: '3.5.0' }));
    expect(suspicious.explanation).toContain('What else changed: rsync (3.2.7, then 3.5.0).');
    expect(compareRuns(made(1, { seconds: 60 }), made(2, { seconds: 120 })).explanation).toContain('nothing that was measured explains that');
  });

  it('works with runs of which nothing was kept, or that have not ended', () => {
    const bare = (id: number, seconds: number | null): ComparedRun => ({ run: { ...made(id, { seconds: seconds ?? 1 }).run, ...(seconds === null ? { endedAt: null } : {}) }, meters: null, work: null, verdict: null });
    expect(compareRuns(bare(1, 10), bare(2, 40))).toMatchObject({ ratio: 4, differences: [], followed: null });
    expect(compareRuns(bare(1, 10), bare(2, null))).toMatchObject({ ratio: 1, explanation: 'One of the two runs has not ended.' });
  });
});
