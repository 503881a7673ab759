import { createRouterClient } from '@orpc/server';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRouter } from '../../src-main/core/calls/router.ts';
import type { Message } from '../../src-main/core/notify/message.ts';
import type { ErrorData } from '../../src-shared/errors.ts';
import { JobOptions, type Job, type JobDraft } from '../../src-shared/job.ts';
import { NotifySettings, type Webhook } from '../../src-shared/notify.ts';
import { noTotals, type RunState } from '../../src-shared/run.ts';
import { runCli } from '../fixtures/cli.ts';
import { openEngine, type Engine } from '../fixtures/engine.ts';
import { startHttp, type HttpReceiver } from '../fixtures/http-receiver.ts';
import { until } from '../fixtures/processes.ts';
import { startSmtp, type SmtpServer } from '../fixtures/smtp-server.ts';

const password = 'correct horse battery';
const token = 'T0KEN-of-the-webhook';
const hour = 3_600_000;

let folder: string;
let source: string;
let destination: string;
let time: number;
let app: Engine;
let calls: ReturnType<typeof client>;
let mail: SmtpServer;
let web: HttpReceiver;
const open: { close(): Promise<void> }[] = [];

function client(engine: Engine) {
  return createRouterClient(createRouter(engine, { kind: 'browser', version: '1.2.3' }));
}

