import { z } from 'zod';
import { ErrorSchema } from './error-schema.ts';
import { Mount, PathFacts } from './passport.ts';
import { Notice } from './run.ts';

/** A mounted file system as a place to choose. Sizes in bytes; null where it did not answer in time. */
export const Volume = z.object({
  mount: Mount,
  /** Local disk, share of a server, memory, or a removable disk. */
  kind: z.enum(['disk', 'network', 'memory', 'removable']),
  freeBytes: z.number().nullable(),
  totalBytes: z.number().nullable(),
  readOnly: z.boolean(),
});
export type Volume = z.infer<typeof Volume>;

/** One folder as the folder browser shows it. */
export const FolderListing = z.object({
  path: z.string(),
  /** Null for `/`. */
  parent: z.string().nullable(),
  folders: z.array(z.object({
    name: z.string(),
    path: z.string(),
    /** Its name is not UTF-8, so that it cannot be chosen here. */
    isOpaque: z.boolean(),
    isMount: z.boolean(),
  })),
  /** Other names in it: files, links ... */
  otherNames: z.int(),
  /** More folders than are listed (the first 5,000 by name). */
  isCut: z.boolean(),
  writable: z.boolean(),
});
export type FolderListing = z.infer<typeof FolderListing>;

/** What the checks before a run would say now: `problems` would stop it, `notices` it would tell. */
export const PlaceCheck = z.object({
  source: PathFacts.nullable(),
  destination: PathFacts.nullable(),
  problems: z.array(ErrorSchema),
  notices: z.array(Notice),
  /** There is a backup in the destination already that a run adopts without copying it again. */
  adopts: z.boolean(),
  /** A mirror run would first show what it deletes. */
  asksFirst: z.boolean(),
});
export type PlaceCheck = z.infer<typeof PlaceCheck>;

/** How a source would be split, as far as the walk has come. Sizes in bytes (estimated from samples until a run measured them). */
export const SplitPreview = z.object({
  folders: z.array(z.object({
    /** Top folder; '' for what lies in the root itself. */
    name: z.string(), entries: z.number(), bytes: z.number(), units: z.int(),
  })),
  entries: z.number(),
  bytes: z.number(),
  units: z.int(),
  /** False while the walk goes on. */
  isWhole: z.boolean(),
});
export type SplitPreview = z.infer<typeof SplitPreview>;
