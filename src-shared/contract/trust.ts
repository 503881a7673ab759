import { z } from 'zod';
import { NotifySettings, OutboxEntry, Webhook } from '../notify.ts';
import { Alarm, FolderProtection, TrashEntry, TrashItem } from '../protection.ts';
import { ChainCheck, ChainedReceipt } from '../receipt.ts';
import { DueRecord, Forecast, Schedule } from '../schedule.ts';
import { call } from './errors.ts';

const JobId = z.string().max(100);
const ByRun = z.object({ run: z.int().positive() });
const Done = z.object({});
const Time = z.number().int().nonnegative();

/** When jobs run by themselves. */
export const scheduleCalls = {
  /** The next times of a schedule, in ms since the epoch and in words; fails with `invalid-input` where there is none. */
  preview: call.input(z.object({ schedule: Schedule, count: z.int().min(1).max(20).default(5) }))
    .output(z.object({ words: z.string(), timeZone: z.string(), next: z.array(z.object({ at: z.number(), words: z.string(), windowEndsAt: z.number().nullable() })) })),
  /** Nothing starts by itself until then; null: go on. */
  pauseAll: call.input(z.object({ until: Time.nullable() })).output(Done),
  /** The answer to a missed run that was asked about. */
  answerMissed: call.input(z.object({ jobId: JobId, dueAt: Time, run: z.boolean() })).output(Done),
  /** What became of the last due times, newest first. */
  dues: call.input(z.object({ jobId: JobId, limit: z.int().min(1).max(500).default(50) })).output(z.array(DueRecord)),
  forecast: call.input(z.object({ jobId: JobId })).output(Forecast.nullable()),
};

/** What is and what is not protected. */
export const protectionCalls = {
  folders: call.input(z.object({ jobId: JobId })).output(z.array(FolderProtection)),
  alarms: call.input(z.object({ jobId: JobId })).output(z.array(Alarm)),
  /** Someone has looked: later runs of the folder go on. */
  clearAlarm: call.input(z.object({ alarm: z.int() })).output(Done),
  /** The next run takes the disk or share that is there now for the job's own. */
  acceptPlaces: call.input(z.object({ jobId: JobId })).output(Done),
};

/** What runs moved away instead of deleting or overwriting it. */
export const trashCalls = {
  list: call.input(z.object({ jobId: JobId })).output(z.array(TrashEntry)),
  browse: call.input(z.object({ jobId: JobId, run: z.int().positive(), folder: z.string().max(4096).default('') }))
    .output(z.object({ items: z.array(TrashItem), isAll: z.boolean() })),
  /**
   * Copies names (paths in the trash; a folder with all below it) into `target`, a folder of this machine that is made
   * where it is missing. What is there already and is not the same is never overwritten: it is counted as `kept`.
   */
  restore: call.input(z.object({ jobId: JobId, run: z.int().positive(), names: z.array(z.string().min(1).max(4096)).min(1).max(1000), target: z.string().min(1).max(4096).startsWith('/') }))
    .output(z.object({ restored: z.int(), kept: z.int() })),
};

/** Records of runs. */
export const receiptCalls = {
  get: call.input(ByRun).output(ChainedReceipt),
  /** The same as one self-contained page. */
  html: call.input(ByRun).output(z.object({ html: z.string() })),
  verify: call.output(ChainCheck),
};

/** How people are told. Secrets go in and never come out. */
export const notifyCalls = {
  /** Addresses of webhooks come shortened; given back so, `set` and `test` take what is stored. */
  get: call.output(z.object({ settings: NotifySettings, hasMailPassword: z.boolean(), whyNoSecrets: z.string().nullable() })),
  /** `mailPassword`: left out, it stays; null forgets it. */
  set: call.input(z.object({ settings: NotifySettings, mailPassword: z.string().max(1000).nullable().optional() })).output(Done),
  /** Sends a message now with settings that need not be saved; a password that is null is the stored one. Fails in the server's words. */
  test: call.input(z.object({
    channel: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('mail'), mail: NotifySettings.shape.mail, password: z.string().max(1000).nullable() }),
      z.object({ kind: z.literal('webhook'), webhook: Webhook }),
    ]),
  })).output(z.object({ words: z.string() })),
  outbox: call.output(z.array(OutboxEntry)),
};
