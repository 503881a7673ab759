import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { PathFacts } from '../../../src-shared/passport.ts';
import type { LockHolder } from '../../../src-shared/scout-protocol.ts';
import { busyError } from '../safety/busy.ts';
import { tellNotKept } from '../safety/kept-attributes.ts';
import { createLockHolder } from '../safety/lock-holder.ts';
import type { RunContext } from './context.ts';
import { sweepScope } from './sweep-scope.ts';

/** Other hosts take a lock for dead when it was not renewed for five minutes. */
const renewEveryMs = 60_000;

/** The locks this process holds, by destination and moment: one of its own that is not among them was left behind. */
export type HeldLocks = Set<string>;

/** A destination that is ours alone for the time of a run. */
export interface Hold {
  readonly holder: LockHolder;
  /** Id of the marker of a saved job; null for an ad-hoc backup, which leaves none. */
  readonly marker: string | null;
  release(): Promise<void>;
}

/**
 * Takes the destination for this run: makes the folder where it is missing, locks it, and clears what a crashed run left
 * in it. Throws `AppError` busy with who holds it.
 */
export async function holdDestination(context: RunContext, destination: PathFacts, held: HeldLocks): Promise<Hold> {
  const { job, store, ports, run } = context;
  const path = job.destination;
  if (destination.kind === 'missing') await context.scout().ask({ op: 'make-folder', path });
  const holder = createLockHolder(job.name, ports.clock.now());
  let lock = await context.scout().ask({ op: 'lock', destination: path, holder });
  if (lock.state === 'held-by-other' && isLeftByUs(lock.holder, holder, path, held)) {
    await context.scout().ask({ op: 'unlock', destination: path, holder: lock.holder });
    lock = await context.scout().ask({ op: 'lock', destination: path, holder });
  }
  if (lock.state === 'held-by-other') throw new AppError(busyError(path, lock.holder, ports.clock.now()));
  const key = lockKey(path, holder);
  held.add(key);
  context.lockedAtMs = lock.atMs;
  context.keeps = lock.keeps;
  const notKept = tellNotKept(lock.keeps, { path, type: destination.passport?.mount.type ?? null, isRoot: process.getuid?.() === 0 });
  if (notKept) context.notice(notKept);
  store.runs.setLockedAt(run, lock.atMs);
  const timer = setInterval(() => {
    context.scout().ask({ op: 'renew-lock', destination: path, holder }).catch((thrown: unknown) => {
      const error = toAppError(thrown);
      // A destination that does not answer is told by the watch on its mount.
      if (error.kind === 'busy') context.fail(error.toData());
    });
  }, renewEveryMs);
  timer.unref();
  const release = async (): Promise<void> => {
    clearInterval(timer);
    held.delete(key);
    await context.scout().ask({ op: 'unlock', destination: path, holder });
  };
  try {
    await sweepLostRuns(context);
    return { holder, marker: await markDestination(context), release };
  } catch (thrown) {
    await release().catch(() => {});
    throw thrown;
  }
}

async function markDestination({ job, scout, ports }: RunContext): Promise<string | null> {
  if (job.kind !== 'saved') return null;
  return (await scout().ask({ op: 'mark', destination: job.destination, job: job.id, at: ports.clock.now() })).id;
}

/** A lock of this very process that no run of it holds: its disk was unmounted or read-only when it should have been given back. */
function isLeftByUs(found: LockHolder, ours: LockHolder, destination: string, held: HeldLocks): boolean {
  const isOurs = (['host', 'pid', 'startTime', 'bootId'] as const).every((field) => found[field] === ours[field]);
  return isOurs && !held.has(lockKey(destination, found));
}

function lockKey(destination: string, { since, job }: LockHolder): string {
  return `${destination}\n${since} ${job}`;
}

/** Removes the temporary files of rsyncs that ran when an earlier run into this destination was lost. */
async function sweepLostRuns({ job, store, scout }: RunContext): Promise<void> {
  const { source, destination } = job;
  for (const { run, lockedAtMs } of store.runs.unsweptInto(destination)) {
    for (const unit of store.units.unitsRunning(run)) {
      if (lockedAtMs === null) continue;
      await scout().ask({ op: 'sweep-temps', source, destination, ...sweepScope(unit, unit.names.length === unit.namesTotal), sinceMs: lockedAtMs });
    }
    store.units.swept(run);
  }
}
