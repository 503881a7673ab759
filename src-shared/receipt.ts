import { z } from 'zod';
import { ErrorSchema } from './error-schema.ts';
import { FolderRun } from './protection.ts';
import { Notice, RunState, RunTotals, Trigger } from './run.ts';

/** The record of a run that says what was and was not protected. Times in ms since the epoch, sizes in bytes. */
export const Receipt = z.object({
  /** Of this form. */
  version: z.literal(1),
  run: z.int(),
  job: z.object({ id: z.string(), name: z.string(), source: z.string(), destination: z.string(), options: z.unknown() }),
  trigger: Trigger,
  state: RunState,
  startedAt: z.number(),
  endedAt: z.number(),
  host: z.object({ name: z.string(), user: z.string(), isRoot: z.boolean(), daybreak: z.string() }),
  rsync: z.object({ version: z.string().nullable(), argv: z.array(z.string()) }),
  totals: RunTotals,
  folders: z.array(FolderRun),
  /** What was not protected, and why. */
  unprotected: z.array(z.object({ name: z.string(), reason: z.string() })),
  /** Names that failed: `isNew` those that did not in the run before. At most 1,000. */
  failures: z.array(z.object({ name: z.string(), reason: z.string(), isNew: z.boolean() })),
  notices: z.array(Notice),
  limitedBy: z.string().nullable(),
  error: ErrorSchema.nullable(),
});
export type Receipt = z.infer<typeof Receipt>;

/** A receipt with its place in the chain: each names the one before it, so that a changed or missing one shows. */
export const ChainedReceipt = z.object({ receipt: Receipt, number: z.int(), hash: z.string(), previous: z.string() });
export type ChainedReceipt = z.infer<typeof ChainedReceipt>;

/** What a look at all receipts found. */
export const ChainCheck = z.object({
  receipts: z.int(),
  /** Null where all is as it was written. */
  problem: z.object({ run: z.int().nullable(), message: z.string() }).nullable(),
});
export type ChainCheck = z.infer<typeof ChainCheck>;
