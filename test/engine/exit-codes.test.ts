import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src-main/cli/exit-code.ts';
import type { RunState } from '../../src-shared/run.ts';
import { backUp, noticesOf, openEngine } from '../fixtures/engine.ts';
import type { FakeRsync, PlannedEnd } from '../fixtures/fake-rsync/plan.ts';
import { planRsync } from '../fixtures/fake-rsync/plan.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import { folderOf, plainTree } from '../fixtures/tree-plain.ts';
import type { FileNode } from '../fixtures/tree.ts';
import { removeTree, writeTree } from '../fixtures/tree.ts';

interface Ended {
  readonly state: RunState;
  /** What the command line ends with. */
  readonly code: number;
  /** Calls that copied the one unit, until what is to be deleted was listed. */
  readonly tries: number;
  /** Error of the run and its notices, for people. */
  readonly words: string;
  readonly kind: string | null;
  /** How the destination differs from the source. */
  readonly differences: string[];
  readonly staleIsLeft: boolean;
}

/** What tells a call that copies from one that only looks, or that deletes. */
const copyOnly = '--max-delete=0';

const stale: FileNode = { kind: 'file', content: 7, size: 10, sparse: false, mode: 0o644, owner: null, mtime: 5 };

/**
 * A run of one unit whose calls of rsync end as planned, into a destination that has a file too many; by default a mirror run. With
 * checksums the unit's own call copies it; else both sides are compared, and rsync is given what differs.
 */
async function runWith(plan: readonly PlannedEnd[], { mirror = true, mayBeLeft = 0, checksum = true } = {}): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-codes-'));
  try {
    const [source, destination] = [join(folder, 'source'), join(folder, 'destination')];
    writeTree(source, plainTree({ folders: 2, files: 2, bytes: 100 }));
    writeTree(destination, folderOf([['stale', stale]]));
    // Only calls that copy: a first mirror run looks with --dry-run before.
    const fake = planRsync(folder, plan, !checksum ? '--dirs --ignore-missing-args' : mirror ? copyOnly : '--ignore-missing-args');
    const engine = await openEngine(folder, { roomWaitMs: 0 }, { ...process.env, PATH: pathOf(fake, join(folder, 'bin')) });
    const { state, error, events } = await backUp(engine, source, destination, { options: { mirror, workers: 1, checksum } });
    await engine.close();
    expect(fake.left(), `calls that were planned but not made; ${error?.message}`).toBeLessThanOrEqual(mayBeLeft);
    const found = readManifest(destination);
    return {
      state,
      code: exitCodeOf({ state, error }),
      tries: triesIn(fake.calls()),
      kind: error?.kind ?? null,
      words: [...noticesOf(events), error?.message ?? '', error?.hint ?? '', error?.detail ?? ''].join('\n').trim(),
      differences: diffManifest(readManifest(source), found),
      staleIsLeft: found.has('stale'),
    };
  } finally {
    removeTree(folder);
  }
}

