import { describe, expect, test } from 'vitest';
import type { Mount, Passport, PathFacts } from '../../src-shared/passport.ts';
import { preflight, type PreflightInput } from '../../src-main/core/safety/preflight.ts';

const disk: Mount = { point: '/', type: 'ext4', source: '/dev/sda1', root: '/', uuid: 'aaaa' };
const usb: Mount = { point: '/mnt/usb', type: 'ext4', source: '/dev/sdb1', root: '/', uuid: 'bbbb' };

function facts(path: string, changes: Partial<PathFacts> = {}, mount: Mount = disk, inside: Mount[] = []): PathFacts {
  const isThere = (changes.kind ?? 'folder') !== 'missing';
  return {
    path,
    realPath: path,
    kind: 'folder',
    passport: isThere ? { path, mount, inside } : null,
    isEmpty: false,
    readable: isThere,
    writable: true,
    unmountedPoint: null,
    hasDaybreakFolder: false,
    parentExists: true,
    freeBytes: 1e12,
    usedBytes: 1e9,
    freeInodes: 1e6,
    latencyMs: 0.1,
    keepsAttributes: true,
    ...changes,
  };
}
const passport = (path: string, mount: Mount = disk, inside: Mount[] = []): Passport => ({ path, mount, inside });

function judge(changes: Partial<PreflightInput> = {}) {
  return preflight({
    source: facts('/data'),
    destination: facts('/backup'),
    options: { mirror: false, backupDir: null },
    lastPassports: null,
    otherDestinations: [],
    acceptNewMounts: false,
    isRoot: true,
    dryRun: false,
    ...changes,
  });
}

interface Case {
  readonly title: string;
  readonly input: Partial<PreflightInput>;
  readonly kind: string;
  readonly message: string;
  readonly hint?: string;
}

const last = { source: passport('/data'), destination: passport('/mnt/usb/b', usb) };

