import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backoffMs } from '../../src-main/core/notify/backoff.ts';
import { decideEnd, decideSilence, type EndedRun, type Verdict } from '../../src-main/core/notify/decide.ts';
import { createDelivery } from '../../src-main/core/notify/delivery.ts';
import { planChannel, toLetter } from '../../src-main/core/notify/digest.ts';
import { readAddress } from '../../src-main/core/notify/mail-address.ts';
import { Message, MessageKind } from '../../src-main/core/notify/message.ts';
import { endMessage, testMessage } from '../../src-main/core/notify/run-message.ts';
import { fileSecrets } from '../../src-main/core/notify/secret-file.ts';
import { webRequest } from '../../src-main/core/notify/webhook-forms.ts';
import { oneLine } from '../../src-main/core/notify/words.ts';
import { runCommandLine } from '../../src-main/cli/program.ts';
import { openStore, type Store } from '../../src-main/core/store/open-store.ts';
import type { WaitingMessage } from '../../src-main/core/store/outbox.ts';
import { desktopSecrets } from '../../src-main/electron/secrets.ts';
import { endNotice, newsNotice } from '../../src-main/electron/run-notices.ts';
import type { ErrorKind } from '../../src-shared/errors.ts';
import type { JobNotify } from '../../src-shared/notify.ts';
import { NotifySettings } from '../../src-shared/notify.ts';
import { noTotals, type RunState } from '../../src-shared/run.ts';
import type { LiveRun } from '../../src-shared/run-view.ts';
import { createFace, createMemoryApp } from '../doubles/cli-face.ts';
import { outcome } from '../doubles/run-events.ts';
import { errorOf, temporaryFolder } from '../fixtures/databases/samples.ts';

const hour = 3_600_000;

describe('which ends are told', () => {
  /** `failed:no-space@3`: at hour 3; without it one hour after the one before. */
  const read = (text: string): EndedRun[] => {
    let at = 0;
    return text.split(' ').map((word) => {
      const [, state = '', kind, hours] = /^([a-z]+)(?::([a-z-]+))?(?:@(-?\d+))?$/u.exec(word)!;
      at = hours === undefined ? at + 1 : Number(hours);
      return { state: state as RunState, errorKind: (kind ?? null) as ErrorKind | null, endedAt: at * hour };
    });
  };

  test.each<[JobNotify['on'], string, Verdict | null]>([
    ['always', 'succeeded', 'good'],
    ['always', 'failed failed', 'problem'],
    ['always', 'failed succeeded', 'recovered'],
    ['always', 'cancelled', 'problem'],
    ['never', 'failed', null],
    ['problems', 'succeeded', null],
    ['problems', 'failed', 'problem'],
    ['problems', 'skipped', 'problem'],
    ['problems', 'interrupted', 'problem'],
    ['problems', 'cancelled', null],
    ['problems', 'failed succeeded', 'recovered'],
    ['problems', 'failed cancelled succeeded', 'recovered'],
    ['problems', 'failed succeeded succeeded', null],
    ['problems', 'failed failed', null],
    ['problems', 'failed failed failed failed', null],
    ['problems', 'failed cancelled failed', null],
    ['problems', 'failed warned', 'problem'],
    ['problems', 'failed:no-space failed:auth', 'problem'],
    ['problems', 'failed:no-space failed:auth failed:auth', null],
    ['problems', 'failed succeeded failed', 'problem'],
    ['problems', 'failed@0 failed@12 failed@21', 'problem'],
    ['problems', 'failed@0 failed@21 failed@23', null],
    ['problems', 'failed@0 failed@21 failed@42', 'problem'],
    ['problems', 'failed@50 failed@2', 'problem'],
  ])('%s: %s -> %s', (on, runs, verdict) => {
    expect(decideEnd(on, read(runs))).toBe(verdict);
  });

  test('nightly failures are told every night, hourly ones once a day', () => {
    const told = (hours: number, runs: number): number => Array.from({ length: runs }, (_, last) =>
      decideEnd('problems', Array.from({ length: last + 1 }, (__, place) => ({ state: 'failed' as const, errorKind: null, endedAt: place * hours * hour - (place % 2) * 600_000 }))))
      .filter((verdict) => verdict === 'problem').length;
    expect(told(24, 14)).toBe(14);
    expect(told(1, 24 * 7)).toBe(9);
  });
});

