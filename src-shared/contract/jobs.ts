import { z } from 'zod';
import { Job, JobDraft } from '../job.ts';
import { JobSummary } from '../run-view.ts';
import { call } from './errors.ts';

const ById = z.object({ id: z.string().max(100) });

/** Definitions of what is backed up where. */
export const jobCalls = {
  list: call.output(z.array(JobSummary)),
  create: call.input(JobDraft).output(Job),
  /** An ad-hoc job becomes a saved one. */
  update: call.input(ById.extend({ draft: JobDraft })).output(Job),
  /** Removes the definition and its history; nothing at source or destination. Refused while it runs. */
  delete: call.input(ById).output(z.object({})),
  duplicate: call.input(ById).output(Job),
  /** Makes a small sample production tree (seven projects, some 50 MB) and a job for it. */
  createSample: call.output(Job),
};
