import { describe, expect, it } from 'vitest';
import { Schedule, type Rhythm } from '../../src-shared/schedule.ts';
import {
  scheduleProblem, scheduleSentences, scheduleWords, toSchedule, whenOf, withDay, withWhen, type When,
} from '../../src-renderer/views/job/schedule-draft.ts';

const daily: Rhythm = { kind: 'daily', at: '22:00' };

/** As the page may hold it: typed halfway. */
function schedule(rhythm: Rhythm = daily, more: Partial<Schedule> = {}): Schedule {
  return { ...Schedule.parse({ rhythm: daily }), rhythm, ...more };
}

describe('the choice of a rhythm', () => {
  it('is off where there is no schedule, or one that is kept for later', () => {
    expect(whenOf(null)).toBe('off');
    expect(whenOf(schedule(daily, { enabled: false }))).toBe('off');
    expect(whenOf(schedule())).toBe('daily');
  });

  it('begins at 22:00 without a window, and makes up for what was missed', () => {
    expect(withWhen(null, 'daily')).toEqual({ enabled: true, rhythm: daily, timeZone: null, finishBy: null, missed: 'catch-up', overlap: 'queue' });
    expect(withWhen(null, 'off')).toBeNull();
  });

  it('keeps all that was filled in when it is turned off and on again', () => {
    const full = schedule({ kind: 'weekly', days: [2], at: '03:30' }, { finishBy: '05:00', timeZone: 'Asia/Tokyo', missed: 'skip', overlap: 'skip' });
    expect(withWhen(withWhen(full, 'off'), 'weekly')).toEqual(full);
  });

  it.each<[When, Rhythm]>([
    ['daily', { kind: 'daily', at: '03:30' }], ['hours', { kind: 'hours', every: 4, at: '03:30' }], ['cron', { kind: 'cron', text: '30 3 * * 2,4' }],
  ])('takes the time over to %s', (when, rhythm) => {
    expect(withWhen(schedule({ kind: 'weekly', days: [4, 2], at: '03:30' }), when)?.rhythm).toEqual(rhythm);
  });

  it('makes cron of a time that is not typed to its end', () => {
    expect(withWhen(schedule({ kind: 'daily', at: '' }), 'cron')?.rhythm).toEqual({ kind: 'cron', text: '0 22 * * *' });
  });
});

describe('days of the week', () => {
  it('are put in and taken out, Monday first', () => {
    expect(withDay([5, 1], 3, true)).toEqual([1, 3, 5]);
    expect(withDay([1], 0, true)).toEqual([1, 0]);
    expect(withDay([1, 0], 1, false)).toEqual([0]);
  });
});

describe('a schedule that cannot be kept', () => {
  it.each<[string, Schedule, RegExp]>([
    ['no day', schedule({ kind: 'weekly', days: [], at: '22:00' }), /at least one day/u],
    ['no time', schedule({ kind: 'daily', at: '' }), /time it starts/u],
    ['no end', schedule(daily, { finishBy: '' }), /done by/u],
    ['a window of no length', schedule(daily, { finishBy: '22:00' }), /another time/u],
    ['nothing in cron', schedule({ kind: 'cron', text: '  ' }), /five fields/u],
    ['a time nobody has', schedule({ kind: 'daily', at: '25:00' }), /cannot be used/u],
  ])('with %s says why', (_what, wrong, words) => {
    expect(scheduleProblem(wrong)).toMatch(words);
    expect(scheduleProblem({ ...wrong, enabled: false })).toBeNull();
  });

  it('is none when it is off, and itself when it is whole', () => {
    expect(toSchedule(schedule({ kind: 'daily', at: '' }, { enabled: false }))).toBeNull();
    expect(toSchedule(schedule(daily, { enabled: false }))).toEqual(schedule(daily, { enabled: false }));
    expect(scheduleProblem(schedule())).toBeNull();
    expect(scheduleProblem(null)).toBeNull();
  });
});

describe('a schedule in words', () => {
  it.each<[Schedule | null, string]>([
    [null, 'Only when started by hand'], [schedule(daily, { enabled: false }), 'Only when started by hand'],
    [schedule(daily, { finishBy: '06:00' }), 'Every day at 22:00, done by 06:00'],
    [schedule({ kind: 'weekly', days: [1, 2, 3, 4, 5], at: '20:00' }), 'Monday to Friday at 20:00'],
    [schedule({ kind: 'weekly', days: [0], at: '20:00' }), 'Every Sunday at 20:00'],
    [schedule({ kind: 'weekly', days: [0, 6, 3], at: '20:00' }), 'Wed, Sat, Sun at 20:00'],
    [schedule({ kind: 'hours', every: 1, at: '00:15' }), 'Every hour, counted from 00:15'],
    [schedule({ kind: 'cron', text: '5 4 * * *' }), 'As cron says: 5 4 * * *'],
  ])('%#', (given, words) => {
    expect(scheduleWords(given)).toBe(words);
  });

  it('tells what happens to missed runs, and whose clock is meant', () => {
    expect(scheduleSentences(schedule(daily, { timeZone: 'Europe/Berlin', missed: 'ask' }))).toEqual([
      'Times are those of Europe/Berlin.', expect.stringMatching(/waits in the overview/u), expect.stringMatching(/starts after it/u),
    ]);
    expect(scheduleSentences(null)).toEqual([]);
  });
});
