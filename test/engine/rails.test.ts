import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { App } from '../../src-main/core/app.ts';
import { backUp, noticesOf, openEngine, startBackup, type BackupChoices } from '../fixtures/engine.ts';
import { diffManifest, readManifest, type Manifest } from '../fixtures/manifest.ts';
import { until } from '../fixtures/processes.ts';

/** Every rail: the run is refused with this message, and nothing at the destination or the source has changed. */

let folder: string;
let source: string;
let destination: string;
let app: App;
const mounted: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-rails-'));
  source = join(folder, 'prod');
  destination = join(folder, 'backup');
  fill(join(source, 'alpha'), 10);
  fill(join(source, 'beta/deep'), 10);
  writeFileSync(join(source, 'loose.txt'), 'loose');
  age(source);
  app = await openEngine(folder);
});

afterEach(async () => {
  await app.close();
  for (const point of mounted.splice(0)) spawnSync('umount', ['-l', point]);
  rmSync(folder, { recursive: true, force: true });
});

function fill(path: string, files: number, prefix = 'file'): void {
  mkdirSync(path, { recursive: true });
  for (let index = 0; index < files; index++) writeFileSync(join(path, `${prefix}${index}`), `${path} ${index}\n`);
}

/** rsync takes times of the same second for equal, so a tree that is compared must be older than its copy. */
function age(path: string): void {
  execFileSync('find', [path, '-exec', 'touch', '-h', '-d', '2020-02-02T02:02:02.123456789Z', '{}', '+']);
}

const mayMount = process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

function mountTmpfs(point: string, size = '16m'): void {
  mkdirSync(point, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'daybreak-test', point]);
  mounted.push(point);
}

function both(): Manifest[] {
  return [source, destination].map((root) => (existsSync(root) ? readManifest(root) : new Map() as Manifest));
}

/** Runs a backup that must be refused, and sees that nothing changed. */
async function refused(choices: BackupChoices = {}, to = destination, from = source) {
  const before = both();
  const outcome = await backUp(app, from, to, choices);
  const after = both();
  expect(before.flatMap((manifest, index) => diffManifest(manifest, after[index]!)), 'the trees are untouched').toEqual([]);
  expect(outcome.state).toBe('failed');
  return outcome.error;
}

const mirror: BackupChoices = { options: { mirror: true, deleteLimit: { kind: 'default' } } };

test('a source that is not there', async () => {
  expect(await refused({}, destination, join(folder, 'nowhere'))).toMatchObject({
    kind: 'source-missing', message: `The source ${join(folder, 'nowhere')} does not exist`,
  });
  expect(existsSync(destination), 'nothing is made').toBe(false);
  expect(existsSync(join(folder, 'home')), 'not even a history').toBe(false);
});

test('a source that is a file', async () => {
  const file = join(source, 'loose.txt');
  expect(await refused({}, destination, file)).toMatchObject({ kind: 'invalid-input', message: `The source ${file} is not a folder` });
});

test('a destination whose parent is not there, which is what an unmounted NAS looks like', async () => {
  const there = join(folder, 'not-mounted/backup');
  expect(await refused({}, there)).toMatchObject({
    kind: 'destination-unreachable', message: `The destination ${there} cannot be made: its parent folder does not exist`,
  });
  expect(existsSync(join(folder, 'not-mounted'))).toBe(false);
});

test('an empty source is refused before it can empty a backup, on the very first run too', async () => {
  await backUp(app, source, destination);
  rmSync(source, { recursive: true });
  mkdirSync(source);
  const message = `The source ${source} is empty, but the destination ${destination} is not`;
  expect(await refused(mirror)).toMatchObject({ kind: 'source-empty', message });
  expect(await refused()).toMatchObject({ kind: 'source-empty', message });
  rmSync(join(folder, 'home'), { recursive: true });
  await app.close();
  app = await openEngine(folder);
  expect(await refused(mirror), 'with no history at all').toMatchObject({ kind: 'source-empty', message });
});

