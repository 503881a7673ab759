import { AppError } from '../../../src-shared/errors.ts';
import type { PathFacts } from '../../../src-shared/passport.ts';
import { judgeDestination, judgeSource } from '../safety/ends.ts';
import type { Store } from '../store/open-store.ts';

export interface AcceptParts {
  readonly store: Store;
  readonly look: (path: string) => Promise<PathFacts>;
  readonly now: () => number;
}

/**
 * Takes what is mounted at both ends of a job now for the job's own: the next run expects just that, and says that it
 * was accepted. Throws `AppError`: not-found; source-missing, destination-unreachable and the like where one end is not there.
 */
export async function acceptPlaces({ store, look, now }: AcceptParts, jobId: string): Promise<void> {
  const job = store.jobs.find(jobId);
  if (!job) throw new AppError({ kind: 'not-found', message: `There is no job ${jobId}.`, hint: 'It may have been removed meanwhile.' });
  const [source, destination] = await Promise.all([look(job.source), look(job.destination)]);
  const problem = judgeSource(source) ?? judgeDestination(destination, null, false);
  if (problem) throw new AppError(problem);
  if (!source.passport || !destination.passport) {
    throw new AppError({
      kind: 'destination-unreachable', message: `The destination ${job.destination} is not there, so it cannot be accepted`,
      hint: `Mount its disk or share. For a new folder make it first: mkdir ${job.destination}`,
    });
  }
  store.learned.setPassports(jobId, { source: source.passport, destination: { ...destination.passport, acceptedAt: now() } });
}
