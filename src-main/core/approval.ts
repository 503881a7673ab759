import { AppError } from '../../src-shared/errors.ts';
import type { DeleteLimit, Job } from '../../src-shared/job.ts';
import type { HeldRemovals } from '../../src-shared/run-view.ts';
import type { BackupRequest } from './app.ts';
import type { OpenAlarm } from './store/alarms.ts';
import type { Store } from './store/open-store.ts';

/** What a held run waits for, and how its job is run again once someone has said yes. */
export interface Approval {
  readonly job: Job;
  readonly held: readonly HeldRemovals[];
  /** Alarms the run raised or was held by, that nobody has cleared. */
  readonly alarms: readonly OpenAlarm[];
  /** For the request of the next run: it may remove what was held, and no more. */
  readonly permit: Pick<BackupRequest, 'approved'> & { readonly deleteLimit?: DeleteLimit };
}

/** What `run` holds. It is read from the history, so it outlives the host that ran it. Throws `AppError` not-found. */
export function readApproval(store: Store, run: number): Approval {
  const { jobId } = store.runs.get(run);
  const job = store.jobs.find(jobId);
  if (!job) throw new AppError({ kind: 'not-found', message: `There is no job ${jobId}.`, hint: 'It may have been removed meanwhile.' });
  const held = store.runs.get(run).state === 'held' ? store.held.list(run) : [];
  return { job, held, alarms: store.alarms.concerning(run), permit: held.length === 0 ? {} : permitFor(held) };
}

/** Long lists are not kept name by name: there their number is what is approved. */
function permitFor(held: readonly HeldRemovals[]): Approval['permit'] {
  const names = held.flatMap((each) => each.names);
  const entries = held.reduce((sum, each) => sum + each.entries, 0);
  return names.length < entries ? { deleteLimit: { kind: 'count', limit: entries } } : { approved: new Set(names) };
}

/** Says that a run holds nothing. */
export function nothingHeld(run: number): AppError {
  return new AppError({ kind: 'not-found', message: `Run ${run} holds nothing that waits for approval.`, hint: 'Look at the newest run of this job.' });
}
