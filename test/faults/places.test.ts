import { createRouterClient } from '@orpc/server';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRouter } from '../../src-main/core/calls/router.ts';
import type { Job } from '../../src-shared/job.ts';
import { JobOptions } from '../../src-shared/job.ts';
import { backUp, noticesOf, openEngine, startBackup, unitsOf, type BackupChoices, type Engine } from '../fixtures/engine.ts';
import { diffManifest, readManifest, withoutOwnFolder, type Manifest } from '../fixtures/manifest.ts';
import { createMounts, whyNoImages, whyNoTmpfs, type Mounts } from '../fixtures/mounts.ts';
import { until } from '../fixtures/processes.ts';
import { folderOf, plainTree } from '../fixtures/tree-plain.ts';
import { removeTree, writeTree, type FileNode } from '../fixtures/tree.ts';

/** How Daybreak knows the disks of a saved job, on real file systems. */

const skipped = (reason: string | null): string => (reason === null ? '' : ` [skipped: ${reason}]`);

let folder: string;
let disk: string;
let source: string;
let destination: string;
let mounts: Mounts;
let app: Engine;
let job: Job;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-places-'));
  [disk, source] = [join(folder, 'disk'), join(folder, 'source')];
  destination = join(disk, 'backup');
  mounts = createMounts();
  writeTree(source, plainTree({ folders: 6, files: 2, bytes: 3000 }));
  app = await openEngine(folder, unitsOf(100));
  job = app.jobs.create({ name: 'Nightly', source, destination, options: JobOptions.parse({ mirror: true }) });
});

afterEach(async () => {
  await app.close();
  mounts.end();
  removeTree(folder);
});

const run = (choices: BackupChoices = {}) =>
  backUp(app, source, destination, { jobId: job.id, ...choices, options: { mirror: true, ...choices.options } });
const isWhole = (): string[] => diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)));
const markerPath = (): string => join(destination, '.daybreak/marker.json');
const marker = (): { id: string; job: string } => JSON.parse(readFileSync(markerPath(), 'utf8')) as { id: string; job: string };
/** What a person clicks: "accept". */
const accept = () =>
  createRouterClient(createRouter(app, { kind: 'browser', version: '1' })).protection.acceptPlaces({ jobId: job.id });

/** A disk that has been backed up to once, and lacks one file that the source has since lost. */
async function firstRun(mount: () => void): Promise<void> {
  mount();
  age(source);
  mkdirSync(destination, { recursive: true });
  const first = await run();
  expect([first.state, first.error]).toEqual(['succeeded', null]);
  expect(isWhole()).toEqual([]);
  rmSync(join(source, 'project-0/file-0'));
  age(source);
}

/** rsync takes times of the same second for equal, so a tree that is compared must be older than its copy. */
function age(path: string): void {
  execFileSync('find', [path, '-exec', 'touch', '-h', '-d', '2020-02-02T02:02:02.123456789Z', '{}', '+']);
}

/** A run that must be refused before it touches anything at these roots. */
async function refused(roots: readonly string[], choices: BackupChoices = {}) {
  const before = roots.map((root) => readManifest(root));
  const outcome = await run(choices);
  expect(roots.flatMap((root, index) => diffManifest(before[index] as Manifest, readManifest(root))), 'the trees are untouched').toEqual([]);
  expect(outcome.state).toBe('failed');
  return outcome.error;
}

/** Starts a run, and stops its rsyncs for the moment once some of them have begun. */
async function halfWay() {
  writeTree(join(source, 'grown'), plainTree({ folders: 3, files: 2, bytes: 200_000 }));
  age(source);
  await app.close();
  app = await openEngine(folder, { ...unitsOf(20), placesEveryMs: 40 });
  const watched = startBackup(app, source, destination, { jobId: job.id, options: { mirror: true, bandwidthLimit: 300_000, workers: 2 } });
  await until('a unit on its way', 10_000, () => watched.events.some((event) => event.type === 'progress' && event.progress.bytesDone > 0));
  watched.handle.pause();
  return watched;
}

const file: FileNode = { kind: 'file', content: 7, size: 10, sparse: false, mode: 0o644, owner: null, mtime: 5 };
const gone = 'the marker .daybreak/marker.json, which says that it is the same disk, is not there or may not be read';

