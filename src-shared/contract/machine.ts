import { z } from 'zod';
import { eventIterator } from '@orpc/contract';
import { JobOptions } from '../job.ts';
import { MeterSample } from '../meter-sample.ts';
import { FolderListing, PlaceCheck, SplitPreview, Volume } from '../place.ts';
import { Settings } from '../settings.ts';
import { FeedFrame } from '../app-state.ts';
import { call } from './errors.ts';

const Path = z.string().min(1).max(4096).startsWith('/').refine((path) => !path.includes('\0'), 'holds a NUL');

/** Places of this machine. Only a scout touches them, so that one that hangs fails its call with `timeout`. */
export const placeCalls = {
  volumes: call.output(z.array(Volume)),
  list: call.input(z.object({ path: Path })).output(FolderListing),
  /** `name` is one name, not a path. */
  makeFolder: call
    .input(z.object({ parent: Path, name: z.string().min(1).max(255).refine((name) => !/[/\0]/u.test(name) && name !== '.' && name !== '..', 'is not one name') }))
    .output(z.object({ path: z.string() })),
  /** What a run from one to the other would say before it starts. `jobId`: as that job. */
  check: call
    .input(z.object({ source: Path.nullable(), destination: Path.nullable(), options: JobOptions, jobId: z.string().max(100).nullable() }))
    .output(PlaceCheck),
  /** Folders found, their sizes, and how the work would be split: state that grows, at most four times a second. */
  preview: call.input(z.object({ source: Path, excludes: z.array(z.string().min(1).max(4096)).max(1000) })).output(eventIterator(SplitPreview)),
};

/** The machine, and what Daybreak needs of it. */
export const machineCalls = {
  /** The last two minutes at once, then each new sample. Sampled only while someone watches or a run is live. */
  meters: call.output(eventIterator(z.object({ samples: z.array(MeterSample) }))),
  doctor: call.output(z.array(z.object({
    name: z.string(), state: z.enum(['good', 'warning', 'problem']), message: z.string(), hint: z.string().optional(),
  }))),
};

export const settingsCalls = {
  get: call.output(Settings),
  set: call.input(Settings).output(Settings),
};

/** Only where `FaceFacts.hasDialogs`; elsewhere they fail with `not-found`. */
export const desktopCalls = {
  /** Null when the dialog was closed. */
  pickFolder: call.input(z.object({ title: z.string().max(100), start: Path.nullable() })).output(z.object({ path: z.string().nullable() })),
  openFolder: call.input(z.object({ path: Path })).output(z.object({})),
};

/** Everything the interface shows without asking, as it changes. */
export const feedCalls = {
  watch: call.output(eventIterator(FeedFrame)),
};
