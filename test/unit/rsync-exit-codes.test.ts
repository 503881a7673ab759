import { describe, expect, test } from 'vitest';
import type { ErrorKind } from '../../src-shared/errors.ts';
import type { RsyncResult } from '../../src-shared/rsync-result.ts';
import { createCallReader } from '../../src-main/core/rsync/call-reader.ts';
import { type Disposition, type EndContext, judgeEnd, rsyncError } from '../../src-main/core/rsync/exit-codes.ts';
import { captured, capturedVersions } from '../fixtures/rsync/captured.ts';

/** The result of an rsync that ended so and said that on stderr. */
function ended(code: number | null, stderr = '', stdout = ''): RsyncResult {
  const reader = createCallReader();
  reader.stdout(Buffer.from(stdout));
  reader.stderr(Buffer.from(stderr));
  return reader.end({ code, signal: null, durationMs: 1 });
}

function killed(signal: string): RsyncResult {
  return { ...ended(null), signal };
}

function judge(result: RsyncResult, context: Partial<EndContext> = {}): Disposition {
  return judgeEnd(result, { askedToStop: false, attempt: 1, mirrorCopyPhase: false, random: () => 0, ...context });
}

const receiver = (errno: string): string => `rsync: [receiver] write failed on "/d/a": ${errno} (1)\n`;
const sender = (errno: string): string => `rsync: [sender] read errors mapping "/s/a": ${errno} (1)\n`;
const leftOver = 'Deletions stopped due to --max-delete limit (3 skipped)\n';
const inTheWay = 'could not make way for new regular file: a/old\n';
const unreadable = 'rsync: [sender] send_files failed to open "/s/a": Permission denied (13)\n';

type Expected = Record<string, unknown>;
const stops = (kind: ErrorKind): Expected => ({ kind: 'failed', stopRun: true, error: { kind } });
const failsAlone = (kind: ErrorKind): Expected => ({ kind: 'failed', stopRun: false, error: { kind } });
const retries = (maxAttempts: number, more: Expected = {}): Expected => ({ kind: 'retry', maxAttempts, ...more });
const gently = { fewerWorkers: true, smallerUnit: true, sweepTemps: true };