const stops: Case[] = [
  {
    title: 'the source does not exist',
    input: { source: facts('/data', { kind: 'missing', readable: false }) },
    kind: 'source-missing',
    message: 'The source /data does not exist',
  },
  {
    title: 'the source is a mount point of fstab with nothing mounted',
    input: { source: facts('/mnt/nas/prod', { kind: 'missing', unmountedPoint: '/mnt/nas' }) },
    kind: 'source-missing',
    message: 'The source /mnt/nas/prod is not mounted: nothing is mounted at /mnt/nas, which /etc/fstab lists',
    hint: 'Mount it, then run again. If it is not meant to be mounted, remove its line from /etc/fstab.',
  },
  {
    title: 'the source is a file',
    input: { source: facts('/data', { kind: 'file' }) },
    kind: 'invalid-input',
    message: 'The source /data is not a folder',
  },
  {
    title: 'the source is a device',
    input: { source: facts('/data', { kind: 'other' }) },
    kind: 'invalid-input',
    message: 'The source /data is not a folder',
  },
  {
    title: 'the source may not be listed',
    input: { source: facts('/data', { readable: false }) },
    kind: 'permission',
    message: 'The source /data may not be read',
  },
  {
    title: 'the source may not even be looked at',
    input: { source: facts('/data', { kind: 'other', readable: false }) },
    kind: 'permission',
    message: 'The source /data may not be read',
  },
  {
    title: 'the source is a destination itself',
    input: { source: facts('/data', { hasDaybreakFolder: true }) },
    kind: 'invalid-input',
    message: 'The source /data holds a folder .daybreak: it is itself a destination of Daybreak',
  },
  {
    title: 'the source is empty and the destination is not',
    input: { source: facts('/data', { isEmpty: true }) },
    kind: 'source-empty',
    message: 'The source /data is empty, but the destination /backup is not',
  },
  {
    title: 'the source is on another disk than last time',
    input: { source: facts('/data', {}, usb), lastPassports: { source: passport('/data'), destination: passport('/backup') } },
    kind: 'passport-mismatch',
    message:
      'The source /data is not what it was at the last run: it is on /dev/sdb1 (ext4), not on /dev/sda1 (ext4) as before',
    hint: 'Check that the right disk or share is mounted. If the change is meant, accept it for this job, or run once with --accept-new-mount.',
  },
  {
    title: 'a mount inside the source is gone',
    input: {
      lastPassports: { source: passport('/data', disk, [{ ...usb, point: '/data/videos' }]), destination: passport('/backup') },
    },
    kind: 'passport-mismatch',
    message:
      'The source /data is not what it was at the last run: /data/videos in it is not mounted any more (it was /dev/sdb1 (ext4))',
  },
  {
    title: 'the destination is a mount point of fstab with nothing mounted',
    input: { destination: facts('/mnt/usb', { unmountedPoint: '/mnt/usb' }) },
    kind: 'destination-unreachable',
    message: 'The destination /mnt/usb is not mounted: nothing is mounted at /mnt/usb, which /etc/fstab lists',
  },
  {
    title: 'the destination was seen mounted last time and now is a plain folder',
    input: { destination: facts('/mnt/usb/b'), lastPassports: last },
    kind: 'passport-mismatch',
    message:
      'The destination /mnt/usb/b is not what it was at the last run: '
      + 'it is on /dev/sda1 (ext4), not on /dev/sdb1 (ext4) as before',
  },
  {
    title: 'the destination was there last time and is gone',
    input: { destination: facts('/mnt/usb/b', { kind: 'missing' }), lastPassports: last },
    kind: 'destination-unreachable',
    message: 'The destination /mnt/usb/b was there at the last run, on /dev/sdb1 (ext4), and is gone',
    hint: 'If its disk or share is not mounted, mount it. If you removed the folder on purpose, make it again: mkdir /mnt/usb/b',
  },
  {
    title: 'the parent of the destination does not exist',
    input: { destination: facts("/no/b it's", { kind: 'missing', parentExists: false, writable: false }) },
    kind: 'destination-unreachable',
    message: "The destination /no/b it's cannot be made: its parent folder does not exist",
    hint: String.raw`Check the path. If it is right, make the folder first: mkdir -p '/no/b it'\''s'`,
  },
  {
    title: 'the parent of the destination may not be written',
    input: { destination: facts('/b', { kind: 'missing', writable: false }) },
    kind: 'permission',
    message: 'The destination /b cannot be made: its parent folder may not be written',
  },
  {
    title: 'the destination is a file',
    input: { destination: facts('/b', { kind: 'file' }) },
    kind: 'invalid-input',
    message: 'The destination /b is not a folder',
  },
  {
    title: 'the destination is a socket',
    input: { destination: facts('/b', { kind: 'other' }) },
    kind: 'invalid-input',
    message: 'The destination /b is not a folder',
  },
  {
    title: 'the destination may not be looked at',
    input: { destination: facts('/b', { kind: 'other', readable: false, writable: false }) },
    kind: 'permission',
    message: 'The destination /b may not be looked at, or leads nowhere',
  },
  {
    title: 'the destination may not be written',
    input: { destination: facts('/b', { writable: false }) },
    kind: 'permission',
    message: 'The destination /b may not be written',
  },
  {
    title: 'both are the same folder by another path',
    input: { destination: facts('/link', { realPath: '/data', passport: passport('/data') }) },
    kind: 'invalid-input',
    message: 'Source and destination are the same folder: /data and /link',
  },
  {
    title: 'a destination that is still to be made would lie in the source',
    input: { destination: facts('/link/new', { kind: 'missing', realPath: '/data/new' }) },
    kind: 'invalid-input',
    message: 'The destination /link/new lies inside the source /data',
  },
  {
    title: 'the destination contains that of another job',
    input: { otherDestinations: [{ source: '/home', destination: '/backup/home' }] },
    kind: 'invalid-input',
    message: 'The destination /backup contains the destination of the backup of /home (/backup/home)',
  },
  {
    title: 'the backup folder lies in the source',
    input: { options: { mirror: true, backupDir: '/data/kept' } },
    kind: 'invalid-input',
    message: 'The backup folder /data/kept lies in the source /data',
  },
  {
    title: 'the backup folder is on another disk than the mirror',
    input: { options: { mirror: true, backupDir: '/mnt/usb/kept' }, backupDir: facts('/mnt/usb/kept', {}, usb) },
    kind: 'invalid-input',
    message: 'The backup folder /mnt/usb/kept must be on the same file system as the destination /backup',
  },
  {
    title: 'the backup folder is a file',
    input: { options: { mirror: false, backupDir: '/kept' }, backupDir: facts('/kept', { kind: 'file' }) },
    kind: 'invalid-input',
    message: 'The backup folder /kept is not a folder',
  },
  {
    title: 'the backup folder is not mounted',
    input: { options: { mirror: false, backupDir: '/kept' }, backupDir: facts('/kept', { unmountedPoint: '/kept' }) },
    kind: 'destination-unreachable',
    message: 'The backup folder /kept is not mounted: nothing is mounted at /kept, which /etc/fstab lists',
  },
];

