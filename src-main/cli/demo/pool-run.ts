import { AppError } from '../../../src-shared/errors.ts';
import { JobOptions } from '../../../src-shared/job.ts';
import type { Face } from '../face.ts';
import { frameLines } from '../frame.ts';
import type { Style } from '../line.ts';
import { createLiveArea } from '../live-area.ts';

/** What one backup by the pool came to. */
export interface PoolRun {
  /** Wall time in ms, from building the product to closing it. */
  readonly durationMs: number;
  readonly limitedBy: string | null;
  /** Most lanes that were busy at once. */
  readonly lanes: number;
  readonly units: number;
}

/** Where a backup goes from and to, and the data folder of its own that it remembers itself in. */
export interface PoolPaths {
  readonly source: string;
  readonly destination: string;
  readonly data: string;
}

/**
 * Backs `source` up to `destination` as `daybreak backup` does, with a data folder of its own, and draws the lanes on a
 * terminal. Throws `AppError` where the run does not succeed, and the reason of `stop`.
 */
export async function timePool(
  face: Face, style: Style, paths: PoolPaths, stop: AbortSignal,
): Promise<PoolRun> {
  stop.throwIfAborted();
  const area = face.output.size() !== null && face.env['TERM'] !== 'dumb' ? createLiveArea(face.output) : null;
  const forgetExit = face.onExit(() => area?.clear());
  let limitedBy: string | null = null;
  let lanes = 0;
  let units = 0;
  const startedAt = performance.now();
  const app = await face.openApp({ dataFolder: paths.data, toBackUp: true });
  try {
    const handle = app.backup({
      source: paths.source, destination: paths.destination, options: JobOptions.parse({}), trigger: 'cli', dryRun: false,
      reportChanges: false, acceptNewMounts: false, confirmFirstMirror: () => Promise.resolve(false),
    }, (event) => {
      if (event.type === 'run-ended') limitedBy = event.limitedBy;
      if (event.type !== 'progress') return;
      lanes = Math.max(lanes, event.progress.lanes.length);
      units = event.progress.unitsKnown;
      const size = face.output.size();
      if (area && size) area.draw(frameLines({ progress: event.progress, at: event.at, now: event.at, ...size }, style));
    });
    const onStop = (): void => handle.cancel();
    stop.addEventListener('abort', onStop, { once: true });
    const outcome = await handle.ended;
    stop.removeEventListener('abort', onStop);
    stop.throwIfAborted();
    if (outcome.state !== 'succeeded') {
      throw new AppError(outcome.error ?? { kind: 'internal', message: `The backup ended as ${outcome.state}` });
    }
  } finally {
    area?.clear();
    forgetExit();
    await app.close();
  }
  return { durationMs: performance.now() - startedAt, limitedBy, lanes, units };
}
