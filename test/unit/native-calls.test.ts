import { execFileSync } from 'node:child_process';
import { closeSync, linkSync, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { toBytes } from '../../src-main/core/rsync/byte-name.ts';
import { createNativeFileCalls, directCalls, pooledCalls } from '../../src-main/worker/file-calls.ts';
import { factsOf, identityOf } from '../../src-main/worker/facts.ts';
import { byPath, createNativeCalls, type NativeCalls } from '../../src-main/worker/native-calls.ts';

/** What the calls tell, against what Node tells of the same. */
let folder: string;
let calls: NativeCalls;
let descriptor: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-native-'));
  descriptor = openSync(folder, 'r');
  const loaded = createNativeCalls()();
  if (!loaded) throw new Error('koffi cannot be loaded');
  calls = loaded;
});
afterEach(() => {
  closeSync(descriptor);
  rmSync(folder, { recursive: true, force: true });
});

const pathOf = (name: string) => Buffer.concat([Buffer.from(`${folder}/`), toBytes(name as ByteName)]);
/** Without what only one of both can tell as a number. */
const shown = ({ device, inode, ...facts }: ReturnType<typeof factsOf>) => ({ ...facts, file: identityOf({ device, inode } as ReturnType<typeof factsOf>) });

test('names are looked at as Node does', () => {
  for (const name of ['file', 'caf\u00c3\u00a9', 'no \u00e9\u00ff text', 'old', 'late', 'linked', '-n', ' ', 'a\nb']) writeFileSync(pathOf(name), name);
  linkSync(pathOf('linked'), pathOf('further'));
  utimesSync(pathOf('old'), -1.25, -1.25);
  execFileSync('touch', ['-d', '2107-01-02 03:04:05.999999999', join(folder, 'late')]);
  execFileSync('touch', ['-d', '1901-12-13 20:45:52.000000001', join(folder, 'file')]);
  mkdirSync(pathOf('folder'), 0o2751);
  symlinkSync('nowhere', pathOf('symlink'));
  execFileSync('mkfifo', ['-m', '604', join(folder, 'fifo')]);
  writeFileSync(pathOf('large'), '');
  truncateSync(pathOf('large'), 5_000_000_123);
  const names = readdirSync(folder, 'latin1') as ByteName[];
  expect(names).toHaveLength(14);
  for (const name of names) {
    const facts = calls.look(descriptor, name);
    expect(facts && shown(facts), name).toEqual(shown(factsOf(lstatSync(pathOf(name), { bigint: true }))));
  }
  expect(shown(calls.lookAt(descriptor))).toEqual(shown(factsOf(lstatSync(folder, { bigint: true }))));
});

test.each(['/dev/null', '/dev/tty', '/dev/zero', '/proc/self/mounts', '/proc', '/sys', '/dev/shm', '/'])('%s is looked at as Node does', (path) => {
  const facts = calls.look(byPath, path as ByteName);
  const { mode, stands, file } = shown(facts!);
  expect({ mode, stands, file }).toEqual((({ mode: one, stands: two, file: three }) => ({ mode: one, stands: two, file: three }))(shown(factsOf(lstatSync(path, { bigint: true })))));
});

test('what is not there is told from what may not be seen', () => {
  writeFileSync(pathOf('file'), '');
  expect(calls.look(descriptor, 'none' as ByteName)).toBeNull();
  expect(() => calls.look(descriptor, 'file/none' as ByteName)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  expect(() => calls.look(descriptor, 'x'.repeat(300) as ByteName)).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
  expect(() => calls.list(-1)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  expect(() => calls.lookAt(-1)).toThrow(expect.objectContaining({ code: 'EBADF' }));
});

test('content, a hole to the end and a failure are told apart', () => {
  writeFileSync(pathOf('file'), 'content');
  truncateSync(pathOf('file'), 1_000_000);
  const file = openSync(join(folder, 'file'), 'r');
  expect(calls.nextData(file, 0)).toBe(0);
  expect(calls.nextData(file, calls.nextHole(file, 0))).toBeNull();
  closeSync(file);
  expect(() => calls.nextData(-1, 0)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  expect(() => calls.nextHole(-1, 0)).toThrow(expect.objectContaining({ code: 'EBADF' }));
});

test('folders are listed as Node does, be they large, and again', () => {
  expect(calls.list(descriptor)).toEqual([]);
  const wanted = ['.hidden', '..', '...', '..two', '.', 'no \u00e9\u00ff text', 'x'.repeat(255), ...Array.from({ length: 3000 }, (_, index) => `${index} ${'y'.repeat(index % 200)}`)].filter((name) => name !== '.' && name !== '..');
  for (const name of wanted) writeFileSync(pathOf(name), '');
  for (const time of ['first', 'second']) {
    expect(calls.list(descriptor).sort(), time).toEqual([...wanted].sort());
    expect(calls.count(descriptor)).toBe(wanted.length);
  }
});

test('the calls of a walk tell the same, in each of their ways', async () => {
  mkdirSync(pathOf('folder \u00e9'));
  writeFileSync(pathOf('folder \u00e9/file'), '12345');
  symlinkSync('folder', pathOf('symlink'));
  const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
  for (const each of [createNativeFileCalls(calls), directCalls, pooledCalls]) {
    expect([...await each.list(folder)].sort(byName)).toEqual([{ name: 'folder \u00e9', isFolder: true, isSymlink: false }, { name: 'symlink', isFolder: false, isSymlink: true }]);
    expect(await each.look(pathOf('folder \u00e9/file'))).toMatchObject({ size: 5, links: 1 });
    expect(await each.look(pathOf('none'))).toBeNull();
    // A path may lead through a symlink where the user named it so.
    expect(await each.list(`${folder}/../${folder.split('/').at(-1)}`)).toHaveLength(2);
    await expect((async () => each.list(pathOf('none')))()).rejects.toMatchObject({ code: 'ENOENT' });
    await expect((async () => each.makeFolder(pathOf('folder \u00e9')))()).rejects.toMatchObject({ code: 'EEXIST' });
  }
  createNativeFileCalls(calls).makeFolder(pathOf('made'));
  expect(lstatSync(pathOf('made')).mode & 0o7777).toBe(0o700);
});
