import { z } from 'zod';
import { CutFile } from './cut-file.ts';
import { ByteNameSchema } from './unit.ts';

/** Counts from `rsync --stats` (rsync(1), OPTIONS --stats). Sizes in bytes. */
export const RsyncStats = z.object({
  entries: z.number(),
  /** Regular files among the entries. */
  files: z.number(),
  created: z.number(),
  createdFiles: z.number(),
  deleted: z.number(),
  filesTransferred: z.number(),
  totalBytes: z.number(),
  transferredBytes: z.number(),
  literalBytes: z.number(),
});
export type RsyncStats = z.infer<typeof RsyncStats>;

/** One itemised change (rsync(1), OPTIONS --itemize-changes). */
export const Change = z.object({
  /** The first eleven characters as rsync wrote them, or `*deleting`. */
  code: z.string(),
  /** Path from the root; a folder has no trailing slash here. */
  name: ByteNameSchema,
  isFolder: z.boolean(),
  bytes: z.number(),
});
export type Change = z.infer<typeof Change>;

/** A name of a file with more than one hard link, found beside a unit. */
export const LinkedName = z.object({
  /** `device:inode` at the source, within one run. */
  file: z.string(),
  /** The same at the destination, of a name that was compared and needs no copy; null: not known. */
  theirs: z.string().nullable(),
  name: ByteNameSchema,
  bytes: z.number(),
});
export type LinkedName = z.infer<typeof LinkedName>;

/** How one rsync call ended. */
export const RsyncResult = z.object({
  /** Exit code; null when a signal ended it. */
  code: z.int().nullable(),
  signal: z.string().nullable(),
  stats: RsyncStats.nullable(),
  /** Last lines of stderr, decoded for people. */
  lastLines: z.array(z.string()),
  /** Facts read from all of stderr. */
  facts: z.object({
    /** "Deletions stopped due to --max-delete limit (N skipped)" */
    deletionsSkipped: z.number(),
    /** "IO error encountered -- skipping file deletion" */
    ioError: z.boolean(),
    /** "could not make way for ...": a folder stands where something else must go. */
    couldNotMakeWay: z.number(),
    /** Files or folders rsync could not read or write, as it named them (at most 1000). */
    failedNames: z.array(z.string()),
    /** Why, in the same order; left out where no rsync could say. */
    failedReasons: z.array(z.string()).optional(),
    failedCount: z.number(),
    /** Errno text of the worst error: "No space left on device", ... */
    errno: z.string().nullable(),
  }),
  /** Wall time in ms. */
  durationMs: z.number(),
  /** The argv that ran in place of the unit's call, after both sides were compared; empty where nothing differed. Left out: the call ran. */
  ranInstead: z.array(z.string()).optional(),
  /** True: rsync was asked to tell of files with several names, and has. */
  hasLinks: z.boolean().optional(),
  /** True: it was ended between two files because others can do the rest; `stats` are what it has transferred until then, taken for new. */
  isSplit: z.boolean().optional(),
  /** Large files whose copy was cut off now. */
  cutFiles: z.array(CutFile).optional(),
  /** What an earlier run had kept (`CutFile.kept`) and is there no longer: gone on with, or of no use. */
  usedUp: z.array(z.string()).optional(),
  /** Files that were gone on with and are whole now, and how much of them was copied. */
  resumed: z.array(z.object({ name: ByteNameSchema, bytes: z.number() })).optional(),
});
export type RsyncResult = z.infer<typeof RsyncResult>;