test.each([
  [{ silentHours: 24, lastGoodAt: 0, createdAt: 0, toldSince: null }, 23, null],
  [{ silentHours: 24, lastGoodAt: 0, createdAt: 0, toldSince: null }, 24, { verdict: 'silent', since: 0 }],
  [{ silentHours: 24, lastGoodAt: null, createdAt: hour, toldSince: null }, 25, { verdict: 'silent', since: hour }],
  [{ silentHours: 24, lastGoodAt: 0, createdAt: 0, toldSince: 0 }, 99, null],
  [{ silentHours: null, lastGoodAt: 0, createdAt: 0, toldSince: null }, 99, null],
  [{ silentHours: 24, lastGoodAt: 98 * hour, createdAt: 0, toldSince: 0 }, 99, { verdict: 'over', since: 98 * hour }],
  [{ silentHours: null, lastGoodAt: 98 * hour, createdAt: 0, toldSince: 0 }, 99, { verdict: 'over', since: 98 * hour }],
])('silence %j after %d h -> %j', (job, hours, decision) => {
  expect(decideSilence(job, hours * hour)).toEqual(decision);
});

const message = (title: string, more: Partial<Message> = {}): Message => ({ ...testMessage('studio', 0), title, ...more });

describe('what goes out together', () => {
  const waiting = (id: number, nextTryAt: number, more: Partial<WaitingMessage> = {}): WaitingMessage =>
    ({ id, channel: 'x', message: message(`m${id}`, { job: { id: `job${id % 2}`, name: 'J' } }), createdAt: 0, tries: 0, nextTryAt, ...more });
  const idsOf = (lists: readonly (readonly WaitingMessage[])[]): number[][] => lists.map((list) => list.map(({ id }) => id));

  test('is what is due; before the end of a process also what was never tried', () => {
    const all = [waiting(1, 5), waiting(2, 20), waiting(3, 20, { tries: 2 })];
    expect(idsOf(planChannel(all, 'json', 10, false).letters)).toEqual([[1]]);
    expect(idsOf(planChannel(all, 'json', 10, true).letters)).toEqual([[1, 2]]);
    expect(idsOf(planChannel([], 'mail', 10, true).letters)).toEqual([]);
    expect(idsOf(planChannel(all, 'json', -30 * hour, false).letters), 'a clock that was set back').toEqual([[1, 2, 3]]);
  });

  test('is one ping for each job, the newest', () => {
    const plan = planChannel([waiting(1, 5), waiting(2, 5), waiting(3, 5), waiting(4, 99, { tries: 1 })], 'pings', 10, false);
    expect(idsOf(plan.letters)).toEqual([[3]]);
    expect(plan.replaced.map(({ id }) => id)).toEqual([1, 2]);
  });

  test('says the problems first', () => {
    const letter = toLetter([message('fine', { tone: 'good' }), message('bad', { tone: 'problem', text: 'It broke.', next: 'Mend it.' })]);
    expect(letter).toMatchObject({ title: 'Daybreak on studio: 2 messages, 1 problem', tone: 'problem' });
    expect(letter.text).toMatch(/^- bad\n- fine\n\nbad\n---\nIt broke\.\n\nWhat to do: Mend it\./u);
    expect(toLetter([message('fine')]).title).toBe('fine');
  });
});

test('what a message says of a run', () => {
  const run = {
    id: 7, jobId: 'j', source: '/data', destination: '/backup', trigger: 'schedule' as const, startedAt: 0, endedAt: 8_040_000,
    totals: { ...noTotals, filesTransferred: 1204, bytesTransferred: 3.4e9, held: 3 }, limitedBy: null, rsyncVersion: null, error: null,
    notices: [{ level: 'info' as const, message: 'By the way' }, { level: 'warning' as const, message: 'omega: 3 files could not be read', hint: 'Run as root.' }],
  };
  const facts = { job: { id: 'j', name: 'Nightly' }, failed: { count: 3, what: 'names' as const }, host: 'studio', now: 9 };
  const told = endMessage({ ...run, state: 'warned' }, 'problem', facts);
  expect(told).toMatchObject({
    title: 'Nightly is backed up, with problems', text: 'omega: 3 files could not be read.', next: 'Run as root.', tone: 'problem',
    facts: expect.arrayContaining([{ name: 'Duration', value: '2 h 14 min' }, { name: 'Copied', value: '1,204 files, 3.4 GB' }, { name: 'Failed', value: '3 names' }, { name: 'Held', value: '3 deletions' }, { name: 'Host', value: 'studio' }]),
    run: { id: 7, state: 'warned', failed: 3, held: 3, durationMs: 8_040_000 },
  });
  const titles = (['held', 'stopped', 'unproven', 'interrupted', 'skipped', 'failed', 'cancelled'] as const).map((state) => endMessage({ ...run, state }, 'problem', facts).title);
  expect(new Set(titles).size).toBe(7);
  expect(titles[0]).toBe('Nightly: 3 deletions to approve');
});

