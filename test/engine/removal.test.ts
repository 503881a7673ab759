import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import type { Change } from '../../src-shared/rsync-result.ts';
import { createOutputReader, outFormat } from '../../src-main/core/rsync/output.ts';
import { look } from '../../src-main/worker/look.ts';
import { checkRemovals, remove, type RemoveRequest } from '../../src-main/worker/removal.ts';
import type { HoldBy } from '../../src-main/worker/safe-folder.ts';
import { readManifest } from '../fixtures/manifest.ts';

const isRoot = process.getuid?.() === 0;
const canMount = isRoot && process.platform === 'linux';
let folder = '';
let source = '';
let destination = '';
let mounted: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-removal-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  for (const path of [source, destination]) mkdirSync(path);
  write(source, 'stays');
  write(destination, 'stays');
  mounted = [];
});
afterEach(() => {
  for (const point of mounted.reverse()) execFileSync('umount', ['-l', point], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
});

/** Names are bytes, one latin1 character each. */
function bytes(root: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);
}
function write(root: string, name: string, content = 'x'): void {
  mkdirSync(bytes(root, dirname(name)), { recursive: true });
  writeFileSync(bytes(root, name), content);
}
const gone = (...names: string[]): Change[] =>
  names.map((name) => ({
    code: '*deleting',
    name: name.replace(/\/$/, '') as ByteName,
    isFolder: name.endsWith('/'),
    bytes: 0,
  }));
