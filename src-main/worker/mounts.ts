import { execFile } from 'node:child_process';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Mount } from '../../src-shared/passport.ts';
import { isAtOrInside, isInside } from '../../src-shared/path-inside.ts';

/** One line of /etc/fstab: what should be mounted where. */
export interface FstabEntry {
  readonly source: string;
  readonly point: string;
  readonly type: string;
}

/** UUIDs of block devices, by the path of the device and by its number (`8:1`). */
export interface BlockUuids {
  readonly byPath: ReadonlyMap<string, string>;
  readonly byNumber: ReadonlyMap<string, string>;
}

export const noUuids: BlockUuids = { byPath: new Map(), byNumber: new Map() };

interface ParsedMount extends Mount {
  readonly id: string;
  readonly parent: string;
}

/**
 * The mounts one can see, from the text of /proc/self/mountinfo (proc_pid_mountinfo(5)), read as latin1 because mount
 * points are bytes. Where one mount covers another, or covers a folder another lies in, the upper one counts.
 * Ordered by mount point.
 */
export function parseMountInfo(text: string, uuids: BlockUuids = noUuids): Mount[] {
  const all = text.split('\n').flatMap((line) => parseMountLine(line, uuids));
  return visible(all)
    .map(({ point, type, source, root, uuid }) => ({ point, type, source, root, uuid }))
    .sort((one, other) => (one.point < other.point ? -1 : 1));
}

/**
 * `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`: id, parent, device, root, point, ..., `-`, type,
 * source.
 */
function parseMountLine(line: string, uuids: BlockUuids): ParsedMount[] {
  const fields = line.split(' ');
  const dash = fields.indexOf('-', 6);
  const [id, parent, device, root, point] = fields;
  const type = fields[dash + 1];
  const source = fields[dash + 2];
  if (dash < 0 || !id || !parent || !device || !root || !point || !type || source === undefined) return [];
  const sourceText = unescape(source);
  const uuid = sourceText.startsWith('/dev/') ? (uuids.byPath.get(sourceText) ?? uuids.byNumber.get(device) ?? null) : null;
  return [{ id, parent, point: unescape(point), type, source: sourceText, root: unescape(root), uuid }];
}

/** Of all mounts, those a path can still reach: each point is walked as the kernel would walk it. */
function visible(all: readonly ParsedMount[]): ParsedMount[] {
  const ids = new Set(all.map(({ id }) => id));
  const on = new Map<string, ParsedMount>();
  for (const mount of all) on.set(`${mount.parent} ${mount.point}`, mount);
  const start = all.findLast(({ id, parent, point }) => point === '/' && (parent === id || !ids.has(parent)));
  if (!start) return [...new Map(all.map((mount) => [mount.point, mount])).values()];
  const top = (mount: ParsedMount, point: string): ParsedMount => {
    const upper = on.get(`${mount.id} ${point}`);
    return upper && upper !== mount ? top(upper, point) : mount;
  };
  const root = top(start, '/');
  return all.filter((mount) => {
    let reached = root;
    let path = '';
    for (const part of mount.point.split('/').slice(1)) {
      if (part === '') break;
      path = `${path}/${part}`;
      reached = top(reached, path);
    }
    return reached === mount;
  });
}

/** In both files a space, tab, newline, backslash or # is written as three octal digits. */
function unescape(field: string): string {
  const bytes = field.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/**
 * Mounts from the output of mount(8) on macOS and BSD: `/dev/disk3s1 on /Volumes/Backup (apfs, local, journaled)`.
 * It tells no UUID and no folder within the file system.
 */
export function parseMountOutput(text: string): Mount[] {
  const byPoint = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const match = /^(.*) on (\/.*) \(([^,()]+)(?:,[^()]*)?\)$/.exec(line);
    if (!match) continue;
    const [, source, point, type] = match as unknown as [string, string, string, string];
    byPoint.set(point, { point, type: type.trim(), source, root: '/', uuid: null });
  }
  return [...byPoint.values()].sort((one, other) => (one.point < other.point ? -1 : 1));
}

/**
 * What /etc/fstab (fstab(5)) says should be mounted, read as latin1. `noauto` entries count: a mount point of which
 * nothing is mounted is just as empty when nobody was meant to mount it at boot. Swap and `none` have no mount point.
 */
