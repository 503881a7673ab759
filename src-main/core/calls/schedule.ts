import type { Schedule } from '../../../src-shared/schedule.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { App } from '../app.ts';
import { machineTimeZone } from '../schedule/machine-time.ts';
import { readSchedule } from '../schedule/timetable.ts';
import { dateWords, scheduleWords } from '../schedule/words.ts';
import { base } from './base.ts';

/** The calls for schedules. `changed` is told after those that change something. */
export function scheduleCalls(app: Pick<App, 'scheduler' | 'jobs' | 'now'>, changed: () => void) {
  const os = base.schedule;
  const done = () => {
    changed();
    return {};
  };
  return {
    preview: os.preview.handler(({ input }) => preview(input.schedule, input.count, app.now())),
    pauseAll: os.pauseAll.handler(({ input }) => {
      app.scheduler.pauseAll(input.until);
      return done();
    }),
    answerMissed: os.answerMissed.handler(({ input }) => {
      app.scheduler.answerMissed(input.jobId, input.dueAt, input.run);
      return done();
    }),
    dues: os.dues.handler(({ input }) => app.scheduler.dues(input.jobId, input.limit)),
    forecast: os.forecast.handler(({ input }) => {
      const found = app.jobs.list().find(({ job }) => job.id === input.jobId);
      if (!found) throw new AppError({ kind: 'not-found', message: `There is no job ${input.jobId}.`, hint: 'It may have been removed meanwhile.' });
      return found.forecast;
    }),
  };
}

function preview(schedule: Schedule, count: number, now: number) {
  const zone = machineTimeZone();
  const timetable = readSchedule(schedule, zone);
  const next: { at: number; words: string; windowEndsAt: number | null }[] = [];
  for (let at = timetable.next(now); at !== null && next.length < count; at = timetable.next(at)) {
    next.push({ at, words: dateWords(at, now, timetable.timeZone), windowEndsAt: timetable.windowEnd(at) });
  }
  return { words: scheduleWords(schedule, zone), timeZone: timetable.timeZone, next };
}
