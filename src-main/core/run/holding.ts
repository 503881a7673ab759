import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { PathFacts } from '../../../src-shared/passport.ts';
import { busyError } from '../safety/busy.ts';
import { createLockHolder } from '../safety/lock-holder.ts';
import type { RunContext } from './context.ts';

/** Other hosts take a lock for dead when it was not renewed for five minutes. */
const renewEveryMs = 60_000;

/** A destination that is ours alone for the time of a run. */
export interface Hold {
  /**
   * Throws `AppError` when our lock is no longer there: the destination is not the one the run began with, or another
   * run took it.
   */
  check(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the destination for this run: makes the folder where it is missing, locks it, and clears what a crashed run left
 * in it. Throws `AppError` busy with who holds it.
 */
export async function holdDestination(context: RunContext, destination: PathFacts): Promise<Hold> {
  const { job, store, ports, run } = context;
  const path = job.destination;
  if (destination.kind === 'missing') await context.scout().ask({ op: 'make-folder', path });
  const holder = createLockHolder(job.name, ports.clock.now());
  const lock = await context.scout().ask({ op: 'lock', destination: path, holder });
  if (lock.state === 'held-by-other') throw new AppError(busyError(path, lock.holder, ports.clock.now()));
  context.lockedAtMs = lock.atMs;
  store.runs.setLockedAt(run, lock.atMs);
  const check = async (): Promise<void> => {
    await context.scout().ask({ op: 'renew-lock', destination: path, holder });
  };
  const timer = setInterval(() => {
    check().catch((thrown: unknown) => {
      const error = toAppError(thrown);
      // A destination that does not answer is told by the watch on its mount.
      if (error.kind === 'busy') context.fail(error.toData());
    });
  }, renewEveryMs);
  timer.unref();
  await sweepLostRuns(context);
  return {
    check,
    async release() {
      clearInterval(timer);
      await context.scout().ask({ op: 'unlock', destination: path, holder });
    },
  };
}

/** Removes the temporary files of rsyncs that ran when an earlier run into this destination was lost. */
async function sweepLostRuns({ job, store, scout }: RunContext): Promise<void> {
  const { source, destination } = job;
  for (const { run, lockedAtMs } of store.runs.unsweptInto(destination)) {
    for (const { kind, folder, names, namesTotal } of store.units.unitsRunning(run)) {
      if (lockedAtMs === null) continue;
      const deep = kind === 'group';
      const swept = deep && names.length === namesTotal ? [...names] : [folder];
      await scout().ask({ op: 'sweep-temps', source, destination, names: swept, deep, sinceMs: lockedAtMs });
    }
    store.units.swept(run);
  }
}