describe('forms of webhooks', () => {
  const letter = toLetter([message('Nightly: 3 names ✓', { text: '<!channel> & *bold* `x`', tone: 'problem' })]);

  test('keep what is said from becoming marks, links or headers', () => {
    const slack = JSON.parse(webRequest('slack', 'https://h.x/t', letter).body) as { text: string };
    expect(slack.text).toContain('&lt;!channel&gt; &amp;');
    const teams = webRequest('teams', 'https://h.x/t', letter).body;
    expect(JSON.parse(teams)).toMatchObject({ type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } }] });
    expect(teams).toContain('\\\\*bold\\\\*');
    const ntfy = webRequest('ntfy', 'https://h.x/t', toLetter([message('a\r\nX-Evil: 1 ✓')]));
    expect(ntfy.headers['Title']).toBe(`=?UTF-8?B?${Buffer.from('a X-Evil: 1 ✓').toString('base64')}?=`);
    expect(Buffer.byteLength(webRequest('ntfy', 'https://h.x/t', toLetter([message('a', { text: 'ä'.repeat(9000) })])).body)).toBeLessThan(4096);
    expect(oneLine('a\r\nb\u2028c\u0000', 9)).toBe('a b c');
  });

  test.each([['https://hc.x/ping/abc', 'https://hc.x/ping/abc'], ['https://hc.x/ping/abc/?rid=1', 'https://hc.x/ping/abc?rid=1']])('ping %s', (url, success) => {
    const [base = '', query] = success.split('?');
    const rest = query === undefined ? '' : `?${query}`;
    const of = (kind: Message['kind'], state: RunState): string => webRequest('pings', url, toLetter([message('x', { kind, run: { id: 1, state, startedAt: 0, endedAt: null, durationMs: null, filesTransferred: 0, bytesTransferred: 0, deleted: 0, failed: 0, held: 0 } })])).url;
    expect([of('started', 'planning'), of('ended', 'succeeded'), of('ended', 'warned'), of('ended', 'held'), of('ended', 'cancelled')])
      .toEqual([`${base}/start${rest}`, success, success, `${base}/fail${rest}`, `${base}/fail${rest}`]);
  });
});

test.each([
  ['anna@example.org', { name: '', address: 'anna@example.org' }], ['Anna B <anna@example.org>', { name: 'Anna B', address: 'anna@example.org' }],
  ['"B, Anna" <a@b.c>', { name: 'B, Anna', address: 'a@b.c' }], ['root@localhost', { name: '', address: 'root@localhost' }],
  ['anna', null], [`a@${'b'.repeat(300)}!`, null], ['a@b.c, d@e.f', null], ['a@b.c\nBcc: d@e.f', null], ['X\r\nBcc: y <a@b.c>', null], ['a b@c.d', null], ['<a@b.c>x', null], ['a@b.c>\r\nDATA', null],
])('the mail address %j', (text, address) => {
  if (address) expect(readAddress(text)).toEqual(address);
  else expect(errorOf(() => readAddress(text))).toMatchObject({ kind: 'invalid-input' });
});

