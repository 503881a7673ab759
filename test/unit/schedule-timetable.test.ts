import { describe, expect, it } from 'vitest';
import { mostDueTimes, nextRunAt, readSchedule } from '../../src-main/core/schedule/timetable.ts';
import { dateWords, scheduleWords } from '../../src-main/core/schedule/words.ts';
import { Schedule, type Rhythm } from '../../src-shared/schedule.ts';
import { errorOf } from '../fixtures/databases/samples.ts';

const at = (text: string): number => new Date(text).getTime();
const schedule = (rhythm: Rhythm, more: Partial<Schedule> = {}): Schedule => Schedule.parse({ rhythm, ...more });

/** The next due times after `from`, in UTC, as short texts. */
function nextOf(rhythm: Rhythm, timeZone: string, from: string, count: number): string[] {
  const table = readSchedule(schedule(rhythm, { timeZone }), 'UTC');
  const times: string[] = [];
  for (let last = table.next(at(from)); last !== null && times.length < count; last = table.next(last)) times.push(new Date(last).toISOString().slice(5, 16));
  return times;
}

const daily = (time: string): Rhythm => ({ kind: 'daily', at: time });

describe('the next due times', () => {
  it.each<[string, Rhythm, string, string, string[]]>([
    ['by local time, summer and winter', daily('22:00'), 'Europe/Berlin', '2026-03-28T00:00Z', ['03-28T21:00', '03-29T20:00', '03-30T20:00']],
    ['a time the clocks leave out comes right after the gap', daily('02:30'), 'Europe/Berlin', '2026-03-28T00:00Z', ['03-28T01:30', '03-29T01:00', '03-30T00:30']],
    ['a time that comes twice counts once', daily('02:30'), 'Europe/Berlin', '2026-10-24T00:00Z', ['10-24T00:30', '10-25T00:30', '10-26T01:30']],
    ['also when asked between the two', daily('02:30'), 'Europe/Berlin', '2026-10-25T00:40Z', ['10-26T01:30']],
    ['New York, gap', daily('02:30'), 'America/New_York', '2026-03-07T00:00Z', ['03-07T07:30', '03-08T07:00', '03-09T06:30']],
    ['New York, twice', daily('01:30'), 'America/New_York', '2026-10-31T00:00Z', ['10-31T05:30', '11-01T05:30', '11-02T06:30']],
    ['Lord Howe, a gap of half an hour', daily('02:15'), 'Australia/Lord_Howe', '2026-10-02T16:00Z', ['10-03T15:30', '10-04T15:15']],
    ['Lord Howe, half an hour twice', daily('01:45'), 'Australia/Lord_Howe', '2026-04-03T16:00Z', ['04-04T14:45', '04-05T15:15']],
    ['days of the week, from Sunday as 0', { kind: 'weekly', days: [0, 3], at: '06:00' }, 'UTC', '2026-11-25T06:00Z', ['11-29T06:00', '12-02T06:00']],
    ['hours are counted from the time given', { kind: 'hours', every: 8, at: '22:15' }, 'UTC', '2026-11-25T00:00Z', ['11-25T06:15', '11-25T14:15', '11-25T22:15', '11-26T06:15']],
    ['hours in the night of a gap', { kind: 'hours', every: 1, at: '00:30' }, 'Europe/Berlin', '2026-03-28T23:45Z', ['03-29T00:30', '03-29T01:00', '03-29T01:30']],
    ['hours in the night of a time that comes twice', { kind: 'hours', every: 2, at: '00:30' }, 'Europe/Berlin', '2026-10-24T22:00Z', ['10-24T22:30', '10-25T00:30', '10-25T03:30']],
    ['29 February only in leap years', { kind: 'cron', text: '0 12 29 2 *' }, 'UTC', '2026-01-01T00:00Z', ['02-29T12:00', '02-29T12:00']],
    ['six fields begin with seconds', { kind: 'cron', text: '30 0 22 * * 1-5' }, 'UTC', '2026-11-27T23:00Z', ['11-30T22:00']],
  ])('%s', (_what, rhythm, zone, from, expected) => {
    expect(nextOf(rhythm, zone, from, expected.length)).toEqual(expected);
  });

  it('are those of the machine\'s zone where the schedule names none', () => {
    expect(nextRunAt(schedule(daily('22:00')), at('2026-11-25T12:00Z'), 'Asia/Tokyo')).toBe(at('2026-11-25T13:00Z'));
  });

  it('come after the moment given, never at it', () => {
    expect(nextRunAt(schedule(daily('22:00')), at('2026-11-25T22:00Z'), 'UTC')).toBe(at('2026-11-26T22:00Z'));
    expect(nextRunAt(schedule(daily('22:00')), at('2026-11-25T21:59:59.999Z'), 'UTC')).toBe(at('2026-11-25T22:00Z'));
  });

  it('between two moments are all, or the newest where they are very many', () => {
    const table = readSchedule(schedule(daily('22:00')), 'UTC');
    expect(table.between(at('2026-11-20T22:00Z'), at('2026-11-22T22:00Z'))).toEqual({ times: [at('2026-11-21T22:00Z'), at('2026-11-22T22:00Z')], next: at('2026-11-23T22:00Z') });
    const { times: each } = readSchedule(schedule({ kind: 'cron', text: '* * * * * *' }), 'UTC').between(at('2026-01-01T00:00Z'), at('2026-01-03T00:00Z'));
    expect(each.length).toBeLessThanOrEqual(mostDueTimes);
    expect(each.length).toBeGreaterThan(mostDueTimes / 4);
    expect(each.at(-1)).toBe(at('2026-01-03T00:00Z'));
  });
});

