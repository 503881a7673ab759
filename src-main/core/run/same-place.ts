import { toAppError, type ErrorData } from '../../../src-shared/errors.ts';
import type { PathFacts } from '../../../src-shared/passport.ts';
import { comparePassports } from '../safety/passport.ts';
import type { Hold } from './holding.ts';

/** Both ends, as one look saw them. */
export interface BothEnds {
  readonly source: PathFacts;
  readonly destination: PathFacts;
}

/**
 * Whether source and destination are still those the run began with: the same mounts, and our lock at the destination.
 * rsync says 0 when a destination is unmounted under it; this is what finds out. Null when all is well.
 */
export async function whatMoved(began: BothEnds, now: BothEnds, hold: Hold | null): Promise<ErrorData | null> {
  for (const end of ['source', 'destination'] as const) {
    const before = began[end].passport;
    const after = now[end].passport;
    // A destination the run has made itself had no passport before; its lock speaks for it.
    if (!before && end === 'destination' && after) continue;
    const mismatch = before && after ? comparePassports(before, after).find(({ isNote }) => !isNote) : undefined;
    if (mismatch || !after || !before) {
      return unproven(`The ${end} is not what it was when the run began: ${mismatch?.message ?? 'it is no longer there'}`);
    }
  }
  try {
    await hold?.check();
    return null;
  } catch (thrown) {
    return unproven(`The destination is not the one the run began with: ${toAppError(thrown).message}`);
  }
}

function unproven(message: string): ErrorData {
  return {
    kind: 'passport-mismatch', message,
    hint: 'rsync reported no error, but what it copied may not be where it should. Check the mounts, then run again.',
  };
}
