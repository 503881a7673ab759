import type { Rhythm, Schedule } from '../../../src-shared/schedule.ts';
import { timesOfDay } from './timetable.ts';

const monthNames = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** Times of day that are told one by one, at most. */
const mostTimesTold = 4;
const dayMs = 86_400_000;

/** A schedule as people say it: `every day at 22:00, done by 06:00`. */
export function scheduleWords({ rhythm, finishBy, timeZone }: Schedule, machineTimeZone: string): string {
  const window = finishBy === null ? '' : `, done by ${finishBy}`;
  const zone = timeZone === null || timeZone === machineTimeZone ? '' : `, by the clocks of ${timeZone}`;
  return `${rhythmWords(rhythm)}${window}${zone}`;
}

/** A moment (ms) as people say it on a day (`now`, ms) in a zone: `tomorrow, Thursday 26 November, 22:00`. */
export function dateWords(at: number, now: number, timeZone: string): string {
  const date = partsOf(at, timeZone);
  const today = partsOf(now, timeZone);
  const near = Math.round((Date.UTC(date.year, date.month, date.day) - Date.UTC(today.year, today.month, today.day)) / dayMs);
  const nearWord = near === 0 ? 'today, ' : near === 1 ? 'tomorrow, ' : near === -1 ? 'yesterday, ' : '';
  const year = date.year === today.year ? '' : ` ${date.year}`;
  return `${nearWord}${date.words}${year}, ${date.time}`;
}

function rhythmWords(rhythm: Rhythm): string {
  switch (rhythm.kind) {
    case 'daily': return `every day at ${rhythm.at}`;
    case 'weekly': return `${daysWords(rhythm.days)} at ${rhythm.at}`;
    case 'hours': {
      const times = timesOfDay(rhythm);
      if (rhythm.every === 1) return `every hour at ${rhythm.at.slice(3)} minutes past`;
      return times.length <= mostTimesTold ? `every ${rhythm.every} hours, at ${listed(times)}` : `every ${rhythm.every} hours, first at ${times[0]}`;
    }
    case 'cron': return `by the cron text "${rhythm.text}"`;
  }
}

function daysWords(days: readonly number[]): string {
  // A week begins on Monday here.
  const sorted = [...new Set(days)].sort((one, other) => ((one + 6) % 7) - ((other + 6) % 7));
  if (sorted.length === 7) return 'every day';
  if (sorted.join() === '1,2,3,4,5') return 'every day from Monday to Friday';
  return `every ${listed(sorted.map((day) => dayNames[day] ?? ''))}`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

interface DateParts {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly day: number;
  /** `Thursday 26 November`. */
  readonly words: string;
  readonly time: string;
}

function partsOf(at: number, timeZone: string): DateParts {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone, weekday: 'long', day: 'numeric', month: 'numeric', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const month = Number(parts['month']) - 1;
  const seconds = parts['second'] === '00' ? '' : `:${parts['second']}`;
  return {
    year: Number(parts['year']), month, day: Number(parts['day']),
    words: `${parts['weekday']} ${Number(parts['day'])} ${monthNames[month]}`, time: `${parts['hour']}:${parts['minute']}${seconds}`,
  };
}
