import { realpath, stat } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import type { Mount } from '../../src-shared/passport.ts';
import type { LockHolder, PlaceNow, ScoutAnswer } from '../../src-shared/scout-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { errnoOf } from './errno.ts';
import { isSameHolder, lockName, readHolder } from './lock-file.ts';
import { readMarker } from './marker.ts';
import { mountOf, mountsInside, readMounts } from './mounts.ts';
import { holdRoot } from './safe-folder.ts';

/**
 * How both ends of a run are mounted now, and whether the lock of `holder` is at the destination: a few file calls,
 * cheap enough to be asked while a run copies. Hangs as long as a mount does.
 */
export async function placesNow({ source, destination, holder }: {
  source: string; destination: string; holder: LockHolder | null;
}): Promise<ScoutAnswer<'places-now'>> {
  const mounts = await readMounts();
  const [from, to] = await Promise.all([placeNow(source, mounts), placeNow(destination, mounts)]);
  return { source: from, destination: to, isLocked: holder === null || (await isLockedBy(destination, holder)) };
}

async function placeNow(path: string, mounts: readonly Mount[]): Promise<PlaceNow> {
  const nowhere: PlaceNow = { passport: null, device: null };
  try {
    const real = await realpath(path);
    const facts = await stat(real, { bigint: true });
    const mount = mountOf(real, mounts);
    if (!facts.isDirectory() || !mount) return nowhere;
    const marker = await readMarker(real);
    return {
      passport: { path: real, mount, inside: mountsInside(real, mounts), ...(marker ? { marker: marker.id } : {}) },
      device: String(facts.dev),
    };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error))) return nowhere;
    throw error;
  }
}

async function isLockedBy(destination: string, holder: LockHolder): Promise<boolean> {
  try {
    const root = await holdRoot(destination);
    try {
      const folder = await root.enter(OWN_FOLDER as ByteName);
      try {
        const now = await readHolder(folder, lockName);
        return now?.holder !== null && now !== null && isSameHolder(now.holder, holder);
      } finally {
        await folder.close();
      }
    } finally {
      await root.close();
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error))) return false;
    throw error;
  }
}
