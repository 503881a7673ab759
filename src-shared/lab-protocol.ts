import { z } from 'zod';
import type { ByteName } from './byte-name.ts';
import { ErrorSchema } from './error-schema.ts';
import { KeptAttributes } from './kept-attributes.ts';
import { LockHolder } from './scout-protocol.ts';
import { ByteNameSchema } from './unit.ts';
import type { RsyncCall } from './worker-protocol.ts';

/** Messages between a host and the process that measures for the Lab. Times in ms, sizes in bytes. */

/** A folder of a sample, with those of its files that are in it. Names are paths from the root. */
export const SampleFolder = z.object({
  path: ByteNameSchema,
  files: z.array(z.object({ name: ByteNameSchema, bytes: z.number() })),
  /** All that is in it and below is in the sample. */
  isWhole: z.boolean(),
});
export type SampleFolder = z.infer<typeof SampleFolder>;

/** Parents come before what lies in them; the root, '', is the first. */
export const LabSample = z.object({
  folders: z.array(SampleFolder),
  entries: z.int(),
  bytes: z.number(),
  isWhole: z.boolean(),
  /** What was left out, for people. */
  notes: z.array(z.string()),
});
export type LabSample = z.infer<typeof LabSample>;

/** The end of one call. */
export const CallEnd = z.object({ code: z.int().nullable(), lastLines: z.array(z.string()) });
export type CallEnd = z.infer<typeof CallEnd>;

/** From where calls are started, several at a time: one event loop, or threads. */
export type StartFrom = 'event-loop' | 'threads';

export type LabQuestion =
  /** Reads the source, for `mostMs`, and chooses at most so much of it. Writes nothing. */
  | { op: 'sample'; source: string; excludes: string[]; mostBytes: number; mostEntries: number; mostMs: number }
  /** Makes the scratch folder, `DEST/.daybreak/lab/ID`, and what removes it when this process is gone, however it went. */
  | { op: 'open'; destination: string; holder: LockHolder }
  /** An empty folder `name` in the scratch folder, with these folders in it; takes away what is not to be kept. `syncs`: caches are written, and dropped where that is permitted. */
  | { op: 'fresh'; name: string; folders: ByteName[]; keep: string[]; syncs: boolean }
  /** Runs calls, so many at a time, in their order. Those that still run after `limitMs` are ended. */
  | { op: 'perform'; from: StartFrom; atOnce: number; calls: RsyncCall[]; limitMs: number }
  /** What is in the folder `name`. */
  | { op: 'count'; name: string }
  /** Makes every file in the folder `name` an older version of itself: another start, and an old time. */
  | { op: 'age'; name: string }
  /** Removes the scratch folder. */
  | { op: 'close' }
  /** Removes scratch folders at a destination whose processes are gone. */
  | { op: 'sweep'; destination: string; holder: LockHolder };

export const LabAnswers = {
  sample: LabSample,
  open: z.discriminatedUnion('state', [
    z.object({ state: z.literal('open'), folder: z.string(), keeps: KeptAttributes }),
    z.object({ state: z.literal('held'), by: z.enum(['run', 'lab']), holder: LockHolder }),
  ]),
  /** `isLocked`: a backup runs into the destination. */
  fresh: z.object({ folder: z.string(), isCold: z.boolean(), isLocked: z.boolean() }),
  /** `startMs`: until all that starts calls was ready, which is not in `durationMs`. `cpuMs`: of this process and all it started, meanwhile. */
  perform: z.object({ durationMs: z.number(), startMs: z.number(), cpuMs: z.number().nullable(), isCut: z.boolean(), ends: z.array(CallEnd) }),
  /** `files`: all that is no folder. `old`: of them, those with the time that `age` gives. */
  count: z.object({ files: z.int(), bytes: z.number(), old: z.int(), isLocked: z.boolean() }),
  age: z.object({}),
  close: z.object({}),
  sweep: z.object({}),
} as const;
export type LabAnswer<Op extends keyof typeof LabAnswers> = z.infer<(typeof LabAnswers)[Op]>;

export interface ToLab {
  readonly id: number;
  readonly question: LabQuestion;
}

export const FromLab = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), pid: z.int() }),
  z.object({ type: z.literal('answer'), id: z.int(), value: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.int(), error: ErrorSchema }),
]);
export type FromLab = z.infer<typeof FromLab>;
