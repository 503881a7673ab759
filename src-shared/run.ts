import { z } from 'zod';
import { AppError } from './errors.ts';

export const Trigger = z.enum(['manual', 'schedule', 'catch-up', 'cli']);
export type Trigger = z.infer<typeof Trigger>;

/** `stopped`: its window ended before all was copied; the next run goes on with the rest. */
export const RunState = z.enum([
  'queued', 'planning', 'running', 'paused', 'finishing', 'cancelling',
  'succeeded', 'warned', 'held', 'stopped', 'failed', 'cancelled', 'skipped', 'interrupted', 'unproven',
]);
export type RunState = z.infer<typeof RunState>;

export const RunEvent = z.enum([
  'plan', 'run', 'pause', 'resume', 'finish', 'cancel',
  'succeed', 'warn', 'hold', 'close', 'fail', 'stop', 'skip', 'lose', 'doubt',
]);
export type RunEvent = z.infer<typeof RunEvent>;

/** States in which a run still has processes; one found in such a state at start-up was interrupted. */
export const liveRunStates: readonly RunState[] = ['queued', 'planning', 'running', 'paused', 'finishing', 'cancelling'];

const ends = { fail: 'failed', lose: 'interrupted', cancel: 'cancelling', close: 'stopped' } as const;
const transitions: Partial<Record<RunState, Partial<Record<RunEvent, RunState>>>> = {
  queued: { ...ends, plan: 'planning', skip: 'skipped' },
  planning: { ...ends, run: 'running', skip: 'skipped' },
  running: { ...ends, pause: 'paused', finish: 'finishing', doubt: 'unproven' },
  paused: { ...ends, resume: 'running', doubt: 'unproven' },
  finishing: { ...ends, succeed: 'succeeded', warn: 'warned', hold: 'held', doubt: 'unproven' },
  cancelling: { stop: 'cancelled', lose: 'interrupted', fail: 'failed' },
};

/** The state that follows `event`. Throws `AppError` (internal) where the event cannot happen in that state. */
export function nextRunState(state: RunState, event: RunEvent): RunState {
  const next = transitions[state]?.[event];
  if (!next) throw new AppError({ kind: 'internal', message: `A run that is ${state} cannot ${event}` });
  return next;
}

/** What a run did in total. Sizes in bytes, times in ms. */
export const RunTotals = z.object({
  /** Files, folders and links looked at. */
  entries: z.number(),
  /** Bytes of all files looked at. */
  bytes: z.number(),
  filesTransferred: z.number(),
  bytesTransferred: z.number(),
  created: z.number(),
  deleted: z.number(),
  /** Entries whose removal waits for approval. */
  held: z.number(),
  units: z.number(),
});
export type RunTotals = z.infer<typeof RunTotals>;

export const noTotals: RunTotals = {
  entries: 0, bytes: 0, filesTransferred: 0, bytesTransferred: 0, created: 0, deleted: 0, held: 0, units: 0,
};

/** Something a person should know about a run: what, where, and what to do next. */
export const Notice = z.object({
  level: z.enum(['info', 'warning', 'problem']),
  message: z.string(),
  hint: z.string().optional(),
});
export type Notice = z.infer<typeof Notice>;
