import { describe, expect, test } from 'vitest';
import type { Mount, Passport } from '../../src-shared/passport.ts';
import { busyError } from '../../src-main/core/safety/busy.ts';
import { createLockHolder } from '../../src-main/core/safety/lock-holder.ts';
import { comparePassports } from '../../src-main/core/safety/passport.ts';
import { judgePlaces, relationOf, type Place } from '../../src-main/core/safety/paths.ts';
import { spaceVerdict } from '../../src-main/core/safety/space.ts';

const root: Mount = { point: '/', type: 'ext4', source: '/dev/sda1', root: '/', uuid: 'aaaa' };
const usb: Mount = { point: '/mnt/usb', type: 'ext4', source: '/dev/sdb1', root: '/', uuid: 'bbbb' };
const nas: Mount = { point: '/mnt/nas', type: 'nfs4', source: 'nas:/export', root: '/', uuid: null };
const passport = (path: string, mount: Mount, inside: Mount[] = []): Passport => ({ path, mount, inside });

describe('two passports of one place', () => {
  const same: [title: string, last: Passport, now: Passport][] = [
    ['nothing changed', passport('/mnt/usb/b', usb), passport('/mnt/usb/b', usb)],
    [
      'a disk has another device name after a restart',
      passport('/mnt/usb/b', usb),
      passport('/mnt/usb/b', { ...usb, source: '/dev/sdc1' }),
    ],
    [
      'a share is mounted with another protocol version',
      passport('/mnt/nas', nas),
      passport('/mnt/nas', { ...nas, type: 'nfs' }),
    ],
    [
      'a share is written with a slash more',
      passport('/mnt/nas', nas),
      passport('/mnt/nas', { ...nas, source: 'nas:/export/' }),
    ],
    [
      'a disk is mounted elsewhere, and a link leads there',
      passport('/mnt/usb/b', usb),
      passport('/media/usb/b', { ...usb, point: '/media/usb' }),
    ],
    ['udev did not tell the UUID this time', passport('/mnt/usb/b', usb), passport('/mnt/usb/b', { ...usb, uuid: null })],
    [
      'the very folder is bind-mounted onto itself',
      passport('/srv/data', root),
      passport('/srv/data', { ...root, point: '/srv/data', root: '/srv/data' }),
    ],
    [
      'a Mac numbers its disks anew',
      passport('/Volumes/B', { point: '/Volumes/B', type: 'apfs', source: '/dev/disk4s1', root: '/', uuid: null }),
      passport('/Volumes/B', { point: '/Volumes/B', type: 'apfs', source: '/dev/disk6s1', root: '/', uuid: null }),
    ],
    [
      'the same mounts lie inside',
      passport('/data', root, [nas, usb]),
      passport('/data', root, [{ ...usb, source: '/dev/sdx1' }, nas]),
    ],
    [
      'the marker is there again on a disk whose UUID nobody told',
      { ...passport('/mnt/usb/b', { ...usb, uuid: null }), marker: 'm' },
      { ...passport('/mnt/usb/b', { ...usb, uuid: null, source: '/dev/loop7' }), marker: 'm' },
    ],
    ['there is a marker for the first time', passport('/mnt/usb/b', usb), { ...passport('/mnt/usb/b', usb), marker: 'm' }],
  ];
  for (const [title, last, now] of same)
    test(`are the same when ${title}`, () => expect(comparePassports(last, now)).toEqual([]));

  const other: [title: string, last: Passport, now: Passport, kind: string, message: string][] = [
    [
      'the disk is not mounted and its mount point is a plain folder',
      passport('/mnt/usb/b', usb),
      passport('/mnt/usb/b', root),
      'mount-changed',
      'it is on /dev/sda1 (ext4), not on /dev/sdb1 (ext4) as before',
    ],
    [
      'another disk has the same device name',
      passport('/mnt/usb', usb),
      passport('/mnt/usb', { ...usb, uuid: 'cccc' }),
      'mount-changed',
      'it is on /dev/sdb1 (ext4), not on /dev/sdb1 (ext4) as before',
    ],
    [
      'another share is mounted',
      passport('/mnt/nas', nas),
      passport('/mnt/nas', { ...nas, source: 'nas:/other' }),
      'mount-changed',
      'it is on nas:/other (nfs4), not on nas:/export (nfs4) as before',
    ],
    [
      'another subvolume is mounted',
      passport('/b', { ...usb, point: '/b', root: '/@one' }),
      passport('/b', { ...usb, point: '/b', root: '/@two' }),
      'mount-changed',
      'it is on /dev/sdb1 (ext4), not on /dev/sdb1 (ext4) as before',
    ],
    [
      'a mount inside is gone',
      passport('/data', root, [{ ...usb, point: '/data/videos' }]),
      passport('/data', root),
      'inside-gone',
      '/data/videos in it is not mounted any more (it was /dev/sdb1 (ext4))',
    ],
    [
      'a mount inside is another one',
      passport('/data', root, [{ ...usb, point: '/data/v' }]),
      passport('/data', root, [{ ...nas, point: '/data/v' }]),
      'inside-changed',
      '/data/v in it is nas:/export (nfs4), not /dev/sdb1 (ext4) as before',
    ],
    [
      'the marker is not there',
      { ...passport('/mnt/usb/b', usb), marker: 'm' },
      passport('/mnt/usb/b', usb),
      'marker-gone',
      'the marker .daybreak/marker.json, which says that it is the same disk, is not there or may not be read',
    ],
    [
      'the marker is another one',
      { ...passport('/mnt/usb/b', usb), marker: 'm' },
      { ...passport('/mnt/usb/b', usb), marker: 'n' },
      'marker-changed',
      'the marker .daybreak/marker.json is that of another backup disk',
    ],
    [
      'the disk is another one that was copied with its marker',
      { ...passport('/mnt/usb/b', usb), marker: 'm' },
      { ...passport('/mnt/usb/b', { ...usb, uuid: 'cccc', source: '/dev/sdc1' }), marker: 'm' },
      'mount-changed',
      'it is on /dev/sdc1 (ext4), not on /dev/sdb1 (ext4) as before',
    ],
    [
      'another server has a share of the same name',
      passport('/mnt/nas', nas),
      passport('/mnt/nas', { ...nas, source: 'nasty:/export' }),
      'mount-changed',
      'it is on nasty:/export (nfs4), not on nas:/export (nfs4) as before',
    ],
    [
      'another number has a share of the same name',
      passport('/mnt/nas', { ...nas, source: '10.0.0.1:/export' }),
      passport('/mnt/nas', { ...nas, source: '10.0.0.2:/export' }),
      'mount-changed',
      'it is on 10.0.0.2:/export (nfs4), not on 10.0.0.1:/export (nfs4) as before',
    ],
  ];
  for (const [title, last, now, kind, message] of other) {
    test(`differ when ${title}`, () => expect(comparePassports(last, now)).toMatchObject([{ kind, message, isNote: false }]));
  }

  test.each([
    ['nfs4', 'nas:/export', 'nas.lan:/export'],
    ['nfs4', 'nas:/export', 'NAS.:/export/'],
    ['nfs', 'nas.lan:/export', '[fd00::7]:/export'],
    ['cifs', '//nas/backup', '//192.168.1.7/backup'],
  ])('a server of %s that is named otherwise is a note: %s, %s', (type, before, now) => {
    const [last, next] = [before, now].map((source) => passport('/mnt/nas', { ...nas, type, source }));
    expect(comparePassports(last!, next!)).toMatchObject([{
      kind: 'respelled', isNote: true, message: `the server of /mnt/nas is named otherwise than before: ${now}, not ${before}`,
    }]);
  });

  test('by any other name it is the same server where the marker is there', () => {
    const [last, next] = ['old:/export', 'new:/export'].map((source) => ({ ...passport('/mnt/nas', { ...nas, source }), marker: 'm' }));
    expect(comparePassports(last!, next!).map(({ kind, isNote }) => [kind, isNote])).toEqual([['respelled', true]]);
  });

  test('a new mount inside, and a link that leads elsewhere on the same disk, are notes and come last', () => {
    const found = comparePassports(
      passport('/data/one', root, [{ ...usb, point: '/data/one/v' }]),
      passport('/data/two', root, [{ ...nas, point: '/data/two/new' }]),
    );
    expect(found.map(({ kind, isNote }) => [kind, isNote])).toEqual([
      ['inside-gone', false],
      ['moved', true],
      ['inside-new', true],
    ]);
  });
});

