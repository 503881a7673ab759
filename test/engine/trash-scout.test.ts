import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { browseTrash, closeTrash, expireTrash, openTrash } from '../../src-main/worker/trash.ts';
import { planRestore } from '../../src-main/worker/trash-restore.ts';
import type { HoldBy } from '../../src-main/worker/safe-folder.ts';

/** What a scout does in the trash: nothing outside of it, whatever names it is given and whatever lies in the way. */

let folder: string;
let destination: string;
let victim: string;
let trash: string;
const names = (...given: string[]) => given as ByteName[];

function put(...parts: string[]): void {
  const path = join(...parts as [string]);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, parts.at(-1) ?? '');
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-trash-scout-'));
  destination = join(folder, 'destination');
  victim = join(folder, 'victim');
  trash = join(destination, '.daybreak/trash');
  put(victim, 'precious');
  mkdirSync(destination);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each<HoldBy>(process.platform === 'linux' ? ['handle', 'path'] : ['path'])('by %s', (by) => {
  test('a folder of its own for each run, for its owner alone; gone again where nothing came', async () => {
    mkdirSync(trash, { recursive: true, mode: 0o777 });
    chmodSync(trash, 0o777);
    expect(await openTrash(destination, 7, by)).toEqual({ folder: '7' });
    expect(await openTrash(destination, 7, by), 'another Daybreak has a run of that number').toEqual({ folder: '7-2' });
    for (const path of [trash, join(trash, '7')]) expect((lstatSync(path).mode & 0o777).toString(8)).toBe('700');
    put(trash, '7/alpha/file');
    expect([await closeTrash(destination, '7', by), await closeTrash(destination, '7-2', by), await closeTrash(destination, '8', by)])
      .toEqual([{ isKept: true }, { isKept: false }, { isKept: false }]);
    expect(readdirSync(trash)).toEqual(['7']);
  });

  test('a link or a file in the place of the trash is refused, and nothing is made behind it', async () => {
    symlinkSync(victim, join(destination, '.daybreak'));
    await expect(openTrash(destination, 1, by)).rejects.toMatchObject({ kind: 'invalid-input' });
    expect(readdirSync(victim)).toEqual(['precious']);
    rmSync(join(destination, '.daybreak'));
    put(destination, '.daybreak/trash');
    await expect(openTrash(destination, 1, by)).rejects.toMatchObject({ kind: 'invalid-input' });
  });

  test('what expired goes with all that is in it, links as links, read-only folders too', async () => {
    for (const run of ['1', '2', '3']) put(trash, run, 'alpha/deep/file');
    symlinkSync(victim, join(trash, '1/alpha/link'));
    chmodSync(join(trash, '1/alpha/deep'), 0o500);
    expect(await expireTrash(destination, ['1', '2', '9'], by)).toEqual({ removed: ['1', '2', '9'], failed: [] });
    expect([readdirSync(trash), readdirSync(victim)]).toEqual([['3'], ['precious']]);
  });

  test('a link planted on the way is never passed', async () => {
    for (const run of ['1', '2']) put(trash, run, 'precious');
    rmSync(join(trash, '1'), { recursive: true });
    symlinkSync(victim, join(trash, '1'));
    expect(await expireTrash(destination, ['1', '2'], by)).toMatchObject({ removed: ['2'], failed: [{ folder: '1' }] });
    expect(lstatSync(join(trash, '1')).isSymbolicLink(), 'it stays, for someone to look at').toBe(true);
    renameSync(trash, join(victim, 'trash'));
    put(victim, 'trash/3/precious');
    symlinkSync(join(victim, 'trash'), trash);
    expect(await expireTrash(destination, ['3'], by)).toMatchObject({ removed: [], failed: [{ folder: '3' }] });
    expect(existsSync(join(victim, 'trash/3/precious'))).toBe(true);
  });

  test('names that lead out are refused; what a link leads to is never shown', async () => {
    put(trash, '1/gamma/file');
    put(trash, '2/secret');
    symlinkSync(victim, join(trash, '1/escape'));
    const target = join(folder, 'target');
    for (const name of ['..', '../2', 'gamma/../../2', '/etc', '.', 'gamma//file', 'gamma/', 'a\0b']) {
      await expect(browseTrash(destination, '1', name as ByteName, by), name).rejects.toMatchObject({ kind: 'invalid-input' });
      await expect(plan({ names: names(name), target }), name).rejects.toMatchObject({ kind: 'invalid-input' });
    }
    expect(existsSync(target)).toBe(false);
    await expect(browseTrash(destination, '1', 'escape' as ByteName, by)).rejects.toMatchObject({ kind: 'not-found' });
    await expect(plan({ names: names('escape/precious'), target })).rejects.toMatchObject({ kind: 'not-found' });
    expect(await browseTrash(destination, '1', '' as ByteName, by)).toMatchObject({ isAll: true, items: [{ name: 'escape', kind: 'other' }, { name: 'gamma', kind: 'folder' }] });
  });

  const plan = (more: { names: ByteName[]; target: string; skip?: number; most?: number }) =>
    planRestore({ op: 'plan-restore', destination, folder: '1', skip: 0, most: 100, ...more }, by);

  test('a restore makes what is missing, folders first, and nothing that stands in the way or behind a link', async () => {
    for (const file of ['a/same', 'a/other', 'a/new', 'b/file', 'c/file', 'd']) put(trash, '1', file);
    const target = join(folder, 'target');
    put(target, 'a/same');
    renameSync(join(target, 'a/same'), join(folder, 'moved'));
    writeFileSync(join(target, 'a/same'), 'a/same');
    writeFileSync(join(target, 'a/other'), 'A/other');
    symlinkSync(victim, join(target, 'b'));
    writeFileSync(join(target, 'c'), 'a file');
    expect(await plan({ names: names('a', 'a/new', 'b', 'c/file', 'd'), target }))
      .toEqual({ names: ['a/new', 'd'], files: 2, kept: 3, next: 6, isAll: true });
    expect(await plan({ names: names('a', 'd'), target: join(folder, 'new') })).toMatchObject({ names: ['a', 'a/new', 'a/other', 'a/same', 'd'], kept: 0 });
    await expect(plan({ names: names('d'), target: join(destination, 'inside') })).rejects.toMatchObject({ kind: 'invalid-input' });
    await expect(plan({ names: names('d'), target: join(target, 'c') })).rejects.toMatchObject({ kind: 'invalid-input' });
    await expect(plan({ names: names('gone'), target })).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('a long restore comes in portions that meet every name once', async () => {
    for (let file = 0; file < 25; file++) put(trash, '1', `folder ${file % 3}/file ${file}`);
    const target = join(folder, 'target');
    const seen: string[] = [];
    for (let skip = 0, isAll = false; !isAll;) {
      const portion = await plan({ names: names('folder 0', 'folder 1', 'folder 2'), target, skip, most: 7 });
      for (const name of portion.names.filter((each) => each.includes('/'))) put(target, name);
      seen.push(...portion.names.filter((name) => name.includes('/')));
      ({ next: skip, isAll } = portion);
    }
    expect([seen.length, new Set(seen).size]).toEqual([25, 25]);
  });
});