describe('the outbox', () => {
  let temporary: ReturnType<typeof temporaryFolder>;
  let store: Store;
  beforeEach(() => {
    temporary = temporaryFolder();
    store = openStore(temporary.path);
  });
  afterEach(() => {
    store.close();
    temporary.remove();
  });

  test('gives a message to one process, and takes back what that one dropped', () => {
    const other = openStore(temporary.path);
    store.outbox.add('mail', message('one'), 0, 10);
    store.outbox.add('mail', message('two'), 5, 15);
    const [mine, theirs] = [store.outbox.waiting(), other.outbox.waiting()];
    expect(mine.map(({ nextTryAt }) => nextTryAt), 'they go together').toEqual([10, 10]);
    expect(store.outbox.claim(mine, 60)).toBe(true);
    expect(other.outbox.claim(theirs, 60)).toBe(false);
    expect(other.outbox.claim(theirs.slice(1), 60)).toBe(false);
    // What is being tried is nobody else's, whatever was mended.
    other.outbox.hurry(20);
    expect(other.outbox.waiting().map(({ nextTryAt }) => nextTryAt)).toEqual([60, 60]);
    store.outbox.failed([1], 'down', false);
    other.outbox.hurry(20);
    expect(other.outbox.waiting().map(({ nextTryAt }) => nextTryAt)).toEqual([20, 60]);
    store.outbox.hurry(60);
    expect(store.outbox.claim(store.outbox.waiting().slice(0, 1), 60)).toBe(true);
    // The first process has died: after its time the messages are there again.
    expect(other.outbox.waiting()).toMatchObject([{ tries: 2, nextTryAt: 60 }, { tries: 1, nextTryAt: 60 }]);
    other.close();
  });

  test('forgets what is closed and old, or too much, and nothing that waits', () => {
    store.outbox.add('mail', message('waits'), 0, 10);
    store.outbox.add('hook', message('old'), 0, 0);
    store.outbox.sent([2], 1);
    const database = new DatabaseSync(store.file);
    database.exec(`WITH RECURSIVE n (place) AS (SELECT 0 UNION ALL SELECT place + 1 FROM n WHERE place < 509)
      INSERT INTO outbox (channel, message, created_at, sent_at) SELECT 'hook', json_set(message, '$.title', 'n' || place), ${40 * 24 * hour}, 1 FROM outbox, n WHERE id = 1`);
    database.close();
    store.outbox.add('hook', message('last'), 40 * 24 * hour, 0);
    const titles = store.outbox.newest(9999).map(({ title }) => title);
    expect(titles).toContain('waits');
    expect(titles).not.toContain('old');
    expect(titles).not.toContain('n0');
    expect(titles.length).toBeLessThanOrEqual(502);
  });

  test('is left alone by a process that may not deliver', async () => {
    store.outbox.add('hook', message('one'), 0, 0);
    let looks = 0;
    const parts = {
      outbox: () => store.outbox, settings: () => NotifySettings.parse({}), secrets: fileSecrets(temporary.path, undefined), now: () => 5, beforeLook: () => { looks++; },
    };
    const idle = createDelivery({ ...parts, mayDeliver: () => false });
    idle.start();
    await idle.close();
    expect([looks, store.outbox.waiting().length]).toEqual([0, 1]);
    const owner = createDelivery({ ...parts, mayDeliver: () => true });
    owner.start();
    await owner.close();
    expect([looks, store.outbox.waiting().length]).toEqual([1, 0]);
  });

  test('tries later and later', () => {
    expect([1, 2, 3, 4, 5, 6, 99].map((tries) => backoffMs(tries) / 60_000)).toEqual([1, 5, 15, 60, 240, 240, 240]);
  });
});