const at = (real: string, mount: Mount | null = null): Place => ({ shown: real, real, mount });

describe('where folders lie to one another', () => {
  const table: [one: Place, other: Place, relation: string][] = [
    [at('/data/prod'), at('/data/prod'), 'same'],
    [at('/data/prod/x'), at('/data/prod'), 'inside'],
    [at('/data'), at('/data/prod'), 'around'],
    [at('/data/prod2'), at('/data/prod'), 'apart'],
    [at('/data'), at('/'), 'inside'],
    [at('/'), at('/data'), 'around'],
    // The same disk under two paths.
    [at('/mnt/bind/x', { ...root, point: '/mnt/bind', root: '/data' }), at('/data', root), 'inside'],
    [at('/mnt/bind', { ...root, point: '/mnt/bind', root: '/data' }), at('/data', root), 'same'],
    [at('/mnt/bind', { ...root, point: '/mnt/bind', root: '/data2' }), at('/data', root), 'apart'],
    // One server, two shares of it.
    [at('/mnt/nas/a', nas), at('/mnt/sub', { ...nas, point: '/mnt/sub', source: 'nas:/export/a' }), 'same'],
    [at('/mnt/nas', nas), at('/mnt/sub', { ...nas, point: '/mnt/sub', source: 'nas:/export/a' }), 'around'],
    [
      at('/mnt/s', { point: '/mnt/s', type: 'cifs', source: '//srv/share', root: '/', uuid: null }),
      at('/mnt/t/x', { point: '/mnt/t', type: 'cifs', source: '//srv/share', root: '/', uuid: null }),
      'around',
    ],
    // Two tmpfs have the same source and nothing in common.
    [
      at('/tmp/a', { point: '/tmp/a', type: 'tmpfs', source: 'tmpfs', root: '/', uuid: null }),
      at('/tmp/b', { point: '/tmp/b', type: 'tmpfs', source: 'tmpfs', root: '/', uuid: null }),
      'apart',
    ],
  ];
  for (const [one, other, relation] of table) {
    test(`${one.real}${one.mount ? ` (${one.mount.source})` : ''} and ${other.real}: ${relation}`, () => {
      expect(relationOf(one, other)).toBe(relation);
    });
  }

  const judge = (
    source: string,
    destination: string,
    more: { backupDir?: string; others?: [string, string][]; mirror?: boolean } = {},
  ): string[] =>
    judgePlaces({
      source: at(source),
      destination: at(destination),
      backupDir: more.backupDir === undefined ? null : at(more.backupDir),
      otherDestinations: (more.others ?? []).map(([from, to]) => ({ source: from, destination: to })),
      mirror: more.mirror ?? false,
    }).map(({ message }) => message);

  test.each([
    ['/a', '/b', {}, []],
    ['/a', '/a', {}, ['Source and destination are the same folder: /a']],
    ['/a', '/a/b', {}, ['The destination /a/b lies inside the source /a']],
    ['/b/a', '/b', {}, ['The source /b/a lies inside the destination /b']],
    [
      '/a',
      '/b',
      { others: [['/home', '/b/home']] },
      ['The destination /b contains the destination of the backup of /home (/b/home)'],
    ],
    [
      '/a',
      '/b/home/x',
      { others: [['/home', '/b/home']] },
      ['The destination /b/home/x lies inside the destination of the backup of /home (/b/home)'],
    ],
    ['/a', '/b/home2', { others: [['/home', '/b/home']] }, []],
    [
      '/a',
      '/b',
      { others: [['/other', '/b']], mirror: true },
      ['The destination /b is also the destination of the backup of /other (/b)'],
    ],
    ['/a', '/b', { others: [['/other', '/b']], mirror: false }, []],
    ['/a', '/b', { others: [['/a', '/b']], mirror: true }, []],
    ['/a', '/b', { backupDir: '/a/kept' }, ['The backup folder /a/kept lies in the source /a']],
    ['/a', '/b', { backupDir: '/a' }, ['The backup folder /a lies in the source /a']],
    ['/a', '/b', { backupDir: '/b' }, ['The backup folder /b is the destination itself']],
    ['/a', '/b/now', { backupDir: '/b' }, ['The destination /b/now lies in the backup folder /b']],
    ['/a', '/b', { backupDir: '/b/.kept' }, []],
    ['/a', '/b', { backupDir: '/kept' }, []],
  ] as [string, string, { backupDir?: string; others?: [string, string][]; mirror?: boolean }, string[]][])(
    '%s into %s %j',
    (source, destination, more, messages) => {
      expect(judge(source, destination, more)).toEqual(messages);
    },
  );
});

