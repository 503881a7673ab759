import type { Mount, PathFacts } from '../../../src-shared/passport.ts';
import { isAtOrInside } from '../../../src-shared/path-inside.ts';
import type { PlaceFacts, PlaceKind } from '../../../src-shared/run-meters.ts';
import { btrfsDevices, isRotational, kernelName, unique, wholeDisks } from './block-devices.ts';
import { readProc } from './proc-file.ts';

const memoryTypes = new Set(['tmpfs', 'ramfs', 'devtmpfs', 'hugetlbfs']);
const networkTypes = new Set([
  'nfs', 'nfs4', 'cifs', 'smb3', 'smbfs', 'ceph', 'glusterfs', '9p', 'virtiofs', 'afs', 'afpfs', 'webdav', 'ncpfs', 'lustre', 'beegfs', 'gpfs', 'orangefs',
]);
const diskTypes = new Set(['zfs', 'btrfs', 'bcachefs', 'apfs', 'hfs', 'msdos', 'exfat', 'ntfs']);

/** A mount with the number of its device, which the kernel makes up (major 0) where there is no single block device. */
export interface NumberedMount extends Pick<Mount, 'point' | 'type' | 'source'> {
  /** `8:1` */
  readonly device: string;
}

/**
 * The mounts in the text of /proc/self/mountinfo (proc_pid_mountinfo(5)): `36 35 98:0 /mnt1 /mnt2 rw master:1 - ext3 /dev/root rw`.
 * A space, tab, newline or backslash of a name is written there as three octal digits.
 */
export function parseMounts(text: string): NumberedMount[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const dash = fields.indexOf('-', 6);
    const [device, point, type, source] = [fields[2], fields[4], fields[dash + 1], fields[dash + 2]];
    if (dash < 0 || !device || !point || !type || source === undefined) return [];
    return [{ device, point: plain(point), type, source: plain(source) }];
  });
}

/** What a name of /proc means that may hold octal digits. */
export function plain(name: string): string {
  if (!name.includes('\\')) return name;
  const bytes = Buffer.from(name, 'utf8').toString('latin1').replace(/\\([0-3][0-7]{2})/gu, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A place as the meters of a run know it. `mount`: to find it in the kernel's tables; null where these are not told. */
export interface MeteredPlace {
  readonly facts: PlaceFacts;
  readonly mount: NumberedMount | null;
}

/** What is known of a place for the meters of a run. Asks the kernel only, so that a mount that hangs holds nothing up. */
export function meteredPlace({ path, realPath, passport, latencyMs }: Pick<PathFacts, 'path' | 'realPath' | 'passport' | 'latencyMs'>): MeteredPlace {
  const mounts = parseMounts(readProc('/proc/self/mountinfo') ?? '');
  const known = passport?.mount ?? null;
  // A destination that is still to be made has no passport.
  const mount = mounts.findLast((each) => (known ? each.point === known.point && each.type === known.type : false)) ?? nearest(mounts, realPath);
  const type = mount?.type ?? known?.type ?? 'unknown';
  const devices = mount ? disksOf(mount) : [];
  const kind = kindOf(type, mount?.source ?? known?.source ?? '', devices);
  return { facts: { path, fileSystem: type, devices, kind, isRotational: isRotational(devices), latencyMs }, mount };
}

function nearest(mounts: readonly NumberedMount[], path: string): NumberedMount | null {
  let found: NumberedMount | null = null;
  for (const mount of mounts) if (isAtOrInside(path, mount.point) && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  return found;
}

/** Whole disks below a mount: by its number, or where the kernel made that up (btrfs, bcachefs), by the device files it names. */
export function disksOf({ type, source, device }: Pick<NumberedMount, 'type' | 'source' | 'device'>, sys = '/sys'): string[] {
  if (!device.startsWith('0:')) return wholeDisks(device, sys);
  const names = source.split(':').flatMap((file) => (file.startsWith('/dev/') ? kernelName(file) ?? [] : []));
  const all = type === 'btrfs' ? names.flatMap((name) => [name, ...btrfsDevices(name, sys)]) : names;
  return unique(all.flatMap((name) => wholeDisks(name, sys)));
}

/** `fuseblk` is a disk's file system whose calls wait for a process all the same. An overlay does not tell what lies below it. */
export function kindOf(type: string, source: string, devices: readonly string[]): PlaceKind {
  if (memoryTypes.has(type)) return 'memory';
  if (type.startsWith('fuse') || type === 'macfuse' || type === 'osxfuse') return 'fuse';
  if (networkTypes.has(type)) return 'network';
  return devices.length > 0 || diskTypes.has(type) || source.startsWith('/dev/') ? 'disk' : 'unknown';
}