describe('the marker of a saved job', () => {
  test('is made once, is its owner\'s alone, leaves the root folder its time, and is no part of the backup', async () => {
    await firstRun(() => mkdirSync(disk));
    expect(marker()).toMatchObject({ job: job.id });
    expect((lstatSync(join(destination, '.daybreak')).mode & 0o777).toString(8)).toBe('700');
    expect(statSync(destination).mtimeMs).toBe(statSync(source).mtimeMs);
    const { id } = marker();
    expect((await run()).state, 'a mirror does not take it for something to delete').toBe('succeeded');
    expect([isWhole(), marker().id]).toEqual([[], id]);
    const other = app.jobs.create({ name: 'Again', source: destination, destination: join(folder, 'copy'), options: JobOptions.parse({}) });
    const copied = await backUp(app, destination, join(folder, 'copy'), { jobId: other.id });
    expect(copied.error?.message, 'a backup is no source').toBe(
      `The source ${destination} holds a folder .daybreak: it is itself a destination of Daybreak`);
  });

  test('that is gone stops the run, and accepting goes on with a new one', async () => {
    await firstRun(() => mkdirSync(disk));
    const { id } = marker();
    rmSync(join(destination, '.daybreak'), { recursive: true });
    expect(await refused([source, destination])).toMatchObject({
      kind: 'passport-mismatch', message: `The destination ${destination} is not what it was at the last run: ${gone}`,
    });
    await accept();
    const next = await run();
    expect([next.state, isWhole()]).toEqual(['succeeded', []]);
    expect(noticesOf(next.events)).toContainEqual(expect.stringMatching(/^What was mounted at .* was accepted for this job: the source on .*, the destination on /u));
    expect(marker().id).not.toBe(id);
    expect(noticesOf((await run()).events), 'told once').toEqual([]);
  });

  test('of another job is another disk, unless it is accepted for one run', async () => {
    await firstRun(() => mkdirSync(disk));
    const others = { id: '7d9f1f2c-6f0e-4f9e-8a65-3f0f6a0f7c11', job: 'another', at: 1 };
    writeFileSync(markerPath(), JSON.stringify(others));
    expect(await refused([source, destination])).toMatchObject({
      kind: 'passport-mismatch',
      message: `The destination ${destination} is not what it was at the last run: the marker .daybreak/marker.json is that of another backup disk`,
    });
    const accepted = await run({ acceptNewMounts: true });
    expect([accepted.state, isWhole(), marker().id]).toEqual(['succeeded', [], others.id]);
    expect((await run()).state).toBe('succeeded');
  });

  test('is never read or written through a symlink', async () => {
    await firstRun(() => mkdirSync(disk));
    const outside = join(folder, 'outside.json');
    writeFileSync(outside, readFileSync(markerPath()));
    const before = readFileSync(outside, 'utf8');
    rmSync(markerPath());
    symlinkSync(outside, markerPath());
    expect((await refused([source, destination]))?.message).toContain(gone);
    expect((await run({ acceptNewMounts: true })).state).toBe('succeeded');
    expect([readFileSync(outside, 'utf8'), lstatSync(markerPath()).isFile()]).toEqual([before, true]);
  });

  test('is not missed where the job was given another destination, and accepting needs both ends to be there', async () => {
    await firstRun(() => mkdirSync(disk));
    destination = join(folder, 'elsewhere');
    job = app.jobs.update(job.id, { ...job, destination });
    await expect(accept()).rejects.toMatchObject({ message: `The destination ${destination} is not there, so it cannot be accepted` });
    expect([(await run()).state, isWhole()]).toEqual(['succeeded', []]);
  });
});

