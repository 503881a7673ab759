import { chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { allKept } from '../../src-shared/kept-attributes.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import { compareUnit, type CompareContext } from '../../src-main/worker/compare.ts';
import { createNativeCalls, type NativeCalls } from '../../src-main/worker/native-calls.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';

/** New files that a worker copies itself, on disks of this machine. */
const isRoot = process.getuid?.() === 0;
let folder: string;
let source: string;
let destination: string;
let calls: NativeCalls;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-fill-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  mkdirSync(join(source, 'a/deep'), { recursive: true });
  mkdirSync(destination);
  const loaded = createNativeCalls()();
  if (!loaded) throw new Error('koffi cannot be loaded');
  calls = loaded;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inSource = (name: string) => join(source, name);
const old = new Date('2026-01-02T03:04:05.678Z');

/** Copies all of `a`; the sorted names that are left for rsync, or null for all. */
async function fill(changes: Partial<CompareCall> = {}, { calls: given = calls, ...context }: Partial<Omit<CompareContext, 'calls'>> & { readonly calls?: NativeCalls | null } = {}): Promise<string[] | null> {
  const call: CompareCall = {
    source, destination, depth: 'deep', names: ['a' as ByteName], excludes: [], mirror: true, isRoot, most: 100, keeps: allKept, keepsLinks: true, isLocal: true,
    remembers: { source: true, destination: true }, fills: true, joins: false, narrow: null, ...changes,
  };
  const comparison = await compareUnit(call, { turn: () => Promise.resolve(), calls: () => given, copied: () => undefined, ...context });
  return comparison && [...comparison.differing].sort();
}

const isSame = () => expect(diffManifest(readManifest(inSource('a')), readManifest(join(destination, 'a')))).toEqual([]);

test('sizes from nothing to several pieces, modes, owners, times, symlinks and further names are those of the source', async () => {
  for (const size of [0, 1, 4096, 256 * 1024, 256 * 1024 + 1, 20_000_001]) writeFileSync(inSource(`a/${size}`), Buffer.alloc(size, 'some content'));
  for (const mode of [0o0, 0o444, 0o600, 0o4751, 0o2711, 0o1666, 0o777]) {
    writeFileSync(inSource(`a/deep/${mode}`), 'x');
    if (isRoot) chownSync(inSource(`a/deep/${mode}`), 1234, 4321);
    if (isRoot || mode !== 0) chmodSync(inSource(`a/deep/${mode}`), mode);
  }
  symlinkSync('deep/nowhere', inSource('a/symlink'));
  if (isRoot) chownSync(inSource('a/4096'), 0, 4321);
  linkSync(inSource('a/20000001'), inSource('a/deep/linked'));
  linkSync(inSource('a/1'), inSource('a/deep/also'));
  mkdirSync(inSource('a/empty'), 0o2750);
  writeFileSync(Buffer.concat([Buffer.from(`${inSource('a')}/`), Buffer.from([0xe9, 0xff])]), 'no text');
  for (const name of ['a/deep/292', 'a/deep', 'a']) utimesSync(inSource(name), old, old);
  let copied = 0;
  const mask = process.umask(0o077);
  try {
    expect(await fill({}, { copied: (bytes) => (copied += bytes) })).toEqual([]);
  } finally {
    process.umask(mask);
  }
  isSame();
  expect(copied).toBe(0 + 1 + 4096 + 256 * 1024 + 256 * 1024 + 1 + 20_000_001 + 7 + 7);
});

test('holes stay holes', async () => {
  const file = openSync(inSource('a/image'), 'w');
  truncateSync(inSource('a/image'), 300_000_000);
  writeSync(file, Buffer.alloc(100_000, 'x'), 0, 100_000, 50_000_000);
  closeSync(file);
  writeFileSync(inSource('a/hole'), '');
  truncateSync(inSource('a/hole'), 10_000_000);
  expect(await fill()).toEqual([]);
  isSame();
  expect(statSync(join(destination, 'a/image')).blocks * 512).toBeLessThan(1_000_000);
  expect(statSync(join(destination, 'a/hole')).blocks).toBe(0);
});

test('where the kernel does not copy between the two file systems, content is read and written', async () => {
  writeFileSync(inSource('a/large'), Buffer.alloc(3_000_000, 'some content'));
  expect(await fill({}, { calls: { ...calls, copy: () => Promise.resolve(-1) } })).toEqual([]);
  isSame();
});

describe('it leaves to rsync', () => {
  test('devices and fifos, and what cannot be read', async () => {
    writeFileSync(inSource('a/one'), 'one');
    writeFileSync(inSource('a/two'), 'two');
    expect(await fill({}, { calls: { ...calls, openFile: (at, name) => (name === 'two' ? -1 : calls.openFile(at, name)) } })).toEqual(['a', 'a/two']);
    expect(readdirSync(join(destination, 'a')).sort()).toEqual(['deep', 'one']);
  });

  test('a file that changes meanwhile, which does not look like a copy', async () => {
    for (const name of ['a/grows', 'a/shrinks', 'a/large']) writeFileSync(inSource(name), 'x'.repeat(name === 'a/large' ? 1_000_000 : 1000));
    for (const name of ['a/grows', 'a/shrinks', 'a/large']) utimesSync(inSource(name), old, old);
    const openFile: NativeCalls['openFile'] = (at, name) => {
      if (name === 'grows') writeFileSync(inSource('a/grows'), 'x'.repeat(1001));
      if (name === 'shrinks') writeFileSync(inSource('a/shrinks'), 'x'.repeat(999));
      if (name === 'large') truncateSync(inSource('a/large'), 500_000);
      return calls.openFile(at, name);
    };
    expect(await fill({}, { calls: { ...calls, openFile } })).toEqual(['a', 'a/grows', 'a/large', 'a/shrinks']);
    for (const name of ['grows', 'shrinks', 'large']) expect(lstatSync(join(destination, 'a', name)).mtimeMs).toBeGreaterThan(old.getTime() + 1000);
  });

  test('all of a unit where it is not known what is a hole, and no file of it looks like a copy', async () => {
    writeFileSync(inSource('a/large'), Buffer.alloc(1_000_000, 'x'));
    utimesSync(inSource('a/large'), old, old);
    // Of a descriptor that is not open it fails, but not for want of content.
    expect(await fill({}, { calls: { ...calls, nextData: (_file, at) => calls.nextData(-1, at) } })).toBeNull();
    expect(lstatSync(join(destination, 'a/large')).mtimeMs).toBeGreaterThan(old.getTime() + 1000);
    rmSync(join(destination, 'a'), { recursive: true });
    expect(await fill({}, { calls: { ...calls, nextHole: (_file, at) => calls.nextHole(-1, at) } })).toBeNull();
    expect(lstatSync(join(destination, 'a/large')).mtimeMs).toBeGreaterThan(old.getTime() + 1000);
  });

  test('all of a unit where the destination takes no more', async () => {
    writeFileSync(inSource('a/small'), 'small');
    expect(await fill({}, { calls: { ...calls, write: (file, content, bytes) => calls.write(file, content, bytes - 1) } })).toBeNull();
    rmSync(join(destination, 'a'), { recursive: true });
    writeFileSync(inSource('a/small'), Buffer.alloc(1_000_000, 'x'));
    expect(await fill({}, { calls: { ...calls, copy: () => Promise.resolve(-1), writeSlowly: () => Promise.resolve(-1) } })).toBeNull();
  });

  test('names that are taken, which stay as they are', async () => {
    writeFileSync(inSource('a/file'), 'new');
    symlinkSync('new', inSource('a/symlink'));
    mkdirSync(join(destination, 'a'));
    writeFileSync(join(destination, 'a/file'), 'there before');
    symlinkSync('old', join(destination, 'a/symlink'));
    expect(await fill()).toEqual(['a', 'a/file', 'a/symlink']);
    expect(readFileSync(join(destination, 'a/file'), 'utf8')).toBe('there before');
  });

  test('a folder in whose place the destination has a symlink, and nothing is written through it', async () => {
    writeFileSync(inSource('a/deep/file'), 'new');
    mkdirSync(join(folder, 'elsewhere'));
    mkdirSync(join(destination, 'a'));
    symlinkSync(join(folder, 'elsewhere'), join(destination, 'a/deep'));
    expect(await fill()).toBeNull();
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
  });

  test('all, where there are no native calls', async () => {
    expect(await fill({}, { calls: null })).toBeNull();
    expect(existsSync(join(destination, 'a'))).toBe(false);
  });
});

test('takes turns between names, and between the pieces of a large file, and closes all when it is ended there', async () => {
  writeFileSync(inSource('a/large'), Buffer.alloc(50_000_000, 'x'));
  const stopped = new Error('stopped');
  let turns = 0;
  await expect(fill({}, { turn: () => (++turns > 4 ? Promise.reject(stopped) : Promise.resolve()) })).rejects.toBe(stopped);
  const { size } = statSync(join(destination, 'a/large'));
  expect(size).toBeGreaterThan(0);
  expect(size).toBeLessThan(50_000_000);
  expect(readdirSync('/proc/self/fd').filter((each) => linkOf(each).startsWith(folder))).toEqual([]);
});

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '';
  }
}
