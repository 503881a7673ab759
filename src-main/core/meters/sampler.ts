import { totalmem } from 'node:os';
import type { MeterSample } from '../../../src-shared/meter-sample.ts';
import { createMachineMeter } from './machine.ts';
import { linuxTraffic, otherTraffic, type Traffic } from './traffic.ts';

const everyMs = 1000;
/** Two minutes. */
const mostSamples = 120;

/** Samples of the machine while somebody needs them. */
export interface Sampler {
  /** Oldest first; those of the last two minutes in which there was sampling. */
  recent(): readonly MeterSample[];
  /** `listener` gets each new sample, until the returned function is called. */
  watch(listener: (sample: MeterSample) => void): () => void;
  stop(): void;
}

/** A sampler that rests until it is watched. `now` in ms since the epoch. */
export function createSampler(now: () => number): Sampler {
  const listeners = new Set<(sample: MeterSample) => void>();
  let samples: MeterSample[] = [];
  let timer: NodeJS.Timeout | undefined;

  function start(): void {
    const meter = createMachineMeter();
    let last: { at: number; traffic: Traffic | null } | null = null;
    const take = async (): Promise<void> => {
      const { cpuIdle, freeMemoryBytes } = meter();
      const current = { at: now(), traffic: linuxTraffic() ?? await otherTraffic() };
      const total = totalmem();
      const sample = {
        at: current.at, cpu: Math.min(1, Math.max(0, 1 - cpuIdle)), memoryUsedBytes: Math.max(0, total - freeMemoryBytes), memoryTotalBytes: total,
        ...rates(last, current),
      };
      const isFirst = last === null;
      last = current;
      // The first look has nothing to be compared with.
      if (isFirst || timer === undefined) return;
      samples = [...samples, sample].slice(-mostSamples);
      for (const listener of listeners) listener(sample);
    };
    timer = setInterval(() => void take(), everyMs);
    timer.unref();
    void take();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    recent: () => samples.filter((sample) => sample.at > now() - mostSamples * everyMs),
    watch(listener) {
      listeners.add(listener);
      if (timer === undefined) start();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    stop,
  };
}

interface Moment {
  readonly at: number;
  readonly traffic: Traffic | null;
}

function rates(last: Moment | null, { at, traffic }: Moment) {
  const seconds = last === null ? 1 : Math.max(0.001, (at - last.at) / 1000);
  const rate = (field: keyof Traffic): number | null => {
    const [before, after] = [last?.traffic?.[field] ?? null, traffic?.[field] ?? null];
    return before === null || after === null ? null : Math.max(0, (after - before) / seconds);
  };
  return {
    diskReadPerSecond: rate('diskRead'), diskWritePerSecond: rate('diskWritten'),
    networkInPerSecond: rate('networkIn'), networkOutPerSecond: rate('networkOut'),
  };
}
