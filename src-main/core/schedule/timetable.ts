import { Cron } from 'croner';
import { AppError } from '../../../src-shared/errors.ts';
import type { Rhythm, Schedule } from '../../../src-shared/schedule.ts';

/** Due times told at once, at most: a cron text may have one each second, and a machine may have slept for months. */
export const mostDueTimes = 1000;

/** A schedule that was read: what it says of time. All times in ms since the epoch. */
export interface Timetable {
  /** IANA name of the zone its times of day are meant in. */
  readonly timeZone: string;
  /** The first due time after `from`; null: there is none any more. */
  next(from: number): number | null;
  /**
   * Due times after `after`, up to and with `upTo`, oldest first: the newest ones where they are more than `mostDueTimes`;
   * and the one that follows.
   */
  between(after: number, upTo: number): { times: number[]; next: number | null };
  /** End of the window that opens with the due time; null: runs take the time they need. */
  windowEnd(dueAt: number): number | null;
}

/**
 * Reads a schedule. A time of day that a change of the clocks leaves out comes right after the gap, one that comes twice
 * counts once; cron texts with `*` or steps in their hours go by the hours that really pass.
 * Throws `AppError` invalid-input for a zone or a cron text that cannot be read, or that never comes.
 */
export function readSchedule(schedule: Schedule, machineTimeZone: string): Timetable {
  const timeZone = checkedZone(schedule.timeZone ?? machineTimeZone);
  const text = cronText(schedule.rhythm);
  const due = readCron(text, timeZone);
  const end = schedule.finishBy === null ? null : readCron(dailyCron(schedule.finishBy), timeZone);
  const next = (from: number): number | null => due.nextRun(new Date(from))?.getTime() ?? null;
  if (next(Date.UTC(2024, 0, 1)) === null) {
    throw new AppError({ kind: 'invalid-input', message: `The cron text "${text}" never comes.`, hint: 'Is there such a day, as in "30 February"? Change its day or month.' });
  }
  return {
    timeZone,
    next,
    between(after, upTo) {
      for (let from = after; ;) {
        const times: number[] = [];
        let at = next(from);
        for (; at !== null && at <= upTo && times.length <= mostDueTimes; at = next(at)) times.push(at);
        if (times.length <= mostDueTimes) return { times, next: at };
        from += Math.ceil((upTo - from) / 2);
      }
    },
    windowEnd: (dueAt) => end?.nextRun(new Date(dueAt))?.getTime() ?? null,
  };
}

/** The first due time of a schedule after `from`, both in ms since the epoch; null: there is none. Throws as `readSchedule`. */
export function nextRunAt(schedule: Schedule, from: number, machineTimeZone: string): number | null {
  return readSchedule(schedule, machineTimeZone).next(from);
}

/** Times of day at which an `hours` rhythm comes, `HH:MM`, from midnight on. */
export function timesOfDay({ every, at }: Extract<Rhythm, { kind: 'hours' }>): string[] {
  const hour = Number(at.slice(0, 2));
  const hours = Array.from({ length: 24 / every }, (_, place) => (hour + place * every) % 24).sort((one, other) => one - other);
  return hours.map((each) => `${String(each).padStart(2, '0')}${at.slice(2)}`);
}

function cronText(rhythm: Rhythm): string {
  switch (rhythm.kind) {
    case 'daily': return dailyCron(rhythm.at);
    case 'weekly': return dailyCron(rhythm.at, rhythm.days.join(','));
    // A list and not a step, so that croner counts it among the times of day.
    case 'hours': return `${Number(rhythm.at.slice(3))} ${timesOfDay(rhythm).map((at) => Number(at.slice(0, 2))).join(',')} * * *`;
    case 'cron': return rhythm.text;
  }
}

function dailyCron(at: string, days = '*'): string {
  return `${Number(at.slice(3))} ${Number(at.slice(0, 2))} * * ${days}`;
}

function readCron(text: string, timezone: string): Cron {
  try {
    return new Cron(text, { timezone, paused: true, mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard' });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.replace(/^CronPattern: /u, '') : String(thrown);
    throw new AppError({
      kind: 'invalid-input', message: `The cron text "${text}" cannot be read: ${reason.replace(/\.$/u, '')}.`,
      hint: 'Five fields: minute, hour, day of the month, month, day of the week, as in "0 22 * * 1-5"; or six with seconds first.',
    });
  }
}

function checkedZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    throw new AppError({ kind: 'invalid-input', message: `There is no time zone "${timeZone}".`, hint: 'Use a name like Europe/Berlin, or leave it to the machine.' });
  }
}
