import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Schedule } from '../../src-shared/schedule.ts';
import { openStore, type Store } from '../../src-main/core/store/open-store.ts';
import { errorOf, plainOptions, temporaryFolder } from '../fixtures/databases/samples.ts';
import { createWorld, type World, type WorldHost } from '../fixtures/schedule-world.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Wednesday; jobs are due at 22:00. */
const noon = Date.UTC(2026, 10, 25, 12);
const night = noon + 10 * hour;

let temporary: ReturnType<typeof temporaryFolder>;
let store: Store;
let world: World;
let host: WorldHost;
let runMs: number;
beforeEach(() => {
  temporary = temporaryFolder();
  store = openStore(temporary.path);
  runMs = 10 * minute;
  world = createWorld({ store, start: noon, timeZone: 'UTC', longestWaitMs: 30_000, runMs: () => runMs });
  host = world.boot();
});
afterEach(() => {
  expect(world.problems).toEqual([]);
  store.close();
  temporary.remove();
});

let made = 0;
const nightly = (more: Partial<Schedule> = {}, destination = `/backup/${++made}`) => store.jobs.create({
  name: `Job ${String(++made).padStart(3, '0')}`, source: '/data', destination, options: plainOptions, schedule: Schedule.parse({ rhythm: { kind: 'daily', at: '22:00' }, ...more }),
}, world.now());
/** Goes on to so many ms after noon, of time that passed. */
const goTo = (ms: number) => world.run(ms, () => undefined);
const dues = (jobId: string) => store.dues.list(jobId, 20).reverse();
const runs = () => store.runs.list({ limit: 50 }).reverse().map(({ trigger, state, startedAt }) => ({ trigger, state, startedAt }));

test('a job runs at its time, and its due time has the number of the run', async () => {
  const job = nightly();
  expect(host.scheduler.nextDue(job)?.at).toBe(night);
  await goTo(11 * hour);
  expect(runs()).toEqual([{ trigger: 'schedule', state: 'succeeded', startedAt: night + 1 }]);
  expect(dues(job.id)).toEqual([{ jobId: job.id, dueAt: night, outcome: 'ran', run: 1, reason: null, decidedAt: night }]);
});

test('many missed nights are made up for once, after the machine had time to settle', async () => {
  const job = nightly();
  world.sleep(3 * day);
  await goTo(3 * day + hour);
  // Timers stood still: it is noticed within the longest wait, and two minutes later it runs.
  const [run, ...others] = runs();
  expect(others).toEqual([]);
  expect(run).toMatchObject({ trigger: 'catch-up', state: 'succeeded' });
  expect(run!.startedAt - (noon + 3 * day)).toBeGreaterThanOrEqual(2 * minute);
  expect(run!.startedAt - (noon + 3 * day)).toBeLessThan(3 * minute);
  expect(dues(job.id).map(({ outcome, run: number }) => [outcome, number])).toEqual([['caught-up', 1], ['caught-up', 1], ['caught-up', 1]]);
  expect(dues(job.id)[0]!.reason).toContain('It was due Wednesday 25 November, 22:00, when the machine slept or was off');
});

test('a machine that wakes is told of it, and what became due is seen at once', async () => {
  const job = nightly();
  world.sleep(12 * hour);
  host.scheduler.lookAgain();
  expect(dues(job.id)).toMatchObject([{ dueAt: night, decidedAt: world.now(), reason: expect.stringContaining('slept or was off') }]);
  host.scheduler.stop();
  host.scheduler.lookAgain();
  await goTo(13 * hour);
  expect(runs()).toEqual([]);
});

test('a missed run waits for its disk until the next one is due, and is skipped then', async () => {
  const job = nightly();
  world.away.add(job.id);
  world.sleep(12 * hour);
  await goTo(34 * hour + 5 * minute);
  expect(dues(job.id)).toMatchObject([
    { outcome: 'skipped', reason: expect.stringContaining('could not be made up for before the next one was due: The source /data is not there.') },
    { outcome: 'ran' },
  ]);
  expect(runs()).toMatchObject([{ state: 'skipped', trigger: 'catch-up' }, { trigger: 'schedule' }]);
});

test('a missed run is made up for when its disk is back', async () => {
  const job = nightly();
  world.away.add(job.id);
  world.sleep(12 * hour);
  world.after(2 * hour, () => world.away.delete(job.id));
  await goTo(15 * hour);
  expect(runs()).toMatchObject([{ trigger: 'catch-up', startedAt: expect.toSatisfy((at: number) => at >= noon + 14 * hour && at < noon + 14 * hour + 5 * minute) }]);
});

describe('a schedule that', () => {
  test('leaves missed runs out says so in the history', async () => {
    const job = nightly({ missed: 'skip' });
    world.sleep(12 * hour);
    await goTo(13 * hour);
    expect(dues(job.id)).toMatchObject([{ outcome: 'skipped', run: 1, reason: expect.stringContaining('The schedule of this job leaves such runs out.') }]);
    expect(store.runs.get(1)).toMatchObject({ state: 'skipped', trigger: 'catch-up', notices: [{ message: expect.stringContaining('This run was skipped. It was due') }] });
  });

  test('asks waits for the answer, and for no other one', async () => {
    const job = nightly({ missed: 'ask' });
    world.sleep(12 * hour);
    await goTo(13 * hour);
    expect(host.scheduler.state().asks).toEqual([{ jobId: job.id, dueAt: night }]);
    expect(errorOf(() => host.scheduler.answerMissed(job.id, night - day, true))).toMatchObject({ kind: 'not-found' });
    host.scheduler.answerMissed(job.id, night, true);
    await goTo(14 * hour);
    expect(dues(job.id)).toMatchObject([{ outcome: 'caught-up', run: 1 }]);
    expect(host.scheduler.state().asks).toEqual([]);
  });

  test('asks, and gets a no, skips', async () => {
    const job = nightly({ missed: 'ask' });
    world.sleep(12 * hour);
    await goTo(13 * hour);
    host.scheduler.answerMissed(job.id, night, false);
    expect(dues(job.id)).toMatchObject([{ outcome: 'skipped', reason: 'It was missed, and a person chose to leave it out.' }]);
  });

  test('has a window makes up only within it, and ends its runs with it', async () => {
    const job = nightly({ finishBy: '06:00' });
    runMs = 20 * hour;
    await goTo(11 * hour);
    await goTo(19 * hour);
    expect(runs()).toMatchObject([{ state: 'stopped' }]);
    world.sleep(day);
    await goTo(44 * hour);
    expect(dues(job.id).at(-1)).toMatchObject({ outcome: 'skipped', reason: expect.stringMatching(/Its window ended today, Friday 27 November, 06:00, before it could run\.$/u) });
  });
});

