import type { ByteName } from '../../../src-shared/byte-name.ts';
import { toAppError } from '../../../src-shared/errors.ts';
import { display } from '../rsync/byte-name.ts';
import { folderName, judgeMassChange, leastGained, type GainedExtension } from '../safety/mass-change.ts';
import type { Prepared } from './before.ts';
import { countEntries, type TopChanges } from './changed.ts';
import type { RunContext } from './context.ts';

/** Names kept with an alarm. */
const mostNames = 10;

/** Top folders of a saved job that wait for someone to look. */
export function heldTopsOf({ job, store }: Pick<Prepared, 'job' | 'store'>): ReadonlySet<ByteName> {
  return new Set(job.kind === 'saved' ? store.alarms.open(job.id).map(({ folder }) => folder) : []);
}

/** Tells of each top folder that this run leaves alone, why, and what to do. */
export function tellHeldTops(context: RunContext): void {
  if (context.heldTops.size === 0) return;
  for (const { folder, reason, run } of context.store.alarms.open(context.job.id)) {
    const what = folder === '' ? 'The files in the root are' : `${display(folder)} is`;
    context.notice({
      level: 'warning',
      message: `${what} held: nothing there was copied or deleted, because run ${run} raised an alarm. ${reason}.`,
      hint: `Look at the files. If the change is meant, clear the alarm (or: daybreak approve ${context.run || run}). If not, restore what is good from the trash first.`,
    });
  }
}

/**
 * When all is copied: judges what changed in each top folder against its last runs, and raises an alarm where that looks like
 * nothing before. Later runs hold such a folder. Never rejects.
 */
export async function raiseAlarms(context: RunContext): Promise<void> {
  const { job, run, store, ports } = context;
  if (!context.countsChanges || run === 0) return;
  try {
    await countEntries(context);
    const shares = store.alarms.shares(job.id, run);
    const cleared = store.alarms.justCleared(job.id, run);
    for (const changes of context.changedByTop.values()) {
      if (cleared.has(changes.folder)) continue;
      const gained = await gainedExtension(context, changes);
      const { folder } = changes;
      const reason = judgeMassChange({ ...changes, gained }, shares.get(folder) ?? []);
      if (reason === null) continue;
      const some = gained ? changes.extensions.get(gained.extension)?.names ?? [] : [];
      const names = [...some, ...changes.names].slice(0, mostNames).map(display);
      store.alarms.raise({ jobId: job.id, folder, run, at: ports.clock.now(), reason, names });
      context.alarmedTops.add(folder);
      context.warn(`Alarm: ${reason}.`, hintFor(context, folder));
    }
  } catch (thrown) {
    context.warn(`Whether files changed as never before could not be judged: ${toAppError(thrown).message}`);
  }
}

function hintFor({ job, run }: RunContext, folder: ByteName): string {
  const kept = job.options.trashDays === null ? '' : ` What was there before is in the trash of run ${run}.`;
  return `${folderName(folder)}: later runs leave it alone until someone has looked.${kept} If the change is meant, clear the alarm (or: daybreak approve ${run}).`;
}

/** The extension most new files have, with how many files in the folder have it; null where too few have any. */
async function gainedExtension({ scout, job }: RunContext, { folder, extensions, created }: TopChanges): Promise<GainedExtension | null> {
  const [first] = [...extensions].sort(([, a], [, b]) => b.files - a.files);
  if (!first || first[1].files < leastGained) return null;
  const [extension, { files }] = first;
  const counted = await scout().ask({ op: 'count-extensions', destination: job.destination, top: folder, extensions: [extension] });
  return { extension, files, filesWithIt: counted.byExtension[0] ?? 0, filesInAll: counted.files, filesBefore: counted.files - created };
}
