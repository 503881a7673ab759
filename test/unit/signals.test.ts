import { expect, test } from 'vitest';
import type { LaneStates } from '../../src-shared/run-meters.ts';
import { signalsOf } from '../../src-main/core/run/signals.ts';

const noLanes: LaneStates = { cpu: 0, core: 0, sourceDisk: 0, sourceCalls: 0, sourceData: 0, destinationDisk: 0, destinationCalls: 0, destinationData: 0, limit: 0, other: 0 };
const place = { readPerSecond: null, writePerSecond: null, utilisation: null, awaitMs: null, roundTripMs: null, roundTripsPerSecond: null, retransmitsPerSecond: null };
const quiet = { pressure: null, source: place, destination: place };

test.each<[string, Partial<LaneStates>, number | null, number]>([
  ['that call a server', { sourceCalls: 5, destinationCalls: 3 }, null, 0],
  ['that wait for content of a server', { sourceData: 3, destinationData: 3, cpu: 2 }, null, 0.75],
  ['that wait for a busy disk', { destinationDisk: 3, cpu: 1 }, 0.95, 0.75],
  ['that wait for a disk which has time left', { destinationDisk: 3, cpu: 1 }, 0.5, 0],
  ['that wait for a disk of which nothing is known', { destinationDisk: 4 }, null, 0],
  ['of which none is busy', {}, 1, 0],
])('lanes %s', (_what, lanes, utilisation, saturated) => {
  expect(signalsOf({ ...quiet, lanes: { ...noLanes, ...lanes }, destination: { ...place, utilisation } })).toEqual({ saturated, memoryPressure: 0 });
});

test('a system that does not tell what lanes wait for still tells of memory', () => {
  expect(signalsOf({ ...quiet, lanes: null, pressure: { cpu: 0.5, io: 0.5, memory: 0.3 } })).toEqual({ saturated: 0, memoryPressure: 0.3 });
});