describe('while another run goes into the destination', () => {
  test('a due run waits for its turn, and runs once right after', async () => {
    nightly({}, '/backup/one');
    const second = nightly({}, '/backup/one');
    await goTo(10 * hour + 5 * minute);
    expect(dues(second.id)).toMatchObject([{ outcome: 'waiting', reason: expect.stringContaining('is running into /backup/one') }]);
    await goTo(11 * hour);
    expect(runs().map(({ startedAt }) => startedAt - night)).toEqual([1, 10 * minute + 2]);
    expect(dues(second.id)).toMatchObject([{ outcome: 'ran', run: 2 }]);
  });

  test('of another process, too', async () => {
    const job = nightly();
    await goTo(9 * hour);
    world.runElsewhere(job.id, 2 * hour);
    await goTo(12 * hour);
    expect(runs()).toMatchObject([{ trigger: 'cli' }, { trigger: 'schedule', startedAt: expect.toSatisfy((at: number) => at >= noon + 11 * hour && at < noon + 11 * hour + minute) }]);
  });

  test('a due run is skipped where its schedule says so', async () => {
    nightly({}, '/backup/one');
    const second = nightly({ overlap: 'skip' }, '/backup/one');
    await goTo(11 * hour);
    expect(dues(second.id)).toMatchObject([{ outcome: 'skipped', reason: expect.stringContaining('while another run was at work') }]);
  });

  test('what waits survives a crash of the host', async () => {
    const job = nightly();
    world.runElsewhere(job.id, 11 * hour);
    await goTo(10 * hour + minute);
    world.crash(host, false);
    await goTo(12 * hour);
    host = world.boot();
    await goTo(13 * hour);
    expect(dues(job.id)).toMatchObject([{ outcome: 'ran', run: 2 }]);
  });
});

describe('a pause of all schedules', () => {
  test('puts off what is due until its end, and is known to all', async () => {
    const job = nightly();
    host.scheduler.pauseAll(night + hour);
    expect(host.scheduler.state().pausedUntil).toBe(night + hour);
    expect(host.scheduler.nextDue(job)?.at).toBe(night + day);
    await goTo(12 * hour);
    expect(runs()).toMatchObject([{ trigger: 'catch-up', startedAt: night + hour + 1 }]);
    expect(dues(job.id)).toMatchObject([{ outcome: 'caught-up', reason: expect.stringContaining('while all schedules were paused') }]);
    expect(host.scheduler.state().pausedUntil).toBeNull();
  });

  test('ends when it is told to', async () => {
    nightly();
    host.scheduler.pauseAll(night + day);
    await goTo(11 * hour);
    host.scheduler.pauseAll(null);
    await goTo(11 * hour + 5 * minute);
    expect(runs()).toHaveLength(1);
  });
});

test('a clock that is set back brings nothing twice', async () => {
  const job = nightly();
  await goTo(11 * hour);
  world.setClock(-2 * hour);
  await goTo(14 * hour);
  expect(runs()).toHaveLength(1);
  expect(dues(job.id)).toHaveLength(1);
});

test('a clock that was years ahead does not end all schedules', async () => {
  const job = nightly();
  world.setClock(700 * day);
  await goTo(hour);
  world.setClock(-700 * day);
  await goTo(day);
  await goTo(3 * day);
  expect(runs().filter(({ trigger }) => trigger === 'schedule').length).toBeGreaterThan(0);
  expect(dues(job.id).every(({ dueAt }) => dueAt < noon + 5 * day)).toBe(true);
});

test('jobs whose schedule is off do nothing, and what waited of them is skipped', async () => {
  const job = nightly({ missed: 'ask' });
  world.sleep(12 * hour);
  await goTo(13 * hour);
  store.jobs.update(job.id, { ...job, schedule: { ...job.schedule!, enabled: false } }, world.now());
  await goTo(3 * day);
  expect(runs()).toMatchObject([{ state: 'skipped' }]);
  expect(dues(job.id)).toMatchObject([{ outcome: 'skipped', reason: 'The schedule of this job was changed or switched off before it could run.' }]);
  expect(host.scheduler.nextDue(store.jobs.find(job.id)!)).toBeNull();
});

test('one host schedules; another one sees that, and takes over when it is gone', async () => {
  nightly();
  const other = world.boot();
  expect([host.scheduler.state().owner, other.scheduler.state().owner]).toEqual(['this', 'other']);
  await goTo(11 * hour);
  expect(runs()).toHaveLength(1);
  world.crash(host, false);
  await goTo(11 * hour + minute);
  expect(other.scheduler.state().owner).toBe('this');
  await goTo(35 * hour);
  expect(runs()).toHaveLength(2);
});