describe('a run stops before anything is touched when', () => {
  for (const { title, input, kind, message, hint } of stops) {
    test(title, () => {
      const [first] = judge(input).problems;
      expect(first).toMatchObject({ kind, message, ...(hint === undefined ? {} : { hint }) });
      expect(first?.hint, 'the next step').toMatch(/\w/);
    });
  }
});

describe('a run goes on when', () => {
  const fine: [title: string, input: Partial<PreflightInput>, notices?: string[]][] = [
    ['nothing is wrong', {}],
    ['the destination is still to be made', { destination: facts('/b', { kind: 'missing' }) }],
    [
      'both are empty',
      { source: facts('/data', { isEmpty: true }), destination: facts('/b', { isEmpty: true }) },
      ['The source /data is empty'],
    ],
    [
      'the same disk has another device name',
      { destination: facts('/mnt/usb/b', {}, { ...usb, source: '/dev/sdq1' }), lastPassports: last },
    ],
    [
      'a mount inside is new',
      {
        source: facts('/data', {}, disk, [{ ...usb, point: '/data/new' }]),
        lastPassports: { source: passport('/data'), destination: passport('/backup') },
      },
      ['The source /data is not what it was at the last run: /data/new in it is a new mount: /dev/sdb1 (ext4)'],
    ],
    [
      'another disk is meant',
      { destination: facts('/mnt/usb/b'), lastPassports: last, acceptNewMounts: true },
      [
        'The destination /mnt/usb/b is not what it was at the last run: '
        + 'it is on /dev/sda1 (ext4), not on /dev/sdb1 (ext4) as before (accepted)',
      ],
    ],
    [
      'a new destination is meant',
      { destination: facts('/mnt/usb/b', { kind: 'missing' }), lastPassports: last, acceptNewMounts: true },
    ],
    ['it is not root, which is told', { isRoot: false }, ['Owners are not kept at /backup: only root can do that']],
    [
      'it is a dry run that would not be allowed to write, which is told',
      { destination: facts('/b', { writable: false }), dryRun: true },
      ['The destination /b may not be written: a run without --dry-run would stop'],
    ],
    [
      'the backup folder is still to be made',
      { options: { mirror: true, backupDir: '/kept' }, backupDir: facts('/kept', { kind: 'missing' }) },
    ],
    ['two sources are copied into one folder', { otherDestinations: [{ source: '/other', destination: '/backup' }] }],
  ];
  for (const [title, input, notices] of fine) {
    test(title, () => {
      const verdict = judge(input);
      expect(verdict.problems).toEqual([]);
      expect(verdict.notices.map(({ message }) => message)).toEqual(notices ?? []);
    });
  }
});

test('an unmounted source is told before all that follows from it', () => {
  const { problems } = judge({
    source: facts('/data', { isEmpty: true, unmountedPoint: '/data' }),
    destination: facts('/b', { writable: false }),
    lastPassports: { source: passport('/data', usb), destination: passport('/b') },
  });
  expect(problems.map(({ kind }) => kind)).toEqual(['source-missing', 'permission', 'passport-mismatch', 'source-empty']);
});
