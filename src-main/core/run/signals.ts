import type { PlaceSample, RunSample } from '../../../src-shared/run-meters.ts';

/** What the meters of a run tell the controller of its pool. Shares are 0 to 1. */
export interface Signals {
  /** Share of the busy lanes that wait for a disk that is busy, or for content from or to a server: others would only share it. */
  readonly saturated: number;
  /** Share of time some process waited for memory (/proc/pressure/memory "some", Linux kernel doc accounting/psi). */
  readonly memoryPressure: number;
}

/** Nothing speaks against more workers, or nothing is known. */
export const noSignals: Signals = { saturated: 0, memoryPressure: 0 };

/** From this utilisation on a disk is busy. */
const busyDisk = 0.9;

/** What a sample says of more workers. */
export function signalsOf({ lanes, pressure, source, destination }: Pick<RunSample, 'lanes' | 'pressure' | 'source' | 'destination'>): Signals {
  const memoryPressure = pressure?.memory ?? 0;
  if (lanes === null) return { ...noSignals, memoryPressure };
  const onDisk = (waits: number, { utilisation }: PlaceSample): number => ((utilisation ?? 0) >= busyDisk ? waits : 0);
  const all = Object.values(lanes).reduce((sum, lane) => sum + lane, 0);
  const held = lanes.sourceData + lanes.destinationData + onDisk(lanes.sourceDisk, source) + onDisk(lanes.destinationDisk, destination);
  return { saturated: all === 0 ? 0 : held / all, memoryPressure };
}
