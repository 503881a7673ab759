import { z } from 'zod';
import { CutFile } from './cut-file.ts';
import { KeptAttributes } from './kept-attributes.ts';
import { Change, LinkedName, RsyncResult } from './rsync-result.ts';
import { ByteNameSchema, ByteNamesSchema } from './unit.ts';

/** One rsync call, ready to be started: the worker adds nothing to it but the guard against orphans. */
export const RsyncCall = z.object({
  /** Path of the rsync program. */
  program: z.string(),
  /** How the rsync is kept from outliving its worker. */
  lifeline: z.enum(['pdeathsig', 'shell']),
  argv: z.array(z.string()),
  /** Names for `--files-from=-` (from the root, `./` is added by the worker), or null when argv names them. */
  input: ByteNamesSchema.nullable(),
});
export type RsyncCall = z.infer<typeof RsyncCall>;

/** A call before its names are known. */
export const CallFlags = RsyncCall.pick({ program: true, lifeline: true }).extend({ flags: z.array(z.string()) });
export type CallFlags = z.infer<typeof CallFlags>;

/** Where to look for hard links beside a unit. */
export const LinkScan = z.object({
  source: z.string(),
  /** `deep`: the names and all below. `flat`: the names themselves. `level`: what lies directly in the folder. */
  depth: z.enum(['deep', 'flat', 'level']),
  names: ByteNamesSchema,
  excludes: z.array(z.string()),
  /** Tell sets that lie in the unit as a whole too: its rsync left them as separate files. */
  all: z.boolean(),
});
export type LinkScan = z.infer<typeof LinkScan>;

/** New files of a unit on a server that are copied many at once before its rsync. */
export const FillCall = z.object({
  source: z.string(),
  destination: z.string(),
  /** Folders with all below them, or files; all of them lie in `folder`. */
  names: ByteNamesSchema,
  folder: ByteNameSchema,
  areFiles: z.boolean(),
  /** Of all its files, as predicted. */
  bytes: z.number(),
  /** Files that one program copies, at most, where there are few in all. */
  namesAtOnce: z.int(),
  keeps: KeptAttributes,
});
export type FillCall = z.infer<typeof FillCall>;

/** Both sides of a unit, to be compared before its rsync: where nothing differs there is nothing for it to do. */
export const CompareCall = z.object({
  source: z.string(),
  destination: z.string(),
  /** `deep`: the names and all below. `flat`: the names themselves. `level`: the one name, a folder, and what lies directly in it. */
  depth: z.enum(['deep', 'flat', 'level']),
  names: ByteNamesSchema,
  excludes: z.array(z.string()),
  /** What the source has not is to be removed from the destination. */
  mirror: z.boolean(),
  /** Nobody else may give files another owner. */
  isRoot: z.boolean(),
  keeps: KeptAttributes,
  /** Names that are one file at the source are to be one at the destination. */
  keepsLinks: z.boolean(),
  /** No file call of either side waits for a server. */
  isLocal: z.boolean(),
  /** Which side is known to answer from memory what it told before; another one is asked as if each call waited for its server. */
  remembers: z.object({ source: z.boolean(), destination: z.boolean() }),
  /** What is missing at the destination is copied first; only where calls are answered by this machine. */
  fills: z.boolean(),
  /** Where more names than this differ, the unit's own call copies them. */
  most: z.int(),
  /** Copies just the names that differ; null: the unit's own call does. */
  narrow: CallFlags.nullable(),
});
export type CompareCall = z.infer<typeof CompareCall>;

/** What becomes of large files of a unit whose copy is cut off, and what an earlier run has left of some. */
export const CutCall = z.object({
  source: z.string(),
  destination: z.string(),
  /** Names its folder at the destination. */
  job: z.string().regex(/^[\w-]+$/u),
  /** Smaller ones are left to rsync, which removes them. */
  leastBytes: z.number(),
  /** `call` copies what is missing of the file. */
  resume: z.array(z.object({ file: CutFile, call: RsyncCall })),
});
export type CutCall = z.infer<typeof CutCall>;

/** What a call changed in one top folder ('': the files directly in the root), counted where it runs. */
export const TopTally = z.object({
  top: ByteNameSchema,
  created: z.number(),
  /** Regular files that were there before and whose content was sent again. */
  rewritten: z.number(),
  /** New files by extension, dot included. Only the commonest are kept, and where there are many, counted a little low. */
  extensions: z.array(z.object({ extension: ByteNameSchema, files: z.number(), names: ByteNamesSchema })),
  /** Some of the rewritten files. */
  names: ByteNamesSchema,
});
export type TopTally = z.infer<typeof TopTally>;

/** What a host may ask of a worker. A worker runs one unit at a time. */
export const ToWorker = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run'),
    unit: z.int(),
    fill: FillCall.nullable(),
    compare: CompareCall.nullable(),
    cut: CutCall.nullable(),
    call: RsyncCall,
    linkScan: LinkScan.nullable(),
    /** Send itemised changes (needs an `--out-format` in the call, see rsync/args). */
    reportChanges: z.boolean(),
    /** Count changes by top folder and tell the counts at the end (needs an `--out-format` too). */
    countChanges: z.boolean(),
  }),
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('resume') }),
  /**
   * End the rsync between two files, if it is copying some, so that others can do the rest; else nothing happens. The worker
   * stays. As for `stop`, KILL follows after `graceMs`.
   */
  z.object({ type: z.literal('split'), graceMs: z.number() }),
  /** End the rsync: TERM and CONT, then KILL after `graceMs`. The worker stays, unless `exit`. */
  z.object({ type: z.literal('stop'), graceMs: z.number(), exit: z.boolean() }),
]);
export type ToWorker = z.infer<typeof ToWorker>;

/** What a worker tells its host. */
export const FromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), pid: z.int() }),
  /** `startTime` is the kernel's, see `processStartTime`: with the pid it names a process for ever. */
  z.object({ type: z.literal('started'), unit: z.int(), pid: z.int(), startTime: z.string() }),
  /** Bytes moved so far by the rsync of this unit; at most 4 a second. */
  z.object({ type: z.literal('progress'), unit: z.int(), bytes: z.number() }),
  z.object({ type: z.literal('changes'), unit: z.int(), changes: z.array(Change) }),
  z.object({ type: z.literal('links'), unit: z.int(), links: z.array(LinkedName) }),
  z.object({ type: z.literal('tally'), unit: z.int(), tally: z.array(TopTally) }),
  z.object({ type: z.literal('ended'), unit: z.int(), result: RsyncResult }),
]);
export type FromWorker = z.infer<typeof FromWorker>;