describe.skipIf(whyNoTmpfs !== null)(`mounts of a saved job${skipped(whyNoTmpfs)}`, () => {
  test('a source that is not mounted', async () => {
    rmSync(source, { recursive: true });
    mounts.tmpfs(source);
    writeTree(join(source, 'projects'), plainTree({ folders: 3, files: 3, bytes: 100 }));
    writeTree(join(source, 'project-0'), folderOf([['file-0', file]]));
    await firstRun(() => mkdirSync(disk));
    mounts.detach(source);
    expect(await refused([source, destination]), 'an empty mount point').toMatchObject({
      kind: 'source-empty', message: `The source ${source} is empty, but the destination ${destination} is not`,
    });
    writeFileSync(join(source, 'stray'), 'written while it was not mounted');
    const error = await refused([source, destination]);
    expect(error?.kind).toBe('passport-mismatch');
    expect(error?.message).toMatch(new RegExp(`^The source ${source} is not what it was at the last run: it is on .*, not on daybreak-disk \\(tmpfs\\) as before$`, 'u'));
  });

  test('a mount inside the source that is missing', async () => {
    const inner = join(source, 'videos');
    mounts.tmpfs(inner);
    writeTree(join(inner, 'raw'), plainTree({ folders: 2, files: 9, bytes: 100 }));
    await firstRun(() => mkdirSync(disk));
    mounts.detach(inner);
    expect(await refused([source, destination])).toMatchObject({
      kind: 'passport-mismatch',
      message: `The source ${source} is not what it was at the last run: ${inner} in it is not mounted any more (it was daybreak-disk (tmpfs))`,
    });
  });

  test('another disk of the same name at the same path', async () => {
    await firstRun(() => mounts.tmpfs(disk));
    mounts.detach(disk);
    mounts.tmpfs(disk);
    writeTree(destination, plainTree({ folders: 1, files: 2, bytes: 100 }));
    expect(await refused([source, disk])).toMatchObject({
      kind: 'passport-mismatch', message: `The destination ${destination} is not what it was at the last run: ${gone}`,
    });
  });

  for (const end of ['source', 'destination'] as const) {
    test(`a ${end} that is lazily unmounted in the middle: unproven, nothing is deleted, and it goes on when it is back`, async () => {
      const point = end === 'source' ? source : disk;
      const kept = join(folder, 'kept');
      if (end === 'source') {
        rmSync(source, { recursive: true });
        mounts.tmpfs(source);
        writeTree(join(source, 'work'), plainTree({ folders: 4, files: 3, bytes: 3000 }));
        writeTree(join(source, 'project-0'), folderOf([['file-0', file]]));
      }
      await firstRun(() => (end === 'source' ? mkdirSync(disk) : mounts.tmpfs(disk)));
      mounts.bind(point, kept);
      const earlier = readManifest(destination);
      const { handle } = await halfWay();
      mounts.detach(point, true);
      const below = readManifest(point);
      const outcome = await handle.ended;
      expect(outcome.state).toBe('unproven');
      expect(outcome.error?.kind).toBe('passport-mismatch');
      expect(outcome.error?.message).toMatch(end === 'source'
        ? /^The source is not what it was when the run began: it is on .*, not on daybreak-disk \(tmpfs\) as before$/u
        : /^The destination is not what it was when the run began: (?:it is no longer there|it is on .*, not on daybreak-disk \(tmpfs\) as before)$/u);
      expect(diffManifest(below, readManifest(point)), 'nothing fills what lies below').toEqual([]);
      const left = readManifest(end === 'source' ? destination : join(kept, 'backup'));
      expect([...earlier.keys()].filter((name) => !left.has(name) && !name.includes('lock')), 'nothing is deleted').toEqual([]);

      mounts.bind(kept, point);
      const next = await run();
      expect([next.state, next.error, isWhole()]).toEqual(['succeeded', null, []]);
    });
  }

  test('another disk of the same name that is mounted over the destination in the middle is not touched', async () => {
    await firstRun(() => mounts.tmpfs(disk));
    const { handle } = await halfWay();
    mounts.tmpfs(disk);
    writeTree(destination, plainTree({ folders: 1, files: 2, bytes: 100 }));
    mkdirSync(join(destination, '.daybreak'));
    const before = readManifest(disk);
    expect(await handle.ended).toMatchObject({
      state: 'unproven', error: { kind: 'passport-mismatch', message: `The destination is not what it was when the run began: ${gone}` },
    });
    expect(diffManifest(before, readManifest(disk))).toEqual([]);
  });

  test('a destination that turns read-only in the middle: the run says so, loses nothing, and the next one goes on', async () => {
    await firstRun(() => mounts.tmpfs(disk));
    const earlier = withoutOwnFolder(readManifest(destination));
    writeTree(join(source, 'grown'), plainTree({ folders: 40, files: 1, bytes: 100 }));
    age(source);
    await app.close();
    app = await openEngine(folder, unitsOf(4));
    const { handle, events } = startBackup(app, source, destination, { jobId: job.id, options: { mirror: true, workers: 1 } });
    await until('a unit that has ended', 10_000, () => events.some(({ type }) => type === 'unit-ended'));
    // Between two rsyncs: while one writes, the kernel refuses.
    await until('a read-only destination', 10_000, () => Array.from({ length: 20 }).some(() => mounts.remount(disk, 'ro')));
    expect(await handle.ended).toMatchObject({
      state: 'failed', error: { kind: 'destination-unreachable', message: 'The destination is read-only' }, totals: { deleted: 0 },
    });
    const left = readManifest(destination);
    expect([...earlier].filter(([name, { content }]) => left.get(name)?.content !== content)).toEqual([]);
    mounts.remount(disk, 'rw');
    const next = await run();
    expect([next.state, next.error, isWhole()]).toEqual(['succeeded', null, []]);
  });
});

describe.skipIf(whyNoImages !== null)(`disks of a saved job${skipped(whyNoImages)}`, () => {
  test('the same disk mounted again is the same, by whatever device', async () => {
    const image = mounts.image(join(folder, 'one.img'));
    await firstRun(() => mounts.attach(image, disk));
    const { id } = marker();
    mounts.detach(disk);
    mounts.attach(image, disk);
    const next = await run();
    expect([next.state, noticesOf(next.events), isWhole()]).toEqual(['succeeded', [], []]);
    mounts.detach(disk);
    // Takes the device the disk had before.
    mounts.attach(mounts.image(join(folder, 'other.img')), join(folder, 'other'));
    mounts.attach(image, disk);
    const again = await run();
    expect([again.state, noticesOf(again.events), marker().id]).toEqual(['succeeded', [], id]);
  });

  test('another disk at the same path, by the same device, is not', async () => {
    await firstRun(() => mounts.attach(mounts.image(join(folder, 'one.img')), disk));
    mounts.detach(disk);
    mounts.attach(mounts.image(join(folder, 'two.img')), disk);
    mkdirSync(destination);
    expect(await refused([source, disk])).toMatchObject({
      kind: 'passport-mismatch', message: `The destination ${destination} is not what it was at the last run: ${gone}`,
    });
    mounts.detach(disk);
    mounts.attach(join(folder, 'one.img'), disk);
    expect([(await run()).state, isWhole()]).toEqual(['succeeded', []]);
  });
});
