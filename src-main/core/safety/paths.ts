import type { ErrorData } from '../../../src-shared/errors.ts';
import type { Mount } from '../../../src-shared/passport.ts';
import { isInside } from '../../../src-shared/path-inside.ts';

/** A folder with its real path, and as the user wrote it. `mount`: what it lies on, null where that is not known. */
export interface Place {
  readonly shown: string;
  readonly real: string;
  readonly mount: Mount | null;
}

/** Where another job keeps its backup. */
export interface OtherDestination {
  readonly source: string;
  readonly destination: string;
}

export interface PlacesInput {
  readonly source: Place;
  readonly destination: Place;
  readonly backupDir: Place | null;
  readonly otherDestinations: readonly OtherDestination[];
  /** Deletes at the destination what the source lacks. */
  readonly mirror: boolean;
}

/** Where the first place lies, seen from the second. */
export type Relation = 'same' | 'inside' | 'around' | 'apart';

/**
 * Compares two places part by part (`/data/prod2` is not inside `/data/prod`), by their real paths, and also within
 * their file system where that is known to be one and the same: a bind mount, or a share mounted twice, shows a folder
 * under two paths.
 */
export function relationOf(one: Place, other: Place): Relation {
  const byPath = relationOfPaths(one.real, other.real);
  if (byPath !== 'apart') return byPath;
  const a = withinFileSystem(one);
  const b = withinFileSystem(other);
  return a && b && a.fileSystem === b.fileSystem ? relationOfPaths(a.path, b.path) : 'apart';
}

function relationOfPaths(one: string, other: string): Relation {
  if (one === other) return 'same';
  if (isInside(one, other)) return 'inside';
  return isInside(other, one) ? 'around' : 'apart';
}

/**
 * A place as its file system knows it. Only for file systems of which one source is surely one file system: disks, and
 * shares of a server; two tmpfs mounts have the same source and nothing in common.
 */
function withinFileSystem({ real, mount }: Place): { fileSystem: string; path: string } | null {
  if (!mount) return null;
  const rest = real.slice(mount.point === '/' ? 0 : mount.point.length);
  const share = /^([^/:]+|\[[^\]]+\]):(\/.*)$/.exec(mount.source) ?? /^(\/\/[^/]+)(\/.*)$/.exec(mount.source);
  if (!share && !mount.source.startsWith('/dev/') && mount.uuid === null) return null;
  const base = share?.[2] ?? '';
  const path = `/${base}/${mount.root}/${rest}`.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '');
  return { fileSystem: share?.[1] ?? mount.uuid ?? mount.source, path };
}

/** Every way in which source, destination and backup folder must not lie to one another; empty when all is well. */
export function judgePlaces(input: PlacesInput): ErrorData[] {
  return [...judgeSourceAndDestination(input), ...judgeOthers(input), ...judgeBackupDir(input)];
}

function judgeSourceAndDestination({ source, destination }: PlacesInput): ErrorData[] {
  switch (relationOf(destination, source)) {
    case 'same':
      return [wrong(`Source and destination are the same folder: ${both(source, destination)}`, 'Choose another destination.')];
    case 'inside':
      return [
        wrong(
          `The destination ${destination.shown} lies inside the source ${source.shown}`,
          'Choose a destination outside the source: a backup must not become part of what it backs up.',
        ),
      ];
    case 'around':
      return [
        wrong(
          `The source ${source.shown} lies inside the destination ${destination.shown}`,
          'Choose a destination that does not contain the source: it could be overwritten or deleted.',
        ),
      ];
    case 'apart':
      return [];
  }
}

function both(one: Place, other: Place): string {
  return one.shown === other.shown ? one.shown : `${one.shown} and ${other.shown}`;
}

function judgeOthers({ source, destination, otherDestinations, mirror }: PlacesInput): ErrorData[] {
  const hint = 'Give each backup a destination folder of its own: a mirror deletes what it does not know.';
  return otherDestinations.flatMap((other) => {
    const what = `of the backup of ${other.source} (${other.destination})`;
    const byRealPath = relationOfPaths(destination.real, other.destination);
    switch (byRealPath === 'apart' ? relationOfPaths(destination.shown, other.destination) : byRealPath) {
      case 'inside':
        return [wrong(`The destination ${destination.shown} lies inside the destination ${what}`, hint)];
      case 'around':
        return [wrong(`The destination ${destination.shown} contains the destination ${what}`, hint)];
      case 'same': {
        // Two sources copied into one folder may be meant; deleting there what one of them lacks cannot be.
        if (!mirror || other.source === source.real || other.source === source.shown) return [];
        return [wrong(`The destination ${destination.shown} is also the destination ${what}`, hint)];
      }
      case 'apart':
        return [];
    }
  });
}

function judgeBackupDir({ source, destination, backupDir }: PlacesInput): ErrorData[] {
  if (!backupDir) return [];
  const toSource = relationOf(backupDir, source);
  if (toSource === 'same' || toSource === 'inside') {
    return [
      wrong(
        `The backup folder ${backupDir.shown} lies in the source ${source.shown}`,
        'Choose one outside the source: nothing is ever written there.',
      ),
    ];
  }
  const toDestination = relationOf(backupDir, destination);
  if (toDestination === 'same') {
    return [wrong(`The backup folder ${backupDir.shown} is the destination itself`, 'Choose another backup folder.')];
  }
  if (toDestination === 'around') {
    return [
      wrong(
        `The destination ${destination.shown} lies in the backup folder ${backupDir.shown}`,
        'Choose a backup folder beside the destination: kept files could be written over the backup.',
      ),
    ];
  }
  return [];
}

function wrong(message: string, hint: string): ErrorData {
  return { kind: 'invalid-input', message, hint };
}
