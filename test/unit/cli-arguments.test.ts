import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { JobOptions } from '../../src-shared/job.ts';
import { parseMaxDelete, parseWorkers, readBackupCommand, type TypedBackupOptions } from '../../src-main/cli/backup-options.ts';
import { parseBandwidth } from '../../src-main/cli/bandwidth.ts';
import { isRemotePath, localPath } from '../../src-main/cli/local-path.ts';

function refusal(call: () => unknown): AppError {
  try {
    call();
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error('it was accepted');
}

describe('--bwlimit', () => {
  // Each accepted and refused likewise by rsync 3.5.0.
  it.each([
    ['500', 512_000], ['1.5m', 1_572_864], ['20MB', 20_000_000], ['1K', 1024], ['1KB', 1000], ['1KiB', 1024],
    ['2G', 2_147_483_648],
    ['512b', 512], ['1000B', 1000], ['1k+1', 1025], ['2k-1', 2047], ['.5k', 512], ['1.', 1024], ['0', null], ['0m', null],
    ['1t', 1_099_511_627_776],
  ])('reads %s as rsync does', (text, bytes) => {
    expect(parseBandwidth(text)).toBe(bytes);
  });

  it.each(['', '10ib', '1x', '-5', '1e3', '1K+2', '+1', 'fast', '1 M', '100b', '511b', '1kk'])('refuses %j', (text) => {
    expect(refusal(() => parseBandwidth(text))).toMatchObject({ kind: 'invalid-input', hint: expect.any(String) });
  });
});

describe('--workers and --max-delete', () => {
  it('take what the help says', () => {
    expect(parseWorkers('auto')).toBe('auto');
    expect(parseWorkers('64')).toBe(64);
    expect(parseMaxDelete('500')).toEqual({ kind: 'count', limit: 500 });
    expect(parseMaxDelete('0')).toEqual({ kind: 'count', limit: 0 });
    expect(parseMaxDelete('12.5%')).toEqual({ kind: 'percent', limit: 12.5 });
    expect(parseMaxDelete('100%')).toEqual({ kind: 'percent', limit: 100 });
  });

  it.each(['0', '65', '-1', '2.5', 'many', '', '1e1', '0x4'])('refuse %j workers', (text) => {
    expect(refusal(() => parseWorkers(text)).message).toContain('--workers');
  });

  it.each(['-1', '101%', '%', 'all', '', '5 entries', '1.5'])('refuse a limit of %j', (text) => {
    expect(refusal(() => parseMaxDelete(text)).message).toContain('--max-delete');
  });
});

describe('further options of rsync', () => {
  const further = (typed: TypedBackupOptions) => readBackupCommand('/a', '/b', typed, '/').options.further;

  it('are off unless asked for', () => {
    expect(further({})).toEqual([]);
    expect(further({ modifyWindow: '0' })).toEqual([]);
    expect(further({ acls: true, xattrs: true, sparse: true, numericIds: true, fsync: true, modifyWindow: '1' }))
      .toEqual(['acls', 'xattrs', 'sparse', 'numeric-ids', 'fsync', 'modify-window-1']);
  });

  it.each(['2', '', '-1', '1s'])('do not take times that differ by %j for the same', (modifyWindow) => {
    expect(refusal(() => further({ modifyWindow })).message).toContain('--modify-window');
  });
});

describe('a path', () => {
  it.each([
    ['/data/prod', '/data/prod'], ['/data/prod/', '/data/prod'], ['/data//prod/./', '/data/prod'], ['/', '/'],
    ['prod', '/home/me/prod'], ['./prod/', '/home/me/prod'], ['.', '/home/me'], ['..', '/home'], ['../you/x', '/home/you/x'],
    ['../../..', '/'], ['../../../x', '/x'], ['./a:b', '/home/me/a:b'], ['/x/a:b', '/x/a:b'], ['x/a:b', '/home/me/x/a:b'],
    ['~', '/home/me/~'],
    [' ', '/home/me/ '], ['..x/y', '/home/me/..x/y'], ['-n', '/home/me/-n'],
  ])('%s is %s when called from /home/me', (given, expected) => {
    expect(localPath('SRC', given, '/home/me')).toBe(expected);
  });

  it('keeps .. behind a name, since only the system knows where a symlink leads', () => {
    expect(localPath('SRC', '/data/link/../x', '/')).toBe('/data/link/../x');
    expect(localPath('SRC', 'link/../x/', '/home/me')).toBe('/home/me/link/../x');
  });

  it.each(['nas:/x', 'user@host:x', 'host::module', 'rsync://host/module', 'RSYNC://h/m', '[::1]:/x', 'a:b', ':x',
    'a:'])('%s is remote', (path) => {
    expect(isRemotePath(path)).toBe(true);
    expect(refusal(() => localPath('DEST', path, '/')).message).toContain(`DEST ${path} is on another machine`);
  });

  it('that is empty is refused: a script with an unset variable must not back up the current folder', () => {
    expect(refusal(() => localPath('SRC', '', '/home/me')).message).toBe('SRC is empty');
  });
});

describe('a backup command line', () => {
  const read = (typed: TypedBackupOptions) => readBackupCommand('src', '/dst/', typed, '/home/me');

  it('has the defaults of a job when nothing else is asked', () => {
    expect(read({})).toMatchObject({ source: '/home/me/src', destination: '/dst', dryRun: false, json: false, yes: false });
    expect(read({}).options).toEqual(JobOptions.parse({}));
  });

  it('carries every option', () => {
    const typed = {
      workers: '3', delete: true, dryRun: true, exclude: ['*.tmp', '/x'], compress: true, backup: true, backupDir: '../old/',
      checksum: true,
      maxDelete: '5%', bwlimit: '1m', json: true, verbose: true, yes: true, acceptNewMount: true,
    };
    const command = read(typed);
    expect(command.options).toEqual({
      mirror: true, excludes: ['*.tmp', '/x'], compress: true, checksum: true, backup: true, backupDir: '/home/old',
      bandwidthLimit: 1_048_576, deleteLimit: { kind: 'percent', limit: 5 }, workers: 3, further: [], trashDays: null,
    });
    expect(JobOptions.parse(command.options)).toEqual(command.options);
    expect(command).toMatchObject({ dryRun: true, json: true, verbose: true, quiet: false, yes: true, acceptNewMounts: true });
  });

  it('takes --backup-dir alone as --backup, as rsync does', () => {
    expect(read({ backupDir: '/old' }).options).toMatchObject({ backup: true, backupDir: '/old' });
  });

  it.each([
    [{ backup: true, delete: true }, '--backup together with --delete needs --backup-dir'],
    [{ maxDelete: '5' }, '--max-delete without --delete has nothing to limit'],
    [{ quiet: true, verbose: true }, '--quiet and --verbose contradict each other'],
    [{ exclude: ['a', ''] }, '--exclude got an empty pattern'],
    [{ backupDir: 'nas:/old' },
      '--backup-dir nas:/old is on another machine; Daybreak can only reach folders and mounted shares so far'],
  ])('refuses %j', (typed, message) => {
    expect(refusal(() => read(typed))).toMatchObject({ kind: 'invalid-input', message, hint: expect.any(String) });
  });
});
