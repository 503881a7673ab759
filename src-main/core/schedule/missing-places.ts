import { toAppError, type ErrorKind } from '../../../src-shared/errors.ts';
import type { Job } from '../../../src-shared/job.ts';
import type { Places } from '../places/places.ts';

/** What tells that a disk or share is not there now, and may be later. */
const absentKinds: ReadonlySet<ErrorKind> = new Set(['source-missing', 'source-empty', 'destination-unreachable', 'timeout']);

/** Why source or destination of a job is not there, in one sentence; null where nothing of that kind stands in the way of a run. */
export async function missingPlace(places: Pick<Places, 'check'>, { id, source, destination, options }: Job): Promise<string | null> {
  try {
    const { problems } = await places.check({ source, destination, options, jobId: id });
    const absent = problems.find(({ kind }) => absentKinds.has(kind));
    return absent ? asSentence(absent.message) : null;
  } catch (thrown) {
    const { kind, message } = toAppError(thrown);
    // Anything else is told better by the run that it stops.
    return absentKinds.has(kind) ? asSentence(message) : null;
  }
}

function asSentence(message: string): string {
  return /[.!?]$/u.test(message) ? message : `${message}.`;
}