describe('a window', () => {
  it.each([
    ['ends on the next morning', '22:00', '06:00', '2026-11-25T21:00Z', '2026-11-26T05:00Z'],
    ['is a whole day where it ends as it begins', '22:00', '22:00', '2026-11-25T21:00Z', '2026-11-26T21:00Z'],
    ['is an hour shorter in the night the clocks go forward', '22:00', '06:00', '2026-03-28T21:00Z', '2026-03-29T04:00Z'],
    ['is an hour longer in the night they go back', '22:00', '06:00', '2026-10-24T20:00Z', '2026-10-25T05:00Z'],
  ])('%s', (_what, time, finishBy, dueAt, end) => {
    expect(readSchedule(schedule(daily(time), { finishBy, timeZone: 'Europe/Berlin' }), 'UTC').windowEnd(at(dueAt))).toBe(at(end));
  });

  it('is open for as long as it takes where no end was given', () => {
    expect(readSchedule(schedule(daily('22:00')), 'UTC').windowEnd(at('2026-11-25T22:00Z'))).toBeNull();
  });
});

describe('a schedule that cannot be', () => {
  it.each([
    ['0 0 30 2 *', 'The cron text "0 0 30 2 *" never comes.'],
    ['every day', 'The cron text "every day" cannot be read: invalid configuration format'],
    ['61 * * * *', 'The cron text "61 * * * *" cannot be read: Invalid value for minute: 61.'],
    ['0 0 22 * * * 2027', 'cannot be read'],
    ['0 0 0 0 0', 'cannot be read'],
  ])('is refused: %s', (text, message) => {
    const error = errorOf(() => readSchedule(schedule({ kind: 'cron', text }), 'UTC'));
    expect(error).toMatchObject({ kind: 'invalid-input', message: expect.stringContaining(message), hint: expect.any(String) });
  });

  it('is refused for a zone that nobody knows', () => {
    expect(errorOf(() => readSchedule(schedule(daily('22:00'), { timeZone: 'Mars/Base' }), 'UTC')))
      .toMatchObject({ kind: 'invalid-input', message: 'There is no time zone "Mars/Base".' });
  });
});

describe('in words', () => {
  it.each<[Rhythm, Partial<Schedule>, string]>([
    [daily('22:00'), { finishBy: '06:00' }, 'every day at 22:00, done by 06:00'],
    [{ kind: 'weekly', days: [5, 1, 0], at: '07:30' }, {}, 'every Monday, Friday and Sunday at 07:30'],
    [{ kind: 'weekly', days: [1, 2, 3, 4, 5], at: '22:00' }, {}, 'every day from Monday to Friday at 22:00'],
    [{ kind: 'weekly', days: [0, 1, 2, 3, 4, 5, 6], at: '22:00' }, {}, 'every day at 22:00'],
    [{ kind: 'hours', every: 8, at: '22:15' }, {}, 'every 8 hours, at 06:15, 14:15 and 22:15'],
    [{ kind: 'hours', every: 2, at: '23:05' }, {}, 'every 2 hours, first at 01:05'],
    [{ kind: 'hours', every: 1, at: '00:30' }, {}, 'every hour at 30 minutes past'],
    [{ kind: 'cron', text: '0 22 * * 1-5' }, { timeZone: 'Asia/Tokyo' }, 'by the cron text "0 22 * * 1-5", by the clocks of Asia/Tokyo'],
  ])('%j', (rhythm, more, words) => {
    expect(scheduleWords(schedule(rhythm, more), 'Europe/Berlin')).toBe(words);
  });

  it.each([
    ['2026-11-25T21:00Z', 'today, Wednesday 25 November, 22:00'],
    ['2026-11-26T21:00Z', 'tomorrow, Thursday 26 November, 22:00'],
    ['2026-11-24T21:00Z', 'yesterday, Tuesday 24 November, 22:00'],
    ['2026-11-25T23:30Z', 'tomorrow, Thursday 26 November, 00:30'],
    ['2026-11-28T21:00:07Z', 'Saturday 28 November, 22:00:07'],
    ['2027-01-01T05:00Z', 'Friday 1 January 2027, 06:00'],
  ])('%s', (moment, words) => {
    expect(dateWords(at(moment), at('2026-11-25T12:00Z'), 'Europe/Berlin')).toBe(words);
  });
});
