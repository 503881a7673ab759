import { describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import {
  mountOf,
  mountsInside,
  parseFstab,
  parseMountInfo,
  parseMountOutput,
  unmountedPointOf,
  type BlockUuids,
} from '../../src-main/worker/mounts.ts';
import { temporaryPrefix } from '../../src-main/worker/temps.ts';

const mountInfo = String.raw`22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw
23 22 0:21 / /proc rw,nosuid shared:2 - proc proc rw
24 22 0:22 / /sys rw - sysfs sysfs rw
30 22 8:17 / /mnt/usb\040disk rw,relatime shared:9 - ext4 /dev/sdb1 rw
31 22 0:50 / /data rw shared:10 - nfs4 nas:/export rw,vers=4.2
32 31 8:33 / /data/videos rw - xfs /dev/mapper/vg-videos rw
33 22 0:60 / /data2 rw - tmpfs tmpfs rw
34 22 8:1 /srv/real /srv/bind rw - ext4 /dev/root rw
35 22 0:70 / /old rw - tmpfs first rw
36 35 0:71 / /old/inner rw - tmpfs hidden rw
37 35 0:72 / /old rw - tmpfs second rw
38 22 0:90 / /run/user/1000 rw - tmpfs tmpfs rw
39 22 0:91 / /m\303\244rz rw - tmpfs utf8 rw
40 22 0:92 / /net rw - autofs /etc/auto.net rw
`;
const uuids: BlockUuids = {
  byPath: new Map([
    ['/dev/sdb1', 'usb-uuid'],
    ['/dev/dm-0', 'video-uuid'],
  ]),
  byNumber: new Map([
    ['8:1', 'root-uuid'],
    ['8:33', 'video-uuid'],
  ]),
};
const mounts = parseMountInfo(mountInfo, uuids);
const at = (point: string) => mounts.find((mount) => mount.point === point);

describe('mounts from mountinfo', () => {
  test('have their names unescaped and decoded', () => {
    expect(at('/mnt/usb disk')).toEqual({
      point: '/mnt/usb disk',
      type: 'ext4',
      source: '/dev/sdb1',
      root: '/',
      uuid: 'usb-uuid',
    });
    expect(at('/märz')?.source).toBe('utf8');
  });
  test('find the UUID by device name or, for other names of a device, by its number', () => {
    expect(at('/')?.uuid).toBe('root-uuid');
    expect(at('/data/videos')?.uuid).toBe('video-uuid');
    expect(at('/data')?.uuid).toBeNull();
  });
  test('tell which folder a bind mount shows', () => {
    expect(at('/srv/bind')).toMatchObject({ root: '/srv/real', source: '/dev/root' });
  });
  test('a mount over another hides it and all that lay in it', () => {
    expect(mounts.filter(({ point }) => point.startsWith('/old')).map(({ source }) => source)).toEqual(['second']);
  });
  test('survive lines that are no mounts', () => {
    expect(parseMountInfo('nonsense\n\n1 2 3')).toEqual([]);
  });
  test('are all told where no root mount is seen', () => {
    expect(
      parseMountInfo('50 49 0:5 / /a rw - tmpfs one rw\n51 50 0:6 / /a rw - tmpfs two rw\n').map(({ source }) => source),
    ).toEqual(['two']);
  });
});

describe('the mount of a path', () => {
  test.each([
    ['/data/videos/x', '/data/videos'],
    ['/data/videos', '/data/videos'],
    ['/data/x', '/data'],
    ['/data2/x', '/data2'],
    ['/database', '/'],
    ['/', '/'],
  ])('%s lies on %s', (path, point) => {
    expect(mountOf(path, mounts)?.point).toBe(point);
  });
  test('is unknown where no mounts are', () => {
    expect(mountOf('/x', [])).toBeNull();
  });
  test('inside it, only those that hold files and stay are told', () => {
    expect(mountsInside('/data', mounts).map(({ point }) => point)).toEqual(['/data/videos']);
    expect(mountsInside('/', mounts).map(({ point }) => point)).toEqual([
      '/data',
      '/data/videos',
      '/data2',
      '/mnt/usb disk',
      '/märz',
      '/old',
      '/srv/bind',
    ]);
    expect(mountsInside('/run/user', mounts).map(({ point }) => point)).toEqual(['/run/user/1000']);
  });
});

test('mounts of a Mac are read from mount(8)', () => {
  const found = parseMountOutput(
    [
      '/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)',
      '/dev/disk5s2 on /Volumes/My Backup (1) (hfs, local, nodev, nosuid, journaled)',
      '//user@server/share on /Volumes/share (smbfs, nodev, nosuid, mounted by user)',
      'map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)',
      'devfs on /dev (devfs)',
      '',
    ].join('\n'),
  );
  expect(found.map(({ point, type, source }) => [point, type, source])).toEqual([
    ['/', 'apfs', '/dev/disk3s1s1'],
    ['/System/Volumes/Data/home', 'autofs', 'map auto_home'],
    ['/Volumes/My Backup (1)', 'hfs', '/dev/disk5s2'],
    ['/Volumes/share', 'smbfs', '//user@server/share'],
    ['/dev', 'devfs', 'devfs'],
  ]);
});

describe('mount points of fstab', () => {
  const fstab = parseFstab(String.raw`
# comment
UUID=1 / ext4 defaults 0 1
UUID=2 none swap sw 0 0
/dev/sdc1  /mnt/off  ext4 noauto,user 0 0
nas:/x	/mnt/with\040space/	nfs	defaults 0 0
nas:/y /data nfs defaults 0 0
nas:/z /net nfs x-systemd.automount 0 0
broken line
`);
  test('leave out swap and comments, keep noauto, and are unescaped', () => {
    expect(fstab.map(({ point }) => point)).toEqual(['/', '/mnt/off', '/mnt/with space', '/data', '/net']);
  });
  test.each([
    [['/mnt/off'], '/mnt/off'],
    [['/mnt/off/deep/folder'], '/mnt/off'],
    [['/mnt/office'], null],
    [['/mnt/with space/x'], '/mnt/with space'],
    [['/data/x'], null],
    [['/data/videos/x'], null],
    [['/etc'], null],
    // Reached through a link: what the user typed counts as well.
    [['/elsewhere', '/mnt/off'], '/mnt/off'],
    // Only the trigger of an automount is there.
    [['/net/x'], '/net'],
  ] as [string[], string | null][])('%j: %s', (paths, point) => {
    expect(unmountedPointOf(paths, fstab, mounts)).toBe(point);
  });
});

describe('what rsync calls the temporary file of', () => {
  const prefix = (name: string): string => temporaryPrefix(Buffer.from(name, 'utf8').toString('latin1') as ByteName);
  test.each([
    ['photo.jpg', '.photo.jpg'],
    ['.bashrc', '.bashrc'],
    ['dot.', '.dot'],
    ['a'.repeat(246), `.${'a'.repeat(246)}`],
    ['a'.repeat(255), `.${'a'.repeat(246)}`],
    [`${'a'.repeat(245)}.${'b'.repeat(9)}`, `.${'a'.repeat(245)}`],
    // Cut inside a character: the whole run of high bytes goes.
    [`${'a'.repeat(245)}äöü`, `.${'a'.repeat(245)}`],
    ['ä'.repeat(127), ''],
  ])('%s', (name, expected) => {
    expect(prefix(name)).toBe(expected);
  });
});
