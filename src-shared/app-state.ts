import { z } from 'zod';
import { JobSummary, LiveRun } from './run-view.ts';
import { SchedulerState } from './schedule.ts';
import { Settings } from './settings.ts';

/** What this host can do beside the contract. */
export const FaceFacts = z.object({
  kind: z.enum(['desktop', 'browser']),
  /** Native folder and file dialogs (`desktop.pickFolder`, `desktop.openFolder`). */
  hasDialogs: z.boolean(),
  version: z.string(),
  hostName: z.string(),
  userName: z.string(),
  isRoot: z.boolean(),
  platform: z.string(),
});
export type FaceFacts = z.infer<typeof FaceFacts>;

/**
 * The system service of this machine, as this host sees it over its socket. `no-access`: it is there, and not for this
 * user. Jobs and runs are only there while `attached`.
 */
export const ServiceState = z.object({
  state: z.enum(['none', 'no-access', 'attached']),
  hostName: z.string().nullable(),
  version: z.string().nullable(),
  jobs: z.array(JobSummary),
  live: z.array(LiveRun),
});
export type ServiceState = z.infer<typeof ServiceState>;

export const noService: ServiceState = { state: 'none', hostName: null, version: null, jobs: [], live: [] };

/** All the page needs to show its first screen. */
export const AppState = z.object({
  face: FaceFacts, settings: Settings, jobs: z.array(JobSummary), live: z.array(LiveRun), scheduler: SchedulerState,
  /** Changes whenever a row of the history does, so that a page knows when to ask again. */
  historyVersion: z.int(),
  /** Jobs of the system service: shown as "System" beside those of "This user". */
  service: ServiceState,
});
export type AppState = z.infer<typeof AppState>;

/**
 * One frame of the feed, at most four a second: the parts of the state that changed since the frame before, each of them
 * whole. The first frame has all of them. `revision` grows by every frame; a page ignores what is not newer than what it has.
 */
export const FeedFrame = AppState.partial().extend({ revision: z.int() });
export type FeedFrame = z.infer<typeof FeedFrame>;