async function openApp(): Promise<Engine> {
  const engine = await openEngine(folder, {}, process.env, { clock: { now: () => time } });
  open.push(engine);
  return engine;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-notify-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  mkdirSync(join(source, 'alpha'), { recursive: true });
  writeFileSync(join(source, 'alpha', 'one'), 'x'.repeat(1500));
  time = Date.now();
  [mail, web] = await Promise.all([startSmtp({ user: 'anna', password }), startHttp()]);
  app = await openApp();
  calls = client(app);
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  await mail.close();
  await web.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ways {
  readonly mail?: boolean;
  readonly webhooks?: Webhook[];
  readonly digestMinutes?: number;
}

const hook = (form: Webhook['form'] = 'json', id = 'hook'): Webhook => ({ id, enabled: true, form, url: `http://127.0.0.1:${web.port}/${token}` });

function settingsOf({ mail: isMailed = true, webhooks = [hook()], digestMinutes = 0 }: Ways = {}): NotifySettings {
  return NotifySettings.parse({
    mail: { enabled: isMailed, host: '127.0.0.1', port: mail.port, security: 'none', user: 'anna', from: 'Daybreak <daybreak@example.org>', to: ['anna@example.org', 'otto@example.org'] },
    webhooks, digestMinutes,
  });
}

async function tellBy(ways: Ways = {}): Promise<void> {
  await calls.notify.set({ settings: settingsOf(ways), mailPassword: password });
  app.notify.start();
}

const create = (notify: Partial<JobDraft['notify']> = {}, more: Partial<JobDraft> = {}): Promise<Job> => calls.jobs.create({
  name: 'Nightly', source, destination, options: JobOptions.parse({}), notify: { on: 'always', silentHours: null, ...notify }, ...more,
});

async function run(job: Job): Promise<void> {
  const { key } = await calls.runs.start({ jobId: job.id });
  await until('the end of the run', 20_000, () => app.live.list().find((each) => each.key === key)?.outcome);
}

/** A run that ended so, without the work of it. */
function ended(job: Job, state: RunState, error: ErrorData | null = null): void {
  const { runs } = app.store();
  const id = runs.start({ jobId: job.id, trigger: 'schedule', at: time, rsyncVersion: null, hostPid: 1, hostStartTime: 'gone' });
  runs.end(id, { state, at: time, totals: noTotals, notices: [], limitedBy: null, error });
}

const bodies = (): { title: string; messages: Message[] }[] => web.requests.map(({ body }) => JSON.parse(body));

/** All text that lies in the data folder, but for the file of secrets. */
const kept = (): string => readdirSync(join(folder, 'home'), { recursive: true, withFileTypes: true })
  .filter((each) => each.isFile() && each.name !== 'secrets.json').map((each) => readFileSync(join(each.parentPath, each.name), 'latin1')).join();

describe('a run that has ended', () => {
  test('is told by mail and by webhook, with its figures, and no secret gets out', async () => {
    await tellBy();
    await run(await create());
    await until('the mail', 10_000, () => mail.mails.length > 0 && web.requests.length > 0);
    expect(mail.mails).toHaveLength(1);
    expect(mail.mails[0]).toMatchObject({
      from: 'daybreak@example.org', to: ['anna@example.org', 'otto@example.org'], user: 'anna',
      headers: { subject: 'Nightly is backed up', from: 'Daybreak <daybreak@example.org>', 'auto-submitted': 'auto-generated' },
    });
    for (const part of ['Everything was backed up.', /From +\/.*source/u, /Copied +1 file, 1\.5 kB/u, /Run +1, started by manual/u, new RegExp(`Host +${hostname()}`, 'u')]) {
      expect(mail.mails[0]!.text).toMatch(part);
    }
    expect(web.requests[0]).toMatchObject({ method: 'POST', path: `/${token}`, headers: { 'content-type': 'application/json' } });
    expect(bodies()).toEqual([{ version: 1, title: 'Nightly is backed up', messages: [expect.objectContaining({
      kind: 'ended', tone: 'good', host: hostname(), job: { id: expect.any(String), name: 'Nightly' },
      run: expect.objectContaining({ id: 1, state: 'succeeded', filesTransferred: 1, bytesTransferred: 1500, failed: 0, held: 0 }),
    })] }]);
    await until('both to be marked', 10_000, () => app.notify.outbox().every(({ sentAt }) => sentAt !== null));

    const told = JSON.stringify([await calls.notify.get(), await calls.notify.outbox(), await calls.history.run({ run: 1 })]);
    expect(told).toContain(`"url":"http://127.0.0.1:${web.port}/***"`);
    for (const secret of [password, Buffer.from(password).toString('base64')]) {
      expect(told).not.toContain(secret);
      expect(kept()).not.toContain(secret);
    }
    expect(told).not.toContain(token);
    expect(await calls.notify.get()).toMatchObject({ hasMailPassword: true, whyNoSecrets: null });
    expect(statSync(join(folder, 'home', 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  test('that could not begin, was skipped or lost is told as well, with the reason and what to do', async () => {
    await tellBy({ mail: false });
    const job = await create({ on: 'problems' });
    rmSync(source, { recursive: true });
    await run(job);
    await until('the first message', 10_000, () => web.requests.length === 1);
    ended(job, 'skipped', { kind: 'busy', message: 'The run before it was still going on', hint: 'Give it more time' });
    await until('the second message', 10_000, () => web.requests.length === 2);
    app.store().runs.start({ jobId: job.id, trigger: 'schedule', at: time, rsyncVersion: null, hostPid: 999_999_999, hostStartTime: 'gone' });
    await app.close();
    app = await openApp();
    app.notify.start();
    app.history(1);
    await until('the third message', 10_000, () => web.requests.length === 3);
    expect(bodies().map(({ title }) => title)).toEqual(['Nightly is not backed up', 'Nightly did not run', 'Nightly: the run was interrupted']);
    expect(bodies()[1]!.messages[0]).toMatchObject({ tone: 'problem', text: 'The run before it was still going on.', next: 'Give it more time' });
    const heard: string[] = [];
    app.notify.onNews(({ title }) => heard.push(title));
    expect(heard).toEqual(['Nightly: the run was interrupted']);
  });

  test('is pinged: at its start, and as success or failure with the text', async () => {
    await tellBy({ mail: false, webhooks: [hook('pings')] });
    const job = await create({ on: 'problems' });
    await run(job);
    await until('two pings', 10_000, () => web.requests.length === 2);
    rmSync(source, { recursive: true });
    await run(job);
    await until('a third ping', 10_000, () => web.requests.length === 3);
    expect(web.requests.map(({ path }) => path)).toEqual([`/${token}/start`, `/${token}`, `/${token}/fail`]);
    expect(web.requests[2]!.body).toContain('What to do:');
    await run(await create({ on: 'never' }, { name: 'Quiet' }));
    await calls.notify.test({ channel: { kind: 'webhook', webhook: hook('pings') } });
    expect(web.requests).toHaveLength(4);
  });

  test('of a backup without a saved job is nobody\'s business', async () => {
    await tellBy();
    ended(app.store().jobs.adHocJob(source, destination, JobOptions.parse({}), time), 'failed');
    expect(app.notify.outbox()).toEqual([]);
  });
});

describe('while the receivers are down', () => {
  test('messages wait, survive a restart, and are delivered once when they are back, whoever looks', async () => {
    await tellBy();
    const { port: mailPort } = mail;
    const { port: webPort } = web;
    await Promise.all([mail.close(), web.close()]);
    await run(await create());
    const failed = await until('two failures', 10_000, () => {
      const entries = app.notify.outbox();
      return entries.length === 2 && entries.every(({ error }) => error !== null) && entries;
    });
    expect(failed).toMatchObject([{ tries: 1, sentAt: null, nextTryAt: time + 60_000 }, { tries: 1, sentAt: null, nextTryAt: time + 60_000 }]);
    expect(failed.map(({ error }) => error).join()).toContain('ECONNREFUSED');
    expect(JSON.stringify(failed)).not.toContain(token);

    await app.close();
    [mail, web] = await Promise.all([startSmtp({ port: mailPort, user: 'anna', password }), startHttp(webPort)]);
    const both = [await openApp(), await openApp()];
    for (const each of both) each.notify.start();
    await Promise.all(both.map((each) => each.notify.deliverNow()));
    expect([mail.mails.length, web.requests.length]).toEqual([0, 0]);
    time += 61_000;
    for (const each of both) each.notify.wake();
    await Promise.all(both.map((each) => each.notify.deliverNow()));
    await until('both', 10_000, () => both[0]!.notify.outbox().every(({ sentAt }) => sentAt !== null));
    expect([mail.mails.length, web.requests.length]).toEqual([1, 1]);
    expect(both[0]!.notify.outbox()).toMatchObject([{ tries: 2, error: null, nextTryAt: null }, { tries: 2 }]);
  });

  test('they are given up after two days, with the reason', async () => {
    await tellBy({ mail: false });
    web.answer = { status: 503 };
    ended(await create(), 'succeeded');
    for (let hours = 0; hours <= 48; hours += 4) {
      time += 4 * hour;
      app.notify.wake();
      await app.notify.deliverNow();
    }
    expect(app.notify.outbox()).toMatchObject([{ sentAt: null, nextTryAt: null, error: expect.stringMatching(/^Given up after 2 days: http:\/\/127\.0\.0\.1:\d+\/\*\*\* answered 503/u) }]);
    const asked = web.requests.length;
    time += 24 * hour;
    await app.notify.deliverNow();
    expect(web.requests).toHaveLength(asked);
  });

  test('new settings try at once; a way that is switched off is given up', async () => {
    await tellBy({ webhooks: [] });
    await calls.notify.set({ settings: settingsOf({ webhooks: [hook()] }), mailPassword: 'wrong' });
    web.answer = { status: 500 };
    ended(await create(), 'succeeded');
    await until('both to fail', 10_000, () => app.notify.outbox().filter(({ error }) => error !== null).length === 2);
    expect(app.notify.outbox().find(({ channel }) => channel === 'mail')?.error).toContain('refused to sign in anna');
    await calls.notify.set({ settings: settingsOf({ webhooks: [] }), mailPassword: password });
    await until('the mail', 10_000, () => mail.mails.length === 1);
    await until('the end of both', 10_000, () => app.notify.outbox().every(({ nextTryAt }) => nextTryAt === null));
    expect(app.notify.outbox().find(({ channel }) => channel === 'hook')).toMatchObject({ sentAt: null, error: 'Given up: it was switched off or removed.' });
  });
});

test('the command line keeps a password from its input, and sends tests by what is set up', async () => {
  const home = join(folder, 'home');
  const cli = (argv: string[], input = '') => runCli(['notify', ...argv], { home, input });
  await calls.notify.set({ settings: settingsOf() });
  expect(await cli(['set-mail-password'], `${password}\nmore`)).toMatchObject({ code: 0, stdout: 'The password is kept.\n', stderr: '' });
  const both = await cli(['test']);
  expect(both).toMatchObject({ code: 0, stdout: expect.stringMatching(/^mail: 127\.0\.0\.1 took the mail: 250 taken as 42\nhook: http:\/\/127\.0\.0\.1:\d+\/\*\*\* answered 200 OK/u) });
  expect([mail.mails.length, web.requests.length]).toEqual([1, 1]);
  web.answer = { status: 404 };
  expect(await cli(['test', 'webhook', 'hook'])).toMatchObject({ code: 1, stderr: expect.stringContaining('answered 404') });
  expect(kept()).not.toContain(password);
});

test('messages of some minutes go out together, problems first; a process that ends sends them before', async () => {
  await tellBy({ digestMinutes: 5 });
  ended(await create(), 'succeeded');
  const broken = await create({}, { name: 'Broken' });
  ended(broken, 'failed');
  await until('all to be left', 10_000, () => app.notify.outbox().length === 4);
  app.notify.wake();
  expect([mail.mails.length, web.requests.length]).toEqual([0, 0]);
  time += 5 * 60_000 + 1;
  app.notify.wake();
  await until('both', 10_000, () => mail.mails.length === 1 && web.requests.length === 1);
  expect(mail.mails[0]!.headers['subject']).toBe(`Daybreak on ${hostname()}: 2 messages, 1 problem`);
  expect(mail.mails[0]!.text).toMatch(/^- Broken is not backed up\n- Nightly is backed up\n/u);
  await until('both to be marked', 10_000, () => app.notify.outbox().every(({ sentAt }) => sentAt !== null));
  ended(broken, 'failed');
  await app.notify.deliverNow();
  expect(mail.mails[1]?.headers['subject']).toBe('Broken is not backed up');
});

test('silence is told once, and its end; an alarm is told once', async () => {
  await tellBy({ mail: false });
  const heard: string[] = [];
  app.notify.onNews(({ title }) => heard.push(title));
  const job = await create({ on: 'problems', silentHours: 30 });
  ended(job, 'succeeded');
  time += 29 * hour;
  await app.notify.deliverNow();
  expect(web.requests).toEqual([]);
  time += 2 * hour;
  await app.notify.deliverNow();
  time += 2 * hour;
  await app.notify.deliverNow();
  expect(bodies().map(({ title }) => title)).toEqual(['Nightly: no good backup for 31 h']);
  ended(job, 'succeeded');
  await app.notify.deliverNow();
  expect(bodies().map(({ title }) => title).slice(1)).toEqual(['Nightly runs well again']);
  time += hour;
  await app.notify.deliverNow();
  expect(heard).toEqual(['Nightly: no good backup for 31 h', 'Nightly runs well again']);

  const database = new DatabaseSync(app.store().file);
  database.exec(`INSERT INTO alarms (job, folder, run, at, reason, names) SELECT key, 'alpha', 1, 1, '40 % of its files were rewritten', '[]' FROM jobs`);
  database.close();
  await app.notify.deliverNow();
  await app.notify.deliverNow();
  expect(bodies().slice(2).map(({ title, messages }) => [title, messages[0]!.text])).toEqual([['Nightly: unusual changes in alpha', '40 % of its files were rewritten.']]);
});

describe('settings', () => {
  test('that could leak or cannot work are refused in words; a test uses what is not saved', async () => {
    await tellBy();
    const set = (change: object) => calls.notify.set({ settings: NotifySettings.parse({ ...settingsOf(), mail: { ...settingsOf().mail, ...change } }) });
    const wrong = [
      [{ host: 'mail.example.org' }, 'would go out unencrypted'], [{ host: '' }, 'no mail server'], [{ from: '' }, 'no sender'], [{ to: [] }, 'no receiver'],
      [{ from: 'a@b.c\r\nBcc: x@y.z' }, 'not a mail address'], [{ to: ['anna@example.org, otto@example.org'] }, 'not a mail address'], [{ host: 'a b' }, 'not the name of a server'],
    ] as const;
    for (const [change, message] of wrong) {
      await expect(set(change), message).rejects.toMatchObject({ data: { kind: 'invalid-input', message: expect.stringContaining(message) } });
    }
    await expect(calls.notify.set({ settings: settingsOf({ webhooks: [hook(), hook()] }) })).rejects.toMatchObject({ data: { kind: 'invalid-input' } });
    expect((await calls.notify.test({ channel: { kind: 'mail', mail: settingsOf().mail, password: null } })).words).toBe('127.0.0.1 took the mail: 250 taken as 42');
    expect(mail.mails[0]!.headers['subject']).toBe('Daybreak can reach you');
    await expect(calls.notify.test({ channel: { kind: 'mail', mail: settingsOf().mail, password: 'wrong' } })).rejects.toMatchObject({ data: { kind: 'auth', message: expect.stringContaining('535') } });

    const elsewhere = await startSmtp({ user: 'anna', password });
    open.push(elsewhere);
    const theirs = { ...settingsOf().mail, port: elsewhere.port };
    const again = { data: { kind: 'invalid-input', hint: 'Enter the password again.' } };
    await expect(calls.notify.test({ channel: { kind: 'mail', mail: theirs, password: null } })).rejects.toMatchObject(again);
    for (const change of [theirs, { ...theirs, enabled: false }, { ...theirs, enabled: false, host: '' }]) {
      await expect(calls.notify.set({ settings: { ...settingsOf(), mail: change } })).rejects.toMatchObject(again);
    }
    expect(elsewhere.mails).toEqual([]);

    const [shown] = (await calls.notify.get()).settings.webhooks;
    expect((await calls.notify.test({ channel: { kind: 'webhook', webhook: shown! } })).words).toMatch(/answered 200 OK\. It is not encrypted/u);
    await calls.notify.set({ settings: settingsOf({ webhooks: [{ ...shown!, form: 'ntfy' }] }) });
    expect(app.store().notify.get().webhooks).toEqual([hook('ntfy')]);
    await expect(calls.notify.set({ settings: settingsOf({ webhooks: [{ ...shown!, id: 'other' }] }) })).rejects.toMatchObject({ data: { message: expect.stringContaining('shortened') } });
    await calls.notify.set({ settings: settingsOf(), mailPassword: null });
    expect(await calls.notify.get()).toMatchObject({ hasMailPassword: false });
  });

  test('whose file of passwords others may open are told as such, and keep nothing', async () => {
    await tellBy();
    chmodSync(join(folder, 'home', 'secrets.json'), 0o640);
    expect(await calls.notify.get()).toMatchObject({ hasMailPassword: false, whyNoSecrets: expect.stringContaining('others may open it') });
    await expect(calls.notify.set({ settings: settingsOf(), mailPassword: 'next' })).rejects.toMatchObject({ data: { kind: 'permission' } });
    await expect(app.notify.testSaved('mail')).rejects.toMatchObject({ kind: 'permission' });
    expect(mail.mails).toEqual([]);
  });
});
