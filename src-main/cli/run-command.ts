import { AppError, toAppError } from '../../src-shared/errors.ts';
import type { Job } from '../../src-shared/job.ts';
import { followRun } from './backup-command.ts';
import type { Face } from './face.ts';
import { usageError } from './usage.ts';

/** `daybreak run`, as commander reads it. */
export interface TypedRunOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly acceptNewMount?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Characters of an id that are enough to name a job by it. */
const LEAST_OF_ID = 4;

/** `daybreak run JOB`: a saved job, told as `backup` is. Throws `AppError` not-found or invalid-input where JOB names none, or several. */
export async function runJob(face: Face, name: string, typed: TypedRunOptions): Promise<number> {
  if (typed.quiet === true && typed.verbose === true) throw usageError('--quiet and --verbose contradict each other', 'Leave out one of them.');
  const app = await face.openApp({ toBackUp: true });
  try {
    const { id, source, destination, options } = findJob(app.store().jobs.list(), name, face.callName);
    return await followRun(face, app, {
      dryRun: typed.dryRun === true, yes: typed.yes === true, acceptNewMounts: typed.acceptNewMount === true,
      json: typed.json === true, quiet: typed.quiet === true, verbose: typed.verbose === true,
    }, { jobId: id, source, destination, options });
  } catch (thrown) {
    throw toAppError(thrown);
  } finally {
    await app.close();
  }
}

/**
 * The saved job of that name or id; else the only one whose name is the same but for capitals, or whose id begins so.
 * Throws `AppError` not-found, or invalid-input with those it may be.
 */
export function findJob(jobs: readonly Job[], name: string, callName: string): Job {
  const saved = jobs.filter(({ kind }) => kind === 'saved');
  const exact = saved.find((job) => job.id === name || job.name === name);
  if (exact) return exact;
  const wanted = name.toLowerCase();
  const like = saved.filter((job) => job.name.toLowerCase() === wanted || (name.length >= LEAST_OF_ID && job.id.startsWith(wanted)));
  const [only, second] = like;
  if (only && !second) return only;
  if (!only) throw new AppError({ kind: 'not-found', message: `There is no saved job "${name}".`, hint: `${callName} jobs lists them.` });
  throw usageError(`"${name}" may be ${like.length} jobs: ${like.map((job) => `"${job.name}" (${job.id})`).join(', ')}`, 'Write the whole name, or the id.');
}
