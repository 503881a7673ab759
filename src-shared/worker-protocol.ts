import { z } from 'zod';
import type { ByteName } from './byte-name.ts';
import type { CutFile } from './cut-file.ts';
import type { KeptAttributes } from './kept-attributes.ts';
import { Change, LinkedName, RsyncResult } from './rsync-result.ts';
import { ByteNameSchema, ByteNamesSchema } from './unit.ts';

/** One rsync call, ready to be started: the worker adds nothing to it but the guard against orphans. */
export interface RsyncCall {
  /** Path of the rsync program. */
  readonly program: string;
  /** How the rsync is kept from outliving its worker. */
  readonly lifeline: 'pdeathsig' | 'shell';
  readonly argv: string[];
  /** Names for `--files-from=-` (from the root, `./` is added by the worker), or null when argv names them. */
  readonly input: ByteName[] | null;
}

/** A call before its names are known. */
export type CallFlags = Pick<RsyncCall, 'program' | 'lifeline'> & { flags: string[] };

/** Where to look for hard links beside a unit. */
export interface LinkScan {
  readonly source: string;
  /** `deep`: the names and all below. `flat`: the names themselves. `level`: what lies directly in the folder. */
  readonly depth: 'deep' | 'flat' | 'level';
  readonly names: ByteName[];
  readonly excludes: string[];
  /** Tell sets that lie in the unit as a whole too: its rsync left them as separate files. */
  readonly all: boolean;
}

/** New files of a unit on a server that are copied many at once before its rsync. */
export interface FillCall {
  readonly source: string;
  readonly destination: string;
  /** Folders with all below them, or files; all of them lie in `folder`. */
  readonly names: ByteName[];
  readonly folder: ByteName;
  readonly areFiles: boolean;
  /** Of all its files, as predicted. */
  readonly bytes: number;
  /** Files that one program copies, at most, where there are few in all. */
  readonly namesAtOnce: number;
  readonly keeps: KeptAttributes;
}

/** Both sides of a unit, to be compared before its rsync: where nothing differs there is nothing for it to do. */
export interface CompareCall {
  readonly source: string;
  readonly destination: string;
  /** `deep`: the names and all below. `flat`: the names themselves. `level`: the one name, a folder, and what lies directly in it. */
  readonly depth: 'deep' | 'flat' | 'level';
  readonly names: ByteName[];
  readonly excludes: string[];
  /** What the source has not is to be removed from the destination. */
  readonly mirror: boolean;
  /** Nobody else may give files another owner. */
  readonly isRoot: boolean;
  readonly keeps: KeptAttributes;
  /** Names that are one file at the source are to be one at the destination. */
  readonly keepsLinks: boolean;
  /** No file call of either side waits for a server. */
  readonly isLocal: boolean;
  /** Which side is known to answer from memory what it told before; another one is asked as if each call waited for its server. */
  readonly remembers: { source: boolean; destination: boolean };
  /** What is missing at the destination is copied first; only where calls are answered by this machine. */
  readonly fills: boolean;
  /** Copies of what is one file at the source are made names of one file first; only where calls are answered by this machine. */
  readonly joins: boolean;
  /** Where more names than this differ, the unit's own call copies them. */
  readonly most: number;
  /** Copies just the names that differ; null: the unit's own call does. */
  readonly narrow: CallFlags | null;
}

/** What becomes of large files of a unit whose copy is cut off, and what an earlier run has left of some. */
export interface CutCall {
  readonly source: string;
  readonly destination: string;
  /** Names its folder at the destination. */
  readonly job: string;
  /** Smaller ones are left to rsync, which removes them. */
  readonly leastBytes: number;
  /** `call` copies what is missing of the file. */
  readonly resume: { file: CutFile; call: RsyncCall }[];
}

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

/** What a host may ask of a worker. A worker runs one unit at a time. Types alone: to load what checks them would take a worker longer than its work. */
export type ToWorker =
  | {
    type: 'run';
    unit: number;
    fill: FillCall | null;
    compare: CompareCall | null;
    cut: CutCall | null;
    call: RsyncCall;
    linkScan: LinkScan | null;
    /** Send itemised changes (needs an `--out-format` in the call, see rsync/args). */
    reportChanges: boolean;
    /** Count changes by top folder and tell the counts at the end (needs an `--out-format` too). */
    countChanges: boolean;
  }
  | { type: 'pause' }
  | { type: 'resume' }
  /**
   * End the rsync between two files, if it is copying some, so that others can do the rest; else nothing happens. The worker
   * stays. As for `stop`, KILL follows after `graceMs`.
   */
  | { type: 'split'; graceMs: number }
  /** End the rsync: TERM and CONT, then KILL after `graceMs`. The worker stays, unless `exit`. */
  | { type: 'stop'; graceMs: number; exit: boolean };

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
