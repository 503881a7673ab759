import { z } from 'zod';
import type { ByteName } from './byte-name.ts';
import { AppError } from './errors.ts';

const bytes = /^[\u0000-\u00ff]*$/u;
const isByteName = (value: unknown): boolean => typeof value === 'string' && bytes.test(value);

/** A `ByteName` arriving from another process: every character is one byte. */
export const ByteNameSchema = z.custom<ByteName>(isByteName, 'not a name in bytes');
/** A list of them, looked at as a whole: for each element a schema of its own makes several objects. */
export const ByteNamesSchema = z.custom<ByteName[]>((value) => Array.isArray(value) && value.every(isByteName), 'not names in bytes');

/**
 * What one rsync call covers:
 * - `level`: one folder and what lies directly in it, sub-folders as entries only
 * - `group`: whole subtrees that are siblings
 * - `part`: some files of one huge folder, by name
 * - `entries`: folders as entries only (their owner, mode and time)
 * - `links`: every name of hard-link sets that cross units, and their folders
 */
export const UnitKind = z.enum(['level', 'group', 'part', 'entries', 'links']);
export type UnitKind = z.infer<typeof UnitKind>;

/** The work of one rsync call. */
export const Unit = z.object({
  id: z.int(),
  kind: UnitKind,
  /** The folder the names lie in (for `level`: the folder itself). */
  folder: ByteNameSchema,
  /** Paths from the root; empty for `level`. */
  names: ByteNamesSchema,
  /** For `group`: entries expected below each name, in their order (each name itself included). */
  shares: z.array(z.number()),
  /** Entries expected (files, folders, links), from the walk or the last run. */
  entries: z.number(),
  /** Bytes expected, from samples or the last run. */
  bytes: z.number(),
  /** Predicted time in ms: what the order and the split are decided by. */
  weight: z.number(),
  /** Nothing of it was at the destination before the walk. */
  isNew: z.boolean(),
  /** Empty folders directly in it that the walk has made at the destination: rsync does not count them as created. */
  premade: z.int(),
  /** Units that must end before this one starts. */
  after: z.array(z.int()),
});
export type Unit = z.infer<typeof Unit>;

export const UnitState = z.enum([
  'waiting', 'running', 'done', 'warned', 'failed', 'cancelled', 'pending-deletes', 'deleting', 'held', 'split',
]);
export type UnitState = z.infer<typeof UnitState>;

export const UnitEvent = z.enum([
  'start', 'succeed', 'warn', 'fail', 'retry', 'cancel', 'defer-deletes', 'delete', 'hold', 'skip-deletes', 'split',
]);
export type UnitEvent = z.infer<typeof UnitEvent>;

const transitions: Record<UnitState, Partial<Record<UnitEvent, UnitState>>> = {
  // What its ended rsync left has been planned as other units.
  waiting: { start: 'running', cancel: 'cancelled', fail: 'failed', split: 'split' },
  running: {
    succeed: 'done', warn: 'warned', fail: 'failed', retry: 'waiting', cancel: 'cancelled', 'defer-deletes': 'pending-deletes',
  },
  'pending-deletes': { delete: 'deleting', hold: 'held', 'skip-deletes': 'warned', cancel: 'cancelled' },
  deleting: { succeed: 'done', warn: 'warned', fail: 'failed', cancel: 'cancelled', hold: 'held' },
  // A unit that copied well but met a file it could not read is tried once more at the end.
  warned: { retry: 'waiting' },
  done: {},
  // A person has mended the cause and asks for one more try.
  failed: { retry: 'waiting' },
  cancelled: {},
  held: { delete: 'deleting' },
  split: {},
};

/** The state that follows `event`. Throws `AppError` (internal) where the event cannot happen in that state. */
export function nextUnitState(state: UnitState, event: UnitEvent): UnitState {
  const next = transitions[state][event];
  if (!next) throw new AppError({ kind: 'internal', message: `A unit that is ${state} cannot ${event}` });
  return next;
}
