import { createRouterClient } from '@orpc/server';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { JobOptions, type Job } from '../../src-shared/job.ts';
import type { LiveRun } from '../../src-shared/run-view.ts';
import { createRouter } from '../../src-main/core/calls/router.ts';
import { createApp } from '../../src-main/core/app.ts';
import type { Tuning } from '../../src-main/core/ports.ts';
import { createForkHost } from '../../src-main/fork-host.ts';
import { runCli } from '../fixtures/cli.ts';
import { addPastRuns } from '../fixtures/folder-history.ts';
import { unitsOf } from '../fixtures/engine.ts';
import { diffManifest, readManifest, type Manifest } from '../fixtures/manifest.ts';
import { until } from '../fixtures/processes.ts';

/** Trash, mass-change alarm and the brake's memory, with real rsyncs. */

const dayMs = 86_400_000;

let folder: string;
let source: string;
let destination: string;
let now: number;
let app: Awaited<ReturnType<typeof createApp>>;
let calls: ReturnType<typeof client>;

function client() {
  return createRouterClient(createRouter(app, { kind: 'browser', version: '1' }));
}

async function openHost(tuning: Tuning = unitsOf(150)): Promise<void> {
  app = await createApp({
    workerHost: createForkHost(), clock: { now: () => now }, dataFolder: join(folder, 'home'), env: process.env, tuning,
  });
  calls = client();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-trash-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  now = Date.now();
  for (const project of ['alpha', 'beta']) fill(project, 0, 150, 'old');
  fill('gamma', 0, 5, 'old');
  writeFileSync(join(source, 'loose'), 'loose');
  age();
  await openHost();
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

function fill(project: string, from: number, to: number, text: string): void {
  mkdirSync(join(source, project, 'in'), { recursive: true });
  for (let file = from; file < to; file++) writeFileSync(join(source, project, file % 2 ? 'in' : '', `shot ${file}.jpg`), `${text} ${project} ${file}`);
}

/** rsync takes times of the same second for equal, so what a run has to notice must be of another one. */
function age(): void {
  execFileSync('find', [source, '-newermt', '2020-02-03', '-exec', 'touch', '-h', '-d', '2020-02-02T02:02:02.123456789Z', '{}', '+']);
}

const create = (options: Partial<JobOptions> = {}): Promise<Job> =>
  calls.jobs.create({ name: 'Nightly', source, destination, options: JobOptions.parse({ mirror: true, trashDays: 30, workers: 2, ...options }) });

async function endOf(key: string): Promise<LiveRun> {
  const look = () => app.live.list().find((each) => each.key === key)!;
  await until('the end of the run', 30_000, () => look().outcome !== null);
  return look();
}

async function run(job: Job): Promise<LiveRun> {
  return endOf((await calls.runs.start({ jobId: job.id })).key);
}

const stateOf = ({ outcome }: LiveRun) => outcome?.state;

/** rsync takes times of the same second for equal, and a run follows at once: the folder gets a time of long ago. */
function ageFolder(name: string): void {
  utimesSync(join(source, name), 1_700_000_000, 1_700_000_000);
}

const trashOf = (number: number) => join(destination, '.daybreak/trash', `${number}`);
const warnings = ({ notices }: LiveRun) => notices.filter(({ level, message }) => level !== 'info' && !message.startsWith('Owners')).map(({ message }) => message);

/** A part of a manifest as if it were a tree of its own; of the root folder, which others write into, nothing is compared. */
function part(manifest: Manifest, top: string): Manifest {
  return new Map([...manifest].filter(([name]) => name.startsWith(`${top}/`)));
}

describe('the trash', () => {
  test('takes what a run deletes and overwrites, by a rename, and a restore brings it back as it was, over nothing', async () => {
    const job = await create();
    const first = await run(job);
    expect([stateOf(first), existsSync(join(destination, '.daybreak/trash'))]).toEqual(['succeeded', false]);
    const before = readManifest(destination);
    const inode = lstatSync(join(destination, 'gamma/shot 0.jpg')).ino;
    rmSync(join(source, 'gamma/shot 2.jpg'));
    ageFolder('gamma');
    writeFileSync(join(source, 'gamma/shot 0.jpg'), 'new content');
    writeFileSync(join(source, 'alpha/in/shot 1.jpg'), 'new content');

    const second = await run(job);
    expect([stateOf(second), warnings(second)]).toEqual(['succeeded', []]);
    const trash = trashOf(second.run!);
    expect(execFileSync('find', [trash, '-type', 'f', '-printf', '%P\n'], { encoding: 'utf8' }).trim().split('\n').sort())
      .toEqual(['alpha/in/shot 1.jpg', 'gamma/shot 0.jpg', 'gamma/shot 2.jpg']);
    expect(lstatSync(join(trash, 'gamma/shot 0.jpg')).ino, 'moved, not copied').toBe(inode);
    for (const path of [join(destination, '.daybreak/trash'), trash]) expect((lstatSync(path).mode & 0o777).toString(8)).toBe('700');
    expect(diffManifest(readManifest(source), withoutOwn(readManifest(destination)))).toEqual([]);

    expect(await calls.trash.list({ jobId: job.id })).toEqual([{ jobId: job.id, run: second.run, at: now, keptUntil: now + 30 * dayMs }]);
    const at = { jobId: job.id, run: second.run! };
    expect((await calls.trash.browse(at)).items.map(({ name, kind }) => [name, kind])).toEqual([['alpha', 'folder'], ['gamma', 'folder']]);
    expect(await calls.trash.browse({ ...at, folder: 'gamma' })).toMatchObject({ isAll: true, items: [{ name: 'shot 0.jpg', kind: 'file', bytes: 11 }, { name: 'shot 2.jpg' }] });

    const target = join(folder, 'rescued');
    mkdirSync(join(target, 'gamma'), { recursive: true });
    writeFileSync(join(target, 'gamma/shot 0.jpg'), 'mine');
    expect(await calls.trash.restore({ ...at, names: ['gamma', 'alpha/in'], target })).toEqual({ restored: 2, kept: 1 });
    expect(readFileSync(join(target, 'gamma/shot 0.jpg'), 'utf8'), 'what is there stays').toBe('mine');
    for (const name of ['gamma/shot 2.jpg', 'alpha/in/shot 1.jpg']) {
      const [was, is] = [before.get(name)!, readManifest(target).get(name)!];
      expect({ content: is.content, mtime: is.mtime, mode: is.mode, owner: is.owner }).toEqual({ content: was.content, mtime: was.mtime, mode: was.mode, owner: was.owner });
    }
    expect(await calls.trash.restore({ ...at, names: ['gamma', 'alpha'], target }), 'nothing is left to do').toEqual({ restored: 0, kept: 1 });
    const other = await calls.jobs.create({ name: 'Other', source, destination: join(folder, 'third'), options: JobOptions.parse({}) });
    await expect(calls.trash.browse({ ...at, jobId: other.id }), 'of another job').rejects.toMatchObject({ data: { kind: 'not-found' } });
    await expect(calls.trash.restore({ ...at, names: ['\\#056\\#056/\\#056\\#056/lock'], target }), 'a name that leads out').rejects.toMatchObject({ data: { kind: 'invalid-input' } });

    now += 31 * dayMs;
    expect(stateOf(await run(job))).toBe('succeeded');
    expect([existsSync(join(destination, '.daybreak/trash')), await calls.trash.list({ jobId: job.id })], 'its time is over').toEqual([false, []]);
  });

  test('is never put behind a symlink, and is refused beside another folder for kept files', async () => {
    const job = await create();
    const elsewhere = join(folder, 'elsewhere');
    for (const path of [elsewhere, join(destination, '.daybreak')]) mkdirSync(path, { recursive: true });
    symlinkSync(elsewhere, join(destination, '.daybreak/trash'));
    const { outcome } = await run(job);
    expect(outcome).toMatchObject({ state: 'failed', error: { kind: 'invalid-input', message: expect.stringContaining('nothing was copied') } });
    expect([readdirSync(elsewhere), existsSync(join(destination, 'gamma'))]).toEqual([[], false]);
    await expect(create({ backup: true, backupDir: join(folder, 'kept') })).rejects.toMatchObject({ data: { kind: 'invalid-input', message: expect.stringContaining('trash') } });
  });
});

/** Ten quiet runs: 1 % of alpha rewritten, nothing deleted. */
const quietRuns = Array.from({ length: 10 }, () => ['alpha', 'beta'].map((name) => ({ folder: name as ByteName, entries: 151, rewritten: 2, deleted: 0 })));

describe('a mass change', () => {
  test('raises an alarm, holds the folder over a restart until someone has looked, and the last good copy comes back', async () => {
    // The brake would hold so many deletions at once: the trash is what is looked at here.
    const job = await create({ deleteLimit: { kind: 'percent', limit: 60 } });
    await run(job);
    addPastRuns(app.store(), job.id, quietRuns);
    const good = readManifest(destination);
    // 40 % of a project: every file rewritten under a new name, as ransomware does it.
    for (let file = 0; file < 60; file++) {
      const path = join(source, 'alpha', file % 2 ? 'in' : '', `shot ${file}.jpg`);
      writeFileSync(`${path}.locked`, `scrambled ${file}`);
      rmSync(path);
    }
    const seen = await run(job);
    expect(stateOf(seen)).toBe('warned');
    expect(warnings(seen)).toEqual(['Alarm: alpha: 60 files gained the extension .locked, which no file there had before.']);
    const [alarm] = await calls.protection.alarms({ jobId: job.id });
    expect(alarm).toMatchObject({ folder: 'alpha', run: seen.run, names: expect.arrayContaining([expect.stringContaining('.locked')]) });
    expect((await calls.jobs.list())[0]).toMatchObject({ alarms: 1 });

    const held = readManifest(destination);
    writeFileSync(join(source, 'alpha/shot 100.jpg'), 'scrambled in turn');
    rmSync(join(source, 'alpha/shot 102.jpg'));
    writeFileSync(join(source, 'beta/shot 0.jpg'), 'work goes on');
    rmSync(join(source, 'beta/shot 2.jpg'));
    age();
    await app.close();
    await openHost();
    const next = await run(job);
    expect(stateOf(next)).toBe('held');
    expect(warnings(next)).toEqual([`alpha is held: nothing there was copied or deleted, because run ${seen.run} raised an alarm. ${alarm!.reason}.`]);
    const after = readManifest(destination);
    expect(diffManifest(part(held, 'alpha'), part(after, 'alpha')), 'alpha is left as it was').toEqual([]);
    expect(diffManifest(part(readManifest(source), 'beta'), part(after, 'beta')), 'beta is copied').toEqual([]);

    const target = join(folder, 'rescued');
    expect(await calls.trash.restore({ jobId: job.id, run: seen.run!, names: ['alpha'], target })).toEqual({ restored: 60, kept: 0 });
    const rescued = readManifest(target);
    for (const [name, entry] of rescued) if (entry.type === 'file') expect(diffManifest(new Map([[name, good.get(name)!]]), new Map([[name, entry]])), name).toEqual([]);

    await calls.protection.clearAlarm({ alarm: alarm!.id });
    const copied = await run(job);
    expect([stateOf(copied), await calls.protection.alarms({ jobId: job.id })]).toEqual(['succeeded', []]);
    expect(diffManifest(readManifest(source), withoutOwn(readManifest(destination)))).toEqual([]);
  });

  test('of rewritten files alone raises one too, in a tree of one unit as well; what is usual there does not, nor a folder that is new', async () => {
    await app.close();
    await openHost({});
    const job = await create();
    await run(job);
    addPastRuns(app.store(), job.id, quietRuns.map(([alpha, beta]) => [alpha!, { ...beta!, rewritten: 40 }]));
    for (const project of ['alpha', 'beta']) fill(project, 0, 60, 'rewritten');
    fill('delta', 0, 100, 'new');
    const seen = await run(job);
    expect(warnings(seen)).toEqual([expect.stringMatching(/^Alarm: alpha: 60 of 15\d entries \((?:39|40) %\) were rewritten, far above the 1 % of the 10 runs before\.$/u)]);
    expect((await calls.protection.alarms({ jobId: job.id })).map((alarm) => alarm.folder)).toEqual(['alpha']);
  });

  test.each([['split', unitsOf(150)], ['of one unit', {}]])('holds exactly its folders, in a tree that is %s: odd names, and the files in the root', async (_, tuning) => {
    await app.close();
    await openHost(tuning);
    const odd = ['st*r [1]', 'back\\slash', 'b*ck\\slash', 'new\nline', '- dash', 'n\xc3\xb6t?', 'not\xfftext'];
    const near = ['star 1', 'backslash', 'bock\\slash', 'dash'];
    for (const name of [...odd, ...near]) {
      const path = Buffer.from(join(source, name), 'latin1');
      mkdirSync(path);
      writeFileSync(Buffer.concat([path, Buffer.from('/file')]), 'first');
      writeFileSync(Buffer.concat([path, Buffer.from('/goes')]), 'goes');
    }
    for (let file = 0; file < 30; file++) writeFileSync(join(source, `note ${file}`), `note ${file}`);
    age();
    const job = await create({ deleteLimit: { kind: 'percent', limit: 100 } });
    await run(job);
    for (const name of ['', ...odd]) app.store().alarms.raise({ jobId: job.id, folder: name as ByteName, run: 1, at: now, reason: 'tested', names: [] });
    const before = readManifest(destination);
    for (const name of [...odd, ...near]) {
      const path = Buffer.from(join(source, name), 'latin1');
      writeFileSync(Buffer.concat([path, Buffer.from('/file')]), 'changed');
      rmSync(Buffer.concat([path, Buffer.from('/goes')]));
    }
    rmSync(Buffer.from(join(source, odd[0]!), 'latin1'), { recursive: true });
    writeFileSync(join(source, 'note 1'), 'changed');
    rmSync(join(source, 'note 2'));
    writeFileSync(join(source, 'new note'), 'new');
    const held = await run(job);
    expect([stateOf(held), warnings(held).length]).toEqual(['held', odd.length + 1]);
    expect(warnings(held)[0]).toContain('The files in the root are held');
    const after = readManifest(destination);
    const rootFiles = (manifest: Manifest) => new Map([...manifest].filter(([name, { type }]) => !name.includes('/') && type !== 'folder'));
    expect(diffManifest(rootFiles(before), rootFiles(after))).toEqual([]);
    for (const name of odd) expect(diffManifest(part(before, name), part(after, name)), name).toEqual([]);
    const there = readManifest(source);
    for (const name of [...near, 'gamma']) expect(diffManifest(part(there, name), part(after, name)), name).toEqual([]);
  });

  test('without a trash the files that go with it stay at the destination', async () => {
    const job = await create({ trashDays: null });
    await run(job);
    addPastRuns(app.store(), job.id, quietRuns);
    for (let file = 0; file < 20; file += 2) rmSync(join(source, `alpha/shot ${file}.jpg`));
    for (let file = 0; file < 60; file++) writeFileSync(join(source, `alpha/shot ${file}.locked`), 'scrambled');
    const seen = await run(job);
    expect(stateOf(seen)).toBe('held');
    expect(existsSync(join(destination, 'alpha/shot 0.jpg'))).toBe(true);
  });
});

test('the brake holds a share of deletions never seen before; approved on the command line after a restart, it goes', async () => {
  const job = await create();
  await run(job);
  addPastRuns(app.store(), job.id, quietRuns);
  for (let file = 0; file < 50; file += 2) rmSync(join(source, `alpha/shot ${file}.jpg`));
  rmSync(join(source, 'gamma/shot 2.jpg'));
  for (const name of ['alpha', 'gamma']) ageFolder(name);
  const held = await run(job);
  expect(stateOf(held)).toBe('held');
  app.store().alarms.raise({ jobId: job.id, folder: 'beta' as ByteName, run: held.run!, at: now, reason: 'beta: tested', names: [] });
  await app.close();
  const cli = (...argv: string[]) => runCli(['approve', `${held.run}`, ...argv], { home: join(folder, 'home'), tuning: unitsOf(150) });
  const listed = await cli('--list');
  expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(/25 entries \(\d+ B\) would be deleted: alpha: 25 of 15\d entries \(16 %\) would be removed, while the 1\d runs before removed none/u) });
  expect(listed.stdout.split('\n').filter((line) => line.startsWith('  alpha/shot '))).toHaveLength(25);
  expect(listed.stdout).toContain(`Alarm of run ${held.run}: beta: tested`);
  expect(await cli()).toMatchObject({ code: 4, stderr: expect.stringContaining('--yes') });
  expect([existsSync(join(destination, 'alpha/shot 0.jpg')), existsSync(join(destination, 'gamma/shot 2.jpg'))]).toEqual([true, false]);
  // Gone meanwhile: nobody has seen it, so it is judged anew, and little.
  rmSync(join(source, 'alpha/shot 60.jpg'));
  ageFolder('alpha');
  const approved = await cli('--yes');
  expect(approved.stdout).toContain('Alarm cleared: beta is backed up again.');
  expect([approved.code === 0 || approved.code === 3, approved.stderr]).toEqual([true, expect.not.stringContaining('held')]);
  expect(diffManifest(readManifest(source), withoutOwn(readManifest(destination)))).toEqual([]);
  await openHost();
  expect(await calls.protection.alarms({ jobId: job.id })).toEqual([]);
  await expect(calls.history.approve({ run: held.run! + 1 })).rejects.toMatchObject({ data: { kind: 'not-found' } });
});

function withoutOwn(manifest: Manifest): Manifest {
  return new Map([...manifest].filter(([name]) => name !== '.daybreak' && !name.startsWith('.daybreak/')));
}
