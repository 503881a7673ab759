import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import { estimate } from '../../src-main/worker/estimate.ts';
import { look, makeFolder, ping, type SystemReaders } from '../../src-main/worker/look.ts';
import { lock, unlock } from '../../src-main/worker/lock.ts';
import { readMounts } from '../../src-main/worker/mounts.ts';
import { sweepTemps } from '../../src-main/worker/temps.ts';
import { createLockHolder } from '../../src-main/core/safety/lock-holder.ts';

const isRoot = process.getuid?.() === 0;
const canMount = isRoot && process.platform === 'linux';
let folder = '';
let mounted: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-scout-'));
  mounted = [];
});
afterEach(() => {
  for (const point of mounted.reverse()) execFileSync('umount', ['-l', point], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, content = 'x'): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
function mountTmpfs(point: string, options = 'size=1m,nr_inodes=100'): void {
  mkdirSync(point, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', point]);
  mounted.push(point);
}
const asNobody = (script: string): unknown =>
  JSON.parse(
    execFileSync(
      'setpriv',
      ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, '--input-type=module', '-e', script],
      { encoding: 'utf8', cwd: '/', env: { ...process.env, NODE_OPTIONS: '' } },
    ),
  );
const lookModule = JSON.stringify(join(import.meta.dirname, '../../src-main/worker/look.ts'));

describe('a look at a path', () => {
  test('tells a folder, its mount, its room and how long its file system takes to answer', async () => {
    write(join(folder, 'file'));
    const facts = await look(folder);
    expect(facts).toMatchObject({
      path: folder,
      realPath: folder,
      kind: 'folder',
      isEmpty: false,
      readable: true,
      writable: true,
      unmountedPoint: null,
      hasDaybreakFolder: false,
      parentExists: true,
      keepsAttributes: true,
      passport: { path: folder },
    });
    const [available, blocks, unused, size] = execFileSync('stat', ['-f', '-c', '%a %b %f %S', folder], { encoding: 'utf8' })
      .trim()
      .split(' ')
      .map(Number);
    // Others write to the disk meanwhile.
    const near = 200_000_000;
    expect(Math.abs(facts.freeBytes - (available ?? 0) * (size ?? 0))).toBeLessThan(near);
    expect(Math.abs(facts.usedBytes - ((blocks ?? 0) - (unused ?? 0)) * (size ?? 0))).toBeLessThan(near);
    expect(facts.freeInodes).toBeGreaterThan(0);
    expect(facts.latencyMs).toBeGreaterThan(0);
    expect(facts.latencyMs).toBeLessThan(1000);
  });

  test('takes a folder with nothing but .daybreak and lost+found for empty', async () => {
    mkdirSync(join(folder, 'lost+found'));
    mkdirSync(join(folder, '.daybreak'));
    expect(await look(folder)).toMatchObject({ isEmpty: true, hasDaybreakFolder: true, keepsAttributes: false });
    writeFileSync(join(folder, '.hidden'), '');
    expect(await look(folder)).toMatchObject({ isEmpty: false });
  });

  test('tells what a folder that is still to be made would be made in', async () => {
    symlinkSync(folder, join(folder, 'link'));
    expect(await look(join(folder, 'link/new'))).toMatchObject({
      path: join(folder, 'link/new'),
      realPath: join(folder, 'new'),
      kind: 'missing',
      passport: null,
      parentExists: true,
      writable: true,
      readable: false,
    });
    const deep = await look(join(folder, 'no/such/parent'));
    expect(deep).toMatchObject({
      kind: 'missing',
      parentExists: false,
      writable: false,
      realPath: join(folder, 'no/such/parent'),
    });
    expect(deep.freeBytes).toBeGreaterThan(0);
  });

  test('tells files, other things, and links that lead nowhere or in circles', async () => {
    write(join(folder, 'file'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('nowhere', join(folder, 'dangling'));
    symlinkSync('circle', join(folder, 'circle'));
    const kinds = await Promise.all(
      ['file', 'pipe', 'dangling', 'circle', 'file/below'].map(async (name) => (await look(join(folder, name))).kind),
    );
    expect(kinds).toEqual(['file', 'other', 'other', 'other', 'missing']);
    expect((await look(join(folder, 'file'))).parentExists).toBe(true);
  });

  test('follows a symlink to the real folder', async () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    expect(await look(join(folder, 'link'))).toMatchObject({
      kind: 'folder',
      path: join(folder, 'link'),
      realPath: join(folder, 'real'),
    });
  });

  test('finds the mount point of fstab with nothing mounted, in the path or above it', async () => {
    const readers = (point: string): SystemReaders => ({
      mounts: readMounts,
      fstab: () => Promise.resolve([{ source: 'x', point, type: 'ext4' }]),
    });
    mkdirSync(join(folder, 'point/deep'), { recursive: true });
    expect((await look(join(folder, 'point/deep'), readers(join(folder, 'point')))).unmountedPoint).toBe(join(folder, 'point'));
    expect((await look(join(folder, 'point/deep/not/yet'), readers(join(folder, 'point')))).unmountedPoint).toBe(
      join(folder, 'point'),
    );
    expect((await look(folder, readers(join(folder, 'point')))).unmountedPoint).toBeNull();
  });

  test.skipIf(!canMount)('sees mounts below and above, and that one is gone', async () => {
    const point = join(folder, 'mounted point');
    mountTmpfs(point);
    mountTmpfs(join(point, 'inner'));
    const facts = await look(point, {
      mounts: readMounts,
      fstab: () => Promise.resolve([{ source: 'x', point, type: 'tmpfs' }]),
    });
    expect(facts).toMatchObject({
      unmountedPoint: null,
      passport: { mount: { point, type: 'tmpfs', source: 'tmpfs', root: '/' }, inside: [{ point: join(point, 'inner') }] },
    });
    expect(facts.freeBytes).toBeLessThanOrEqual(1 << 20);
    expect(facts.freeInodes).toBeLessThan(100);
    expect((await look(folder)).passport?.inside.map((mount) => mount.point)).toEqual([point, join(point, 'inner')]);
    execFileSync('umount', [join(point, 'inner'), point]);
    mounted = [];
    expect((await look(point)).passport?.mount.point).not.toBe(point);
  });

  test.skipIf(!canMount)('tells a read-only file system', async () => {
    const point = join(folder, 'read-only');
    mountTmpfs(point, 'ro');
    expect(await look(point)).toMatchObject({ readable: true, writable: false });
    expect((await look(join(point, 'new'))).writable).toBe(false);
  });

  test.skipIf(!isRoot)('tells what a user may not read, write, or look at', () => {
    chmodSync(folder, 0o755);
    for (const [name, mode] of [
      ['closed', 0o700],
      ['listed', 0o755],
      ['hidden', 0o711],
    ] as const) {
      mkdirSync(join(folder, name), { mode });
      chmodSync(join(folder, name), mode);
    }
    mkdirSync(join(folder, 'closed/inside'));
    const paths = ['closed', 'listed', 'hidden', 'closed/inside', 'new'].map((name) => join(folder, name));
    const looks = asNobody(`
      import { look } from ${lookModule};
      const facts = await Promise.all(${JSON.stringify(paths)}.map((path) => look(path)));
      console.log(JSON.stringify(facts.map(({ kind, readable, writable, isEmpty }) => [kind, readable, writable, isEmpty])));`);
    expect(looks).toEqual([
      ['folder', false, false, false],
      ['folder', true, false, true],
      ['folder', false, false, false],
      ['other', false, false, false],
      ['missing', false, false, false],
    ]);
  });

  test('answers a ping also where nothing is', async () => {
    expect(await ping(folder)).toEqual({});
    expect(await ping(join(folder, 'nowhere'))).toEqual({});
  });
});

describe('making the destination', () => {
  test('makes one folder, and is content with one that is there', async () => {
    const path = join(folder, 'new');
    await makeFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
    await makeFolder(path);
  });
  test('does not make parents, and says so', async () => {
    await expect(makeFolder(join(folder, 'no/parent'))).rejects.toMatchObject({
      kind: 'destination-unreachable',
      message: `The folder ${folder}/no/parent cannot be made: its parent ${folder}/no is not there`,
    });
  });
  test('does not take a file for a folder', async () => {
    write(join(folder, 'file'));
    await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ kind: 'invalid-input' });
  });
  test.skipIf(!canMount)('tells a full and a read-only file system', async () => {
    const point = join(folder, 'small');
    mountTmpfs(point, 'nr_inodes=2');
    writeFileSync(join(point, 'last'), '');
    await expect(makeFolder(join(point, 'new'))).rejects.toMatchObject({ kind: 'no-space' });
    execFileSync('mount', ['-o', 'remount,ro', point]);
    await expect(makeFolder(join(point, 'new'))).rejects.toMatchObject({ kind: 'permission' });
  });
});

describe('what killed rsyncs leave', () => {
  test('is found and removed, in the names rsync really gives it, and nothing else', { timeout: 60_000 }, async () => {
    const source = join(folder, 'source');
    const destination = join(folder, 'destination');
    const long = 'ä'.repeat(127);
    const names = [
      'photo.jpg',
      '.hidden',
      'no-extension',
      'ends-with-dot.',
      long,
      `${'x'.repeat(244)}äöü.mkv`,
      'a'.repeat(255),
      'deep/er/film.mkv',
      'new\nline',
    ];
    for (const name of names) {
      write(join(source, name), '');
      truncateSync(join(source, name), 4_000_000);
    }
    write(join(source, '.photo.jpg.Same12'));
    mkdirSync(destination);
    write(join(destination, '.photo.jpg.oldone'), 'from an earlier run');
    await wait(50);
    const holder = createLockHolder('test', 1);
    const locked = await lock(destination, holder);
    if (locked.state !== 'held-by-us') throw new Error('The lock was not free');

    const running = names.map((name) =>
      spawn('rsync', ['-aHR', '--bwlimit=200', '--', `${source}/./${name}`, `${destination}/`], {
        detached: true,
        stdio: 'ignore',
      }),
    );
    const temporaries = (): string[] =>
      readdirSync(destination, { recursive: true, encoding: 'latin1' }).filter(
        (path) => /^\.(.*\.)?[A-Za-z0-9]{6}$/s.test(path.split('/').at(-1) ?? '') && !path.includes('oldone'),
      );
    const deadline = Date.now() + 30_000;
    while (temporaries().length < names.length && Date.now() < deadline) await wait(50);
    await Promise.all(running.map(killGroup));
    const left = temporaries();
    expect(left).toHaveLength(names.length);

    const stays = [
      '.photo.jpg.Same12',
      '.photo.jpg.oldone',
      '.nobase.abcdef',
      '.photo.jpg.short',
      '.photo.jpg.linkto',
      'photo.jpg.abcdef',
      '.photo.jpg.folder',
    ];
    for (const name of ['.photo.jpg.Same12', '.nobase.abcdef', '.photo.jpg.short', 'photo.jpg.abcdef'])
      write(join(destination, name));
    symlinkSync(join(source, 'photo.jpg'), join(destination, '.photo.jpg.linkto'));
    mkdirSync(join(destination, '.photo.jpg.folder'));
    symlinkSync('nowhere', join(destination, '.photo.jpg.4711'));
    const outside = join(folder, 'outside');
    write(join(outside, '.film.mkv.abcdef'), 'canary');
    mkdirSync(join(source, 'link'));
    write(join(source, 'link/film.mkv'));
    symlinkSync(outside, join(destination, 'link'));

    const request = { source, destination, names: [ROOT], sinceMs: locked.atMs };
    // Flat: only the root's own, and the symlink that rsync would have put in place.
    const inRoot = left.filter((path) => !path.includes('/')).length;
    expect(await sweepTemps({ ...request, deep: false })).toEqual({ removed: inRoot + 1 });
    expect(await sweepTemps({ ...request, deep: true })).toEqual({ removed: left.length - inRoot });
    expect(await sweepTemps({ ...request, deep: true })).toEqual({ removed: 0 });
    expect(temporaries().filter((path) => !stays.includes(path) && !path.startsWith('link/'))).toEqual([]);
    for (const name of stays) expect(readdirSync(destination), name).toContain(name);
    expect(readdirSync(outside)).toEqual(['.film.mkv.abcdef']);
    await unlock(destination, holder);
  });

  test('is swept only in the folders that were named', async () => {
    const [source, destination] = [join(folder, 's'), join(folder, 'd')];
    for (const place of ['one', 'two', 'two/sub', 'three']) {
      write(join(source, place, 'file'));
      write(join(destination, place, '.file.Ab1234'));
    }
    write(join(destination, 'three', 'not-at-source', '.file.Ab1234'));
    const sweep = (names: string[], deep: boolean): Promise<{ removed: number }> =>
      sweepTemps({ source, destination, names: names as ByteName[], deep, sinceMs: 0 });
    expect(await sweep(['two', 'nowhere', 'one/file'], false)).toEqual({ removed: 1 });
    expect(await sweep(['two', 'two/sub', 'two'], true)).toEqual({ removed: 1 });
    expect(await sweep(['one', 'three'], true)).toEqual({ removed: 2 });
    expect(readdirSync(join(destination, 'three/not-at-source'))).toEqual(['.file.Ab1234']);
  });

  async function killGroup(child: ChildProcess): Promise<void> {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await once(child, 'exit');
  }
});

describe('an estimate', () => {
  test('counts what is missing or of another size, links once, and leaves out what is excluded', async () => {
    const [source, destination] = [join(folder, 's'), join(folder, 'd')];
    write(join(source, 'same'), '12345');
    write(join(destination, 'same'), 'abcde');
    write(join(source, 'new/file'), '1234567');
    write(join(source, 'changed'), '123');
    write(join(destination, 'changed'), '1234567890');
    write(join(source, 'one/linked'), '1'.repeat(100));
    mkdirSync(join(source, 'two'));
    linkSync(join(source, 'one/linked'), join(source, 'two/linked'));
    linkSync(join(source, 'one/linked'), join(source, 'two/again'));
    write(join(source, 'one/near'), '1'.repeat(40));
    linkSync(join(source, 'one/near'), join(source, 'one/near2'));
    write(join(source, 'one/known'), '1'.repeat(60));
    linkSync(join(source, 'one/known'), join(source, 'two/known'));
    write(join(destination, 'two/known'), '2'.repeat(60));
    write(join(source, 'skip.tmp'), '1'.repeat(1000));
    write(join(source, 'cache/big'), '1'.repeat(1000));
    symlinkSync('same', join(source, 'link'));
    write(join(source, 'was-folder'), '12');
    mkdirSync(join(destination, 'was-folder'));
    expect(await estimate(source, destination, ['*.tmp', '/cache/'])).toEqual({
      missingBytes: 7 + 3 + 100 + 40 + 2,
      // new, new/file, one, five linked names, one/known, link, was-folder
      missingEntries: 11,
      sharedLinkBytes: 100,
      replacedBytes: 10,
    });
  });

  test('finds nothing missing after rsync, and all of it before, as rsync counts it', async () => {
    const [source, destination] = [join(folder, 's'), join(folder, 'd')];
    for (let index = 0; index < 300; index++) write(join(source, `d${index % 7}/e${index % 30}/f${index}`), 'y'.repeat(index));
    linkSync(join(source, 'd0/e0/f0'), join(source, 'hard'));
    const stats = execFileSync('rsync', ['-aHn', '--stats', '--no-h', `${source}/`, `${destination}/`], { encoding: 'utf8' });
    const number = (label: string): number => Number(new RegExp(`${label}: ([\\d,]+)`).exec(stats)?.[1]?.replaceAll(',', ''));
    const before = await estimate(source, destination, []);
    expect(before.missingBytes).toBe(number('Total transferred file size'));
    // rsync counts the root as well.
    expect(before.missingEntries).toBe(number('Number of files') - 1);
    execFileSync('rsync', ['-aH', `${source}/`, `${destination}/`]);
    expect(await estimate(source, destination, [])).toEqual({
      missingBytes: 0,
      missingEntries: 0,
      sharedLinkBytes: 0,
      replacedBytes: 0,
    });
  });

  test('leaves sockets and odd names in peace', async () => {
    const source = join(folder, 's');
    write(join(source, 'file'), '123');
    writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xff, 0x0a, 0x23])]), '1234');
    const server = createServer().listen(join(source, 'socket'));
    await once(server, 'listening');
    expect(await estimate(source, join(folder, 'none'), [])).toMatchObject({ missingBytes: 7, missingEntries: 3 });
    server.close();
  });

  test('stops where there is no source', async () => {
    await expect(estimate(join(folder, 'none'), folder, [])).rejects.toMatchObject({ kind: 'source-missing' });
  });
});
