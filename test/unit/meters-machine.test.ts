import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { btrfsDevices, isRotational, wholeDisks } from '../../src-main/core/meters/block-devices.ts';
import { busyShares, parseCores } from '../../src-main/core/meters/cores.ts';
import { diskRates, parseDisks } from '../../src-main/core/meters/disk-stats.ts';
import { isOutward, parseInterfaces, parseLinkSpeed } from '../../src-main/core/meters/interfaces.ts';
import { parseMemory, parsePageBytes, parsePageTraffic } from '../../src-main/core/meters/memory.ts';
import { disksOf, kindOf, meteredPlace, parseMounts } from '../../src-main/core/meters/place-facts.ts';
import { parseStall, pressureBetween } from '../../src-main/core/meters/pressure.ts';
import { parseNfsStats, parseSmbStats, serverRates } from '../../src-main/core/meters/server-stats.ts';

describe('cores, memory and pressure', () => {
  it('count waiting for a disk as idle, and time that another machine took as busy', () => {
    const before = parseCores('cpu  1 1 1 1\ncpu0 100 0 100 800 0 0 0 0 0 0\ncpu1 0 0 0 1000 0 0 0 0 0 0\nintr 5\n');
    const now = parseCores('cpu  1 1 1 1\ncpu0 120 5 110 810 40 2 3 10 0 0\ncpu1 0 0 0 1050 50 0 0 0 0 0\nintr 5\n');
    expect(busyShares(before, now)).toEqual([0.5, 0]);
    expect(busyShares(before.slice(1), now), 'a core was switched on').toEqual([0, 0]);
  });

  it('read the first line of a file of /proc/pressure', () => {
    const text = 'some avg10=1.22 avg60=0.31 avg300=0.55 total=9640056\nfull avg10=0.64 avg60=0.16 avg300=0.42 total=7749387\n';
    expect(parseStall(text)).toBeCloseTo(9640.056);
    expect(parseStall('')).toBeNull();
    const none = { cpu: 0, io: 0, memory: 0 };
    expect(pressureBetween(none, { cpu: 250, io: 2000, memory: 0 }, 1000)).toEqual({ cpu: 0.25, io: 1, memory: 0 });
    expect(pressureBetween(null, none, 1000)).toBeNull();
  });

  it('tell what programs can have, swap, and pages read again', () => {
    const text = 'MemTotal:       24683620 kB\nMemFree:         1000 kB\nMemAvailable:   20000000 kB\nSwapCached: 0 kB\nSwapTotal:       2000 kB\nSwapFree:        1500 kB\n';
    expect(parseMemory(text)).toEqual({ total: 24683620 * 1024, available: 20000000 * 1024, swapUsed: 500 * 1024 });
    expect(parseMemory('MemTotal: 5 kB\n')).toBeNull();
    expect(parsePageTraffic('workingset_refault_anon 7\nworkingset_refault_file 145886\npswpin 3\npswpout 4\n')).toEqual({ swappedIn: 3, swappedOut: 4, refaulted: 145886 });
    expect(parsePageTraffic('workingset_refault 9\npswpin 0\npswpout 0\n')?.refaulted, 'before Linux 5.9').toBe(9);
  });

  it('find the size of a page in the auxiliary vector', () => {
    const vector = Buffer.alloc(48);
    [[33n, 1n], [6n, 65536n], [0n, 0n]].forEach(([type, value], index) => {
      vector.writeBigUInt64LE(type!, index * 16);
      vector.writeBigUInt64LE(value!, index * 16 + 8);
    });
    expect(parsePageBytes(vector)).toBe(65536);
    expect(parsePageBytes(Buffer.alloc(0))).toBeNull();
  });
});

