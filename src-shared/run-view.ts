import { z } from 'zod';
import { ErrorSchema } from './error-schema.ts';
import { Verdict } from './diagnosis.ts';
import { Job } from './job.ts';
import { Progress } from './run-event.ts';
import { Notice, RunState, RunTotals, Trigger } from './run.ts';
import { Forecast } from './schedule.ts';
import { UnitKind, UnitState } from './unit.ts';

/** How a run ended. */
export const Outcome = z.object({
  state: RunState, totals: RunTotals, durationMs: z.number(), limitedBy: z.string().nullable(), error: ErrorSchema.nullable(),
});
export type Outcome = z.infer<typeof Outcome>;

/**
 * A run this host started: live, or ended and not yet dismissed. `key` names it from the first moment; `run` is its
 * number in the history, null before it has a row and for a dry run. Times in ms since the epoch.
 */
export const LiveRun = z.object({
  key: z.string(),
  run: z.int().nullable(),
  jobId: z.string(),
  jobName: z.string(),
  source: z.string(),
  destination: z.string(),
  trigger: Trigger,
  dryRun: z.boolean(),
  startedAt: z.number(),
  /** Null until the first frame. */
  progress: Progress.nullable(),
  /** The newest 50. */
  notices: z.array(Notice),
  /** It waits for an answer: a first mirror run that would delete so many names. The names: `runs.question`. */
  question: z.object({ destination: z.string(), entries: z.int() }).nullable(),
  /** Removals that wait for approval: `runs.held` lists them. */
  heldEntries: z.int(),
  /** What a dry run has found so far; the names: `runs.changes`. */
  changes: z.object({ delete: z.int(), create: z.int(), update: z.int(), attributes: z.int() }),
  /** What limits it now, once that can be told; of one that has ended, what limited it. */
  verdict: Verdict.nullable(),
  /** Null while it is live. */
  outcome: Outcome.nullable(),
});
export type LiveRun = z.infer<typeof LiveRun>;

/** A run in the history. Times in ms since the epoch, sizes in bytes. */
export const PastRun = z.object({
  id: z.int(),
  jobId: z.string(),
  jobName: z.string(),
  source: z.string(),
  destination: z.string(),
  trigger: Trigger,
  state: RunState,
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  totals: RunTotals,
  notices: z.array(Notice),
  limitedBy: z.string().nullable(),
  error: ErrorSchema.nullable(),
  rsyncVersion: z.string().nullable(),
});
export type PastRun = z.infer<typeof PastRun>;

/** A unit of a run: one rsync call. `argv` is what ran, shortened where it was very long. */
export const UnitView = z.object({
  unit: z.int(), kind: UnitKind, name: z.string(), state: UnitState, attempt: z.int(), lane: z.int(),
  startedAt: z.number(), durationMs: z.number(), entries: z.number(), bytes: z.number(),
  filesTransferred: z.number(), bytesTransferred: z.number(), code: z.int().nullable(),
});
export type UnitView = z.infer<typeof UnitView>;

/** The log of a unit: the call as a line for a shell, and the last lines rsync wrote. */
export const UnitLog = z.object({ unit: UnitView, command: z.string(), lastLines: z.array(z.string()) });
export type UnitLog = z.infer<typeof UnitLog>;

/** An ended unit in the timeline: unit, lane, start in ms since the run began, duration in ms, state. */
export const TimelineBar = z.tuple([z.int(), z.int(), z.number(), z.number(), UnitState]);
export type TimelineBar = z.infer<typeof TimelineBar>;

/** Removals that the brake held, by reason. At most 10,000 names. */
export const HeldRemovals = z.object({ reason: z.string(), names: z.array(z.string()), entries: z.int(), bytes: z.number() });
export type HeldRemovals = z.infer<typeof HeldRemovals>;

/** A job as the overview shows it. */
export const JobSummary = z.object({
  job: Job,
  lastRun: z.object({
    id: z.int(), state: RunState, startedAt: z.number(), endedAt: z.number().nullable(), limitedBy: z.string().nullable(),
    /** Its first problem in one sentence. */
    problem: z.string().nullable(),
  }).nullable(),
  /**
   * The oldest time until which one of its folders is protected (start of the last run that copied it): what changed later is
   * not in the backup yet. Null where a folder was never copied.
   */
  protectedUntil: z.number().nullable(),
  /** The last runs that copied, oldest first, at most 14. */
  recent: z.array(z.object({ durationMs: z.number(), state: RunState })),
  /** When it runs next by itself; null: never, or all is paused for good. */
  nextRunAt: z.number().nullable(),
  forecast: Forecast.nullable(),
  /** Folders whose runs are held until someone looks. */
  alarms: z.int(),
});
export type JobSummary = z.infer<typeof JobSummary>;
