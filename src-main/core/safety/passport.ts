import type { Mount, Passport } from '../../../src-shared/passport.ts';

/**
 * One difference between a place at the last run and now.
 * - `mount-changed`: another file system is where it lies.
 * - `inside-gone`, `inside-changed`: a mount inside it is not there any more, or is another one.
 * - `marker-gone`, `marker-changed`: the marker of the last run is not there.
 * - `inside-new`, `moved`, `respelled`: notes only. A mount inside that was not there before; the path now leads to
 *   another folder of the same file system (a symlink was changed); the same share of a server that is named otherwise.
 */
export interface Mismatch {
  readonly kind:
    | 'mount-changed' | 'inside-gone' | 'inside-changed' | 'marker-gone' | 'marker-changed' | 'inside-new' | 'moved' | 'respelled';
  /** The mount point it is about; for `moved` and markers the path now. */
  readonly point: string;
  readonly last: Mount | null;
  readonly now: Mount | null;
  /** A note does not stop a run. */
  readonly isNote: boolean;
  /** What changed, to follow "The source /x is not what it was: ". */
  readonly message: string;
}

/**
 * What changed between two passports of the same place. A restart or a new mount of the same disk or share is no change:
 * file systems with a UUID are compared by it (device names go around), others by type family, source and the folder of
 * the file system that is mounted. A bind mount of the very folder that was there before is the same place too. A
 * marker that was there must be there again; where it is, it speaks for a disk whose UUID nobody told. Notes come last.
 */
export function comparePassports(last: Passport, now: Passport): Mismatch[] {
  const found: Mismatch[] = [];
  const isMarked = last.marker !== undefined && last.marker === now.marker;
  const likeness = compareSources(last.mount, now.mount, isMarked);
  const isSameFileSystem = likeness !== 'other';
  const isSamePlace = isSameFileSystem && placeWithin(last) === placeWithin(now);
  if (!isSameFileSystem || !(isSamePlace || last.mount.root === now.mount.root)) {
    found.push({
      kind: 'mount-changed',
      point: now.mount.point,
      last: last.mount,
      now: now.mount,
      isNote: false,
      message: `it is on ${mountText(now.mount)}, not on ${mountText(last.mount)} as before`,
    });
  } else if (!isSamePlace) {
    found.push({
      kind: 'moved',
      point: now.path,
      last: last.mount,
      now: now.mount,
      isNote: true,
      message: `it leads to another folder than before: ${now.path}`,
    });
  }
  if (likeness === 'respelled') found.push(respelled(last.mount, now.mount));
  if (last.marker !== undefined && !isMarked) found.push(markerMismatch(last, now));
  found.push(...compareInside(last, now));
  return found.sort((one, other) => Number(one.isNote) - Number(other.isNote));
}

function compareInside(last: Passport, now: Passport): Mismatch[] {
  const found: Mismatch[] = [];
  const before = new Map(last.inside.map((mount) => [pointBelow(last, mount), mount]));
  const after = new Map(now.inside.map((mount) => [pointBelow(now, mount), mount]));
  for (const [point, mount] of before) {
    const other = after.get(point);
    if (!other) {
      found.push({
        kind: 'inside-gone',
        point: mount.point,
        last: mount,
        now: null,
        isNote: false,
        message: `${mount.point} in it is not mounted any more (it was ${mountText(mount)})`,
      });
      continue;
    }
    const likeness = compareSources(mount, other, false);
    if (likeness === 'other' || mount.root !== other.root) {
      found.push({
        kind: 'inside-changed',
        point: other.point,
        last: mount,
        now: other,
        isNote: false,
        message: `${other.point} in it is ${mountText(other)}, not ${mountText(mount)} as before`,
      });
    } else if (likeness === 'respelled') found.push(respelled(mount, other));
  }
  for (const [point, mount] of after) {
    if (before.has(point)) continue;
    found.push({
      kind: 'inside-new',
      point: mount.point,
      last: null,
      now: mount,
      isNote: true,
      message: `${mount.point} in it is a new mount: ${mountText(mount)}`,
    });
  }
  return found;
}

/** A mount for people: `/dev/sdb1 (ext4)`, `nas:/export (nfs4)`. */
export function mountText(mount: Mount): string {
  return `${mount.source} (${mount.type})`;
}