describe('secrets', () => {
  let temporary: ReturnType<typeof temporaryFolder>;
  beforeEach(() => { temporary = temporaryFolder(); });
  afterEach(() => temporary.remove());

  test('lie in a file for their owner alone, or nowhere', async () => {
    const secrets = fileSecrets(temporary.path, undefined);
    const file = join(temporary.path, 'secrets.json');
    expect(await secrets.get('mail-password')).toBeNull();
    await secrets.set('mail-password', 'a"b\nc');
    expect(await secrets.get('mail-password')).toBe('a"b\nc');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const mode of [0o604, 0o620, 0o640]) {
      chmodSync(file, mode);
      await expect(secrets.get('mail-password'), mode.toString(8)).rejects.toMatchObject({ kind: 'permission', hint: expect.stringContaining(`chmod 600 ${file}`) });
      await expect(secrets.set('mail-password', 'x')).rejects.toMatchObject({ kind: 'permission' });
    }
    chmodSync(file, 0o600);
    writeFileSync(file, 'not json: hunter2');
    await expect(secrets.get('mail-password')).rejects.toMatchObject({ kind: 'data-damaged', message: expect.not.stringContaining('hunter2') });
  });

  test('are not read through a link', async () => {
    writeFileSync(join(temporary.path, 'elsewhere'), '{}', { mode: 0o600 });
    symlinkSync(join(temporary.path, 'elsewhere'), join(temporary.path, 'secrets.json'));
    await expect(fileSecrets(temporary.path, undefined).get('mail-password')).rejects.toMatchObject({ kind: 'permission' });
  });

  test('of a service come from systemd, and are changed there', async () => {
    const credentials = join(temporary.path, 'credentials');
    mkdirSync(credentials);
    writeFileSync(join(credentials, 'mail-password'), 'from systemd\n');
    const secrets = fileSecrets(temporary.path, credentials);
    expect(await secrets.get('mail-password')).toBe('from systemd');
    await expect(secrets.set('mail-password', 'x')).rejects.toMatchObject({ kind: 'permission', hint: expect.stringContaining('LoadCredential') });
  });

  test('of the desktop are encrypted by the system, and refused where that is for show', async () => {
    let backend: 'basic_text' | 'kwallet6' = 'kwallet6';
    let isReKeyed = false;
    const safeStorage = {
      getSelectedStorageBackend: () => backend, isAsyncEncryptionAvailable: () => Promise.resolve(true),
      encryptStringAsync: (text: string) => Promise.resolve(Buffer.from([...Buffer.from(text)].map((byte) => byte ^ 0x55))),
      decryptStringAsync: (bytes: Buffer) => Promise.resolve({ shouldReEncrypt: isReKeyed, result: Buffer.from([...bytes].map((byte) => byte ^ 0x55)).toString() }),
    };
    const secrets = desktopSecrets({ safeStorage }, 'linux', temporary.path);
    await secrets.set('mail-password', 'hunter2');
    expect(await secrets.get('mail-password')).toBe('hunter2');
    isReKeyed = true;
    expect(await secrets.get('mail-password')).toBe('hunter2');
    const kept = readFileSync(join(temporary.path, 'secrets-desktop.json'), 'utf8');
    expect(kept).not.toContain('hunter2');
    expect(kept).not.toContain(Buffer.from('hunter2').toString('base64'));
    backend = 'basic_text';
    expect(await secrets.whyNot()).toContain('no password store');
    await expect(secrets.set('mail-password', 'next')).rejects.toMatchObject({ kind: 'permission', message: expect.stringContaining('no password store') });
    await expect(secrets.get('mail-password')).rejects.toMatchObject({ kind: 'permission' });
    await secrets.set('mail-password', null);
    expect(await secrets.get('mail-password')).toBeNull();
  });
});

test.each([['pigeon'], ['webhook'], ['mail', 'ops'], ['webhook', 'mail']])('the command line knows no way to be told named %s %s', async (...ways) => {
  const face = createFace(createMemoryApp(() => Promise.resolve(outcome())));
  await expect(runCommandLine(['notify', 'test', ...ways], face)).rejects.toMatchObject({ kind: 'invalid-input' });
});

test('docs/notifications.md shows the document as it is', () => {
  const page = readFileSync(new URL('../../docs/notifications.md', import.meta.url), 'utf8');
  const { messages } = JSON.parse(/```json\n([\s\S]*?)```/u.exec(page)![1]!) as { messages: unknown[] };
  expect(messages.map((each) => Message.strict().parse(each))).toEqual(messages);
  for (const kind of MessageKind.options) if (kind !== 'started') expect(page).toContain(`\`${kind}\``);
});

test('the desktop tells a recovery, and nothing of a job that is never told', () => {
  const ended = { state: 'succeeded' as const, totals: noTotals, durationMs: 5, limitedBy: null, error: null };
  const run = { jobName: 'Nightly', dryRun: false, notices: [], heldEntries: 0, outcome: ended } as unknown as LiveRun;
  expect(endNotice(run, 'all', 'good')?.title).toBe('Nightly is backed up');
  expect(endNotice(run, 'problems', 'good')).toBeNull();
  expect(endNotice(run, 'problems', 'recovered')?.title).toBe('Nightly is backed up again');
  for (const wanted of ['all', 'problems', 'none'] as const) expect(endNotice(run, wanted, null)).toBeNull();
  const alarm = message('Nightly: unusual changes in alpha', { tone: 'problem', text: 'So many.', next: 'Look.' });
  expect([newsNotice(alarm, 'problems'), newsNotice(alarm, 'none')]).toEqual([{ title: alarm.title, body: 'So many. Look.' }, null]);
});
