import { realpath, stat } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Mount } from '../../src-shared/passport.ts';
import type { LockHolder, PlaceNow, ScoutAnswer } from '../../src-shared/scout-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { errnoOf } from './errno.ts';
import { notAnsweringProperly } from './look.ts';
import { isSameHolder, lockName, readHolder } from './lock-file.ts';
import { readMarker } from './marker.ts';
import { mountOf, mountsInside, readMounts } from './mounts.ts';
import { holdRoot } from './safe-folder.ts';

/**
 * How both ends of a run are mounted now, and whether the lock of `holder` is at the destination: a few file calls,
 * cheap enough to be asked while a run copies. Hangs as long as a mount does. Throws `AppError` connection where one answers with
 * an error of its own.
 */
export async function placesNow({ source, destination, holder }: {
  source: string; destination: string; holder: LockHolder | null;
}): Promise<ScoutAnswer<'places-now'>> {
  // Mounts come last: with one that changes at this very moment, they are what tells why the rest is not there.
  const [isLocked, from, to] = await Promise.all([
    holder === null || isLockedBy(destination, holder), foundAt(source), foundAt(destination),
  ]);
  const mounts = await readMounts();
  return { source: placeIn(from, mounts), destination: placeIn(to, mounts), isLocked };
}

interface FoundFolder {
  readonly real: string;
  readonly device: string;
  readonly marker: string | undefined;
}

async function foundAt(path: string): Promise<FoundFolder | null> {
  try {
    const real = await realpath(path);
    const facts = await stat(real, { bigint: true });
    if (!facts.isDirectory()) return null;
    return { real, device: String(facts.dev), marker: (await readMarker(real))?.id };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw unanswered(path, error);
  }
}

function placeIn(found: FoundFolder | null, mounts: readonly Mount[]): PlaceNow {
  const mount = found && mountOf(found.real, mounts);
  if (!mount) return { passport: null, device: null };
  const { real, device, marker } = found;
  return { passport: { path: real, mount, inside: mountsInside(real, mounts), ...(marker === undefined ? {} : { marker }) }, device };
}

async function isLockedBy(destination: string, holder: LockHolder): Promise<boolean> {
  try {
    const root = await holdRoot(destination);
    try {
      const folder = await root.enter(OWN_FOLDER as ByteName);
      try {
        const now = await readHolder(folder, lockName);
        return now !== null && now.holder !== null && isSameHolder(now.holder, holder);
      } finally {
        await folder.close();
      }
    } finally {
      await root.close();
    }
  } catch (error) {
    if (isAbsent(error)) return false;
    throw unanswered(destination, error);
  }
}

/** What a marker or a lock says of itself is passed on. */
function unanswered(path: string, error: unknown): Error {
  return error instanceof AppError ? error : notAnsweringProperly(path, error);
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error));
}
