import type { ErrorData } from '../../../src-shared/errors.ts';
import type { KeptAttributes } from '../../../src-shared/kept-attributes.ts';
import type { Passport, PathFacts } from '../../../src-shared/passport.ts';
import { comparePassports } from '../safety/passport.ts';
import type { Hold } from './holding.ts';

/** Both ends, as one look saw them. */
export interface BothEnds {
  readonly source: PathFacts;
  readonly destination: PathFacts;
}

/** The passports of both ends; null where nothing is. */
export interface Passports {
  readonly source: Passport | null;
  readonly destination: Passport | null;
}

/** What both ends must be as long as the run goes on: as they were looked at, with the marker that was made since. */
export function expectedPlaces({ source, destination }: BothEnds, hold: Hold | null): Passports {
  const { passport } = destination;
  return {
    source: source.passport,
    destination: passport && hold && hold.marker !== null ? { ...passport, marker: hold.marker } : passport,
  };
}

/** What the next run expects of the destination: only a saved job has a marker of its own. */
export function learnedPlace(destination: Passport, hold: Hold | null, keeps: KeptAttributes): Passport {
  const { marker, ...rest } = destination;
  return { ...rest, keeps, ...(hold?.marker === marker && marker !== undefined ? { marker } : {}) };
}

/** What is not as it was when the run began, in words; null when all is well. */
export function whatMoved(began: Passports, now: Passports): string | null {
  for (const end of ['source', 'destination'] as const) {
    const [before, after] = [began[end], now[end]];
    // A destination the run has made itself had no passport before; its lock speaks for it.
    if (!before && end === 'destination') continue;
    const mismatch = before && after ? comparePassports(before, after).find(({ isNote }) => !isNote) : undefined;
    if (mismatch || !after || !before) {
      return `The ${end} is not what it was when the run began: ${mismatch?.message ?? 'it is no longer there'}`;
    }
  }
  return null;
}

/**
 * Whether source and destination are still those the run began with, after its copying: the same mounts, and, where the run
 * holds a lock, that lock at the destination. rsync says 0 when a destination is unmounted under it; this is what finds out.
 * Null when all is well.
 */
export function whatMovedSince(began: Passports, now: Passports, isLocked: boolean): ErrorData | null {
  const moved = whatMoved(began, now) ?? (isLocked ? null : lockGone);
  return moved === null ? null : {
    kind: 'passport-mismatch', message: moved,
    hint: 'rsync reported no error, but what it copied may not be where it should. Check the mounts, then run again.',
  };
}

/** Said where another file system stands in the destination's place. */
export const lockGone = 'The destination is not the one the run began with: the lock of this run is not there';
