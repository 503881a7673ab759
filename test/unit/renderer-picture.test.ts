import { describe, expect, test } from 'vitest';
import { JobOptions } from '../../src-shared/job.ts';
import type { LaneStates, PlaceFacts, PlaceSample, RunFacts, RunMeters, RunSample } from '../../src-shared/run-meters.ts';
import { meanOf, sampleAt, summaryOf, wordsAt, type Plot } from '../../src-renderer/views/run/picture/plot.ts';
import { plotsOf } from '../../src-renderer/views/run/picture/plots-of.ts';
import { tickLabel, ticksOf } from '../../src-renderer/views/run/picture/time-axis.ts';

const unknownPlace: PlaceSample = {
  readPerSecond: null, writePerSecond: null, utilisation: null, awaitMs: null, roundTripMs: null, roundTripsPerSecond: null, retransmitsPerSecond: null,
};
const place = (more: Partial<PlaceFacts> = {}): PlaceFacts => ({ path: '/p', kind: 'disk', fileSystem: 'ext4', devices: [], isRotational: null, latencyMs: 0, ...more });
const facts = (more: Partial<RunFacts> = {}): RunFacts => ({
  cores: 4, memoryBytes: 8e9, system: 'Linux', options: JobOptions.parse({}), source: place(), destination: place(), interfaces: [], ...more,
});
const lanes = (more: Partial<LaneStates>): LaneStates => ({
  cpu: 0, core: 0, sourceDisk: 0, sourceCalls: 0, sourceData: 0, destinationDisk: 0, destinationCalls: 0, destinationData: 0, limit: 0, other: 0, ...more,
});
/** A sample of a system that tells next to nothing. */
const sample = (at: number, more: Partial<RunSample> = {}): RunSample => ({
  at, spanMs: 1000, phase: 'copying', cores: [0.5, 0.25, 0, 0], copyCpu: null, workerCpu: null, otherCpu: null, runQueue: null, pressure: null, memoryUsedBytes: 4e9, swapUsedBytes: null,
  swapInPerSecond: null, swapOutPerSecond: null, source: unknownPlace, destination: unknownPlace, networkInPerSecond: null, networkOutPerSecond: null, poolSize: 2, busy: 1, queued: 0, lanes: null,
  entriesPerSecond: 10, bytesPerSecond: 2e6, ...more,
});
const plot = (meters: RunMeters, title: string): Plot => {
  const found = plotsOf(meters).find((each) => each.title === title);
  if (!found) throw new Error(`${title} is not among ${plotsOf(meters).map((each) => each.title).join(', ')}`);
  return found;
};
const titles = (meters: RunMeters): string[] => plotsOf(meters).map(({ title }) => title);
const labels = (found: Plot): string[] => found.series.map(({ label }) => label);

