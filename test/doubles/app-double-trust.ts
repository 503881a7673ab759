import { Cron } from 'croner';
import { base } from '../../src-main/core/calls/base.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Job } from '../../src-shared/job.ts';
import type { Alarm, FolderProtection, TrashEntry, TrashItem } from '../../src-shared/protection.ts';
import type { JobSummary } from '../../src-shared/run-view.ts';
import { Schedule, type DueRecord, type Forecast, type Rhythm, type SchedulerState } from '../../src-shared/schedule.ts';
import type { HistoryDouble } from './app-double-history.ts';
import { pick, projects, shareOf } from './app-double-names.ts';

export interface TrustDoubleOptions {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly history: HistoryDouble;
  readonly now: () => number;
  /** Something of a job's summary is different now. */
  readonly changed: (jobId: string) => void;
  readonly schedulerChanged: () => void;
  readonly start: (job: Job) => string;
}

const hour = 3_600_000;
const day = 24 * hour;

/** The schedule of a made-up job: three of four have one. */
export function scheduleOf(place: number): Schedule | null {
  switch (place % 4) {
    case 0: return Schedule.parse({ rhythm: { kind: 'daily', at: '22:00' }, finishBy: '06:00' });
    case 1: return Schedule.parse({ rhythm: { kind: 'weekly', days: [1, 3, 5], at: '20:30' } });
    case 2: return Schedule.parse({ rhythm: { kind: 'hours', every: 4, at: '02:00' }, missed: 'ask' });
    default: return null;
  }
}

/** Made-up schedules, folders, alarms and trash, with the calls over them. */
export function createTrustDouble({ jobs, history, now, changed, schedulerChanged, start }: TrustDoubleOptions) {
  const begun = now();
  let pausedUntil: number | null = null;
  const [first, , asking] = jobs.values();
  let asks: SchedulerState['asks'] = asking ? [{ jobId: asking.id, dueAt: begun - 3 * hour }] : [];
  let alarms: Alarm[] = first ? [{
    id: 1, jobId: first.id, folder: 'sigma', run: history.last(first.id)?.id ?? 1, at: begun - 14 * hour,
    reason: '412 of 1,020 files were rewritten, and 398 of them now end in .locked; in the 14 runs before it was at most 31',
    names: Array.from({ length: 24 }, (_, place) => `sigma/edit/scene ${String(place + 1).padStart(3, '0')}.prproj.locked`),
  }] : [];

  const nextOf = (schedule: Schedule, count: number): Date[] => {
    const cron = cronOf(schedule.rhythm);
    try {
      return new Cron(cron, { timezone: zoneOf(schedule) }).nextRuns(count, new Date(now()));
    } catch {
      throw new AppError({ kind: 'invalid-input', message: `"${cron}" is no schedule in cron's words.`, hint: 'Give five fields: minute, hour, day, month, day of the week. "30 22 * * 1-5" is 22:30 on weekdays.' });
    }
  };
  const windowEnd = (schedule: Schedule, at: number): number | null => {
    if (schedule.finishBy === null) return null;
    const [hours = 0, minutes = 0] = schedule.finishBy.split(':').map(Number);
    const end = new Date(at);
    end.setHours(hours, minutes, 0, 0);
    return end.getTime() > at ? end.getTime() : end.getTime() + day;
  };
  const nextRunAt = ({ schedule }: Job): number | null => (schedule?.enabled ? nextOf(schedule, 1)[0]?.getTime() ?? null : null);
  const forecastOf = (job: Job, usualMs: number): Forecast | null => {
    const startsAt = nextRunAt(job);
    if (startsAt === null || !job.schedule) return null;
    const endsAt = startsAt + (job.id === 'job-4' ? 11 * hour : usualMs);
    const windowEndsAt = windowEnd(job.schedule, startsAt);
    const isLate = windowEndsAt !== null && endsAt > windowEndsAt;
    return { startsAt, endsAt, windowEndsAt, warning: isLate ? 'It will need about 11 h, and its window is 8 h long: alpha and beta, which changed most, come first, and the rest goes on in the next window.' : null };
  };
  const foldersOf = (job: Job): FolderProtection[] => projects.map((folder, place) => {
    const run = history.last(job.id);
    const lastState = alarms.some((alarm) => alarm.jobId === job.id && alarm.folder === folder) ? 'held' : place === 4 ? 'failed' : place === 7 ? 'not-reached' : 'done';
    const at = run?.startedAt ?? begun;
    return {
      folder, lastState, lastRun: run?.id ?? 1, usualMs: Math.round(shareOf(place, 5) ** 2 * 2 * hour),
      protectedUntil: place === 11 ? null : lastState === 'done' ? at : at - day * (1 + place),
    };
  });
  const trashOf = (job: Job): TrashEntry[] => (job.options.trashDays === null ? [] : history.lastOf(job.id, 6).toReversed().map(({ id, startedAt }) => (
    { jobId: job.id, run: id, at: startedAt, keptUntil: startedAt + (job.options.trashDays ?? 0) * day }
  )));
  const jobBy = (id: string): Job => {
    const job = jobs.get(id);
    if (!job) throw new AppError({ kind: 'not-found', message: 'There is no such job any more.' });
    return job;
  };

  return {
    scheduler: (): SchedulerState => ({ owner: 'this', pausedUntil, asks }),
    partsOf: (job: Job, usualMs: number): Pick<JobSummary, 'nextRunAt' | 'forecast' | 'alarms'> => (
      { nextRunAt: nextRunAt(job), forecast: forecastOf(job, usualMs), alarms: alarms.filter(({ jobId }) => jobId === job.id).length }
    ),
    calls: {
      schedule: {
        preview: base.schedule.preview.handler(({ input: { schedule, count } }) => ({
          words: wordsOf(schedule.rhythm), timeZone: zoneOf(schedule),
          next: nextOf(schedule, count).map((date) => {
            const words = date.toLocaleString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', timeZone: zoneOf(schedule) });
            return { at: date.getTime(), words, windowEndsAt: windowEnd(schedule, date.getTime()) };
          }),
        })),
        pauseAll: base.schedule.pauseAll.handler(({ input }) => {
          pausedUntil = input.until;
          schedulerChanged();
          return {};
        }),
        answerMissed: base.schedule.answerMissed.handler(({ input }) => {
          asks = asks.filter((ask) => ask.jobId !== input.jobId || ask.dueAt !== input.dueAt);
          if (input.run) start(jobBy(input.jobId));
          schedulerChanged();
          return {};
        }),
        dues: base.schedule.dues.handler(({ input }) => Array.from({ length: Math.min(12, input.limit) }, (_, place): DueRecord => {
          const dueAt = begun - 14 * hour - place * day;
          const outcome = place === 2 ? 'skipped' : place === 5 ? 'caught-up' : 'ran';
          return {
            jobId: input.jobId, dueAt, outcome, run: history.last(input.jobId)?.id ?? null, decidedAt: dueAt,
            reason: outcome === 'skipped' ? 'The run before was still going on, and this job leaves such runs out.' : outcome === 'caught-up' ? 'The machine was asleep until 07:12.' : null,
          };
        })),
        forecast: base.schedule.forecast.handler(({ input }) => forecastOf(jobBy(input.jobId), 2 * hour)),
      },
      protection: {
        folders: base.protection.folders.handler(({ input }) => foldersOf(jobBy(input.jobId))),
        alarms: base.protection.alarms.handler(({ input }) => alarms.filter(({ jobId }) => jobId === input.jobId)),
        clearAlarm: base.protection.clearAlarm.handler(({ input }) => {
          const cleared = alarms.find(({ id }) => id === input.alarm);
          alarms = alarms.filter(({ id }) => id !== input.alarm);
          if (cleared) changed(cleared.jobId);
          return {};
        }),
        acceptPlaces: base.protection.acceptPlaces.handler(() => ({})),
      },
      trash: {
        list: base.trash.list.handler(({ input }) => trashOf(jobBy(input.jobId))),
        browse: base.trash.browse.handler(({ input }) => ({ items: itemsIn(input.folder, input.run, now()), isAll: input.folder !== 'sigma/raw' })),
        restore: base.trash.restore.handler(({ input }) => {
          if (input.target.startsWith('/media')) throw new AppError({ kind: 'permission', message: `${input.target} is mounted read-only`, hint: 'Choose a folder you may write to.' });
          return { restored: input.names.length * 12, kept: input.names.length > 1 ? 2 : 0 };
        }),
      },
    },
  };
}