/** A PATH on which rsync is the fake one with a plan of its own, whatever the environment of the caller. */
function pathOf({ env }: FakeRsync, bin: string): string {
  const [fakeFolder = ''] = env['PATH']?.split(delimiter) ?? [];
  const settings = Object.entries(env).filter(([name]) => name.startsWith('FAKE_RSYNC_'));
  mkdirSync(bin);
  writeFileSync(join(bin, 'rsync'), [
    '#!/bin/sh',
    ...settings.map(([name, value]) => `export ${name}='${value}'`),
    `exec '${join(fakeFolder, 'rsync')}' "$@"`,
    '',
  ].join('\n'));
  chmodSync(join(bin, 'rsync'), 0o755);
  return `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
}

/** After the removals the unit is copied once more: that is no second try. */
function triesIn(calls: readonly { args: string }[]): number {
  const first = calls.findIndex(({ args }) => args.includes(copyOnly));
  const copies = first < 0 ? [] : calls.slice(first);
  const next = copies.findIndex(({ args }) => !args.includes(copyOnly));
  return next < 0 ? copies.length : next;
}

const writeFailed = (errno: string): string => `rsync: [receiver] write failed on "/b/file-0": ${errno}`;

describe.concurrent('what may pass is tried again, and the run succeeds', { timeout: 60_000 }, () => {
  test.each<[string, PlannedEnd]>([
    ['5, no more connections', { end: 5, stderr: '@ERROR: max connections (2) reached -- try again later' }],
    ['10, socket', { end: 10 }],
    ['12, stream', { end: 12, stderr: 'rsync: connection unexpectedly closed (0 bytes received so far) [sender]' }],
    ['13, diagnostics', { end: 13 }],
    ['14, IPC', { end: 14 }],
    ['15, a sibling crashed', { end: 15 }],
    ['16, a sibling was killed', { end: 16 }],
    ['19, a signal', { end: 19 }],
    ['20, a signal that was not ours', { end: 20 }],
    ['21, waitpid', { end: 21 }],
    ['22, memory', { end: 22 }],
    ['24, vanished', { end: 24, afterwards: true, stderr: 'file has vanished: "/a/file-0"' }],
    ['30, timeout', { end: 30 }],
    ['35, daemon connect', { end: 35 }],
    ['255, the connection closed', { end: 255, stderr: 'kex_exchange_identification: Connection closed by remote host' }],
    ['killed by SIGKILL', { end: 'signal-KILL' }],
    ['killed by SIGKILL after its work', { end: 'signal-KILL', afterwards: true }],
    ['crashed by SIGSEGV', { end: 'signal-SEGV' }],
  ])('%s', async (_, end) => {
    const run = await runWith([end]);
    expect(run.words).toBe('');
    expect([run.code, run.tries]).toEqual([0, 2]);
    expect(run.differences).toEqual([]);
  });

  test('also where both sides were compared: then the unit is copied by a call of its own', async () => {
    const run = await runWith([{ end: 10 }], { checksum: false });
    expect([run.words, run.code, run.tries]).toEqual(['', 0, 1]);
    expect(run.differences).toEqual([]);
  });
});

describe.concurrent('what cannot pass ends the run as failed, says why, and deletes nothing', { timeout: 60_000 }, () => {
  test.each<[string, PlannedEnd, number, string, RegExp]>([
    ['1, usage', { end: 1, stderr: 'rsync: --some-option: unknown option' }, 1, 'rsync-unsupported', /did not accept the call/u],
    ['2, protocol', { end: 2, stderr: 'protocol version mismatch' }, 1, 'rsync-unsupported', /daybreak doctor/u],
    ['3, file selection', { end: 3 }, 1, 'invalid-input', /could not use the source or the destination/u],
    ['4, unsupported', { end: 4 }, 1, 'rsync-unsupported', /daybreak doctor/u],
    ['5, login refused', { end: 5, stderr: '@ERROR: auth failed on module backup' }, 1, 'auth', /refused the user or the password/u],
    ['5, no such module', { end: 5, stderr: "@ERROR: Unknown module 'x'" }, 1, 'connection', /name of its module/u],
    ['11, disk full', { end: 11, stderr: writeFailed('No space left on device (28)') }, 1, 'no-space', /The destination is full/u],
    ['11, quota', { end: 11, stderr: writeFailed('Disk quota exceeded (122)') }, 1, 'no-space', /quota/u],
    ['11, read-only', { end: 11, stderr: writeFailed('Read-only file system (30)') }, 1, 'destination-unreachable', /read-only/u],
    ['11, medium error', { end: 11, stderr: writeFailed('Input/output error (5)') }, 1, 'destination-unreachable', /Input\/output error/u],
    ['12, no rsync there', { end: 12, stderr: 'bash: rsync: command not found' }, 1, 'rsync-missing', /could not be started/u],
    ['12, a chatty shell', { end: 12, stderr: 'protocol version mismatch -- is your shell clean?' }, 1, 'connection', /greetings/u],
    ['13, twice, and alone', { end: 13 }, 3, 'internal', /code 13/u],
    ['14, not to be executed', { end: 14, stderr: 'rsync: Failed to exec ssh: No such file' }, 1, 'rsync-missing', /daybreak doctor/u],
    ['15, twice, and alone', { end: 15 }, 3, 'internal', /code 15/u],
    ['20, three times, and alone', { end: 20 }, 4, 'internal', /code 20/u],
    ['22, twice, and alone', { end: 22 }, 3, 'internal', /code 22/u],
    ['99, unheard of, and alone', { end: 99 }, 2, 'internal', /code 99, which it does not document/u],
    ['124, remote command', { end: 124 }, 1, 'rsync-missing', /could not be started/u],
    ['125, remote command', { end: 125 }, 1, 'rsync-missing', /could not be started/u],
    ['126, remote command', { end: 126 }, 1, 'rsync-missing', /could not be started/u],
    ['127, remote command', { end: 127 }, 1, 'rsync-missing', /could not be started/u],
    ['255, login refused', { end: 255, stderr: 'me@nas: Permission denied (publickey).' }, 1, 'auth', /refused the login/u],
    ['255, another host key', { end: 255, stderr: 'Host key verification failed.' }, 1, 'auth', /known host key/u],
    ['killed by SIGKILL, three times, and alone', { end: 'signal-KILL' }, 4, 'internal', /rsync was killed \(SIGKILL\)/u],
  ])('%s', async (_, end, tries, kind, words) => {
    const run = await runWith(Array.from({ length: tries }, () => end));
    expect(run.words).toMatch(words);
    expect([run.code, run.kind, run.tries]).toEqual([kind === 'invalid-input' ? 2 : 1, kind, tries]);
    expect(run.staleIsLeft).toBe(true);
  });
});

describe.concurrent('what cannot pass while others run', { timeout: 60_000 }, () => {
  test.each<[string, PlannedEnd, number]>([
    ['13', { end: 13 }, 2], ['20', { end: 20 }, 3], ['99', { end: 99 }, 1],
  ])('%s, is tried again alone at the end', async (_, end, tries) => {
    const run = await runWith(Array.from({ length: tries }, () => end));
    expect([run.code, run.tries, run.words]).toEqual([0, tries + 1, '']);
    expect(run.differences).toEqual([]);
  });
});

describe.concurrent('what is neither', { timeout: 60_000 }, () => {
  const denied = 'rsync: [sender] send_files failed to open "/a/file-0": Permission denied (13)';

  test('0 is success, and what vanished from the source is deleted', async () => {
    const run = await runWith([{ end: 'real' }]);
    expect([run.code, run.tries, run.words]).toEqual([0, 1, '']);
    expect(run.differences).toEqual([]);
  });

  test('23 for a file that cannot be read is tried once more, then warned of; mirroring goes on', async () => {
    const run = await runWith([{ end: 23, afterwards: true, stderr: denied }, { end: 23, afterwards: true, stderr: denied }]);
    expect([run.code, run.kind]).toEqual([3, null]);
    expect(run.words).toMatch(/1 name could not be copied in full: Permission denied/u);
    expect(run.differences).toEqual([]);
  });

  test('23 that is gone at the second try leaves no warning', async () => {
    const run = await runWith([{ end: 23, afterwards: true, stderr: denied }]);
    expect([run.code, run.words]).toEqual([0, '']);
    expect(run.differences).toEqual([]);
  });

  test('23 for a folder that cannot be listed stops all deletions', async () => {
    const error = 'rsync: [sender] opendir "/a/sub-0" failed: Permission denied (13)\nIO error encountered -- skipping file deletion';
    const run = await runWith([{ end: 23, afterwards: true, stderr: error }, { end: 23, afterwards: true, stderr: error }], { mayBeLeft: 1 });
    expect(run.code).toBe(3);
    expect(run.words).toMatch(/delet/iu);
    expect(run.staleIsLeft).toBe(true);
  });

  test('24 again and again is a note, not a warning', async () => {
    const vanished = 'file has vanished: "/a/file-0"';
    const again = { end: 24, afterwards: true, stderr: vanished };
    const run = await runWith([again, again], { mirror: false });
    expect(run.code).toBe(0);
    expect(run.words).toMatch(/disappeared from the source/u);
  });

  test('25 leaves the deletions for later, and they are done', async () => {
    const run = await runWith([{ end: 25, afterwards: true, stderr: 'Deletions stopped due to --max-delete limit (1 skipped)' }]);
    expect([run.code, run.tries]).toEqual([0, 1]);
    expect(run.differences).toEqual([]);
  });
});