test('source and destination inside one another, or the same', async () => {
  expect((await refused({}, source))?.message).toContain('Source and destination are the same folder');
  expect((await refused({}, join(source, 'alpha/backup')))?.message).toContain('lies inside the source');
  expect((await refused({}, folder))?.message).toContain('lies inside the destination');
  symlinkSync(source, join(folder, 'other-way'));
  expect((await refused({}, join(folder, 'other-way/backup')))?.message, 'by another way').toContain('lies inside the source');
});

test('a destination inside the one of another job, or around it', async () => {
  await backUp(app, source, destination);
  const other = join(folder, 'other');
  fill(other, 3);
  expect((await refused({}, join(destination, 'alpha'), other))?.message).toContain('lies inside the destination');
  rmSync(join(folder, 'wide'), { recursive: true, force: true });
  const wide = join(folder, 'wide/inner');
  mkdirSync(wide, { recursive: true });
  await backUp(app, source, wide);
  expect((await refused({}, join(folder, 'wide'), other))?.message).toContain('contains the destination');
});

test('a source with a .daybreak of its own', async () => {
  mkdirSync(join(source, '.daybreak'));
  expect((await refused())?.message).toContain('.daybreak');
});

test('a second run into the same destination is refused, with who holds it', async () => {
  const { handle, events } = startBackup(app, source, destination, { options: { bandwidthLimit: 2000 } });
  fill(join(source, 'large'), 1);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (!existsSync(join(destination, '.daybreak/lock'))) return;
      clearInterval(timer);
      resolve();
    }, 5);
  });
  handle.pause();
  const second = await backUp(app, source, destination);
  expect(second.error).toMatchObject({ kind: 'busy' });
  expect(second.error?.message).toContain(`Another backup is running into ${destination}`);
  expect(second.error?.message).toContain(`process ${process.pid}`);
  handle.resume();
  expect((await handle.ended).state, noticesOf(events).join('; ')).toBe('succeeded');
  expect(readdirSync(destination), 'an ad-hoc backup leaves nothing of its own').not.toContain('.daybreak');
});

test('the first mirror into a folder that Daybreak did not fill asks, and a no changes nothing', async () => {
  await backUp(app, source, join(folder, 'elsewhere'));
  fill(join(destination, 'precious'), 5);
  fill(join(destination, 'alpha'), 2, 'old');
  const previews: { entries: number; names: readonly string[] }[] = [];
  const error = await refused({
    ...mirror,
    confirmFirstMirror: (preview) => {
      previews.push(preview);
      return Promise.resolve(false);
    },
  });
  expect(error).toMatchObject({ kind: 'delete-limit' });
  expect(error?.message).toContain(`would delete 8 names from ${destination}`);
  expect(previews).toHaveLength(1);
  expect([...previews[0]!.names].sort()).toEqual(expect.arrayContaining(['alpha/old0', 'alpha/old1', 'precious/', 'precious/file0']));
});

test('what the first mirror asks about is what rsync would delete, also where no rsync was asked', async () => {
  await backUp(app, source, join(folder, 'elsewhere'));
  fill(join(destination, 'alpha/deep/er'), 2, 'old');
  fill(join(destination, 'pre\ncious'), 2);
  symlinkSync('nowhere', join(destination, 'loose'));
  const asked: (readonly string[])[] = [];
  // A filter is rsync's to judge.
  for (const excludes of [[], ['*.none']]) {
    await refused({
      options: { mirror: true, excludes },
      confirmFirstMirror: ({ names }) => {
        asked.push(names.toSorted());
        return Promise.resolve(false);
      },
    });
  }
  expect(asked[0]).toEqual(asked[1]);
  expect(asked[0]).toEqual(expect.arrayContaining(['alpha/deep/er/', 'alpha/deep/er/old1', 'loose']));
});

