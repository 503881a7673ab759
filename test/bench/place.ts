import { rmSync, statfsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { spawnSync } from 'node:child_process';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { formatBytes } from '../../src-main/cli/format.ts';

/** A folder that trees could be made in. */
export interface PlaceFacts {
  readonly folder: string;
  /** As mountinfo names it: `tmpfs`, `ext4`. */
  readonly fileSystem: string;
  /** Of a file system in memory also bounded by what memory is free. */
  readonly freeBytes: number;
}

export interface Place extends PlaceFacts {
  /** Why here, for people. */
  readonly reason: string;
  /** Nothing is ever written to a device. */
  readonly inMemory: boolean;
}

/** The most that is there at one time, bytes: in memory a copy goes when it was compared, on a disk it stays (see `Removal`). */
export interface Needs {
  readonly inMemory: number;
  readonly onDisk: number;
}

/** Left free, bytes. */
const reserve = 1_000_000_000;

/**
 * Where the trees go: `chosen`; else memory (`shared`, null where the system has none) where there is room; else
 * `temporary`. Throws `AppError` no-space.
 */
export function choosePlace(
  facts: { readonly chosen: PlaceFacts | null; readonly shared: PlaceFacts | null; readonly temporary: PlaceFacts }, needs: Needs,
): Place {
  const inMemory = (place: PlaceFacts): boolean => place.fileSystem === 'tmpfs' || place.fileSystem === 'ramfs';
  const neededIn = (place: PlaceFacts): number => (inMemory(place) ? needs.inMemory : needs.onDisk) + reserve;
  const hasRoom = (place: PlaceFacts): boolean => place.freeBytes >= neededIn(place);
  const { chosen, shared, temporary } = facts;
  if (!chosen && shared && inMemory(shared) && hasRoom(shared)) {
    return { ...shared, inMemory: true, reason: 'in memory, so that no disk adds its moods to the times' };
  }
  const place = chosen ?? temporary;
  if (!hasRoom(place)) {
    throw new AppError({
      kind: 'no-space',
      message: `The bench needs ${formatBytes(neededIn(place))} in ${place.folder}; ${formatBytes(place.freeBytes)} are free.`,
      hint: 'Give another folder with --folder, fewer rows with --rows, or smaller trees with --quick.',
    });
  }
  const whyNotMemory = shared && inMemory(shared) ? `${shared.folder} has not enough room` : 'there is no /dev/shm';
  return { ...place, inMemory: inMemory(place), reason: chosen ? 'as asked' : `the temporary folder, as ${whyNotMemory}` };
}

/** Local file systems that keep their content on a device, by their names in mountinfo. */
const diskFileSystems = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'f2fs'];

/**
 * Where trees go whose row is about a disk: the first of `places` that is on one and has room for `bytes`. Answers with
 * the reason where none has.
 */
export function chooseDisk(places: readonly PlaceFacts[], bytes: number): Place | { readonly whyNone: string } {
  const onDisk = places.filter(({ fileSystem }) => diskFileSystems.includes(fileSystem));
  const place = onDisk.find(({ freeBytes }) => freeBytes >= bytes + reserve);
  if (place) return { ...place, inMemory: false, reason: 'on a disk' };
  const [first] = onDisk;
  return {
    whyNone: first
      ? `it needs ${formatBytes(bytes + reserve)} in ${first.folder}; ${formatBytes(first.freeBytes)} are free`
      : `none of ${places.map(({ folder, fileSystem }) => `${folder} (${fileSystem})`).join(', ')} is on a disk; give one with --folder`,
  };
}

/** Throws `AppError` invalid-input where the folder is not there. */
export function readPlace(folder: string, fileSystem: string): PlaceFacts {
  try {
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    return { folder, fileSystem, freeBytes: fileSystem === 'tmpfs' ? Math.min(free, process.availableMemory()) : free };
  } catch (thrown) {
    throw new AppError({
      kind: 'invalid-input',
      message: `${folder} cannot be used: ${toAppError(thrown).message}`,
      hint: 'With --folder, give a folder that is there.',
    });
  }
}

/** How trees that are no longer needed leave. */
export interface Removal {
  discard(folder: string): void;
  /** Before trees of so many bytes are made. */
  makeRoom(bytes: number): Promise<void>;
}

/** ext4 makes files several times slower for about half a minute after many were removed. */
const settleMs = 60_000;

/**
 * In memory a tree is removed at once. On a disk a removal would slow down whoever is measured next: it is put off
 * to the very end, or, where room runs out, followed by a minute of rest. `say` is told of the rest.
 */
export function createRemoval(place: Place, say: (line: string) => void, stop: AbortSignal): Removal {
  const discarded: string[] = [];
  const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });
  return {
    discard: (folder) => {
      if (place.inMemory) remove(folder);
      else discarded.push(folder);
    },
    makeRoom: async (bytes) => {
      if (discarded.length === 0 || readPlace(place.folder, place.fileSystem).freeBytes >= bytes + reserve) return;
      say('Removing older copies to make room, then a minute of rest for the disk');
      for (const folder of discarded.splice(0)) remove(folder);
      spawnSync('sync');
      await wait(settleMs, undefined, { signal: stop });
    },
  };
}
