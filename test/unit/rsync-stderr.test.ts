import { describe, expect, test } from 'vitest';
import type { RsyncResult } from '../../src-shared/rsync-result.ts';
import { createCallReader } from '../../src-main/core/rsync/call-reader.ts';
import { createErrorReader, type ErrorSummary } from '../../src-main/core/rsync/stderr.ts';
import { type Captured, captured, capturedVersions } from '../fixtures/rsync/captured.ts';

function readErrors(output: string, pieceSize = 1 << 20): ErrorSummary {
  const bytes = Buffer.from(output);
  const reader = createErrorReader();
  for (let at = 0; at < bytes.length; at += pieceSize) reader.push(bytes.subarray(at, at + pieceSize));
  return reader.end();
}

function resultOf({ code, signal, stdout, stderr }: Captured): RsyncResult {
  const reader = createCallReader();
  reader.stdout(Buffer.from(stdout));
  reader.stderr(Buffer.from(stderr));
  return reader.end({ code, signal, durationMs: 1 });
}

const nothing = { deletionsSkipped: 0, ioError: false, couldNotMakeWay: 0, failedNames: [], failedCount: 0, errno: null };
const source = '/srv/capture/s/a';

describe.each(capturedVersions)('what rsync %s says went wrong', (version) => {
  const cases: readonly (readonly [name: string, facts: Partial<RsyncResult['facts']>])[] = [
    ['mirror', nothing],
    ['missing argument ignored', nothing],
    ['unreadable', {
      ...nothing, ioError: true, errno: 'Permission denied', failedCount: 3,
      failedNames: [`${source}/x`, `${source}/odd\\#012name\\#134#012`, `${source}/secret`],
    }],
    ['deletions left', { ...nothing, deletionsSkipped: 3 }],
    ['folder in the way', { ...nothing, couldNotMakeWay: 1, failedCount: 1, failedNames: ['a/old'] }],
    [
      'folder in the way of a mirror',
      { ...nothing, deletionsSkipped: 3, couldNotMakeWay: 1, failedCount: 1, failedNames: ['a/old'] },
    ],
    ['folder kept by an exclude', { ...nothing, couldNotMakeWay: 1, failedCount: 1, failedNames: ['a/old'] }],
    ['missing source', { ioError: true, errno: 'No such file or directory', failedNames: ['/srv/capture/nowhere'] }],
    ['no such destination', { errno: 'No such file or directory', failedNames: ['/srv/capture/d/no/such'] }],
    ['disk full', { ioError: false, errno: 'No space left on device', failedNames: ['/srv/capture/full/a/big'] }],
    ['read-only', { ioError: false, errno: 'Read-only file system', failedNames: ['/srv/capture/fixed/a'] }],
    ['file too large', { errno: 'File too large', failedNames: ['/srv/capture/d3/a/big'] }],
    ['unknown option', nothing],
    ['ended by TERM', nothing],
    ['other half killed', nothing],
    // Not a failure: what is gone need not be copied.
    ['vanished', nothing],
  ];
  test.each(cases)('%s', (name, facts) => {
    expect(resultOf(captured(version, name)).facts).toMatchObject(facts);
  });

  test('out of inodes: the names that could not be made, not those of temporary files', () => {
    const { errno, failedNames } = resultOf(captured(version, 'out of inodes')).facts;
    expect(errno).toBe('No space left on device');
    const names = ['f1', 'odd\\#012name\\#134#012', 'old', 'secret', 'x/in'].map((name) => `/srv/capture/few/a/${name}`);
    expect(failedNames).toEqual(expect.arrayContaining(names));
  });

  test('the exit code and the last lines are kept', () => {
    const result = resultOf(captured(version, 'ended by TERM'));
    expect(result).toMatchObject({ code: 20, signal: null, stats: null, durationMs: 1 });
    expect(result.lastLines.join('\n')).toContain('received SIGINT, SIGTERM, or SIGHUP (code 20)');
  });

  test('pieces of any size read the same', () => {
    const { stderr } = captured(version, 'unreadable');
    const whole = readErrors(stderr);
    for (const size of [1, 2, 3, 7, 100]) expect(readErrors(stderr, size)).toEqual(whole);
  });
});