function respelled(last: Mount, now: Mount): Mismatch {
  return {
    kind: 'respelled', point: now.point, last, now, isNote: true,
    message: `the server of ${now.point} is named otherwise than before: ${now.source}, not ${last.source}`,
  };
}

function markerMismatch(last: Passport, now: Passport): Mismatch {
  const isGone = now.marker === undefined;
  return {
    kind: isGone ? 'marker-gone' : 'marker-changed', point: now.path, last: last.mount, now: now.mount, isNote: false,
    message: isGone
      ? 'the marker .daybreak/marker.json, which says that it is the same disk, is not there or may not be read'
      : 'the marker .daybreak/marker.json is that of another backup disk',
  };
}

/** Whether both are the same file system. `isMarked`: the same marker lies on both. */
function compareSources(one: Mount, other: Mount, isMarked: boolean): 'same' | 'respelled' | 'other' {
  if (family(one.type) !== family(other.type)) return 'other';
  if (one.uuid !== null && other.uuid !== null) return one.uuid === other.uuid ? 'same' : 'other';
  // macOS numbers its disks anew at each start and its mount(8) tells no UUID: the mount point is what stays.
  if (isNumberedDisk(one.source) && isNumberedDisk(other.source)) return one.point === other.point ? 'same' : 'other';
  if (withoutSlash(one.source) === withoutSlash(other.source)) return 'same';
  // Device names go around, so without a UUID they say little.
  if (isMarked && one.source.startsWith('/dev/') && other.source.startsWith('/dev/')) return 'same';
  const [share, otherShare] = [shareOf(one), shareOf(other)];
  if (!share || !otherShare || share.path !== otherShare.path) return 'other';
  return isMarked || isOneServer(share.server, otherShare.server) ? 'respelled' : 'other';
}

/** `nas:/export` and `//nas/share` as server and path; null for what is no share. */
function shareOf({ type, source }: Mount): { server: string; path: string } | null {
  const pattern = family(type) === 'nfs' ? /^(\[[^\]]+\]|[^:]+):(\/.*)$/ : family(type) === 'smb' ? /^\/\/([^/]+)(\/.*)$/ : null;
  const [, server, path] = pattern?.exec(source) ?? [];
  return server === undefined || path === undefined ? null : { server: server.toLowerCase().replace(/\.$/, ''), path: withoutSlash(path) };
}

/**
 * Whether two names may be one server's: short and full (`nas`, `nas.lan`), or a name and a number, which only the
 * network could tell apart. Two names or two numbers are two servers.
 */
function isOneServer(one: string, other: string): boolean {
  const [isNumber, isOtherNumber] = [one, other].map((name) => /^[\d.]+$|^\[/.test(name));
  if (isNumber !== isOtherNumber || one === other) return true;
  return !isNumber && (one.startsWith(`${other}.`) || other.startsWith(`${one}.`));
}

function isNumberedDisk(source: string): boolean {
  return /^\/dev\/disk\d/.test(source);
}

/** Types that are one file system by several names: protocol versions, and drivers that can read each other's disks. */
const families: readonly (readonly [RegExp, string])[] = [
  [/^nfs\d*$/, 'nfs'],
  [/^(?:cifs|smb\d?|smbfs)$/, 'smb'],
  [/^ext[234]$/, 'ext'],
  [/^(?:ntfs\d?|fuseblk|ufsd)$/, 'ntfs'],
  [/^(?:vfat|msdos)$/, 'fat'],
];

function family(type: string): string {
  return families.find(([pattern]) => pattern.test(type))?.[1] ?? type;
}

function withoutSlash(source: string): string {
  return source.replace(/(?<=[^/:])\/+$/, '');
}

/** The place as its file system sees it: the mounted folder, and the way from the mount point. */
function placeWithin({ path, mount }: Passport): string {
  const rest = path.slice(mount.point === '/' ? 0 : mount.point.length);
  return `${mount.root === '/' ? '' : mount.root}${rest}`.replace(/\/+$/, '');
}

/** Mount points are compared from the place itself, so that a renamed parent makes no difference. */
function pointBelow({ path }: Passport, mount: Mount): string {
  return mount.point.slice(path === '/' ? 0 : path.length);
}