describe('what the end of an rsync means', () => {
  const cases: readonly (readonly [title: string, result: RsyncResult, expected: Expected])[] = [
    ['0', ended(0), { kind: 'done' }],
    ['1', ended(1), stops('rsync-unsupported')],
    ['2', ended(2), stops('rsync-unsupported')],
    [
      '2, a linked file in the place of a folder',
      ended(2, `${inTheWay}File-list index 42 not in 43 - 143 (got_flist_entry_status) [generator]\n`), retries(2, { withoutHardLinks: true }),
    ],
    ['3', ended(3), stops('invalid-input')],
    ['4', ended(4), stops('rsync-unsupported')],
    [
      '5, too many connections', ended(5, '@ERROR: max connections (4) reached -- try again later\n'),
      retries(6, { fewerWorkers: true }),
    ],
    ['5, wrong password', ended(5, '@ERROR: auth failed on module x\n'), stops('auth')],
    ['5, no such module', ended(5, '@ERROR: Unknown module \'x\'\n'), stops('connection')],
    ['10', ended(10), retries(4)],
    ['11, full', ended(11, receiver('No space left on device')), { ...failsAlone('no-space'), pausePool: true }],
    ['11, quota', ended(11, receiver('Disk quota exceeded')), { ...failsAlone('no-space'), pausePool: true }],
    ['11, read-only', ended(11, receiver('Read-only file system')), stops('destination-unreachable')],
    ['11, failing disk', ended(11, receiver('Input/output error')), stops('destination-unreachable')],
    [
      '11, no parent', ended(11, 'rsync: [Receiver] mkdir "/d/no/such" failed: No such file or directory (2)\n'),
      stops('destination-unreachable'),
    ],
    ['11, forbidden', ended(11, receiver('Permission denied')), stops('permission')],
    ['11, mount gone', ended(11, receiver('Transport endpoint is not connected')), stops('destination-unreachable')],
    ['11, stale', ended(11, receiver('Stale file handle')), retries(3)],
    ['11, one large file', ended(11, receiver('File too large')), failsAlone('invalid-input')],
    ['11, no errno', ended(11), failsAlone('internal')],
    ['12', ended(12), retries(3, { sweepTemps: true })],
    ['12, no rsync there', ended(12, 'bash: line 1: rsync: command not found\n'), stops('rsync-missing')],
    ['12, a greeting', ended(12, 'protocol version mismatch -- is your shell clean?\n'), stops('connection')],
    ['13', ended(13), retries(2)],
    ['14', ended(14), retries(2)],
    [
      '14, no program', ended(14, 'rsync: [Receiver] Failed to exec ssh: No such file or directory (2)\n'),
      stops('rsync-missing'),
    ],
    ['15', ended(15), retries(2, gently)],
    ['16', ended(16), retries(2, gently)],
    ['19', ended(19), retries(3, { sweepTemps: true })],
    ['20', ended(20), retries(3, { sweepTemps: true })],
    ['21', ended(21), retries(2)],
    ['22', ended(22), retries(2, gently)],
    [
      '23, forbidden file', ended(23, unreadable),
      { kind: 'warned', retryAlone: true, note: { message: '1 name could not be copied in full: Permission denied' } },
    ],
    ['23, nothing said', ended(23), { kind: 'warned', retryAlone: false }],
    [
      '23, out of inodes', ended(23, 'rsync: [receiver] mkstemp "/d/.a.Ab12cD" failed: No space left on device (28)\n'),
      { ...failsAlone('no-space'), pausePool: true },
    ],
    ['23, read-only', ended(23, receiver('Read-only file system')), stops('destination-unreachable')],
    ['23, one bad sector at the source', ended(23, sender('Input/output error')), { kind: 'warned', retryAlone: true }],
    ['23, failing disk at the destination', ended(23, receiver('Input/output error')), stops('destination-unreachable')],
    ['23, mount of the source gone', ended(23, sender('Transport endpoint is not connected')), stops('source-missing')],
    [
      '23, source gone', ended(23, 'rsync: [sender] change_dir "/s" failed: No such file or directory (2)\n'),
      stops('source-missing'),
    ],
    ['24', ended(24), { kind: 'retry', afterMs: 0, maxAttempts: 2 }],
    ['25', ended(25, leftOver), { kind: 'pending-deletes', note: null, retryAlone: false }],
    ['30', ended(30), retries(4)],
    [
      '30, time is up', ended(30, 'rsync error: stopping at requested limit (code 30) at io.c(1) [sender=3.5.0]\n'),
      { kind: 'cancelled' },
    ],
    ['35', ended(35), retries(4)],
    ['77', ended(77), failsAlone('internal')],
    ...[124, 125, 126, 127].map((code) => [`${code}`, ended(code), stops('rsync-missing')] as const),
    ['255', ended(255, 'kex_exchange_identification: Connection closed by remote host\n'), retries(6, { fewerWorkers: true })],
    ['255, wrong key', ended(255, 'user@nas: Permission denied (publickey).\n'), stops('auth')],
    ['255, unknown host', ended(255, 'Host key verification failed.\n'), stops('auth')],
    ['not started', ended(null), stops('rsync-missing')],
    ['killed', killed('SIGKILL'), retries(3, { sweepTemps: true })],
    ['crashed', killed('SIGSEGV'), retries(2, gently)],
  ];
  test.each(cases)('%s', (_, result, expected) => {
    expect(judge(result)).toMatchObject(expected);
  });

  test('every failure says what and what next, and keeps the last lines', () => {
    for (const [title, result] of cases) {
      // Whatever may be retried fails in the end.
      const last = judge(result, { attempt: 9 });
      expect(last.kind, title).not.toBe('retry');
      if (last.kind !== 'failed') continue;
      expect(last.error.message, title).toMatch(/^\S.*[^.]$/u);
      expect(last.error.hint, title).toMatch(/^\S.*\.$/u);
      expect(last.error.detail ?? '', title).toBe(result.lastLines.join('\n'));
    }
  });
});