test('a yes to the first mirror covers what was shown, and the brake does not ask again', async () => {
  fill(join(destination, 'precious'), 50);
  const outcome = await backUp(app, source, destination, mirror);
  expect(outcome).toMatchObject({ state: 'succeeded', totals: { deleted: 51, held: 0 } });
  expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
});

test('half of a project gone is held and listed; the rest of the run goes on', async () => {
  await backUp(app, source, destination);
  for (let index = 0; index < 6; index++) rmSync(join(source, `alpha/file${index}`));
  rmSync(join(source, 'beta/deep/file0'));
  writeFileSync(join(source, 'beta/deep/new'), 'new');
  const outcome = await backUp(app, source, destination, mirror);
  expect(outcome.state).toBe('held');
  expect(readdirSync(join(destination, 'alpha')), 'nothing of alpha is deleted').toHaveLength(10);
  expect(existsSync(join(destination, 'beta/deep/file0')), 'beta loses its one').toBe(false);
  expect(existsSync(join(destination, 'beta/deep/new'))).toBe(true);
  const held = outcome.events.flatMap((event) => (event.type === 'held' ? [event] : []));
  expect(held).toHaveLength(1);
  expect(held[0]).toMatchObject({ entries: 6, names: expect.arrayContaining(['alpha/file0', 'alpha/file5']) as unknown });
  expect(held[0]?.reason).toContain('alpha');
  expect(outcome.totals).toMatchObject({ deleted: 1, held: 6 });
  age(source);
  const approved = await backUp(app, source, destination, { options: { mirror: true, deleteLimit: { kind: 'percent', limit: 100 } } });
  expect(approved.state).toBe('succeeded');
  expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
});

test('new files do not dilute what was there: a renamed project is held', async () => {
  fill(join(source, 'gamma'), 30);
  await backUp(app, source, destination);
  rmSync(join(source, 'gamma'), { recursive: true });
  fill(join(source, 'gamma'), 200, 'renamed');
  const outcome = await backUp(app, source, destination, mirror);
  expect(outcome).toMatchObject({ state: 'held', totals: { held: 30, deleted: 0 } });
});

test('a project that vanished from the source is held', async () => {
  fill(join(source, 'huge'), 200);
  await backUp(app, source, destination);
  rmSync(join(source, 'alpha'), { recursive: true });
  const outcome = await backUp(app, source, destination, mirror);
  expect(outcome.state).toBe('held');
  expect(readdirSync(join(destination, 'alpha'))).toHaveLength(10);
});

test('a number as the limit holds everything beyond it', async () => {
  await backUp(app, source, destination);
  for (let index = 0; index < 3; index++) rmSync(join(source, `alpha/file${index}`));
  const limit = (count: number): BackupChoices => ({ options: { mirror: true, deleteLimit: { kind: 'count', limit: count } } });
  expect((await backUp(app, source, destination, limit(2))).totals).toMatchObject({ held: 3, deleted: 0 });
  expect((await backUp(app, source, destination, limit(3))).totals).toMatchObject({ held: 0, deleted: 3 });
});

test('a dry run writes nothing at all, and tells removals', async () => {
  await backUp(app, source, destination);
  rmSync(join(source, 'alpha/file0'));
  writeFileSync(join(source, 'alpha/file1'), 'changed, and longer than before');
  const before = both();
  const outcome = await backUp(app, source, destination, { ...mirror, dryRun: true });
  const after = both();
  expect(before.flatMap((manifest, index) => diffManifest(manifest, after[index]!))).toEqual([]);
  const changes = outcome.events.flatMap((event) => (event.type === 'change' ? [`${event.action} ${event.name}`] : []));
  expect(changes).toEqual(expect.arrayContaining(['delete alpha/file0', 'update alpha/file1']));
  expect(outcome).toMatchObject({ run: null, state: 'succeeded', totals: { deleted: 1 } });
  for (let index = 1; index < 9; index++) rmSync(join(source, `alpha/file${index}`));
  const more = await backUp(app, source, destination, { ...mirror, dryRun: true });
  expect(more.events.filter(({ type }) => type === 'held'), 'what the brake would hold is told').toHaveLength(1);
});

