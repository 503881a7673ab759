import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { holdRoot } from '../../src-main/worker/safe-folder.ts';
import { backUp, openEngine, unitsOf } from '../fixtures/engine.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';

/** A disk that does not tell with a name whether it is a folder (ext4(5), filetype), as some servers do not either; null where none can be made. */
function mountWithoutTypes(folder: string): string | null {
  const image = join(folder, 'image');
  const point = join(folder, 'disk');
  mkdirSync(point);
  writeFileSync(image, '');
  truncateSync(image, 16 * 1024 * 1024);
  const commands = [['mkfs.ext4', '-q', '-O', '^filetype', image], ['mount', '-o', 'loop', image, point]] as const;
  return commands.every(([program, ...args]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0) ? point : null;
}

const folder = mkdtempSync(join(tmpdir(), 'daybreak-types-'));
const disk = mountWithoutTypes(folder);

describe.skipIf(disk === null)(`a disk that tells no types${disk === null ? ' [skipped: none can be mounted here]' : ''}`, () => {
  const [source, destination] = [join(disk ?? '', 'source'), join(disk ?? '', 'destination')];
  /** So old that nothing of the test itself has the same second, within which rsync takes times for the same. */
  const age = (year: number) => execFileSync('find', [source, '-exec', 'touch', '-h', '-d', `${year}-01-02 03:04:05.678`, '{}', '+']);
  const bytes = (root: string, name: string) => Buffer.from(`${root}/${name}`, 'latin1');
  beforeAll(() => {
    for (const name of ['a', 'a/deep', '\u00e9']) mkdirSync(bytes(source, name), { recursive: true });
    for (const name of ['a/one', 'a/deep/two', '\u00e9/\u00ff', 'three']) writeFileSync(bytes(source, name), name);
    symlinkSync('one', join(source, 'a/link'));
  });
  afterAll(() => execFileSync('umount', [disk ?? '']));

  test('is listed with them all the same, however a folder is held', async () => {
    const link = { name: 'link', isFolder: false, isSymlink: true };
    for (const by of ['handle', 'path'] as const) {
      const root = await holdRoot(source, by);
      const inside = await root.enter('a' as ByteName);
      expect((await root.names()).filter(({ isFolder }) => isFolder).map(({ name }) => name).sort(), by).toEqual(['a', '\u00e9']);
      expect((await inside.names()).filter(({ isFolder, isSymlink }) => isFolder || isSymlink), by).toEqual(expect.arrayContaining([link, { name: 'deep', isFolder: true, isSymlink: false }]));
      await inside.close();
      await root.close();
    }
  });

  test.each([['on this machine', false], ['as on a server', true]])('is backed up and mirrored %s', async (_where, isSlow) => {
    const app = await openEngine(join(folder, `home-${isSlow}`), { ...unitsOf(2), isSlow });
    const options = { mirror: true };
    const [first, gone] = [bytes(source, '\u00e9/gone'), join(source, 'a/deep/gone')];
    for (const path of [first, gone]) writeFileSync(path, 'gone');
    age(2024);
    expect(await backUp(app, source, destination, { options })).toMatchObject({ state: 'succeeded', error: null });
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
    for (const path of [first, gone]) rmSync(path);
    writeFileSync(join(source, 'a/one'), 'another one');
    age(2025);
    expect(await backUp(app, source, destination, { options })).toMatchObject({ state: 'succeeded', totals: { deleted: 2 } });
    await app.close();
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));
