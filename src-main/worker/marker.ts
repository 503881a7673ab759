import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Marker } from '../../src-shared/passport.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { errnoOf } from './errno.ts';
import { failure } from './lock-errors.ts';
import { removeOwn } from './lock-file.ts';
import { holdRoot, type SafeFolder } from './safe-folder.ts';

const ownFolder = OWN_FOLDER as ByteName;
const markerName = 'marker.json' as ByteName;
/** Of a process that was killed while it wrote one. */
const leftBehind = /^marker\.json\.[0-9a-f-]{36}$/u;
const isUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;
/** Only its owner: the trash may hold what others may not read. */
const ownMode = 0o700;

/**
 * The marker at a destination; null where there is none, where it may not be read, and for what is no marker. Never
 * follows a symlink. Rejects where the file system itself does not answer properly.
 */
export async function readMarker(destination: string): Promise<Marker | null> {
  const root = await holdRoot(destination);
  try {
    const folder = await root.enter(ownFolder);
    try {
      return await readFrom(folder);
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM'].includes(errnoOf(error))) return null;
    throw error;
  } finally {
    await root.close();
  }
}

/**
 * The marker of a destination that is locked for us: the one that is there, whoever made it, or a new one. Takes
 * `.daybreak` away from all but its owner. Throws `AppError` no-space, permission or destination-unreachable.
 */
export async function mark({ destination, job, at }: { destination: string; job: string; at: number }): Promise<Marker> {
  try {
    const root = await holdRoot(destination);
    try {
      const folder = await root.enter(ownFolder);
      try {
        // Best effort: shares without modes refuse, and so do folders of others.
        if ((await folder.mode()) !== ownMode) await folder.setMode(ownMode).catch(() => {});
        return (await readFrom(folder)) ?? (await writeNew(folder, { id: randomUUID(), job, at }));
      } finally {
        await folder.close();
      }
    } finally {
      await root.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw failure(`${destination}/${OWN_FOLDER}/${markerName}`, 'cannot be written', error);
  }
}

async function readFrom(folder: SafeFolder): Promise<Marker | null> {
  await folder.confirm();
  try {
    const file = await open(folder.at(markerName), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) return null;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
      return parse(buffer.subarray(0, bytesRead).toString('utf8'));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(errnoOf(error))) return null;
    throw error;
  }
}

function parse(text: string): Marker | null {
  try {
    const { id, job, at } = JSON.parse(text) as Record<keyof Marker, unknown>;
    const isMarker = typeof id === 'string' && isUuid.test(id) && typeof job === 'string' && typeof at === 'number';
    return isMarker ? { id, job, at } : null;
  } catch {
    return null;
  }
}

/** Written whole beside its place, then put there: a crash leaves the old state or the new one. */
async function writeNew(folder: SafeFolder, marker: Marker): Promise<Marker> {
  for (const { name } of await folder.names()) if (leftBehind.test(name)) await removeOwn(folder, name);
  const temporary = `${markerName}.${randomUUID()}` as ByteName;
  try {
    await folder.confirm();
    const file = await open(folder.at(temporary), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o644);
    try {
      await file.writeFile(`${JSON.stringify(marker)}\n`);
      // Whoever may enter the folder may read it, whatever the umask: root makes it, and the folder's owner must not make another.
      await file.chmod(0o644).catch(() => {});
      await file.sync();
    } finally {
      await file.close();
    }
    await folder.confirm();
    await rename(folder.at(temporary), folder.at(markerName));
    return marker;
  } catch (error) {
    await removeOwn(folder, temporary).catch(() => {});
    throw error;
  }
}