describe('the copying of a mirror', () => {
  const phase = { mirrorCopyPhase: true };
  test.each<[string, RsyncResult, Expected]>([
    [
      'left what to delete, and failed besides', ended(23, unreadable + leftOver),
      { kind: 'pending-deletes', retryAlone: true, note: { message: '1 name could not be copied in full: Permission denied' } },
    ],
    ['met a folder in the way', ended(23, inTheWay + leftOver), { kind: 'pending-deletes', note: null, retryAlone: false }],
    ['met a folder in the way that an exclude keeps', ended(23, inTheWay), { kind: 'pending-deletes', note: null }],
    [
      'could not list a folder', ended(23, 'rsync: [sender] opendir "/s/x" failed: Permission denied (13)\n'),
      { kind: 'warned', retryAlone: true },
    ],
    [
      'ran out of room with deletes left', ended(23, leftOver + receiver('No space left on device')),
      { ...failsAlone('no-space'), pausePool: true },
    ],
  ])('%s', (_, result, expected) => {
    expect(judge(result, phase)).toMatchObject(expected);
  });

  test('files that vanish twice are a note, and what is to be deleted is not forgotten', () => {
    expect(judge(ended(24), { ...phase, attempt: 2 })).toMatchObject({
      kind: 'done-with-note', note: { message: expect.stringMatching(/disappeared/u) },
    });
    expect(judge(ended(24, leftOver), { ...phase, attempt: 2 })).toMatchObject({
      kind: 'pending-deletes', note: { message: expect.stringMatching(/disappeared/u) },
    });
  });

  test('outside of it a folder in the way is told with what to do', () => {
    expect(judge(ended(23, inTheWay))).toMatchObject({
      kind: 'warned', retryAlone: false, note: { hint: expect.stringMatching(/--delete/u) },
    });
  });
});

describe('what we ended ourselves', () => {
  test.each(
    [ended(20), ended(19), ended(12), ended(30), ended(23), killed('SIGKILL'), killed('SIGTERM')],
  )('is cancelled (%#)', (result) => {
    expect(judge(result, { askedToStop: true })).toEqual({ kind: 'cancelled' });
  });
  test('but is done when it had ended before', () => {
    expect(judge(ended(0), { askedToStop: true })).toEqual({ kind: 'done' });
  });
});

describe('waiting before the next try', () => {
  function waits(random: number, attempts: readonly number[]): number[] {
    return attempts.map((attempt) => {
      const disposition = judge(ended(35), { attempt, random: () => random });
      return disposition.kind === 'retry' ? disposition.afterMs : -1;
    });
  }
  test('doubles, half of it by chance, until the tries are used up', () => {
    expect(waits(0, [1, 2, 3, 4])).toEqual([1000, 2000, 4000, -1]);
    expect(waits(0.999, [1, 2, 3, 4])).toEqual([1999, 3998, 7996, -1]);
  });
  test('never lasts longer than half a minute', () => {
    const disposition = judge(ended(255), { attempt: 5, random: () => 1 });
    expect(disposition).toMatchObject({ kind: 'retry', afterMs: 16_000 });
    expect(
      judge(ended(5, '@ERROR: max connections (4) reached\n'), { attempt: 5, random: () => 1 }),
    ).toMatchObject({ afterMs: 30_000 });
  });
  test('a unit is not given up for a file that keeps failing', () => {
    expect(judge(ended(23, unreadable), { attempt: 2 })).toMatchObject({ kind: 'warned', retryAlone: false });
  });
});

describe.each(capturedVersions)('calls that rsync %s really ended', (version) => {
  test.each<[string, Expected]>([
    ['mirror', { kind: 'done' }],
    [
      'unreadable',
      { kind: 'warned', retryAlone: true, note: { message: '3 names could not be copied in full: Permission denied' } },
    ],
    ['deletions left', { kind: 'pending-deletes', note: null }],
    ['folder in the way of a mirror', { kind: 'pending-deletes', note: null }],
    ['missing source', stops('source-missing')],
    ['unknown option', stops('rsync-unsupported')],
    ['no such destination', stops('destination-unreachable')],
    ['disk full', { ...failsAlone('no-space'), pausePool: true }],
    ['out of inodes', { ...failsAlone('no-space'), pausePool: true }],
    ['read-only', stops('destination-unreachable')],
    ['file too large', failsAlone('invalid-input')],
    ['vanished', retries(2)],
    ['ended by TERM', retries(3)],
    ['killed', retries(3)],
    ['other half killed', retries(3)],
  ])('%s', (name, expected) => {
    const { code, signal, stdout, stderr } = captured(version, name);
    expect(judge({ ...ended(code, stderr, stdout), signal }, { mirrorCopyPhase: true })).toMatchObject(expected);
  });
});

test('every code of rsync\'s has its meaning', () => {
  expect(rsyncError(23)).toBe('partial transfer due to error');
  expect(rsyncError(99)).toBe('unknown error');
});
