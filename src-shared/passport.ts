import { z } from 'zod';
import { KeptAttributes } from './kept-attributes.ts';

/** One mounted file system, from /proc/self/mountinfo (proc(5)) or mount(8). */
export const Mount = z.object({
  /** Where it is mounted, absolute. */
  point: z.string(),
  /** `ext4`, `nfs4`, `fuse.sshfs` ... */
  type: z.string(),
  /** Device or share: `/dev/sda1`, `nas:/export`. */
  source: z.string(),
  /** Folder of the file system that is mounted here (`/` but for bind mounts). */
  root: z.string(),
  /** UUID of the block device, where there is one. */
  uuid: z.string().nullable(),
});
export type Mount = z.infer<typeof Mount>;

/** What a saved job leaves at its destination, in `.daybreak/marker.json`: it names the disk, whoever comes to mount it. */
export const Marker = z.object({
  id: z.uuid(),
  /** The job that made it. */
  job: z.string(),
  /** ms since the epoch. */
  at: z.number(),
});
export type Marker = z.infer<typeof Marker>;

/**
 * What identifies a source or destination from one run to the next: the mount it lies on and the mounts
 * inside it. Device numbers are left out: those of an NFS mount change with a reboot.
 */
export const Passport = z.object({
  /** Real path (symlinks resolved). */
  path: z.string(),
  mount: Mount,
  inside: z.array(Mount),
  /** Id of the marker that lies there. */
  marker: z.string().optional(),
  /** Of a destination: what the last run found that it keeps, for dry runs, which cannot try. */
  keeps: KeptAttributes.optional(),
  /** A person has taken what was mounted then for the job's own, and no run has reached its end since; ms since the epoch. */
  acceptedAt: z.number().optional(),
});
export type Passport = z.infer<typeof Passport>;

/** What the scout finds at a path. `passport` is null where nothing is there. */
export const PathFacts = z.object({
  /** As it was asked for. */
  path: z.string(),
  /** Symlinks resolved, as far as the path exists. */
  realPath: z.string(),
  kind: z.enum(['missing', 'folder', 'file', 'other']),
  passport: Passport.nullable(),
  /** No name in it but `.daybreak` and `lost+found`. */
  isEmpty: z.boolean(),
  readable: z.boolean(),
  writable: z.boolean(),
  /** The path, or a parent of it, is a mount point in /etc/fstab with nothing mounted there now. */
  unmountedPoint: z.string().nullable(),
  hasDaybreakFolder: z.boolean(),
  /** The parent folder is there (so that the folder itself may be made). */
  parentExists: z.boolean(),
  freeBytes: z.number(),
  /** Bytes in use on the whole file system. */
  usedBytes: z.number(),
  freeInodes: z.number(),
  /** Time of one lstat of a name that is not there, ms, the quickest of several. */
  latencyMs: z.number(),
  /** What a name is, once told, is answered from memory for a while: of a server that may be asked anew each time. */
  keepsAttributes: z.boolean(),
});
export type PathFacts = z.infer<typeof PathFacts>;