const request = (removals: Change[], more: Partial<RemoveRequest> = {}): RemoveRequest => ({
  source,
  destination,
  removals,
  backupDir: null,
  ...more,
});
/** All names below a folder, folders with a slash, sorted. */
function namesIn(root: string): string[] {
  return [...readManifest(root, { content: false })]
    .filter(([name]) => name !== '')
    .map(([name, { type }]) => (type === 'folder' ? `${name}/` : name))
    .sort();
}
/** What rsync would delete, in its own words. */
function listed(...options: string[]): Change[] {
  const changes: Change[] = [];
  const reader = createOutputReader({ onChange: (change) => changes.push(change) });
  const output = execFileSync('rsync', [
    '-aHn',
    '--delete',
    `--out-format=${outFormat}`,
    ...options,
    `${source}/`,
    `${destination}/`,
  ]);
  reader.push(output);
  reader.end();
  return changes.filter(({ code }) => code === '*deleting');
}
function mountTmpfs(point: string): void {
  mkdirSync(point, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', point]);
  mounted.push(point);
}

for (const by of ['handle', 'path'] as HoldBy[]) {
  describe.skipIf(by === 'handle' && process.platform !== 'linux')(`removing (folders held by ${by})`, () => {
    test('takes exactly the listed names, deepest first, and tells how many and how much', async () => {
      for (const name of ['a/b/c/file', 'a/b/two', 'a/stays', 'top']) write(destination, name, 'four');
      execFileSync('mkfifo', [join(destination, 'a/pipe')]);
      symlinkSync('/nowhere', join(destination, 'a/link'));
      const answer = await remove(
        request(gone('a/', 'a/b/', 'a/b/c/', 'a/b/c/file', 'a/b/two', 'a/pipe', 'a/link', 'top')),
        by,
      );
      expect(answer).toEqual({ removed: 7, failed: [{ name: 'a', reason: 'the folder is not empty' }] });
      expect(namesIn(destination)).toEqual(['a/', 'a/stays', 'stays']);
    });

    test('takes names of any bytes', async () => {
      const odd = [
        'new\nline',
        '-rf',
        '#hash',
        ';semi',
        'gl*b[x]?',
        '"quote\'',
        'tab\there',
        '\\#012',
        'invalid\xff\xfe',
        'z'.repeat(255),
        ' ',
      ];
      for (const name of odd) write(destination, `${name}/${name}`);
      const answer = await remove(request(odd.flatMap((name) => gone(`${name}/`, `${name}/${name}`))), by);
      expect(answer.failed).toEqual([]);
      expect(answer.removed).toBe(odd.length * 2);
      expect(namesIn(destination)).toEqual(['stays']);
    });

    test('leaves what the source has again, in the folder itself or with the folder', async () => {
      for (const name of ['a/one', 'a/two', 'b/three', 'b/c/four']) {
        write(destination, name);
      }
      const removals = gone('a/one', 'a/two', 'b/', 'b/three', 'b/c/', 'b/c/four');
      write(source, 'a/one');
      write(source, 'b/three');
      const answer = await remove(request(removals), by);
      expect(answer.failed).toEqual(
        expect.arrayContaining([
          { name: 'a/one', reason: 'it is at the source again' },
          { name: 'b/three', reason: 'it is at the source again' },
          { name: 'b', reason: 'it is at the source again' },
        ]),
      );
      expect(namesIn(destination)).toEqual(['a/', 'a/one', 'b/', 'b/three', 'stays']);
    });

    test('lets a folder make way for a file of the source, and a file for a folder', async () => {
      write(destination, 'folder/inner');
      write(destination, 'file');
      write(source, 'folder');
      write(source, 'file/inner');
      expect(await remove(request(gone('folder/', 'folder/inner', 'file')), by)).toMatchObject({ removed: 3, failed: [] });
      expect(namesIn(destination)).toEqual(['stays']);
    });

    test('leaves what has changed its type since it was listed, and passes over what is gone already', async () => {
      write(destination, 'was-file/inside');
      write(destination, 'was-folder');
      const answer = await remove(request(gone('was-file', 'was-folder/', 'never/there', 'never/')), by);
      expect(answer).toMatchObject({ removed: 0 });
      expect(answer.failed).toEqual(
        expect.arrayContaining([
          { name: 'was-file', reason: 'it has become a folder' },
          { name: 'was-folder', reason: 'it is not a folder any more' },
        ]),
      );
      expect(answer.failed).toHaveLength(2);
      expect(namesIn(destination)).toEqual(['stays', 'was-file/', 'was-file/inside', 'was-folder']);
    });

    test('never goes through a symlink that was put in the place of a folder', async () => {
      const outside = join(folder, 'outside');
      for (const name of ['file', 'deep/file']) write(outside, name, 'canary');
      symlinkSync(outside, join(destination, 'a'));
      mkdirSync(join(destination, 'b'));
      symlinkSync(join(outside, 'deep'), join(destination, 'b/deep'));
      const answer = await remove(request(gone('a/file', 'a/deep/', 'a/deep/file', 'b/deep/file', 'b/deep/')), by);
      expect(answer.removed).toBe(0);
      expect(answer.failed).toHaveLength(5);
      expect(namesIn(outside)).toEqual(['deep/', 'deep/file', 'file']);
    });

    test('what lies behind a symlink at the source does not count as being there', async () => {
      const elsewhere = join(folder, 'elsewhere');
      write(elsewhere, 'file');
      symlinkSync(elsewhere, join(source, 'a'));
      write(destination, 'a/file');
      expect(await remove(request(gone('a/', 'a/file')), by)).toMatchObject({ removed: 2, failed: [] });
      expect(namesIn(elsewhere)).toEqual(['file']);
    });

    test("never touches the root or Daybreak's own folder", async () => {
      write(destination, '.daybreak/lock');
      const answer = await remove(request(gone('.daybreak/', '.daybreak/lock')), by);
      expect(answer).toEqual({
        removed: 0,
        failed: [
          { name: '.daybreak', reason: "it is Daybreak's own" },
          { name: '.daybreak/lock', reason: "it is Daybreak's own" },
        ],
      });
      for (const wrong of ['', '..', '../source/stays', '/etc/passwd', 'a//b', 'a/../b', './a', 'nul\0']) {
        const removals = [...gone('stays'), { ...gone('x')[0]!, name: wrong as ByteName }];
        await expect(remove(request(removals), by), wrong).rejects.toMatchObject({ kind: 'internal' });
      }
      expect(namesIn(destination)).toEqual(['.daybreak/', '.daybreak/lock', 'stays']);
    });

    test('stops before anything when the source is missing or empty', async () => {
      write(destination, 'a/one');
      rmSync(join(source, 'stays'));
      await expect(remove(request(gone('a/one')), by)).rejects.toMatchObject({
        kind: 'source-empty',
        message: `The source ${source} is empty; nothing was removed`,
      });
      rmSync(source, { recursive: true });
      await expect(remove(request(gone('a/one')), by)).rejects.toMatchObject({ kind: 'source-missing' });
      expect(namesIn(destination)).toEqual(['a/', 'a/one', 'stays']);
    });
  });
}

describe('a removal while others change the folders', () => {
  test(
    'never leaves the destination, however often a folder on the way turns into a symlink and back',
    { timeout: 30_000 },
    async () => {
      const outside = join(folder, 'outside');
      const count = 600;
      const wanted = Array.from({ length: count }, (_, index) => `a/b/f${index}`);
      for (const name of wanted) {
        write(outside, name.slice(2), 'canary');
        write(destination, name);
      }
      const swapper = spawn(
        process.execPath,
        [
          '-e',
          `
      const fs = require('node:fs');
      const [folder, aside, outside] = process.argv.slice(1);
      fs.symlinkSync(outside, aside + '-link');
      console.log('swapping');
      for (;;) {
        fs.renameSync(folder, aside);
        fs.renameSync(aside + '-link', folder);
        fs.renameSync(folder, aside + '-link');
        fs.renameSync(aside, folder);
      }`,
          join(destination, 'a'),
          join(destination, 'aside'),
          outside,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(swapper.stdout, 'data');
      try {
        const until = performance.now() + 1500;
        for (let from = 0; performance.now() < until; from = (from + 20) % count) {
          await remove(request(gone(...wanted.slice(from, from + 20))));
        }
      } finally {
        swapper.kill('SIGKILL');
        await once(swapper, 'exit');
      }
      expect(readdirSync(join(outside, 'b'))).toHaveLength(count);
    },
  );

  test.skipIf(!canMount)('stops when the source is unmounted under it', { timeout: 30_000 }, async () => {
    mountTmpfs(source);
    write(source, 'stays');
    const folders = 60;
    const perFolder = 100;
    const wanted = Array.from({ length: folders * perFolder }, (_, index) => `d${index % folders}/f${index}`);
    for (let index = 0; index < folders; index++) mkdirSync(join(destination, `d${index}`));
    for (const name of wanted) linkSync(join(destination, 'stays'), join(destination, name));
    const left = (): number =>
      Array.from({ length: folders }, (_, index) => readdirSync(join(destination, `d${index}`)).length).reduce(
        (sum, count) => sum + count,
      );
    const outcome = remove(request(gone(...wanted))).then(
      () => null,
      (error: unknown) => error,
    );
    while (left() === wanted.length) await new Promise((resolve) => setTimeout(resolve, 1));
    execFileSync('umount', ['-l', source]);
    mounted = [];
    expect(await outcome).toMatchObject({
      kind: 'passport-mismatch',
      message: `The source ${source} is not the same folder any more; removing was stopped`,
      detail: expect.stringMatching(/^\d+ names had been removed before\.$/) as string,
    });
    expect(left()).toBeGreaterThan(0);
  });

  test.skipIf(!canMount)("does not begin when a mount of the run's start is gone, at the source or inside it", async () => {
    mountTmpfs(join(source, 'videos'));
    write(destination, 'videos/film');
    const passports = { source: (await look(source)).passport, destination: (await look(destination)).passport };
    expect(passports.source?.inside.map(({ point }) => point)).toEqual([join(source, 'videos')]);
    execFileSync('umount', [join(source, 'videos')]);
    mounted = [];
    await expect(remove(request(gone('videos/film'), { passports }))).rejects.toMatchObject({
      kind: 'passport-mismatch',
      message: `${join(source, 'videos')} at the source ${source} was unmounted or changed; removing was stopped`,
    });
    expect(namesIn(destination)).toEqual(['stays', 'videos/', 'videos/film']);
  });
});

describe('files that are kept', () => {
  test('lie below the backup folder as rsync --backup-dir puts them, and so do folders and modes', async () => {
    for (const name of ['a/e/g', 'a/f', 'a/empty/x', 'top', 'a/e/invalid\xff']) write(destination, name, name);
    rmSync(join(destination, 'a/empty/x'));
    symlinkSync('x', join(destination, 'a/l'));
    execFileSync('mkfifo', [join(destination, 'a/p')]);
    chmodSync(join(destination, 'a'), 0o751);
    if (isRoot) chownSync(join(destination, 'a/e'), 123, 456);
    const other = join(folder, 'other');
    execFileSync('cp', ['-a', destination, other]);
    const [kept, theirs] = [join(folder, 'kept'), join(folder, 'theirs')];
    for (const path of [kept, theirs]) write(path, 'top', 'kept before');
    const answer = await remove(request(listed(), { backupDir: kept }));
    execFileSync('rsync', ['-aH', '--delete', '--backup', `--backup-dir=${theirs}`, `${source}/`, `${other}/`]);
    expect(answer.failed).toEqual([]);
    const compare = (root: string) =>
      [...readManifest(root)]
        .map(([name, { type, mode, owner, content, target }]) => ({ name, type, mode, owner, content, target }))
        .filter(({ name }) => name !== '');
    expect(compare(kept)).toEqual(compare(theirs));
    expect(compare(destination)).toEqual(compare(other));
    expect(readFileSync(join(kept, 'top'), 'utf8')).toBe('top');
  });

  test('of an earlier run are never wiped to make room', async () => {
    const kept = join(folder, 'kept');
    write(kept, 'z/old');
    write(kept, 'y');
    write(destination, 'z');
    write(destination, 'y/new');
    const answer = await remove(request(gone('z', 'y/new', 'y/'), { backupDir: kept }));
    const reason = 'kept files of an earlier run stand in its place in the backup folder';
    expect(answer.failed).toEqual(
      expect.arrayContaining([
        { name: 'z', reason },
        { name: 'y/new', reason },
        { name: 'y', reason: 'the folder is not empty' },
      ]),
    );
    expect(namesIn(kept)).toEqual(['y', 'z/', 'z/old']);
    expect(namesIn(destination)).toEqual(['stays', 'y/', 'y/new', 'z']);
  });

  test('in a backup folder inside the destination are not removed themselves', async () => {
    const kept = join(destination, 'kept');
    write(kept, 'old');
    write(destination, 'a');
    expect(await remove(request(gone('a', 'kept/old', 'kept/'), { backupDir: kept }))).toEqual({
      removed: 1,
      failed: [
        { name: 'kept/old', reason: 'it belongs to the kept files' },
        { name: 'kept', reason: 'it belongs to the kept files' },
      ],
    });
    expect(namesIn(destination)).toEqual(['kept/', 'kept/a', 'kept/old', 'stays']);
  });

  test('are never moved through a symlink in the backup folder', async () => {
    const [kept, outside] = [join(folder, 'kept'), join(folder, 'outside')];
    mkdirSync(kept);
    mkdirSync(outside);
    symlinkSync(outside, join(kept, 'a'));
    write(destination, 'a/file');
    expect((await remove(request(gone('a/file'), { backupDir: kept }))).failed).toHaveLength(1);
    expect(namesIn(outside)).toEqual([]);
  });

  test('may be links to the very file that is removed', async () => {
    const kept = join(folder, 'kept');
    mkdirSync(kept);
    write(destination, 'linked');
    linkSync(join(destination, 'linked'), join(kept, 'linked'));
    expect(await remove(request(gone('linked'), { backupDir: kept }))).toMatchObject({ removed: 1, failed: [] });
    expect(namesIn(destination)).toEqual(['stays']);
    expect(namesIn(kept)).toEqual(['linked']);
  });

  test('stay beside their place as rsync --backup leaves them', async () => {
    for (const name of ['q/one', 'two', 'q/two~x', 'r/s/x']) write(destination, name);
    mkdirSync(join(destination, 'empty'));
    const other = join(folder, 'other');
    cpSync(destination, other, { recursive: true });
    expect((await remove(request(listed('--backup'), { keepBeside: true }))).failed).toEqual([]);
    execFileSync('rsync', ['-aH', '--delete', '--backup', `${source}/`, `${other}/`], { stdio: 'ignore' });
    expect(namesIn(destination)).toEqual(namesIn(other));
  });

  test.skipIf(!canMount)('must be on the same file system', async () => {
    const kept = join(folder, 'kept');
    mountTmpfs(kept);
    write(destination, 'a/file');
    expect(await remove(request(gone('a/file'), { backupDir: kept }))).toMatchObject({
      removed: 0,
      failed: [{ name: 'a/file', reason: 'the backup folder must be on the same file system as the destination' }],
    });
    expect(existsSync(join(destination, 'a/file'))).toBe(true);
  });

  test('are not put over the destination itself', async () => {
    write(destination, 'a');
    await expect(remove(request(gone('a'), { backupDir: destination }))).rejects.toMatchObject({ kind: 'invalid-input' });
    expect(namesIn(destination)).toEqual(['a', 'stays']);
  });
});

describe('what one rsync --delete would do', () => {
  test('is done, also with protected files in a folder that vanished', async () => {
    for (const name of ['p/keep.o', 'p/gone', 'p/deep/gone', 'x/y/z', 'loose', 'stays.o']) write(destination, name);
    const other = join(folder, 'other');
    cpSync(destination, other, { recursive: true });
    const removals = listed('--exclude=*.o');
    expect(await remove(request(removals))).toMatchObject({ removed: removals.length, failed: [] });
    execFileSync('rsync', ['-aH', '--delete', '--exclude=*.o', `${source}/`, `${other}/`], { stdio: 'ignore' });
    expect(namesIn(destination)).toEqual(namesIn(other));
    expect(namesIn(destination)).toContain('p/keep.o');
  });

  test.skipIf(!isRoot)('is done without root in folders that their owner may not write, which get their mode back', () => {
    for (const name of ['ro/gone', 'ro/deep/gone']) write(destination, name);
    mkdirSync(join(source, 'ro'));
    chmodSync(folder, 0o755);
    execFileSync('chown', ['-R', '65534:65534', source, destination]);
    chmodSync(join(destination, 'ro/deep'), 0o555);
    chmodSync(join(destination, 'ro'), 0o555);
    const script = `
      import { remove } from ${JSON.stringify(join(import.meta.dirname, '../../src-main/worker/removal.ts'))};
      console.log(JSON.stringify(await remove(${JSON.stringify(request(gone('ro/gone', 'ro/deep/', 'ro/deep/gone')))})));`;
    const output = execFileSync(
      'setpriv',
      ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, '--input-type=module', '-e', script],
      {
        encoding: 'utf8',
        cwd: '/',
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    expect(JSON.parse(output)).toEqual({ removed: 3, failed: [] });
    expect(statSync(join(destination, 'ro')).mode & 0o777).toBe(0o555);
    expect(namesIn(destination)).toEqual(['ro/', 'stays']);
  });

  test('is done fast for 20,000 entries', { timeout: 30_000 }, async () => {
    const wanted: string[] = [];
    for (let group = 0; group < 400; group++) {
      mkdirSync(join(destination, `g${group % 20}/d${group}`), { recursive: true });
      wanted.push(`g${group % 20}/d${group}/`);
      for (let file = 0; file < 49; file++) {
        const name = `g${group % 20}/d${group}/f${file}`;
        // A link is made much faster than a file.
        linkSync(join(destination, 'stays'), join(destination, name));
        wanted.push(name);
      }
    }
    const removals = gone(...wanted);
    const from = performance.now();
    const { checks } = await checkRemovals(source, destination, removals);
    expect(checks.every(({ goneAtSource, there }) => goneAtSource && there)).toBe(true);
    expect(await remove(request(removals))).toMatchObject({ removed: 20_000, failed: [] });
    expect(performance.now() - from).toBeLessThan(15_000);
    expect(namesIn(destination)).toHaveLength(21);
  });
});

describe('how listed names stand', () => {
  test('is told for each, in order, with sizes of files at the destination', async () => {
    write(destination, 'a/gone', '12345');
    write(destination, 'a/back', '123');
    write(source, 'a/back');
    write(destination, 'a/type/inner', '1');
    write(source, 'a/type');
    write(source, 'link-target/x');
    symlinkSync('link-target', join(source, 'linked'));
    write(destination, 'linked/x', '12');
    symlinkSync('x', join(destination, 'dangling'));
    const wanted = gone(
      'a/gone',
      'a/back',
      'a/type/',
      'a/type/inner',
      'linked/x',
      'linked/',
      'dangling',
      'not/there',
      '.daybreak/lock',
    );
    const { checks, emptied } = await checkRemovals(source, destination, wanted);
    expect(checks).toEqual([
      { name: 'a/gone', bytes: 5, goneAtSource: true, there: true },
      { name: 'a/back', bytes: 3, goneAtSource: false, there: true },
      { name: 'a/type', bytes: 0, goneAtSource: true, there: true },
      { name: 'a/type/inner', bytes: 1, goneAtSource: true, there: true },
      { name: 'linked/x', bytes: 2, goneAtSource: true, there: true },
      { name: 'linked', bytes: 0, goneAtSource: true, there: true },
      { name: 'dangling', bytes: 0, goneAtSource: true, there: true },
      { name: 'not/there', bytes: 0, goneAtSource: false, there: false },
      { name: '.daybreak/lock', bytes: 0, goneAtSource: false, there: true },
    ]);
    expect(emptied).toEqual([]);
  });

  test('tells folders that would become empty, but not those that go or keep something', async () => {
    for (const name of ['emptied/one', 'emptied/sub/two', 'goes/three', 'keeps/four', 'keeps/five', 'back/six'])
      write(destination, name);
    write(source, 'back/six');
    const { emptied } = await checkRemovals(
      source,
      destination,
      gone('emptied/one', 'emptied/sub/', 'emptied/sub/two', 'goes/', 'goes/three', 'keeps/four', 'back/six'),
    );
    expect(emptied).toEqual(['emptied']);
  });

  test.skipIf(!isRoot)('is unknown where the source may not be read: nothing there counts as gone', () => {
    write(destination, 'secret/file');
    mkdirSync(join(source, 'secret'));
    chmodSync(join(source, 'secret'), 0o000);
    chmodSync(folder, 0o755);
    const script = `
      import { checkRemovals, remove } from ${JSON.stringify(join(import.meta.dirname, '../../src-main/worker/removal.ts'))};
      const request = ${JSON.stringify(request(gone('secret/file')))};
      const { checks } = await checkRemovals(request.source, request.destination, request.removals);
      console.log(JSON.stringify([checks, (await remove(request)).failed]));`;
    const output = execFileSync(
      'setpriv',
      ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, '--input-type=module', '-e', script],
      {
        encoding: 'utf8',
        cwd: '/',
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    expect(JSON.parse(output)).toEqual([
      [{ name: 'secret/file', bytes: 0, goneAtSource: false, there: true }],
      [{ name: 'secret/file', reason: 'its folder at the source cannot be read: permission denied' }],
    ]);
    expect(lstatSync(join(destination, 'secret/file')).isFile()).toBe(true);
  });
});
