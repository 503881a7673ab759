import { toAppError } from '../../../src-shared/errors.ts';
import type { RunContext } from './context.ts';

const dayMs = 86_400_000;

/**
 * Makes the folder that takes what this run deletes or overwrites, where its job has a trash. It is remembered at once, so that
 * what a lost host moved there can be found. Throws `AppError` where it cannot be made: then nothing was copied.
 */
export async function openTrash(context: RunContext): Promise<void> {
  const { job, run, store, ports } = context;
  const { trashDays } = job.options;
  if (job.kind !== 'saved' || trashDays === null || run === 0) return;
  const { folder } = await context.scout().ask({ op: 'open-trash', destination: job.destination, run });
  context.trashFolder = folder;
  const at = ports.clock.now();
  store.trash.add({ run, destination: job.destination, folder, at, keptUntil: at + trashDays * dayMs });
}

/** Forgets the run's folder where nothing was put into it. Never rejects: at worst an empty folder is shown. */
export async function closeTrash(context: RunContext): Promise<void> {
  const { job, run, store, trashFolder } = context;
  if (trashFolder === null) return;
  try {
    const { isKept } = await context.scout().ask({ op: 'close-trash', destination: job.destination, folder: trashFolder });
    if (!isKept) store.trash.remove(run);
  } catch {
    // The run ends badly, or its destination does not answer: the row stays, and what is there with it.
  }
}

/** After a good run: removes what the job's earlier runs moved into the trash and need not be kept any longer. */
export async function expireTrash(context: RunContext): Promise<void> {
  const { job, run, store, ports } = context;
  const expired = store.trash.expired(job.id, job.destination, ports.clock.now()).filter((row) => row.run !== run);
  if (expired.length === 0) return;
  try {
    const { removed, failed } = await context.scout().ask({
      op: 'expire-trash', destination: job.destination, folders: expired.map(({ folder }) => folder),
    });
    for (const row of expired) if (removed.includes(row.folder)) store.trash.remove(row.run);
    for (const { folder, reason } of failed) {
      context.warn(`The old trash ${folder} of ${job.destination} could not be removed: ${reason}`, 'Look at it in .daybreak/trash there; the next run tries again.');
    }
  } catch (thrown) {
    context.warn(`Old trash of ${job.destination} could not be removed: ${toAppError(thrown).message}`, 'The next run tries again.');
  }
}
