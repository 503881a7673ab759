import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import { validateExclude } from '../../src-shared/exclude-pattern.ts';
import type { Job, JobDraft } from '../../src-shared/job.ts';
import { JobOptions } from '../../src-shared/job.ts';
import type { JobSummary } from '../../src-shared/run-view.ts';
import { createForecasts } from './protection/forecast.ts';
import { machineTimeZone } from './schedule/machine-time.ts';
import { readSchedule } from './schedule/timetable.ts';
import { makeSampleTree } from './sample/sample-tree.ts';
import type { Store } from './store/open-store.ts';

/** Size of the sample tree in the interface, of that of `daybreak demo`: about 8,000 entries, 50 MB. */
const sampleShare = 0.3;

export interface JobsParts {
  readonly store: () => Store;
  readonly now: () => number;
  readonly dataFolder: string;
  /** Whether a run of this job is live, in this process or another. */
  readonly isRunning: (jobId: string) => boolean;
  /** When a job runs next by itself, and the end of that window; null: never. Ms since the epoch. */
  readonly nextDue: (job: Job) => { readonly at: number; readonly windowEndsAt: number | null } | null;
}

/** The saved jobs, as an admin works with them. All throw `AppError`: invalid-input, not-found or busy. */
export interface Jobs {
  list(): JobSummary[];
  create(draft: JobDraft): Job;
  update(id: string, draft: JobDraft): Job;
  delete(id: string): void;
  duplicate(id: string): Job;
  createSample(): Promise<Job>;
}

/** The jobs of `parts.store`. */
export function createJobs({ store, now, dataFolder, isRunning, nextDue }: JobsParts): Jobs {
  const forecasts = createForecasts(store);

  function find(id: string): Job {
    const job = store().jobs.find(id);
    if (!job) throw new AppError({ kind: 'not-found', message: `There is no job ${id}.`, hint: 'It may have been removed meanwhile.' });
    return job;
  }

  function refuseWhileRunning(job: Job, what: string): void {
    if (!isRunning(job.id)) return;
    throw new AppError({ kind: 'busy', message: `"${job.name}" is running and cannot be ${what} now.`, hint: 'Wait for the end of its run, or cancel it.' });
  }

  return {
    list: () => store().jobs.list().map((job) => {
      const due = nextDue(job);
      const forecast = due && forecasts(job.id, due.at, due.windowEndsAt);
      return { job, ...store().history.summary(job.id), nextRunAt: due?.at ?? null, forecast, alarms: store().alarms.count(job.id) };
    }),
    create: (draft) => store().jobs.create(checkedDraft(draft), now()),
    update(id, draft) {
      refuseWhileRunning(find(id), 'changed');
      return store().jobs.update(id, checkedDraft(draft), now());
    },
    delete(id) {
      refuseWhileRunning(find(id), 'deleted');
      store().jobs.delete(id);
    },
    duplicate(id) {
      const { name, source, destination, options, schedule, notify } = find(id);
      // Two jobs that start by themselves into one place would be in each other's way until someone has looked.
      const paused = schedule && { ...schedule, enabled: false };
      return store().jobs.create({ name: freeName(store(), `${name.slice(0, 80)} copy`), source, destination, options, schedule: paused, notify }, now());
    },
    async createSample() {
      const folder = join(dataFolder, 'sample');
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(join(folder, 'backup'), { recursive: true });
      await makeSampleTree(join(folder, 'production'), new AbortController().signal, sampleShare);
      const known = store().jobs.list().find((job) => job.kind === 'saved' && job.source === join(folder, 'production'));
      return known ?? store().jobs.create({
        name: freeName(store(), 'Sample'), source: join(folder, 'production'), destination: join(folder, 'backup'), options: JobOptions.parse({}),
      }, now());
    },
  };
}

/** `name`, or with a number behind it where a saved job has it already. */
function freeName(store: Store, name: string): string {
  const taken = new Set(store.jobs.list().map((job) => job.name));
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name} ${number}`;
  return free;
}

/** A definition with tidy paths. Throws `AppError` invalid-input for what no run could do. */
function checkedDraft(draft: JobDraft): JobDraft {
  const { excludes, mirror, backup, backupDir } = draft.options;
  for (const pattern of excludes) {
    const reason = validateExclude(pattern);
    if (reason !== null) throw new AppError({ kind: 'invalid-input', message: `The exclude pattern "${pattern}" cannot be used: ${reason}.`, hint: 'Change it or take it out.' });
  }
  if (backup && mirror && backupDir === null) {
    throw new AppError({
      kind: 'invalid-input', message: 'A mirror that keeps replaced and deleted files needs a folder for them.',
      hint: 'Choose one outside of source and destination.',
    });
  }
  if (draft.options.trashDays !== null && (backup || backupDir !== null)) {
    throw new AppError({
      kind: 'invalid-input', message: 'The trash and a backup folder cannot be used together: both keep replaced and deleted files.',
      hint: 'Choose one of them. The trash is emptied by itself; a backup folder is yours to tidy.',
    });
  }
  // Says what is wrong with it.
  if (draft.schedule) readSchedule(draft.schedule, machineTimeZone());
  return {
    ...draft,
    source: tidy(draft.source),
    destination: tidy(draft.destination),
    options: { ...draft.options, backupDir: backupDir === null ? null : tidy(backupDir) },
  };
}

/** Without doubled slashes, `.` parts and a slash at the end; a `..` stays: behind a symlink only the system knows where it leads. */
function tidy(path: string): string {
  return `/${path.split('/').filter((part) => part !== '' && part !== '.').join('/')}`;
}
