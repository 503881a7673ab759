import { accessSync, constants } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Mount } from '../../src-shared/passport.ts';
import type { Volume } from '../../src-shared/place.ts';
import { mountsInside, readMounts } from './mounts.ts';

/** A mount that has not told its sizes in this time, ms, is shown without them. */
const answerMs = 2000;

const networkTypes = /^(nfs4?|cifs|smb3|smbfs|afpfs|webdav|9p|ceph|glusterfs|lustre|beegfs|afs|fuse\.(sshfs|rclone|s3fs|glusterfs|curlftpfs|davfs2?))$/u;
const memoryTypes = new Set(['tmpfs', 'ramfs']);
/** Images and layers that hold no place for a backup. */
const uselessTypes = new Set(['squashfs', 'erofs', 'iso9660', 'udf', 'fuse.portal', 'fuse.gvfsd-fuse', 'fuse.snapfuse', 'fuse.lxcfs']);

/** The mounted file systems a person may choose from, the root's first. One that hangs comes without sizes. */
export async function listVolumes(): Promise<Volume[]> {
  const mounts = await readMounts();
  const root = mounts.filter(({ point }) => point === '/');
  // What is mounted on a single file (in containers) or holds no files of people is no place to choose.
  const others = mountsInside('/', mounts).filter(({ type, point }) => !uselessTypes.has(type) && !point.startsWith('/boot') && !point.startsWith('/etc/'));
  const volumes = await Promise.all([...root, ...others].map(describe));
  return volumes.filter((volume) => volume !== null);
}

async function describe(mount: Mount): Promise<Volume | null> {
  const sizes = await Promise.race([
    statfs(mount.point).catch(() => null),
    new Promise<null>((resolve) => { setTimeout(() => resolve(null), answerMs).unref(); }),
  ]);
  if (sizes && sizes.blocks === 0) return null;
  return {
    mount,
    kind: networkTypes.test(mount.type) ? 'network' : memoryTypes.has(mount.type) ? 'memory' : (await isRemovable(mount)) ? 'removable' : 'disk',
    freeBytes: sizes ? sizes.bavail * sizes.bsize : null,
    totalBytes: sizes ? sizes.blocks * sizes.bsize : null,
    readOnly: sizes !== null && !isWritable(mount.point),
  };
}

/** Linux says it of whole disks (kernel doc ABI/stable/sysfs-block): `sdb1` is a part of `sdb`. */
async function isRemovable({ source }: Mount): Promise<boolean> {
  const disk = basename(source).replace(/(?<=\d)p\d+$|(?<=[a-z])\d+$/u, '');
  return source.startsWith('/dev/') && (await readFile(`/sys/block/${disk}/removable`, 'utf8').catch(() => '0')).trim() === '1';
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'EROFS';
  }
}
