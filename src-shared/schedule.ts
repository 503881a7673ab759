import { z } from 'zod';

/** A time of day, `HH:MM` in 24 hours. */
export const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/u, 'is not a time of day like 22:00');

/** When runs are due. Days of the week: 0 is Sunday. */
export const Rhythm = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('daily'), at: TimeOfDay }),
  z.object({ kind: z.literal('weekly'), days: z.array(z.int().min(0).max(6)).min(1).max(7), at: TimeOfDay }),
  /** Every so many hours, counted from `at` of each day. */
  z.object({ kind: z.literal('hours'), every: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(6), z.literal(8), z.literal(12)]), at: TimeOfDay }),
  /** Five fields, or six with seconds first (croner). */
  z.object({ kind: z.literal('cron'), text: z.string().trim().min(1).max(200) }),
]);
export type Rhythm = z.infer<typeof Rhythm>;

/** When a job runs by itself, and what happens when it could not. */
export const Schedule = z.object({
  /** Off keeps the definition and starts nothing. */
  enabled: z.boolean().default(true),
  rhythm: Rhythm,
  /** IANA name; null: that of the machine. */
  timeZone: z.string().max(100).nullable().default(null),
  /** End of the window: what is not done then is resumed in the next one. Null: runs take the time they need. */
  finishBy: TimeOfDay.nullable().default(null),
  /** A run that was due while nothing could run it: made up for once, left out, or asked about. */
  missed: z.enum(['catch-up', 'skip', 'ask']).default('catch-up'),
  /** A run that is due while the job, or another one into its destination, still runs: after it, or not at all. */
  overlap: z.enum(['queue', 'skip']).default('queue'),
});
export type Schedule = z.infer<typeof Schedule>;

/** What became of a due time, once it is decided. Times in ms since the epoch. */
export const DueRecord = z.object({
  jobId: z.string(),
  dueAt: z.number(),
  /** `waiting`: in the queue, settling, or asked about. */
  outcome: z.enum(['waiting', 'ran', 'caught-up', 'skipped']),
  /** Its run in the history; a skipped one has one too, with the reason. */
  run: z.int().nullable(),
  /** Why it was skipped or waits, in one sentence. */
  reason: z.string().nullable(),
  decidedAt: z.number(),
});
export type DueRecord = z.infer<typeof DueRecord>;

/** What the scheduler is at. */
export const SchedulerState = z.object({
  /** Which process schedules this data folder's jobs: this one, another one, or none. */
  owner: z.enum(['this', 'other', 'none']),
  /** All schedules rest until then; null: they do not. */
  pausedUntil: z.number().nullable(),
  /** Missed runs that wait for an answer. */
  asks: z.array(z.object({ jobId: z.string(), dueAt: z.number() })),
});
export type SchedulerState = z.infer<typeof SchedulerState>;

/** When a job's next run will end, from its history. Times in ms since the epoch. */
export const Forecast = z.object({
  startsAt: z.number(),
  endsAt: z.number(),
  /** End of its window; null where it has none. */
  windowEndsAt: z.number().nullable(),
  /** One sentence where the window will be missed. */
  warning: z.string().nullable(),
});
export type Forecast = z.infer<typeof Forecast>;
