import { z } from 'zod';

/** What a run did in one top folder of the source; '' is what lies in the root itself. Times in ms, sizes in bytes. */
export const FolderRun = z.object({
  folder: z.string(),
  state: z.enum(['done', 'warned', 'failed', 'held', 'not-reached']),
  entries: z.number(),
  bytes: z.number(),
  created: z.number(),
  /** Files there before whose content was sent again; null where it was not counted. */
  rewritten: z.number().nullable(),
  deleted: z.number(),
  /** Names that could not be read or written. */
  failed: z.number(),
  /** Time its units took, added up. */
  durationMs: z.number(),
});
export type FolderRun = z.infer<typeof FolderRun>;

/** How well a top folder of a job is protected. */
export const FolderProtection = z.object({
  folder: z.string(),
  /** Start of the last run that copied it without a failure; null: never. */
  protectedUntil: z.number().nullable(),
  lastState: FolderRun.shape.state,
  lastRun: z.int(),
  /** Time its units usually take, ms. */
  usualMs: z.number(),
});
export type FolderProtection = z.infer<typeof FolderProtection>;

/** A folder whose files changed as never before: its later runs are held until someone has looked. */
export const Alarm = z.object({
  id: z.int(),
  jobId: z.string(),
  folder: z.string(),
  /** The run that saw it. */
  run: z.int(),
  at: z.number(),
  reason: z.string(),
  /** Some of the names, for people. */
  names: z.array(z.string()),
});
export type Alarm = z.infer<typeof Alarm>;

/** What one run moved into the trash at the destination. */
export const TrashEntry = z.object({
  jobId: z.string(),
  run: z.int(),
  at: z.number(),
  /** Removed by Daybreak after that. */
  keptUntil: z.number(),
});
export type TrashEntry = z.infer<typeof TrashEntry>;

/** A name in the trash of a run. */
export const TrashItem = z.object({ name: z.string(), kind: z.enum(['folder', 'file', 'other']), bytes: z.number(), modifiedAt: z.number() });
export type TrashItem = z.infer<typeof TrashItem>;