export function parseFstab(text: string): FstabEntry[] {
  return text.split('\n').flatMap((line) => {
    const [source, point, type] = line.trim().split(/[ \t]+/);
    if (!source || source.startsWith('#') || !point?.startsWith('/') || !type || type === 'swap') return [];
    const plain = unescape(point).replace(/(?<=.)\/+$/, '');
    return [{ source: unescape(source), point: plain, type }];
  });
}

/** The mount a real path lies on. Null only where the system told no mounts at all. */
export function mountOf(realPath: string, mounts: readonly Mount[]): Mount | null {
  let found: Mount | null = null;
  for (const mount of mounts) {
    if (isAtOrInside(realPath, mount.point) && (!found || mount.point.length >= found.point.length)) found = mount;
  }
  return found;
}

/** File systems of the kernel's own, which hold nobody's files. */
const kernelTypes = new Set([
  'proc',
  'sysfs',
  'devtmpfs',
  'devpts',
  'devfs',
  'cgroup',
  'cgroup2',
  'securityfs',
  'debugfs',
  'tracefs',
  'pstore',
  'bpf',
  'mqueue',
  'hugetlbfs',
  'configfs',
  'fusectl',
  'binfmt_misc',
  'rpc_pipefs',
  'nsfs',
  'autofs',
  'efivarfs',
  'selinuxfs',
]);
/** Places where mounts come and go as a matter of course: users logging in, packages and containers starting. */
const restlessPlaces = ['/proc', '/sys', '/dev', '/run', '/snap', '/var/lib/snapd', '/var/lib/docker', '/var/lib/containers'];

/**
 * The mounts strictly inside a real path, without those of the kernel and those that come and go with logins,
 * packages and containers, unless the path itself lies in such a place.
 */
export function mountsInside(realPath: string, mounts: readonly Mount[]): Mount[] {
  const restless = restlessPlaces.filter((place) => isInside(place, realPath));
  return mounts.filter(
    (mount) =>
      isInside(mount.point, realPath)
      && !kernelTypes.has(mount.type)
      && !restless.some((place) => isAtOrInside(mount.point, place)),
  );
}

/**
 * The deepest mount point of /etc/fstab that one of `paths` is or lies in and where nothing is mounted now, or null.
 * A trigger for automounting (autofs) that did not bring the mount counts as nothing.
 */
export function unmountedPointOf(
  paths: readonly string[],
  fstab: readonly FstabEntry[],
  mounts: readonly Mount[],
): string | null {
  let found: string | null = null;
  for (const entry of fstab) {
    const isMissing = paths.some((path) => {
      if (!isAtOrInside(path, entry.point)) return false;
      const mount = mountOf(path, mounts);
      if (!mount || !isAtOrInside(mount.point, entry.point)) return true;
      return mount.point === entry.point && mount.type === 'autofs' && entry.type !== 'autofs';
    });
    if (isMissing && entry.point.length > (found ?? '').length) found = entry.point;
  }
  return found;
}

/** The mounts of this system now. Reads no mounted path, so it cannot hang on one. */
export async function readMounts(): Promise<Mount[]> {
  if (process.platform === 'linux') return parseMountInfo(await readFile('/proc/self/mountinfo', 'latin1'), await readUuids());
  const { stdout } = await promisify(execFile)('mount', [], { maxBuffer: 16 * 1024 * 1024 });
  return parseMountOutput(stdout);
}

/** /etc/fstab; empty where there is none. */
export async function readFstab(): Promise<FstabEntry[]> {
  return parseFstab(await readFile('/etc/fstab', 'latin1').catch(() => ''));
}

/** UUIDs as udev links them (`/dev/disk/by-uuid/UUID -> ../../sda1`); none where there is no udev. */
async function readUuids(): Promise<BlockUuids> {
  const folder = '/dev/disk/by-uuid';
  const byPath = new Map<string, string>();
  const byNumber = new Map<string, string>();
  for (const uuid of await readdir(folder).catch(() => [])) {
    try {
      const device = await realpath(`${folder}/${uuid}`);
      byPath.set(device, uuid);
      // A file system may be mounted by another name of its device (/dev/mapper/x, /dev/root): the number is the same.
      const number = (await stat(device, { bigint: true })).rdev;
      byNumber.set(`${major(number)}:${minor(number)}`, uuid);
    } catch {
      // A device that was just unplugged.
    }
  }
  return { byPath, byNumber };
}

/** As gnu_dev_major and gnu_dev_minor of glibc split a device number (makedev(3)). */
function major(device: bigint): bigint {
  return ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
}

function minor(device: bigint): bigint {
  return (device & 0xffn) | ((device >> 12n) & ~0xffn);
}