describe('disks', () => {
  const text = ` 254       0 vda 59207 11195 2446458 20756 7793 165651 4455808 123483 0 14868 163079 83931 7530 1790888 17754 732 1084
   8      16 sdb 100 0 800 50 0 0 0 0 1 40 50 0 0 0 0 0 0
   8      17 sdb1 100 0 800 50 0 0 0 0 0 40 50 0 0 0 0 0 0`;

  it('are read by name: sectors of 512 bytes, times in ms', () => {
    const disks = parseDisks(text, new Set(['vda', 'sdb', 'sdz']));
    expect([...disks.keys()]).toEqual(['vda', 'sdb']);
    expect(disks.get('vda')).toEqual({ readBytes: 2446458 * 512, writtenBytes: 4455808 * 512, requests: 59207 + 7793, requestMs: 20756 + 123483, busyMs: 14868 });
  });

  it('give the sum of traffic, the busiest one and the mean time of a request', () => {
    const disk = (readBytes: number, requests: number, requestMs: number, busyMs: number) => ({ readBytes, writtenBytes: 0, requests, requestMs, busyMs });
    const before = new Map([['sda', disk(0, 0, 0, 0)], ['sdb', disk(0, 0, 0, 0)]]);
    const now = new Map([['sda', disk(1000, 10, 80, 900)], ['sdb', disk(500, 10, 20, 300)]]);
    expect(diskRates(['sda', 'sdb'], before, now, 2000)).toEqual({ readPerSecond: 750, writePerSecond: 0, utilisation: 0.45, awaitMs: 5 });
    expect(diskRates(['sda'], before, before, 1000)?.awaitMs, 'no request ended').toBeNull();
    expect(diskRates(['sdz'], before, now, 1000), 'not there').toBeNull();
  });

  const sys = mkdtempSync(join(tmpdir(), 'daybreak-sys-'));
  afterAll(() => rmSync(sys, { recursive: true, force: true }));

  /** As the kernel lays out /sys: a folder below devices, and links to it by name and number. */
  function device(path: string, number: string, { slaves = [] as string[], isPartition = false, rotational = null as string | null } = {}): void {
    const folder = join(sys, 'devices', path);
    const name = path.split('/').at(-1)!;
    mkdirSync(join(folder, 'slaves'), { recursive: true });
    for (const slave of slaves) writeFileSync(join(folder, 'slaves', slave), '');
    if (isPartition) writeFileSync(join(folder, 'partition'), '1\n');
    for (const link of [join(sys, 'class/block', name), join(sys, 'dev/block', number), ...(isPartition ? [] : [join(sys, 'block', name)])]) {
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(folder, link);
    }
    if (rotational === null) return;
    mkdirSync(join(folder, 'queue'), { recursive: true });
    writeFileSync(join(folder, 'queue', 'rotational'), `${rotational}\n`);
  }
  device('pci/block/sda', '8:0', { rotational: '1' });
  device('pci/block/sda/sda1', '8:1', { isPartition: true });
  device('pci/block/sda/sda2', '8:2', { isPartition: true });
  device('pci/block/sdb', '8:16', { rotational: '0' });
  device('pci/block/sdb/sdb1', '8:17', { isPartition: true });
  device('pci/block/nvme0n1', '259:0', { rotational: '0' });
  device('virtual/block/md127', '9:127', { slaves: ['sda2', 'sdb1'] });
  device('virtual/block/dm-0', '253:0', { slaves: ['md127'] });
  device('virtual/block/dm-1', '253:1', { slaves: ['dm-0', 'nvme0n1'] });
  device('virtual/block/loop3', '7:3');
  device('virtual/block/dm-8', '253:8', { slaves: ['dm-9'] });
  device('virtual/block/dm-9', '253:9', { slaves: ['dm-8'] });
  mkdirSync(join(sys, 'fs/btrfs/0b5c/devices'), { recursive: true });
  for (const name of ['sdb1', 'nvme0n1']) writeFileSync(join(sys, 'fs/btrfs/0b5c/devices', name), '');

  it.each([
    ['a whole disk', '8:0', ['sda']], ['a partition', '8:1', ['sda']], ['an array of partitions', '9:127', ['sda', 'sdb']],
    ['LVM on an array', 'dm-0', ['sda', 'sdb']], ['LVM over an array and a disk', '253:1', ['nvme0n1', 'sda', 'sdb']],
    ['a loop device', '7:3', ['loop3']], ['one that is gone', '8:99', []], ['links that lead in a circle', '253:8', []],
  ])('below %s', (_what, number, disks) => {
    expect(wholeDisks(number, sys)).toEqual(disks);
  });

  it('turn or do not', () => {
    expect(isRotational(['sda', 'sdb'], sys)).toBe(true);
    expect(isRotational(['sdb'], sys)).toBe(false);
    expect(isRotational(['loop3'], sys)).toBeNull();
  });

  it('of a btrfs are all of its devices', () => {
    expect(btrfsDevices('sdb1', sys).sort()).toEqual(['nvme0n1', 'sdb1']);
    expect(btrfsDevices('sda1', sys)).toEqual([]);
    expect(disksOf({ type: 'zfs', source: 'tank/data', device: '0:55' }, sys)).toEqual([]);
  });
});

