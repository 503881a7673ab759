import { z } from 'zod';
import { ErrorSchema } from './error-schema.ts';
import { JobOptions } from './job.ts';

/** The Lab measures ways to copy a sample of a source. Times in ms, sizes in bytes. */

export const LabRequest = z.object({
  /** Absolute. */
  source: z.string(),
  destination: z.string(),
  /** A saved job: its options are the base, and the winner can be applied to it. */
  jobId: z.string().nullable(),
  excludes: z.array(z.string()),
  /** The sample ends at whichever comes first. */
  sampleBytes: z.int().positive(),
  sampleEntries: z.int().positive(),
  /** Measurements of each way. */
  rounds: z.int().min(1).max(9),
  /** Whole time of the Lab: rounds that no longer fit are left out, and said so. */
  mostMs: z.int().positive(),
  /** Only these ways, by their ids; left out: all there are. */
  ways: z.array(z.string().max(100)).max(100).optional(),
});
export type LabRequest = z.infer<typeof LabRequest>;

/** Which question a way answers. */
export const LabGroup = z.enum(['original', 'pool', 'engine', 'flags']);
export type LabGroup = z.infer<typeof LabGroup>;

/** One way to copy the sample. */
export const LabWay = z.object({
  /** `one-rsync`, `multisync`, `pool-8`, `threads`, `processes`, `event-loop`, `compress`, `delta` ... */
  id: z.string(),
  group: LabGroup,
  label: z.string(),
  /** What runs, as lines for a shell, shortened where there are many. */
  commands: z.array(z.string()),
  /** Options of a job that work this way; null: a job cannot. What is left out stays as it is: no defaults come in when it is read. */
  options: z.object({ workers: JobOptions.shape.workers.unwrap(), compress: JobOptions.shape.compress.unwrap() }).partial().nullable(),
});
export type LabWay = z.infer<typeof LabWay>;

export const LabFigure = z.object({
  way: LabWay,
  /** Each round's time. */
  rounds: z.array(z.number()),
  medianMs: z.number().nullable(),
  /** Largest difference from the median, as a share of it. */
  spread: z.number().nullable(),
  /** CPU time of all processes it started, a round on average. */
  cpuMs: z.number().nullable(),
  /** How many times as fast as one rsync. */
  speed: z.number().nullable(),
  /** Why it has no figure, or what is wrong with it. */
  note: z.string().nullable(),
});
export type LabFigure = z.infer<typeof LabFigure>;

export const LabResult = z.object({
  at: z.number(),
  source: z.string(),
  destination: z.string(),
  jobId: z.string().nullable(),
  sample: z.object({ entries: z.int(), bytes: z.number(), folders: z.int(), isWhole: z.boolean() }),
  /** Caches were dropped before each measurement. */
  isCold: z.boolean(),
  figures: z.array(LabFigure),
  /** Id of the fastest way a job can be set to; null: none is clearly faster than what the job does now. */
  winner: z.string().nullable(),
  /** What the figures mean, in plain sentences. */
  explanation: z.array(z.string()),
  durationMs: z.number(),
});
export type LabResult = z.infer<typeof LabResult>;

/** Where the Lab stands: state, not deltas. */
export const LabState = z.object({
  key: z.string(),
  request: LabRequest,
  phase: z.enum(['sampling', 'measuring', 'clearing', 'ended', 'cancelled', 'failed']),
  /** What is being measured, for people. */
  doing: z.string(),
  done: z.int(),
  total: z.int(),
  /** So far. */
  figures: z.array(LabFigure),
  result: LabResult.nullable(),
  error: ErrorSchema.nullable(),
});
export type LabState = z.infer<typeof LabState>;
