import type { Job } from '../../../src-shared/job.ts';
import type { PathFacts } from '../../../src-shared/passport.ts';
import { spaceVerdict, type SpaceVerdict } from '../safety/space.ts';
import type { Store } from '../store/open-store.ts';
import type { ScoutClient } from './scout-client.ts';

/**
 * Whether what is to be copied fits, told before the start. Counting both sides takes a look at every file, so it is done
 * only where it could matter: when the destination has less room than the source's whole file system holds, and no
 * earlier run has brought most of it over already.
 */
export async function judgeSpace(
  store: Store, scout: ScoutClient, job: Job, { source, destination }: { source: PathFacts; destination: PathFacts },
): Promise<SpaceVerdict> {
  const isRoomy = destination.freeBytes > source.usedBytes;
  const wasFilled = job.id !== '' && store.runs.lastGood(job.id) !== null;
  if (isRoomy || wasFilled) return { problem: null, notice: null };
  const missing = await scout.ask({ op: 'estimate', source: job.source, destination: job.destination, excludes: job.options.excludes });
  return spaceVerdict(missing, destination, job.options.backup || job.options.trashDays !== null);
}
