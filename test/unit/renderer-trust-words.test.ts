import { describe, expect, it, test } from 'vitest';
import { MailSettings } from '../../src-shared/notify.ts';
import type { Alarm, FolderRun } from '../../src-shared/protection.ts';
import type { Receipt } from '../../src-shared/receipt.ts';
import { noTotals, type RunState } from '../../src-shared/run.ts';
import { reasonOf } from '../../src-renderer/views/history/skip-reason.ts';
import { alarmSentence } from '../../src-renderer/views/overview/alarm-words.ts';
import { verdictOf } from '../../src-renderer/views/receipt/verdict.ts';
import { mailProblem, withSecurity } from '../../src-renderer/views/settings/mail-rules.ts';
import { addressProblem, shortAddress } from '../../src-renderer/views/settings/webhook-words.ts';
import { restoredWords } from '../../src-renderer/views/trash/restored-words.ts';
import { isChosen, withName } from '../../src-renderer/views/trash/selection.ts';

describe('the verdict of a receipt', () => {
  const receipt = (state: RunState, more: Partial<Receipt> = {}): Receipt => ({
    version: 1, run: 3, job: { id: 'a', name: 'A', source: '/s', destination: '/d', options: {} }, trigger: 'schedule', state, startedAt: 1, endedAt: 2,
    host: { name: 'h', user: 'u', isRoot: false, daybreak: '0' }, rsync: { version: null, argv: [] }, totals: { ...noTotals, entries: 1234, bytes: 5e9, held: 2 },
    folders: [], unprotected: [], failures: [], notices: [], limitedBy: null, error: null, ...more,
  });

  const folder = (name: string, state: FolderRun['state']): FolderRun => ({
    folder: name, state, entries: 0, bytes: 0, created: 0, rewritten: 0, deleted: 0, failed: 0, durationMs: 0,
  });

  it('claims that everything is protected only where nothing says otherwise', () => {
    expect(verdictOf(receipt('succeeded'))).toBe('Everything is protected: 1,234 entries, 5.0 GB.');
    const unprotected = [{ name: 'omega', reason: 'held' }, { name: 'Extended attributes', reason: 'Not asked for (--xattrs).' }];
    expect(verdictOf(receipt('succeeded', { folders: [folder('omega', 'held')], unprotected }))).toBe('1 folder is not protected.');
    expect(verdictOf(receipt('succeeded', { folders: [folder('omega', 'done')], unprotected: unprotected.slice(1) }))).toBe('Everything is protected: 1,234 entries, 5.0 GB.');
  });

  it('counts what failed, and how much of it is new', () => {
    const failures = [{ name: 'a', reason: 'r', isNew: true }, { name: 'b', reason: 'r', isNew: false }];
    expect(verdictOf(receipt('warned', { failures, folders: [folder('x', 'failed'), folder('y', 'not-reached'), folder('z', 'warned')] }))).toBe('2 folders are not protected. 2 names failed, 1 of them new.');
    expect(verdictOf(receipt('warned', { failures: failures.slice(1) }))).toMatch(/1 name failed, all of them known\.$/u);
  });

  it.each<[RunState, RegExp]>([['unproven', /take nothing of it as protected/u], ['interrupted', /take nothing/u], ['held', /2 deletions wait/u], ['failed', /^The run failed/u], ['stopped', /window ended first/u], ['skipped', /^Nothing was copied/u]])(
    'of a run that is %s', (state, words) => {
      expect(verdictOf(receipt(state))).toMatch(words);
    },
  );
});

describe('names chosen in the trash', () => {
  it('hold all below a folder, and nothing that only begins like it', () => {
    expect([isChosen(['omega'], 'omega/raw/a'), isChosen(['omega'], 'omega'), isChosen(['omega'], 'omega 2')]).toEqual([true, true, false]);
  });

  it('are in there once', () => {
    expect(withName(['omega/raw/a', 'sigma'], 'omega', true)).toEqual(['sigma', 'omega']);
    expect(withName(['omega'], 'omega/raw', true)).toEqual(['omega']);
    expect(withName(['omega', 'sigma'], 'omega', false)).toEqual(['sigma']);
  });

  it('are told after they came back', () => {
    expect(restoredWords({ restored: 12, kept: 2 })).toBe('12 restored, 2 kept because something else is there.');
    expect(restoredWords({ restored: 1200, kept: 0 })).toBe('1,200 restored.');
  });
});

describe('an alarm', () => {
  const alarm: Alarm = { id: 1, jobId: 'a', folder: 'sigma', run: 2, at: 3, reason: '412 of 1,020 files were rewritten', names: [] };

  it('names its folder once, and the source itself in words', () => {
    expect(alarmSentence(alarm)).toBe('sigma: 412 of 1,020 files were rewritten');
    expect(alarmSentence({ ...alarm, reason: 'sigma: 3 files' })).toBe('sigma: 3 files');
    expect(alarmSentence({ ...alarm, folder: '' })).toMatch(/^files in the folder itself: /u);
  });
});

describe('a web address', () => {
  it('is shown without what may be secret in it', () => {
    expect(shortAddress('https://hooks.slack.com/services/T024/B0G9/x9fQ2vN7pRk3')).toBe('hooks.slack.com/…pRk3');
    expect(shortAddress('https://ntfy.sh/top')).toBe('ntfy.sh/top');
    expect(shortAddress('https://user:secret@chat.example/?token=verysecret')).toBe('chat.example/…cret');
  });

  it.each([['', false], ['hooks.slack.com', false], ['javascript:alert(1)', false], ['https://ntfy.sh/x', true]])('%j can be used: %s', (address, isGood) => {
    expect(addressProblem(address) === null).toBe(isGood);
  });
});

describe('mail settings', () => {
  const mail = MailSettings.parse({ enabled: true, host: 'mail.example.org', from: 'a@example.org', to: ['b@example.org'] });

  it('take the usual port of an encryption, and leave another one alone', () => {
    expect(withSecurity(mail, 'tls')).toMatchObject({ security: 'tls', port: 465 });
    expect(withSecurity({ ...mail, port: 2525 }, 'tls')).toMatchObject({ port: 2525 });
  });

  it.each<[string, Partial<MailSettings>, RegExp]>([['no server', { host: ' ' }, /server/u], ['no sender', { from: '' }, /comes from/u], ['nobody to send to', { to: [] }, /at least one/u], ['no address', { to: ['anna'] }, /"anna"/u]])(
    'with %s send nothing, and say why', (_what, change, words) => {
      expect(mailProblem({ ...mail, ...change })).toMatch(words);
    },
  );

  it('that are off may be empty', () => {
    expect(mailProblem(MailSettings.parse({}))).toBeNull();
    expect(mailProblem(mail)).toBeNull();
  });
});

test('a skipped run tells its reason, wherever it is kept', () => {
  expect(reasonOf({ error: { kind: 'busy', message: 'The run before goes on' }, notices: [] })).toBe('The run before goes on');
  expect(reasonOf({ error: null, notices: [{ level: 'info', message: 'Paused' }] })).toBe('Paused');
  expect(reasonOf({ error: null, notices: [] })).toBeNull();
});