describe('I/O errors', () => {
  const unopened = 'rsync: [sender] send_files failed to open "/s/a": Permission denied (13)\n';
  const stopped = 'IO error encountered -- skipping file deletion\n';
  const resultFrom = (stdout: string, stderr: string): boolean => resultOf(
    { code: 23, signal: null, stdout, stderr },
  ).facts.ioError;

  test.each([
    ['rsync stops deleting and does not say why', stopped, '', true],
    [
      'rsync stops deleting because a file could not be opened', stopped,
      unopened, false,
    ],
    ['a file could not be opened and a folder could not be listed', stopped,
      `${unopened}rsync: [sender] opendir "/s/x" failed: Permission denied (13)\n`, true],
    ['a folder could not be listed, said by an older rsync', '', 'rsync: opendir "/s/x" failed: Permission denied (13)\n', true],
    ['the disk of the source fails', '', 'rsync: [sender] read errors mapping "/s/a": Input/output error (5)\n', true],
    ['a link could not be looked at', '', 'rsync: [sender] readlink_stat("/s/a") failed: Input/output error (5)\n', true],
    ['a file could not be written', '', 'rsync: [receiver] mkstemp "/d/.a.Ab12cD" failed: Permission denied (13)\n', false],
  ])('%s', (_, stdout, stderr, expected) => {
    expect(resultFrom(stdout, stderr)).toBe(expected);
  });
});

describe('lines of any rsync', () => {
  test.each([
    ['rsync: [generator] symlink "/d/a" -> "foo" failed: Permission denied (13)', '/d/a'],
    ['rsync: [receiver] rename "/d/.a.Ab12cD" -> "a": Permission denied (13)', '/d/.a.Ab12cD'],
    ['rsync: [generator] link "/d/b" => a failed: Operation not permitted (1)', '/d/b'],
    ['rsync: [generator] link "/d/.b.1702" => a/c failed: Operation not permitted (1)', '/d/b'],
    ['rsync: [generator] mknod "/d/.fifo.99" failed: Operation not permitted (1)', '/d/fifo'],
    ['rsync: [generator] chown "/d/say "hi"" failed: Operation not permitted (1)', '/d/say "hi"'],
    ['rsync: [receiver] mkstemp "/d/x/..hidden.Ab12cD" failed: Permission denied (13)', '/d/x/.hidden'],
    ['rsync: [sender] send_files failed to open "/s/a: b (2)": Permission denied (13)', '/s/a: b (2)'],
    ['rsync: send_files failed to open "/s/a": Permission denied (13)', '/s/a'],
    ['ERROR: a/b failed verification -- update discarded.', 'a/b'],
  ])('%s names the file', (line, name) => {
    expect(readErrors(`${line}\n`).failedNames).toEqual([name]);
  });

  test.each([
    'WARNING: a/b failed verification -- update discarded (will try again).',
    'rsync: [sender] write error: Broken pipe (32)',
    'file has vanished: "/s/a"',
    '*** Skipping any contents from this failed directory ***',
  ])('%s is no failed name', (line) => {
    expect(readErrors(`${line}\n`).failedCount).toBe(0);
  });

  test('a name that fails twice counts once, and only 1,000 names are kept', () => {
    const chown = 'rsync: [generator] chown "/d/a" failed: Operation not permitted (1)\n';
    const twice = `${chown}rsync: [generator] failed to set times on "/d/a": Operation not permitted (1)\n`;
    expect(readErrors(twice)).toMatchObject({ failedCount: 1, failedNames: ['/d/a'] });
    const many = Array.from(
      { length: 1500 }, (_, index) => `rsync: [generator] chown "/d/${index}" failed: Operation not permitted (1)\n`,
    ).join('');
    const { failedCount, failedNames } = readErrors(many);
    expect(failedCount).toBe(1500);
    expect(failedNames).toHaveLength(1000);
  });

  test('the errno that concerns all comes before those of single files, and its line is kept', () => {
    const file = 'rsync: [sender] send_files failed to open "/s/a": Permission denied (13)\n';
    const disk = 'rsync: [receiver] write failed on "/d/b": No space left on device (28)';
    const { errno, lastLines } = readErrors(`${file}${disk}\n${file.repeat(50)}rsync: [sender] write error: Broken pipe (32)\n`);
    expect(errno).toBe('No space left on device');
    expect(lastLines).toHaveLength(20);
    expect(lastLines[0]).toBe(disk);
    expect(lastLines.at(-1)).toContain('Broken pipe');
  });

  test.each([
    ['Disc quota exceeded', 'Disk quota exceeded'],
    ['Stale NFS file handle', 'Stale file handle'],
    ['Socket is not connected', 'Transport endpoint is not connected'],
  ])('%s is %s elsewhere', (spelling, errno) => {
    expect(readErrors(`rsync: [receiver] write failed on "/d/b": ${spelling} (1)\n`).errno).toBe(errno);
  });
});
