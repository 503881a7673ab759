import { chmodSync, cpSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { allKept } from '../../src-shared/kept-attributes.ts';
import { compareUnit } from '../../src-main/worker/compare.ts';
import { createNativeCalls, type NativeCalls } from '../../src-main/worker/native-calls.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';

describe.runIf(process.platform === 'linux')('copies of one file are made names of one file', () => {
  let folder: string;
  let source: string;
  let destination: string;
  let calls: NativeCalls;
  const old = new Date('2026-01-02T03:04:05.678Z');
  const files = ['a/one', 'a/more', 'b/two', 'b/deep/three', 'c'];
  const folders = ['a', 'b', 'b/deep'];
  const names = [...folders, ...files] as ByteName[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybreak-join-'));
    source = join(folder, 'source');
    destination = join(folder, 'destination');
    const loaded = createNativeCalls()();
    if (!loaded) throw new Error('koffi cannot be loaded');
    calls = loaded;
    for (const place of [source, destination]) {
      mkdirSync(join(place, 'a'), { recursive: true });
      mkdirSync(join(place, 'b/deep'), { recursive: true });
    }
    writeFileSync(join(source, 'a/one'), 'of many names');
    for (const name of files.slice(1)) linkSync(join(source, 'a/one'), join(source, name));
    writeFileSync(join(source, 'b/plain'), 'of one name');
    // Each unit has made a copy of its own.
    for (const name of [...files, 'b/plain']) cpSync(join(source, name), join(destination, name));
    for (const place of [source, destination]) for (const name of [...files, 'b/plain', 'b/deep', 'b', 'a', '.']) utimesSync(join(place, name), old, old);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The sorted names that are left for rsync, or null for all. */
  async function joinNames(given: NativeCalls | null = calls): Promise<string[] | null> {
    const comparison = await compareUnit({
      source, destination, depth: 'flat', names, excludes: [], mirror: false, isRoot: process.getuid?.() === 0, most: names.length, keeps: allKept, keepsLinks: true, isLocal: true,
      remembers: { source: true, destination: true }, fills: false, joins: true, narrow: null,
    }, { turn: () => Promise.resolve(), calls: () => given, copied: () => undefined });
    return comparison && [...comparison.differing].sort();
  }

  const fileAt = (name: string) => lstatSync(join(destination, name)).ino;

  test('and folders keep their times', async () => {
    expect(await joinNames()).toEqual([]);
    utimesSync(destination, old, old);
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
  });

  test('a copy that does not look like the source is left alone, as are all names for rsync to link', async () => {
    writeFileSync(join(destination, 'b/two'), 'of many namez');
    const before = fileAt('b/two');
    expect(await joinNames()).toEqual([...files].sort());
    expect(fileAt('b/two')).toBe(before);
    expect(fileAt('b/deep/three')).toBe(fileAt('a/one'));
  });

  test('copies of two moments of one second stay apart: the source may have changed between them', async () => {
    const before = fileAt('b/two');
    utimesSync(join(destination, 'b/two'), old, new Date(old.getTime() + 1));
    expect(await joinNames()).toEqual([...files].sort());
    expect(fileAt('b/two')).toBe(before);
  });

  test('the first copy differs: the others become one', async () => {
    chmodSync(join(destination, 'a/one'), 0o600);
    const before = fileAt('a/one');
    expect(await joinNames()).toEqual([...files].sort());
    expect(fileAt('a/one')).toBe(before);
    expect(new Set(files.slice(1).map(fileAt)).size).toBe(1);
  });

  test('nothing is followed through a symlink that has come in the place of a folder', async () => {
    const elsewhere = join(folder, 'elsewhere');
    renameSync(join(destination, 'b'), elsewhere);
    symlinkSync(elsewhere, join(destination, 'b'));
    const before = lstatSync(join(elsewhere, 'two')).ino;
    expect(await joinNames()).toBe(null);
    expect(lstatSync(join(elsewhere, 'two')).ino).toBe(before);
  });

  test('a name that cannot be replaced keeps its copy, and nothing is left beside it', async () => {
    expect(await joinNames({ ...calls, rename: () => false })).toEqual([...files].sort());
    expect(new Set(files.map(fileAt)).size).toBe(files.length);
    expect(readdirSync(join(destination, 'a')).sort()).toEqual(['more', 'one']);
    expect(readdirSync(join(destination, 'b')).sort()).toEqual(['deep', 'plain', 'two']);
  });

  test('a file that cannot have so many names keeps its copies', async () => {
    expect(await joinNames({ ...calls, link: () => false })).toEqual([...files].sort());
    expect(new Set(files.map(fileAt)).size).toBe(files.length);
  });

  test('without native calls all is left to rsync', async () => {
    expect(await joinNames(null)).toBe(null);
    expect(new Set(files.map(fileAt)).size).toBe(files.length);
  });
});
