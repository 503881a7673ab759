import { z } from 'zod';
import { JobNotify } from './notify.ts';
import { Schedule } from './schedule.ts';

/**
 * When a run that deletes too much is held for approval.
 * `default`: half or more of the entries or bytes of a top folder or of the whole, or a folder becoming empty.
 * `count`: more than `limit` entries in the whole run. `percent`: more than `limit` % of a top folder or of the whole; 100 lifts the brake.
 */
export const DeleteLimit = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('default') }),
  z.object({ kind: z.literal('count'), limit: z.int().nonnegative() }),
  z.object({ kind: z.literal('percent'), limit: z.number().min(0).max(100) }),
]);
export type DeleteLimit = z.infer<typeof DeleteLimit>;

/** Options of rsync an admin may add: none of them runs a program, redirects a write or deletes. */
export const FurtherOption = z.enum(['acls', 'xattrs', 'sparse', 'numeric-ids', 'fsync', 'modify-window-1']);
export type FurtherOption = z.infer<typeof FurtherOption>;

/** What a job asks of the engine. `workers: 'auto'` lets the controller choose the pool size. */
export const JobOptions = z.object({
  /** Delete at the destination what is gone from the source. */
  mirror: z.boolean().default(false),
  excludes: z.array(z.string().min(1)).default([]),
  compress: z.boolean().default(false),
  checksum: z.boolean().default(false),
  /** Keep files that are replaced or removed: `rsync --backup`. */
  backup: z.boolean().default(false),
  /** Absolute folder for kept files; null: beside the file, with `~` appended. */
  backupDir: z.string().nullable().default(null),
  /** Bytes per second for the whole run; null: no limit. */
  bandwidthLimit: z.int().positive().nullable().default(null),
  deleteLimit: DeleteLimit.default({ kind: 'default' }),
  workers: z.union([z.literal('auto'), z.int().min(1).max(64)]).default('auto'),
  further: z.array(FurtherOption).default([]),
  /** Move what a run deletes or overwrites to the trash at the destination, and keep it so many days; null: no trash. Saved jobs only. */
  trashDays: z.int().min(1).max(3650).nullable().default(null),
});
export type JobOptions = z.infer<typeof JobOptions>;

const { workers, compress, checksum, bandwidthLimit } = JobOptions.shape;

/** Options that advice may change, and only those that it changes: `JobOptions.partial()` would fill in the defaults of all others. */
export const OptionChange = z.object({
  workers: workers.unwrap(), compress: compress.unwrap(), checksum: checksum.unwrap(), bandwidthLimit: bandwidthLimit.unwrap(),
}).partial();
export type OptionChange = z.infer<typeof OptionChange>;

/** `ad-hoc`: made by `daybreak backup`, leaves nothing at the destination. `saved`: made by an admin. */
export const JobKind = z.enum(['ad-hoc', 'saved']);

/** A definition of what to back up where. Source and destination are absolute, without a trailing slash. */
export const Job = z.object({
  id: z.string(),
  kind: JobKind,
  name: z.string(),
  source: z.string(),
  destination: z.string(),
  options: JobOptions,
  schedule: Schedule.nullable().default(null),
  notify: JobNotify.prefault({}),
});
export type Job = z.infer<typeof Job>;

/** A path on this machine as people give it; a trailing slash is taken away when it is saved. */
const LocalFolder = z.string().min(1).max(4096).startsWith('/').refine((path) => !path.includes('\0'), 'holds a NUL');

/** What an admin fills in: the rest of a job is ours. */
export const JobDraft = z.object({
  name: z.string().trim().min(1).max(100),
  source: LocalFolder,
  destination: LocalFolder,
  options: JobOptions,
  /** Left out: none. */
  schedule: Schedule.nullable().optional(),
  /** Left out: as by default. */
  notify: JobNotify.optional(),
});
export type JobDraft = z.infer<typeof JobDraft>;
