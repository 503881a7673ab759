import type { MeterSample } from '../../../src-shared/meter-sample.ts';
import type { App } from '../app.ts';
import { hasLeft, pause } from '../live/pause.ts';
import type { Sampler } from '../meters/sampler.ts';
import { base } from './base.ts';

/** The calls for the machine: its meters, and what Daybreak needs of it. */
export function machineCalls(app: App) {
  const os = base.machine;
  return {
    meters: os.meters.handler(({ signal }) => watchMeters(app.sampler, signal)),
    doctor: os.doctor.handler(async () => [...(await app.doctor())]),
  };
}

async function* watchMeters(sampler: Sampler, stop: AbortSignal | undefined): AsyncGenerator<{ samples: MeterSample[] }, void> {
  let waiting: MeterSample[] = [...sampler.recent()];
  // Whoever does not read gets no more than what would fit into the picture.
  const unwatch = sampler.watch((sample) => {
    waiting = [...waiting, sample].slice(-120);
  });
  try {
    while (!hasLeft(stop)) {
      if (waiting.length > 0) {
        const samples = waiting;
        waiting = [];
        yield { samples };
      }
      await pause(250, stop);
    }
  } finally {
    unwatch();
  }
}
