import { z } from 'zod';
import { eventIterator } from '@orpc/contract';
import { JobDraft } from '../job.ts';
import { LabRequest, LabResult, LabState } from '../lab.ts';
import { call } from './errors.ts';

const ByKey = z.object({ key: z.string().max(100) });
const Place = JobDraft.shape.source;

/** The Lab: measures ways to copy a sample of a source. One at a time; it never runs while a backup does. */
export const labCalls = {
  start: call
    .input(LabRequest.extend({
      source: Place, destination: Place, jobId: z.string().max(100).nullable(), excludes: z.array(z.string().min(1).max(4096)).max(1000),
    }))
    .output(ByKey),
  /** The state now, and again whenever it changes, at most four times a second, until the Lab has ended. */
  follow: call.input(ByKey).output(eventIterator(LabState)),
  cancel: call.input(ByKey).output(z.object({})),
  /** The one that runs or ended last in this host; null: none. */
  current: call.output(z.object({ key: z.string().nullable() })),
  /** Kept results, newest first, of one job or of all. */
  results: call.input(z.object({ jobId: z.string().max(100).nullable() })).output(z.array(LabResult.extend({ id: z.int() }))),
  /** Gives the job the options of a way that was measured for it. */
  apply: call.input(z.object({ result: z.int(), way: z.string().max(100) })).output(z.object({})),
};
