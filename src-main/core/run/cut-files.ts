import { lastOf, parentOf, ROOT, topOf, type ByteName } from '../../../src-shared/byte-name.ts';
import type { CutFile } from '../../../src-shared/cut-file.ts';
import { toAppError } from '../../../src-shared/errors.ts';
import type { RsyncResult } from '../../../src-shared/rsync-result.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { CutCall } from '../../../src-shared/worker-protocol.ts';
import { unitCall, type CallContext } from '../rsync/args.ts';
import { display } from '../rsync/byte-name.ts';
import { bootId } from '../rsync/process-identity.ts';
import type { Prepared } from './before.ts';
import type { RunContext } from './context.ts';

/** A smaller file is copied again before one has looked where it was cut off. */
const usualLeastBytes = 64 * 1024 * 1024;

/** What earlier runs have kept for a saved job; nothing for others. */
export function cutFilesOf({ job, store, run }: Prepared): Map<string, CutFile> {
  return new Map(job.kind === 'saved' && run > 0 ? store.cutFiles.list(job.id).map((file) => [file.kept, file]) : []);
}

/**
 * What a worker keeps of large files when the rsync of a unit is ended, and what an earlier run has kept that this unit goes on
 * with; null for an ad-hoc backup, which leaves nothing at its destination.
 */
export function cutCall(context: RunContext, unit: Unit, call: CallContext): CutCall | null {
  const { job, request, ports } = context;
  if (job.kind !== 'saved' || request.dryRun || unit.kind === 'entries' || unit.kind === 'links') return null;
  // rsync before 3.1.3 refuses to write holes in place.
  const known = job.options.further.includes('sparse') ? [] : [...context.cutFiles.values()];
  return {
    source: job.source, destination: job.destination, job: job.id, leastBytes: ports.tuning?.cutBytes ?? usualLeastBytes,
    resume: known.filter(({ name }) => isIn(unit, name)).map((file) => ({ file, call: restCall(file, call) })),
  };
}

function isIn({ kind, folder, names }: Unit, name: ByteName): boolean {
  switch (kind) {
    case 'level': return parentOf(name) === folder;
    case 'part': return names.includes(name);
    default: return names.some((each) => each === ROOT || name === each || name.startsWith(`${each}/`));
  }
}

/**
 * Copies what is missing at the end of one file (rsync(1), --append). That its beginning is right is known: Daybreak itself wrote
 * it, from the same file, and nobody else has touched it. Since then the machine must not have been started again: what had not
 * reached the disk by then is lost, so the beginning is compared first.
 */
function restCall({ name, bootId: writtenIn }: CutFile, context: CallContext): CutCall['resume'][number]['call'] {
  const unit: Unit = {
    id: 0, kind: 'part', folder: parentOf(name), names: [name], shares: [], entries: 1, bytes: 0, weight: 0, isNew: false, premade: 0, after: [],
  };
  return unitCall(unit, { ...context, tellChanges: false, tellLinks: false, append: writtenIn === bootId() ? 'trust' : 'verify' });
}

/** Remembers what a try has left, and what it has gone on with. */
export function keepCutFiles(context: RunContext, { cutFiles = [], usedUp = [], resumed = [] }: RsyncResult): void {
  const { store, job } = context;
  try {
    for (const file of cutFiles) store.cutFiles.put(job.id, file);
    for (const kept of usedUp) store.cutFiles.remove(kept);
  } catch (thrown) {
    context.warn(`What is left of large files that were cut off could not be remembered: ${toAppError(thrown).message}`, 'They are copied from their beginning.');
  }
  for (const { name, bytes } of resumed) {
    context.notice({ level: 'info', message: `${display(lastOf(name))} was cut off in an earlier run and is whole now: the last ${(bytes / 1e6).toFixed(0)} MB of it were copied (${display(name)}).` });
  }
}

/** After a good run: removes what was kept and has no use any more. */
export async function clearCutFiles(context: RunContext): Promise<void> {
  const { job, store, heldTops } = context;
  if (job.kind !== 'saved') return;
  try {
    // Also where none is known: one that was set aside too late to be told of is nobody's.
    const known = store.cutFiles.list(job.id);
    const keep = known.filter(({ name }) => heldTops.has(name.includes('/') ? topOf(name) : ROOT)).map(({ kept }) => kept);
    await context.scout().ask({ op: 'clear-kept', destination: job.destination, job: job.id, keep });
    for (const { kept } of known) if (!keep.includes(kept)) store.cutFiles.remove(kept);
  } catch (thrown) {
    context.warn(`What earlier runs left of large files could not be removed from ${job.destination}: ${toAppError(thrown).message}`, 'The next run tries again.');
  }
}