test('nothing is written or deleted through a symlink at the destination', async () => {
  const outside = join(folder, 'outside');
  fill(join(outside, 'deep'), 5, 'canary');
  mkdirSync(destination);
  symlinkSync(outside, join(destination, 'beta'));
  symlinkSync(outside, join(destination, 'stale'));
  const before = readManifest(outside);
  const outcome = await backUp(app, source, destination, { options: { mirror: true } });
  expect(outcome.state).toBe('succeeded');
  expect(diffManifest(before, readManifest(outside)), 'what the links lead to').toEqual([]);
  expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
});

test.skipIf(!mayMount)('a source that is on another mount than last time', async () => {
  const disk = join(folder, 'disk');
  mountTmpfs(disk);
  fill(join(disk, 'alpha'), 5);
  await backUp(app, disk, destination);
  execFileSync('umount', [disk]);
  fill(join(disk, 'alpha'), 5);
  const error = await refused(mirror, destination, disk);
  expect(error).toMatchObject({ kind: 'passport-mismatch' });
  expect(error?.message).toContain(`The source ${disk} is not what it was`);
  const accepted = await backUp(app, disk, destination, { acceptNewMounts: true });
  expect(accepted.state, accepted.error?.message).toBe('succeeded');
});

test.skipIf(!mayMount)('a mount inside the source that was there last time and is not', async () => {
  const inner = join(source, 'omega');
  mountTmpfs(inner);
  fill(inner, 60, 'video');
  await backUp(app, source, destination);
  execFileSync('umount', [inner]);
  const error = await refused(mirror);
  expect(error).toMatchObject({ kind: 'passport-mismatch' });
  expect(error?.message).toContain(inner);
  expect(readdirSync(join(destination, 'omega'))).toHaveLength(60);
});

test.skipIf(!mayMount)('a destination that was mounted last time and is not', async () => {
  mountTmpfs(destination);
  await backUp(app, source, destination);
  execFileSync('umount', [destination]);
  const error = await refused();
  expect(['passport-mismatch', 'destination-unreachable']).toContain(error?.kind);
  expect(error?.message).toContain(destination);
  expect(readdirSync(destination), 'nothing fills the disk below').toEqual([]);
});

test.skipIf(!mayMount)('a destination that is unmounted in the middle is unproven, never a success', async () => {
  mountTmpfs(destination);
  writeFileSync(join(source, 'large'), Buffer.alloc(300_000, 7));
  const { handle } = startBackup(app, source, destination, { options: { bandwidthLimit: 100_000, workers: 1 } });
  await until('the large file on its way', 10_000, () => readdirSync(destination).some((name) => name.includes('large')));
  execFileSync('umount', ['-l', destination]);
  const outcome = await handle.ended;
  expect(['unproven', 'failed']).toContain(outcome.state);
  expect(outcome.error?.message).toContain('destination');
  expect(readdirSync(destination)).toEqual([]);
});

test.skipIf(!mayMount)('too little space is told before the start', async () => {
  mountTmpfs(destination, '1m');
  writeFileSync(join(source, 'large'), Buffer.alloc(3_000_000, 7));
  const error = await refused();
  expect(error).toMatchObject({ kind: 'no-space' });
  expect(error?.message).toContain(`Too little space at the destination ${destination}`);
});

test('without root owners are not kept, and it is said', async () => {
  const outcome = await backUp(app, source, destination);
  const told = noticesOf(outcome.events).some((notice) => notice.includes('Owners are not kept'));
  expect(told).toBe(process.getuid?.() !== 0);
});