describe('whether it fits', () => {
  const destination = { path: '/b', freeBytes: 1_000_000_000, freeInodes: 1000 };
  const missing = { missingBytes: 0, missingEntries: 0, sharedLinkBytes: 0, replacedBytes: 0 };

  test('says nothing where it fits', () => {
    expect(spaceVerdict({ ...missing, missingBytes: 900_000_000, missingEntries: 10 }, destination, false)).toEqual({
      problem: null,
      notice: null,
    });
  });
  test('stops where it cannot fit', () => {
    const { problem } = spaceVerdict({ ...missing, missingBytes: 12_400_000_000, missingEntries: 10 }, destination, false);
    expect(problem).toMatchObject({
      kind: 'no-space',
      message: 'Too little space at the destination /b: 12.4 GB needed, 1.0 GB free',
    });
  });
  test('stops where there are too few inodes', () => {
    const { problem } = spaceVerdict({ ...missing, missingBytes: 10, missingEntries: 1001 }, destination, false);
    expect(problem?.message).toBe('Too few free inodes at the destination /b: 1001 needed, 1000 free');
  });
  test('counts copies of hard links that are held twice for a while', () => {
    const { problem, notice } = spaceVerdict(
      { ...missing, missingBytes: 700_000_000, sharedLinkBytes: 600_000_000 },
      destination,
      false,
    );
    expect(problem).toBeNull();
    expect(notice?.message).toBe(
      'Space at the destination /b may run out: up to 1.3 GB needed, '
      + 'of it 600 MB for hard links that are held twice for a while, 1.0 GB free',
    );
  });
  test('replaced files give back what they hold, unless they are kept', () => {
    const replacing = { ...missing, missingBytes: 1_500_000_000, replacedBytes: 1_400_000_000 };
    expect(spaceVerdict(replacing, destination, false).problem).toBeNull();
    expect(spaceVerdict(replacing, destination, false).notice?.level).toBe('warning');
    expect(spaceVerdict(replacing, destination, true).problem?.kind).toBe('no-space');
  });
});

describe('who holds a destination', () => {
  test('is told with job, user, host, process and age', () => {
    const holder = { host: 'nas1', user: 'root', pid: 4711, startTime: '1', bootId: 'b', since: 1_000_000, job: 'nightly' };
    expect(busyError('/b', holder, 1_000_000 + 5 * 60_000)).toMatchObject({
      kind: 'busy',
      message: 'Another backup is running into /b: "nightly", started by root on nas1 (process 4711) 5 min ago',
    });
    expect(busyError('/b', holder, 999_000).message).toContain('0 s ago');
    expect(busyError('/b', holder, 1_000_000 + 3 * 3_600_000).message).toContain('3 h ago');
    expect(busyError('/b', holder, 1_000_000 + 72 * 3_600_000).message).toContain('3 days ago');
  });
  test('names this process, its machine and what processes it can see', () => {
    const holder = createLockHolder('nightly', 42);
    expect(holder).toMatchObject({ pid: process.pid, since: 42, job: 'nightly' });
    expect(holder.bootId.split(' ')).toHaveLength(3);
    expect(createLockHolder('nightly', 42)).toEqual(holder);
  });
});
