import { z } from 'zod';
import { ErrorSchema } from './error-schema.ts';
import { Job } from './job.ts';
import { Verdict } from './diagnosis.ts';
import { RunFacts, RunSample } from './run-meters.ts';
import { Notice, RunState, RunTotals, Trigger } from './run.ts';
import { UnitKind, UnitState } from './unit.ts';

/** One busy lane of the pool. */
export const Lane = z.object({
  lane: z.int(), unit: z.int(), kind: UnitKind, name: z.string(), entries: z.number(), bytes: z.number(), startedAt: z.number(),
});
export type Lane = z.infer<typeof Lane>;

/** Where a run stands: state, not deltas. Times in ms, sizes in bytes. */
export const Progress = z.object({
  state: RunState,
  elapsedMs: z.number(),
  /** 0 to 1, never falls; null while nothing is known. */
  fraction: z.number().nullable(),
  leftMs: z.number().nullable(),
  entriesDone: z.number(),
  entriesKnown: z.number(),
  bytesDone: z.number(),
  bytesPerSecond: z.number(),
  entriesPerSecond: z.number(),
  unitsDone: z.int(),
  unitsKnown: z.int(),
  /** The walk still goes on: known figures will grow. */
  planning: z.boolean(),
  poolSize: z.int(),
  lanes: z.array(Lane),
});
export type Progress = z.infer<typeof Progress>;

/** The job of a run, without what concerns only its host. */
export const RunJob = Job.omit({ schedule: true, notify: true });
export type RunJob = z.infer<typeof RunJob>;

/** What a run tells those who watch it: one JSON object per line with `daybreak backup --json`. */
export const RunEventData = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run-started'), run: z.int(), at: z.number(), job: RunJob, trigger: Trigger, dryRun: z.boolean() }),
  z.object({ type: z.literal('notice'), run: z.int(), at: z.number(), notice: Notice }),
  z.object({ type: z.literal('progress'), run: z.int(), at: z.number(), progress: Progress }),
  /** Once, before the first sample. */
  z.object({ type: z.literal('meters'), run: z.int(), at: z.number(), facts: RunFacts }),
  /** About once a second. `verdict`: what limits the run now, null while that cannot be told. */
  z.object({ type: z.literal('sample'), run: z.int(), at: z.number(), sample: RunSample, verdict: Verdict.nullable() }),
  z.object({
    type: z.literal('unit-ended'), run: z.int(), at: z.number(), unit: z.int(), kind: UnitKind, name: z.string(), lane: z.int(),
    state: UnitState, code: z.int().nullable(), entries: z.number(), bytes: z.number(), durationMs: z.number(), attempt: z.int(),
  }),
  /** With --dry-run or --verbose. `action`: what happens to the name. */
  z.object({
    type: z.literal('change'), run: z.int(), at: z.number(), action: z.enum(['delete', 'create', 'update', 'attributes']), name: z.string(), bytes: z.number(),
  }),
  /** Removals held by the brake, each with the reason. At most 10,000 names. */
  z.object({
    type: z.literal('held'), run: z.int(), at: z.number(), reason: z.string(), names: z.array(z.string()), entries: z.number(), bytes: z.number(),
  }),
  z.object({
    type: z.literal('run-ended'), run: z.int(), at: z.number(), state: RunState, totals: RunTotals, durationMs: z.number(),
    /** What limited the run, in one sentence; null when it was too short to say. */
    limitedBy: z.string().nullable(),
    /** The same with its evidence and what would help. */
    verdict: Verdict.nullable(),
    error: ErrorSchema.nullable(),
  }),
]);
export type RunEventData = z.infer<typeof RunEventData>;