function zoneOf(schedule: Schedule): string {
  return schedule.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function cronOf(rhythm: Rhythm): string {
  if (rhythm.kind === 'cron') return rhythm.text;
  const [hours = 0, minutes = 0] = rhythm.at.split(':').map(Number);
  switch (rhythm.kind) {
    case 'daily': return `${minutes} ${hours} * * *`;
    case 'weekly': return `${minutes} ${hours} * * ${rhythm.days.join(',')}`;
    case 'hours': return `${minutes} ${hours % rhythm.every}-23/${rhythm.every} * * *`;
  }
}

function wordsOf(rhythm: Rhythm): string {
  switch (rhythm.kind) {
    case 'daily': return `every day at ${rhythm.at}`;
    case 'weekly': return `on ${rhythm.days.length} days of the week at ${rhythm.at}`;
    case 'hours': return `every ${rhythm.every} hours`;
    case 'cron': return `as "${rhythm.text}" says`;
  }
}

const deeper = ['raw', 'edit', 'audio'] as const;

function itemsIn(folder: string, run: number, at: number): TrashItem[] {
  if (folder === '') return projects.slice(0, 5).map((name, place) => ({ name, kind: 'folder', bytes: 0, modifiedAt: at - place * day }));
  if (!folder.includes('/')) return deeper.map((name) => ({ name, kind: 'folder', bytes: 0, modifiedAt: at - 2 * day }));
  return Array.from({ length: 18 }, (_, place) => ({
    name: `take ${String(place + 1).padStart(2, '0')}.${pick(['mov', 'wav', 'prproj'], place, run)}`, kind: 'file', bytes: Math.round(shareOf(place, run) ** 3 * 4e9), modifiedAt: at - place * 3 * hour - 9 * day,
  }));
}