describe('places', () => {
  it('are found in mountinfo, with names that hold spaces', () => {
    expect(parseMounts('26 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n30 26 0:44 / /mnt/my\\040nas rw - nfs4 nas:/export/a rw,vers=4.2\nnonsense\n')).toEqual([
      { device: '254:0', point: '/', type: 'ext4', source: '/dev/vda' },
      { device: '0:44', point: '/mnt/my nas', type: 'nfs4', source: 'nas:/export/a' },
    ]);
  });

  it.each([
    ['tmpfs', 'tmpfs', [], 'memory'], ['nfs4', 'nas:/x', [], 'network'], ['cifs', '//nas/x', [], 'network'], ['fuse.sshfs', 'me@nas:', [], 'fuse'],
    ['fuseblk', '/dev/sdc1', ['sdc'], 'fuse'], ['ext4', '/dev/sda1', ['sda'], 'disk'], ['zfs', 'tank/data', [], 'disk'], ['overlay', 'overlay', [], 'unknown'],
  ] as const)('%s from %s is %s %s', (type, source, devices, kind) => {
    expect(kindOf(type, source, devices)).toBe(kind);
  });

  it.runIf(process.platform === 'linux')('are told of a path that is still to be made, by what lies above it', () => {
    const { facts, mount } = meteredPlace({ path: '/proc/x/y', realPath: '/proc/x/y', passport: null, latencyMs: 0.1 });
    expect(facts).toEqual({ path: '/proc/x/y', fileSystem: 'proc', kind: 'unknown', devices: [], isRotational: null, latencyMs: 0.1 });
    expect(mount?.point).toBe('/proc');
  });
});

describe('servers', () => {
  const stats = (reads: string, bytes: string): string => `device /dev/vda mounted on / with fstype ext4
device nas:/export mounted on /mnt/my\\040nas with fstype nfs4 statvers=1.1
\topts:\trw,vers=4.2,rsize=1048576
\tage:\t1234
\tevents:\t1 2 3 4
\tbytes:\t${bytes} 0 0
\tRPC iostats version: 1.1  p/v: 100003/4 (nfs)
\txprt:\ttcp 0 0 2 0 10 50 50 0 50 0 2 0 0
\tper-op statistics
\t        NULL: 1 1 0 44 24 0 10 10 0
\t        READ: ${reads}
\t     GETATTR: 20 20 0 100 100 0 40 44 0
device other:/x mounted on /mnt/other with fstype nfs4 statvers=1.1
\tper-op statistics
\t        READ: 999 999 0 1 1 1 999 999 0
`;

  it('of NFS: calls, the time of their round trips, what was sent again, and bytes', () => {
    const before = parseNfsStats(stats('100 100 0 1000 9000 5 300 320 0', '1 2 3 4 5000 600'), '/mnt/my nas');
    expect(before).toEqual({ calls: 121, roundTripMs: 350, timedCalls: 121, retransmits: 0, readBytes: 5000, writtenBytes: 600 });
    const now = parseNfsStats(stats('150 154 1 1000 9000 5 500 520 0', '1 2 3 4 15000 600'), '/mnt/my nas');
    expect(serverRates(before, now, 2000)).toEqual({ roundTripsPerSecond: 25, roundTripMs: 4, retransmitsPerSecond: 2, readPerSecond: 5000, writePerSecond: 0 });
    expect(serverRates(now, now, 1000)?.roundTripMs, 'no call').toBeNull();
    expect(parseNfsStats(stats('1', '1'), '/mnt/gone')).toBeNull();
  });

  it('of SMB: requests and bytes, and times where the kernel counts them', () => {
    const text = `Resources in use\nCIFS Session: 1\n\n1) \\\\nas\\share\nSMBs: 45\nBytes read: 700  Bytes written: 80\nOpen files: 0 total\n2) \\\\nas\\share2\nSMBs: 9\nBytes read: 1  Bytes written: 2\n`;
    expect(parseSmbStats(text, '//NAS/share')).toEqual({ calls: 45, readBytes: 700, writtenBytes: 80, roundTripMs: null, timedCalls: 0, retransmits: null });
    expect(parseSmbStats(text, '//nas/none')).toBeNull();
    // Linux 6.1 with CONFIG_CIFS_STATS2, Samba behind a line of 10 ms, while a backup ran.
    const recorded = readFileSync(join(import.meta.dirname, '../fixtures/meters/cifs-stats.txt'), 'utf8');
    expect(parseSmbStats(recorded, '//localhost/dst')).toEqual({ calls: 3376, readBytes: 1824, writtenBytes: 21881113, roundTripMs: 262_764, timedCalls: 3381, retransmits: null });
    expect(parseSmbStats(recorded.replace('1) \\\\localhost', 'Max requests in flight: 1\n1) \\\\localhost'), '//localhost/dst')?.roundTripMs, 'the table of another server').toBeNull();
  });

  it('are reached by interfaces that lead out, at a speed where that is known', () => {
    const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1000 10 0 0 0 0 0 0 1000 10 0 0 0 0 0 0
  eth0:123456 99 0 0 0 0 0 0 654321 88 0 0 0 0 0 0
`;
    expect(parseInterfaces(text).get('eth0')).toEqual({ received: 123456, sent: 654321 });
    expect(['lo', 'eth0', 'enp3s0', 'veth12', 'docker0', 'wlan0', 'ifb1'].filter(isOutward)).toEqual(['eth0', 'enp3s0', 'wlan0']);
    expect([parseLinkSpeed('1000\n'), parseLinkSpeed('-1\n'), parseLinkSpeed(null), parseLinkSpeed('')]).toEqual([125_000_000, null, null, null]);
  });
});