describe('the plots of a run', () => {
  test('are none without samples, and only those the system tells of', () => {
    expect(plotsOf({ facts: facts(), samples: [] })).toEqual([]);
    const meters = { facts: facts(), samples: [sample(1000)] };
    expect(titles(meters)).toEqual(['Speed', 'CPU', 'What workers do', 'Memory']);
    expect(plot(meters, 'CPU')).toMatchObject({ top: 4, topLabel: '4 cores', series: [{ label: 'All programs', values: [0.75] }] });
    expect(labels(plot(meters, 'What workers do'))).toEqual(['Busy', 'Pool']);
  });

  test('tell the CPU of the run apart where that is known', () => {
    const meters = { facts: facts(), samples: [sample(1000, { copyCpu: 1, workerCpu: 0.5, otherCpu: 2 })] };
    expect(labels(plot(meters, 'CPU'))).toEqual(['rsync, cp, tar', 'Daybreak', 'Other programs']);
  });

  test('show of the lanes what happened, and name disks and servers rightly', () => {
    const meters = { facts: facts(), samples: [sample(1000, { lanes: lanes({ cpu: 0.5, sourceCalls: 1, sourceData: 0.3, destinationDisk: 0.2, limit: 0.4 }), poolSize: 4 })] };
    const found = plot(meters, 'What workers do');
    expect(labels(found)).toEqual(['On a core', 'Source: answers', 'Source: content', 'Destination: disk', 'Bandwidth limit', 'Pool']);
    expect(found.top).toBe(4);
  });

  test('make one plot of one device', () => {
    const both = { devices: ['sda'] };
    const busy = { ...unknownPlace, readPerSecond: 1e6, writePerSecond: 3e6, utilisation: 0.9, awaitMs: 4 };
    const meters = { facts: facts({ source: place(both), destination: place(both) }), samples: [sample(1000, { source: busy, destination: busy })] };
    expect(titles(meters)).toContain('Source and destination: sda');
    expect(labels(plot(meters, 'Answer time'))).toEqual(['Disk']);
    const apart = { ...meters, facts: facts({ source: place({ devices: ['sda'] }), destination: place({ devices: ['sdb'] }) }) };
    expect(titles(apart)).toEqual(expect.arrayContaining(['Source: sda', 'Destination: sdb']));
  });

  test('show the network where it counts, and the link where it is near', () => {
    const net = [sample(1000, { networkInPerSecond: 5e5, networkOutPerSecond: 1e5 })];
    expect(titles({ facts: facts(), samples: net })).not.toContain('Network');
    const remote = { source: place({ kind: 'network', fileSystem: 'nfs4' }), interfaces: [{ name: 'eth0', bytesPerSecond: 1e6 }, { name: 'eth1', bytesPerSecond: 1e9 }] };
    expect(labels(plot({ facts: facts(remote), samples: net }, 'Network'))).toEqual(['In', 'Out', 'Link eth0']);
  });

  test('leave out pressure and swap that never were', () => {
    const calm = { pressure: { cpu: 0, io: 0.002, memory: 0 }, swapUsedBytes: 0, swapInPerSecond: 0, swapOutPerSecond: 0 };
    expect(titles({ facts: facts(), samples: [sample(1000, calm)] })).toEqual(['Speed', 'CPU', 'What workers do', 'Memory']);
    const tight = { pressure: { cpu: 0, io: 0.3, memory: 0.5 }, swapUsedBytes: 1e9, swapInPerSecond: 5e6, swapOutPerSecond: 0 };
    const meters = { facts: facts(), samples: [sample(1000, tight)] };
    expect(labels(plot(meters, 'Pressure'))).toEqual(['Waits for disks', 'Waits for memory']);
    expect(labels(plot(meters, 'Swap'))).toEqual(['Read back']);
    expect(labels(plot(meters, 'Memory'))).toEqual(['Used', 'In swap']);
  });
});

describe('a moment', () => {
  const samples = [sample(1000), sample(3000, { spanMs: 2000 }), sample(5000)];

  test.each([[0, 0], [1000, 0], [1001, 1], [2999, 1], [3500, null], [4500, 2], [5001, null]])('%i ms is told by sample %s', (ms, index) => {
    expect(sampleAt(samples, ms)).toBe(index);
  });

  test('is told in words, without what is not known', () => {
    const made: Plot = {
      title: 'CPU', top: 1, topLabel: '', series: [
        { label: 'A', color: '', shape: 'line', values: [1, null, 3], format: (value) => `${value} c` }, { label: 'B', color: '', shape: 'line', values: [null, null, 4], format: String },
      ],
    };
    expect([wordsAt(made, 0), wordsAt(made, 1), wordsAt(made, 2)]).toEqual(['CPU: A 1 c', '', 'CPU: A 3 c, B 4']);
    // A sample that stands for longer counts for more.
    expect(meanOf(made.series[0]!, [1000, 1000, 3000])).toBe(2.5);
    expect(meanOf({ values: [null] }, [1000])).toBeNull();
    expect(summaryOf(made, [1000, 1000, 3000])).toBe('CPU. A: mean 2.5 c, peak 3 c; B: mean 4, peak 4.');
  });
});

test.each([
  [1500, 8, [0, 200, 400, 600, 800, 1000, 1200, 1400]], [61_000, 5, [0, 15_000, 30_000, 45_000, 60_000]], [7_200_000, 8, [0, 900_000, 1_800_000, 2_700_000, 3_600_000, 4_500_000, 5_400_000, 6_300_000, 7_200_000]],
  [700 * 3_600_000, 8, [0, 4, 8, 12, 16, 20, 24, 28].map((days) => days * 86_400_000)],
])('ticks of %i ms', (ms, most, ticks) => {
  expect(ticksOf(ms, most)).toEqual(ticks);
});

test.each([[0, '0'], [500, '500 ms'], [15_000, '15 s'], [60_000, '1 min'], [150_000, '2:30 min'], [5_400_000, '1:30 h'], [86_400_000, '24 h']])('the tick of %i ms', (ms, label) => {
  expect(tickLabel(ms)).toBe(label);
});
