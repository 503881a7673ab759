import { z } from 'zod';
import { eventIterator } from '@orpc/contract';
import { RunEventData } from '../run-event.ts';
import { RunComparison, RunWork, Verdict } from '../diagnosis.ts';
import { RunFacts, RunMeters, RunSample } from '../run-meters.ts';
import { RunState } from '../run.ts';
import { HeldRemovals, PastRun, TimelineBar, UnitLog, UnitView } from '../run-view.ts';
import { UnitState } from '../unit.ts';
import { call } from './errors.ts';

const ByKey = z.object({ key: z.string().max(100) });
const ById = z.object({ run: z.int().positive() });
const Page = z.object({ offset: z.int().nonnegative(), limit: z.int().min(1).max(500) });
const Action = z.enum(['delete', 'create', 'update', 'attributes']);

/** Runs of this host: start and steer them. `key` is that of a `LiveRun`. */
export const runCalls = {
  /** With `dryRun`, what would change, deletions first. `acceptNewMounts`: another disk or share than last time is meant. */
  start: call
    .input(z.object({ jobId: z.string().max(100), dryRun: z.boolean().default(false), acceptNewMounts: z.boolean().default(false) }))
    .output(ByKey),
  cancel: call.input(ByKey).output(z.object({})),
  pause: call.input(ByKey).output(z.object({})),
  resume: call.input(ByKey).output(z.object({})),
  setPoolSize: call.input(ByKey.extend({ size: z.union([z.literal('auto'), z.int().min(1).max(64)]) })).output(z.object({})),
  /** Tries a failed or warned unit of a live run again. */
  retryUnit: call.input(ByKey.extend({ unit: z.int() })).output(z.object({})),
  /** The names a first mirror run would delete: at most 1,000. */
  question: call.input(ByKey).output(z.object({ destination: z.string(), entries: z.int(), names: z.array(z.string()) })),
  answer: call.input(ByKey.extend({ yes: z.boolean() })).output(z.object({})),
  /** What a dry run found, deletions first; at most 10,000 names are kept. */
  changes: call.input(ByKey.extend(Page.shape))
    .output(z.object({ total: z.int(), changes: z.array(z.object({ action: Action, name: z.string(), bytes: z.number() })) })),
  /** The meters of a run of this host, all there are at once, then what changed: `samples` are those from the place `from` on, as neighbours are merged. */
  meters: call.input(ByKey).output(eventIterator(z.object({ facts: RunFacts, samples: z.array(RunSample), from: z.int().nonnegative() }))),
  /** Takes an ended run out of the list of live ones. */
  dismiss: call.input(ByKey).output(z.object({})),
  /** The log of a live run as it grows; the newest 200 events first. */
  log: call.input(ByKey).output(eventIterator(z.object({ events: z.array(RunEventData) }))),
};

/** The history. */
export const historyCalls = {
  page: call
    .input(Page.extend({
      jobId: z.string().max(100).optional(), states: z.array(RunState).max(20).optional(), since: z.number().optional(), until: z.number().optional(),
    }))
    .output(z.object({ total: z.int(), runs: z.array(PastRun) })),
  run: call.input(ById).output(PastRun),
  /** Slowest first, or in the order they started. */
  units: call
    .input(ById.extend(Page.shape).extend({
      search: z.string().max(200).default(''), states: z.array(UnitState).max(20).optional(), order: z.enum(['slowest', 'started']).default('slowest'),
    }))
    .output(z.object({ total: z.int(), units: z.array(UnitView) })),
  unitLog: call.input(ById.extend({ unit: z.int(), attempt: z.int() })).output(UnitLog),
  /** Ended units in the order they ended, from `after` (0, then `next`): ask again while the run is live. At most 5,000. */
  timeline: call.input(ById.extend({ after: z.int().nonnegative() })).output(z.object({ bars: z.array(TimelineBar), next: z.int(), isAll: z.boolean() })),
  /** Durations and sizes of a job's last runs, oldest first. */
  trend: call.input(z.object({ jobId: z.string().max(100), limit: z.int().min(1).max(500) }))
    .output(z.array(z.object({ run: z.int(), startedAt: z.number(), durationMs: z.number(), bytes: z.number(), state: RunState }))),
  /** What was measured, and what limited the run; each null where nothing is kept of it. */
  diagnosis: call.input(ById).output(z.object({ meters: RunMeters.nullable(), work: RunWork.nullable(), verdict: Verdict.nullable() })),
  /** Two runs side by side, whichever came first. */
  compare: call.input(z.object({ runs: z.tuple([z.int().positive(), z.int().positive()]) }))
    .output(z.object({ earlier: PastRun, later: PastRun, comparison: RunComparison })),
  held: call.input(ById).output(z.array(HeldRemovals)),
  /** Runs the job again and lets it remove what `held` listed; anything else that went meanwhile is held again. */
  approve: call.input(ById).output(ByKey),
  /** The rsync line that brings a folder (path from the source's root, '' for all) back to where it came from, or to `target`. */
  restoreCommand: call.input(ById.extend({ folder: z.string().max(4096), target: z.string().max(4096).nullable().default(null) }))
    .output(z.object({ command: z.string() })),
};
