import { describe, expect, test } from 'vitest';
import { noService, type ServiceState } from '../../src-shared/app-state.ts';
import type { JobSummary, LiveRun, TimelineBar } from '../../src-shared/run-view.ts';
import type { SchedulerState } from '../../src-shared/schedule.ts';
import { Job } from '../../src-shared/job.ts';
import { formatBytes, formatComing, formatCount, formatDuration, formatNumberOf, formatRate } from '../../src-renderer/format.ts';
import { hrefOf, routeOf, type Route } from '../../src-renderer/shell/route.ts';
import { jobRowsOf } from '../../src-renderer/views/overview/job-rows.ts';
import { statusOf } from '../../src-renderer/views/overview/status.ts';
import { barAt, boxOf, coveredMs, summaryOf } from '../../src-renderer/views/run/timeline-layout.ts';

test.each([[0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [12_345, '12.3 kB'], [99_950, '100 kB'], [999_600, '1.0 MB'], [1_234_567_890, '1.2 GB']])('%i bytes', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([[0, '0 ms'], [940, '940 ms'], [4200, '4.2 s'], [59_400, '59 s'], [65_000, '1 min 5 s'], [120_000, '2 min'], [8_040_000, '2 h 14 min'], [200_000_000, '2 d 7 h']])('%i ms', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('counts and rates', () => {
  expect([formatCount(12_345), formatRate(85_000_000), formatNumberOf(1, 'entry'), formatNumberOf(2, 'entry'), formatNumberOf(2, 'file'), formatNumberOf(30, 'day')])
    .toEqual(['12,345', '85.0 MB/s', '1 entry', '2 entries', '2 files', '30 days']);
});

test.each<Route>([
  { name: 'overview' }, { name: 'new-job' }, { name: 'new-job', paste: true }, { name: 'edit-job', id: 'a/b %' }, { name: 'run', key: 'k' }, { name: 'history' },
  { name: 'past-run', id: 12 }, { name: 'receipt', id: 12 }, { name: 'compare', runs: [12, 7] }, { name: 'lab' }, { name: 'lab', jobId: 'a/b %' }, { name: 'trash', jobId: 'a/b' }, { name: 'trash', jobId: 'a', run: 4 }, { name: 'trash', jobId: 'a', run: 4, folder: 'omega/raw %' }, { name: 'settings' },
])('the address of %o leads back to it', (route) => {
  expect(routeOf(hrefOf(route))).toEqual(route);
});

test.each(['#/history/x', '#/nothing', '', '#/runs/', '#/%', '#/history/x/with/2'])('%s is no place of its own', (hash) => {
  expect(['overview', 'history']).toContain(routeOf(hash).name);
});

describe('the status sentence', () => {
  const job = (name: string, state: NonNullable<JobSummary['lastRun']>['state'] | null): JobSummary => ({
    job: Job.parse({ id: name, kind: 'saved', name, source: '/s', destination: '/d', options: {} }),
    lastRun: state === null ? null : { id: 1, state, startedAt: 5, endedAt: 6, limitedBy: null, problem: state === 'failed' ? 'The disk is full' : null },
    protectedUntil: state === null ? null : 5, recent: [], nextRunAt: null, forecast: null, alarms: 0,
  });

  test.each([
    [[job('a', 'succeeded'), job('b', 'failed')], '1 backup needs you'], [[job('a', 'held')], 'Deletions wait for your approval'],
    [[job('a', null)], 'Nothing is protected yet'], [[job('a', null), job('b', 'succeeded')], 'Not everything is protected yet'], [[job('a', 'succeeded')], 'All backups are good'],
  ])('tells the worst first (%#)', (jobs, headline) => {
    expect(statusOf(jobs, []).headline).toBe(headline);
  });

  test('a question comes before all', () => {
    const run = { outcome: null, jobName: 'a', question: { destination: '/d', entries: 2 } } as LiveRun;
    expect(statusOf([job('a', 'failed')], [run]).headline).toBe('"a" waits for your answer');
  });
});

describe('the status sentence of jobs that run by themselves', () => {
  const now = new Date(2026, 2, 4, 17, 0).getTime();
  const hour = 3_600_000;
  const at = (hours: number): number => now + hours * hour;
  const nightly = (more: Partial<JobSummary> = {}): JobSummary => ({
    job: Job.parse({ id: 'n', kind: 'saved', name: 'Nightly', source: '/s', destination: '/d', options: {}, schedule: { rhythm: { kind: 'daily', at: '22:00' }, finishBy: '06:00' } }),
    lastRun: { id: 1, state: 'succeeded', startedAt: at(-19), endedAt: at(-18), limitedBy: null, problem: null }, protectedUntil: at(-19), recent: [],
    nextRunAt: at(5), forecast: { startsAt: at(5), endsAt: at(7), windowEndsAt: at(13), warning: null }, alarms: 0, ...more,
  });
  const scheduler = (more: Partial<SchedulerState> = {}): SchedulerState => ({ owner: 'this', pausedUntil: null, asks: [], ...more });
  const headline = (job: JobSummary, state: SchedulerState): string => statusOf([job], [], state, undefined, now).headline;
  const stopped = { id: 1, state: 'stopped' as const, startedAt: at(-19), endedAt: at(-11), limitedBy: null, problem: null };

  test('says that the next one will be done in time, and when', () => {
    const { headline: first, detail } = statusOf([nightly()], [], scheduler(), undefined, now);
    expect(first).toBe('All backups are good, and the next will be done in time');
    expect(detail).toMatch(/^Next: Nightly, tonight .*, done by about tomorrow /u);
  });

  test.each<[string, JobSummary, SchedulerState]>([
    ['Files changed as never before', nightly({ alarms: 1 }), scheduler()],
    ['1 missed run waits for your answer', nightly(), scheduler({ asks: [{ jobId: 'n', dueAt: at(-3) }] })],
    ['1 backup will not be done in time', nightly({ forecast: { startsAt: at(5), endsAt: at(16), windowEndsAt: at(13), warning: 'Late.' } }), scheduler()],
    ['1 backup did not finish in its window', nightly({ lastRun: stopped }), scheduler()],
    ['All backups are good, and the schedules rest', nightly(), scheduler({ pausedUntil: at(1) })],
    ['All backups are good, but nothing starts by itself', nightly(), scheduler({ owner: 'none' })],
    ['All backups are good, and the next will be done in time', nightly(), scheduler({ owner: 'other', pausedUntil: at(-1) })],
  ])('%s', (words, job, state) => {
    expect(headline(job, state)).toBe(words);
  });

  test('does not speak of schedules where there are none', () => {
    const byHand = nightly({ nextRunAt: null, forecast: null, job: { ...nightly().job, schedule: null } });
    expect(headline(byHand, scheduler({ owner: 'none', pausedUntil: at(1) }))).toBe('All backups are good');
  });

  describe('with a system service', () => {
    const byHand = nightly({ nextRunAt: null, forecast: null, job: { ...nightly().job, schedule: null } });
    const service = (more: Partial<JobSummary>, live: LiveRun[] = []): ServiceState => ({ ...noService, state: 'attached', jobs: [nightly({ job: { ...nightly().job, name: 'Homes' }, ...more })], live });
    const failed = { id: 1, state: 'failed' as const, startedAt: at(-19), endedAt: at(-18), limitedBy: null, problem: 'The disk is full' };

    test.each<[string, ServiceState]>([
      ['1 backup needs you', service({ lastRun: failed })],
      ['Not everything is protected yet', service({ protectedUntil: null })],
      ['1 backup running', service({}, [{ outcome: null, question: null } as LiveRun])],
      ['All backups are good, and the next will be done in time', service({})],
    ])('counts its jobs too: %s', (words, state) => {
      expect(statusOf([byHand], [], scheduler(), state, now).headline).toBe(words);
    });

    test('names the next one of all, whoever runs it', () => {
      expect(statusOf([nightly()], [], scheduler(), service({ nextRunAt: at(2) }), now).detail).toMatch(/^Next: Homes, /u);
    });

    test('knows that it keeps its own schedules, whatever becomes of those of this user', () => {
      const resting = scheduler({ owner: 'none', pausedUntil: at(1) });
      expect(statusOf([byHand], [], resting, service({}), now).headline).toBe('All backups are good, and the next will be done in time');
      expect(statusOf([nightly()], [], resting, service({}), now).headline).toBe('All backups are good, but nothing of this user starts by itself');
    });

    test('without any job of this user there is something to say', () => {
      expect(statusOf([], [], scheduler(), service({}), now).headline).toMatch(/^All backups are good/u);
    });

    test('tells its jobs from those of this user, even where their ids are the same', () => {
      const rows = jobRowsOf([nightly()], service({}));
      expect(rows.map(({ owner, summary }) => [owner, summary.job.name])).toEqual([['user', 'Nightly'], ['system', 'Homes']]);
      expect(new Set(rows.map(({ key }) => key)).size).toBe(2);
    });
  });
});

describe('a moment to come', () => {
  const now = new Date(2036, 2, 5, 17, 0).getTime();
  const inHours = (hours: number): string => formatComing(now + hours * 3_600_000, now);
  const part = (hours: number, options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(undefined, options).format(now + hours * 3_600_000);

  test('is told by the day where that is near', () => {
    expect([inHours(0.5), inHours(5), inHours(9)]).toEqual([expect.stringMatching(/^today /u), expect.stringMatching(/^tonight /u), expect.stringMatching(/^tomorrow /u)]);
  });

  test('is told by the weekday, then by the date, then with the year', () => {
    expect(inHours(72)).toContain(part(72, { weekday: 'short' }));
    expect(inHours(480)).toContain(part(480, { month: 'short' }));
    expect(inHours(9600)).toContain('2037');
  });
});

describe('the timeline', () => {
  const scale = { totalMs: 1000, lanes: 4, width: 500, height: 80 };
  const bars: TimelineBar[] = [[1, 0, 0, 500, 'done'], [2, 3, 500, 500, 'failed'], [3, 1, 999, 0, 'done']];

  test('puts units into their lanes, and shows the shortest ones', () => {
    expect(boxOf(3, 500, 500, scale)).toEqual({ x: 250, y: 60, width: 250, height: 19 });
    expect(boxOf(1, 10, 0, scale).width).toBe(1);
  });

  test('finds the unit under the pointer', () => {
    expect(barAt(bars, 100, 10, scale)?.[0]).toBe(1);
    expect(barAt(bars, 300, 70, scale)?.[0]).toBe(2);
    expect(barAt(bars, 300, 10, scale)).toBeNull();
  });

  test('grows in steps, and is told in words', () => {
    expect([coveredMs(1), coveredMs(5000), coveredMs(5001)]).toEqual([5000, 5000, 7500]);
    expect(summaryOf(bars, 4)).toBe('4 lanes, 3 units ended, 1 of them failed. The table below has them all.');
  });
});
