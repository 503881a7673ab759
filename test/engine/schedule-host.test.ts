import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NotifySettings } from '../../src-shared/notify.ts';
import { Schedule } from '../../src-shared/schedule.ts';
import { openStore, type Store } from '../../src-main/core/store/open-store.ts';
import { startCli, type RunningCli } from '../fixtures/cli.ts';
import { plainOptions } from '../fixtures/databases/samples.ts';
import { startHttp } from '../fixtures/http-receiver.ts';
import { leftAfter, signal, until } from '../fixtures/processes.ts';
import { startSmtp } from '../fixtures/smtp-server.ts';

const hour = 3_600_000;
let folder: string;
let home: string;
let store: Store;
let hosts: RunningCli[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-schedule-'));
  home = join(folder, 'home');
  mkdirSync(join(folder, 'source/omega'), { recursive: true });
  writeFileSync(join(folder, 'source/omega/take'), 'the last take');
  store = openStore(home);
  hosts = [];
});
afterEach(async () => {
  for (const { pid } of hosts) signal(pid, 'SIGKILL');
  expect(await leftAfter(home, 10_000)).toEqual([]);
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Each day at the second of `at`; the schedule is as old as `since`. */
function createJob(at: number, since: number, more: Partial<Schedule> = {}, on: 'always' | 'never' = 'never') {
  const date = new Date(at);
  const rhythm = { kind: 'cron', text: `${date.getUTCSeconds()} ${date.getUTCMinutes()} ${date.getUTCHours()} * * *` };
  return store.jobs.create({
    name: 'Nightly', source: join(folder, 'source'), destination: join(folder, 'backup'), options: plainOptions,
    schedule: Schedule.parse({ rhythm, timeZone: 'UTC', ...more }), notify: { on, silentHours: null },
  }, since);
}

/** Two that nobody listens on. */
async function freePorts(): Promise<[number, number]> {
  const receivers = await Promise.all([startHttp(), startHttp()]);
  await Promise.all(receivers.map((each) => each.close()));
  return [receivers[0].port, receivers[1].port];
}

function serve(): RunningCli {
  const host = startCli(['serve'], { home, tuning: { settleMs: 300, schedulerWaitMs: 500, messageRetryMs: 1000 } });
  hosts.push(host);
  return host;
}

const endedRuns = (): ReturnType<Store['runs']['list']> => store.runs.list({ limit: 10 }).filter((run) => run.endedAt !== null);
const owner = (): number | undefined => store.scheduler.owner()?.pid;

test('a schedule a few seconds ahead fires in a host with nobody connected, and copies', async () => {
  const host = serve();
  await until('the host to schedule', 20_000, () => owner() === host.pid);
  const dueAt = Math.floor(Date.now() / 1000) * 1000 + 2000;
  const job = createJob(dueAt, Date.now());
  await until('the end of its run', 20_000, () => endedRuns().length > 0);
  const [run] = endedRuns();
  expect(run).toMatchObject({ trigger: 'schedule', state: 'succeeded' });
  expect(run!.startedAt).toBeGreaterThanOrEqual(dueAt);
  expect(readFileSync(join(folder, 'backup/omega/take'), 'utf8')).toBe('the last take');
  expect(store.dues.list(job.id, 5)).toMatchObject([{ dueAt, outcome: 'ran', run: run!.id }]);
});

test('what it tells reaches people by mail and by webhook, also when their servers are down at first', async () => {
  const [mailPort, webPort] = await freePorts();
  store.notify.set(NotifySettings.parse({
    mail: { enabled: true, host: '127.0.0.1', port: mailPort, security: 'none', from: 'daybreak@example.org', to: ['anna@example.org'] },
    webhooks: [{ id: 'hook', enabled: true, form: 'json', url: `http://127.0.0.1:${webPort}/told` }], digestMinutes: 0,
  }));
  const host = serve();
  await until('the host to schedule', 20_000, () => owner() === host.pid);
  createJob(Math.floor(Date.now() / 1000) * 1000 + 2000, Date.now(), {}, 'always');
  await until('a try by each way that failed', 20_000, () => ['mail', 'hook'].every((way) => store.outbox.newest(10).some(({ channel, tries, error }) => channel === way && tries > 0 && error !== null)));
  const [mail, web] = await Promise.all([startSmtp({ port: mailPort }), startHttp(webPort)]);
  try {
    await until('the mail and the webhook', 20_000, () => mail.mails.length > 0 && web.requests.length > 0);
    await until('both to be marked', 10_000, () => store.outbox.waiting().length === 0);
    expect(mail.mails).toMatchObject([{ to: ['anna@example.org'], headers: { subject: 'Nightly is backed up' } }]);
    expect(web.requests.map(({ path, body }) => [path, (JSON.parse(body) as { title: string }).title])).toEqual([['/told', 'Nightly is backed up']]);
  } finally {
    await Promise.all([mail.close(), web.close()]);
  }
});

test('what was due while the host was gone is made up for once; another host takes over from one that was killed', async () => {
  const first = serve();
  await until('the first host to schedule', 20_000, () => owner() === first.pid);
  const second = serve();
  await until('the second host to be up', 20_000, () => second.stdout().includes('Daybreak is at'));
  expect(owner()).toBe(first.pid);
  signal(second.pid, 'SIGKILL');
  signal(first.pid, 'SIGKILL');
  await Promise.all([first.ended, second.ended]);
  // Two nights passed meanwhile, as far as the schedule can tell.
  const dueAt = Math.floor((Date.now() - hour) / 1000) * 1000;
  const job = createJob(dueAt, Date.now() - 30 * hour);
  const third = serve();
  await until('the end of the run that makes up for it', 20_000, () => endedRuns().length > 0);
  expect(owner()).toBe(third.pid);
  const [run] = endedRuns();
  expect(run).toMatchObject({ trigger: 'catch-up', state: 'succeeded' });
  expect(store.dues.list(job.id, 5)).toMatchObject([
    { dueAt, outcome: 'caught-up', run: run!.id }, { dueAt: dueAt - 24 * hour, outcome: 'caught-up', run: run!.id },
  ]);
  signal(third.pid, 'SIGTERM');
  expect((await third.ended).code).toBe(0);
  expect(store.scheduler.owner()).toBeNull();
  expect(endedRuns()).toHaveLength(1);
});

test('a first mirror that would delete something fails in a run nobody looks at, and deletes nothing', async () => {
  mkdirSync(join(folder, 'backup'));
  writeFileSync(join(folder, 'backup/only here'), 'x');
  const job = createJob(Math.floor((Date.now() - hour) / 1000) * 1000, Date.now() - 2 * hour);
  store.jobs.update(job.id, { ...job, options: { ...plainOptions, mirror: true }, schedule: job.schedule }, Date.now());
  serve();
  await until('the end of the run', 20_000, () => endedRuns().length > 0);
  expect(endedRuns()[0]).toMatchObject({ state: 'failed', trigger: 'catch-up', error: { kind: 'delete-limit' } });
  expect(readFileSync(join(folder, 'backup/only here'), 'utf8')).toBe('x');
});
