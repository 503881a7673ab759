import { AppError } from '../../src-shared/errors.ts';
import type { Job } from '../../src-shared/job.ts';
import { usageError } from './usage.ts';

/** Characters of an id that are enough to name a job by it. */
const LEAST_OF_ID = 4;

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
