import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import { JobOptions } from '../../src-shared/job.ts';
import { allKept } from '../../src-shared/kept-attributes.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import type { CallContext } from '../../src-main/core/rsync/args.ts';
import { compareCall, type CompareFacts } from '../../src-main/core/rsync/compare.ts';
import { compareUnit } from '../../src-main/worker/compare.ts';
import { identityOf } from '../../src-main/worker/facts.ts';
import { createInTurn } from '../../src-main/worker/in-parallel.ts';
import { createLookAll } from '../../src-main/worker/look-all.ts';
import { createNativeCalls } from '../../src-main/worker/native-calls.ts';
import { holdRoot } from '../../src-main/worker/safe-folder.ts';
import { listStrangers } from '../../src-main/worker/strangers.ts';
import { backUp, openEngine, unitsOf } from '../fixtures/engine.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';

/** What both sides are compared for before an rsync, on servers and on local disks. */
let folder: string;
let source: string;
let destination: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-server-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  for (const place of ['a/deep/er', 'b', '-c']) {
    mkdirSync(join(source, place), { recursive: true });
    for (const name of ['one', 'two', 'new\nline', '#three']) writeFileSync(join(source, place, name), `${place} ${name}`);
  }
  symlinkSync('one', join(source, 'b/symlink'));
  // rsync takes times of the same second as equal, and folders have just been made.
  execFileSync('find', [source, '-exec', 'touch', '-h', '-d', '2025-01-02 03:04:05.678', '{}', '+']);
  execFileSync('cp', ['-a', source, destination]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const names = (...words: string[]) => words as ByteName[];
const calls = createNativeCalls();
const beside = { turn: () => Promise.resolve(), calls, copied: () => undefined };
const callOf = (changes: Partial<CompareCall> = {}): CompareCall => ({
  source, destination, depth: 'deep', names: names('a', 'b', '-c'), excludes: [], mirror: true, isRoot: process.getuid?.() === 0, most: 100, keeps: allKept, keepsLinks: true, isLocal: false, remembers: { source: true, destination: true },
  fills: false, joins: false, narrow: null, ...changes,
});
const readFdLink = (descriptor: string) => {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '';
  }
};
/** As if nothing but the content had changed. */
const later = (path: string, time: string) => execFileSync('touch', ['-h', '-d', time, path]);

test.each([['as if answered from memory', Infinity], ['as if each call waited for a server', -1]])('names are looked at %s', async (_what, quickMs) => {
  const lookAll = createLookAll(createInTurn(8), calls, { remembers: true, quickMs });
  const root = await holdRoot(join(source, 'b'));
  const asked = names('one', 'none', 'two', '#three', 'none either', 'new\nline', 'symlink');
  for (const time of ['first', 'second']) {
    const found = await lookAll(root, asked);
    expect(found.map((facts) => facts && identityOf(facts)), time).toEqual(asked.map((name) => {
      const facts = lstatSync(join(source, 'b', name), { bigint: true, throwIfNoEntry: false });
      return facts ? `${facts.dev}:${facts.ino}` : null;
    }));
  }
  await root.close();
});

test.each(['handle', 'path'] as const)('names are looked at in a folder whose name is no text, held by its %s', async (by) => {
  const strange = Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xe9, 0xff])]);
  mkdirSync(strange);
  writeFileSync(Buffer.concat([strange, Buffer.from('/one')]), 'one');
  const root = await holdRoot(source, by);
  const inside = await root.enter(names('\u00e9\u00ff')[0]!);
  for (const quickMs of [Infinity, -1]) {
    const found = await createLookAll(createInTurn(8), calls, { remembers: true, quickMs })(inside, names('one', 'none', 'two'));
    expect(found.map((facts) => facts?.size ?? null)).toEqual([3, null, null]);
  }
  await inside.close();
  await root.close();
});

test('names are looked at by threads while calls wait for a server, and now and then without them', async () => {
  const root = await holdRoot(join(source, 'b'));
  const byThreads = async (quickMs: number, asked: ReturnType<typeof names>, { remembers = true, batches = 20 } = {}): Promise<string> => {
    const lookAll = createLookAll(createInTurn(8), calls, { remembers, quickMs });
    const waiting = () => process.getActiveResourcesInfo().filter((each) => each === 'FSReqPromise').length;
    let ways = '';
    for (let batch = 0; batch < batches; batch++) {
      const before = waiting();
      const looking = lookAll(root, asked);
      ways += waiting() > before ? 't' : '-';
      await looking;
    }
    return ways;
  };
  expect(await byThreads(-1, names('one'))).toBe('-t-tt-tttt-tttttttt-');
  // What is left of a batch goes by threads at once.
  expect(await byThreads(-1, names('one', 'two', 'none'))).toBe('t'.repeat(20));
  expect(await byThreads(Infinity, names('one', 'two'))).toBe('-'.repeat(20));
  // Where nothing is kept it is not tried at first, but later, as that may change.
  expect(await byThreads(Infinity, names('one'), { remembers: false, batches: 66 })).toBe(`${'t'.repeat(64)}--`);
  await root.close();
});

describe.each([['on a server', false], ['on local disks', true]])('a comparison of both sides %s', (_where, isLocal) => {
  const compare = (changes: Partial<CompareCall> = {}) => compareUnit(callOf({ isLocal, ...changes }), beside);
  const differing = async (changes: Partial<CompareCall> = {}) => {
    const comparison = await compare(changes);
    return comparison && [...comparison.differing].sort();
  };

  test('counts what is the same, and finds nothing else', async () => {
    expect(await compare()).toEqual({
      foldersBefore: 0, entries: 18, files: 12, bytes: expect.any(Number), differing: new Set(), strangers: 0, hasLinks: false, links: [], repeats: { files: 0, bytes: 0 },
    });
    expect(await compare({ depth: 'level', names: [ROOT] })).toMatchObject({ entries: 4, files: 0, differing: new Set() });
    expect(await compare({ depth: 'flat', names: names('b/one', 'b/symlink') })).toMatchObject({ entries: 2, files: 1, differing: new Set() });
  });

  test.each<[string, () => void, string[]]>([
    ['a mode', () => chmodSync(join(source, 'b/one'), 0o600), ['b', 'b/one']],
    ['another second', () => { later(join(source, 'b/one'), '2026-01-01 00:00:01.000000000'); later(join(destination, 'b/one'), '2026-01-01 00:00:00.999999999'); }, ['b', 'b/one']],
    ['another second before 1970', () => { later(join(source, 'b/one'), '1970-01-01 00:00:00.5'); later(join(destination, 'b/one'), '1969-12-31 23:59:59.5'); }, ['b', 'b/one']],
    ['a size', () => { writeFileSync(join(source, 'b/one'), 'longer than it was'); for (const side of [source, destination]) later(join(side, 'b/one'), '2026-01-01'); }, ['b', 'b/one']],
    ['a target of the same length', () => { unlinkSync(join(source, 'b/symlink')); symlinkSync('two', join(source, 'b/symlink')); for (const side of [source, destination]) { later(join(side, 'b/symlink'), '2026-01-01'); later(join(side, 'b'), '2026-01-01'); } }, ['b', 'b/symlink']],
    ['a new name', () => { writeFileSync(join(source, 'b/new'), ''); later(join(source, 'b'), '2026-01-01'); later(join(destination, 'b'), '2026-01-01'); }, ['b', 'b/new']],
    ['a new folder', () => { mkdirSync(join(source, 'b/new')); writeFileSync(join(source, 'b/new/file'), ''); }, ['b', 'b/new', 'b/new/file']],
    ['the time of a folder', () => later(join(source, 'a/deep'), '2026-01-01'), ['a/deep']],
  ])('finds %s', async (_what, change, expected) => {
    change();
    expect(await differing()).toEqual(expected);
  });

  test('takes times of the same second for the same, as rsync does: not every file system keeps what is below', async () => {
    for (const time of ['2026-01-01 00:00:00.1234567', '2026-01-01', '1969-12-31 23:59:59.1']) {
      execFileSync('find', [source, '-exec', 'touch', '-h', '-d', time.includes('.') ? `${time}89` : `${time} 00:00:00.9`, '{}', '+']);
      execFileSync('find', [destination, '-exec', 'touch', '-h', '-d', time, '{}', '+']);
      expect(await compare({ most: 0 }), time).toMatchObject({ differing: new Set() });
      expect(execFileSync('rsync', ['-n', '-i', '-aH', `${source}/`, `${destination}/`], { encoding: 'utf8' }), time).toBe('');
    }
  });

  test('finds names that are one file at the source alone, and tells those with further names elsewhere', async () => {
    const link = (side: string, from: string, to: string) => {
      rmSync(join(side, to), { force: true });
      linkSync(join(side, from), join(side, to));
      execFileSync('find', [side, '-exec', 'touch', '-h', '-d', '2025-01-02 03:04:05.678', '{}', '+']);
    };
    for (const side of [source, destination]) link(side, 'b/one', 'b/two');
    expect(await compare()).toMatchObject({ differing: new Set(), hasLinks: true, links: [], repeats: { files: 1, bytes: 5 } });
    const { links } = (await compare({ depth: 'flat', names: names('b/one') }))!;
    expect(links.map(({ name, bytes }) => [name, bytes])).toEqual([['b/one', 5]]);
    unlinkSync(join(destination, 'b/two'));
    execFileSync('cp', ['-p', join(destination, 'b/one'), join(destination, 'b/two')]);
    later(join(destination, 'b'), '2025-01-02 03:04:05.678');
    // With the folder, whose time a new link changes.
    expect(await differing()).toEqual(['b', 'b/one', 'b/two']);
    expect(await differing({ keepsLinks: false })).toEqual([]);
    // Linked at the destination alone: rsync leaves that.
    link(destination, 'a/deep/er/one', 'a/deep/er/two');
    expect(await differing({ names: names('a') })).toEqual([]);
  });

  test('keeps no place in use, and lets others take their turn', async () => {
    for (let number = 0; number < 5000; number++) writeFileSync(join(source, 'a', `file ${number}`), '');
    let turns = 0;
    await compareUnit(callOf({ isLocal, most: 10_000 }), { ...beside, turn: async () => void turns++ });
    expect(turns).toBeGreaterThan(3);
    const isHere = () => process.cwd().startsWith(folder);
    expect(isHere()).toBe(false);
    const stopped = new Error('stopped');
    await expect(compareUnit(callOf({ isLocal }), { ...beside, turn: () => Promise.reject(stopped) })).rejects.toBe(stopped);
    expect(isHere()).toBe(false);
    expect(readdirSync('/proc/self/fd').filter((each) => readFdLink(each).startsWith(folder))).toEqual([]);
  });

  test('leaves to rsync what only rsync can judge', async () => {
    expect(await differing({ most: 0 })).toEqual([]);
    rmSync(join(destination, 'a/deep'), { recursive: true });
    writeFileSync(join(destination, 'a/deep'), 'a file in the place of a folder');
    later(join(source, 'b'), '2026-01-01');
    expect(await differing()).toBeNull();
    expect(await differing({ names: names('b') })).toEqual(['b']);
    expect(await differing({ names: names('b'), most: 0 })).toBeNull();
    expect(await differing({ names: names('gone') })).toBeNull();
  });

  test('reads nothing through a symlink at the destination', async () => {
    rmSync(join(destination, 'a'), { recursive: true });
    symlinkSync(join(source, 'a'), join(destination, 'a'));
    expect(await differing({ depth: 'flat', names: names('a/deep') })).toBeNull();
    expect(await differing()).toBeNull();
  });

  test('counts what only a mirror has to remove, and passes over what is excluded', async () => {
    writeFileSync(join(destination, 'b/stranger'), '');
    writeFileSync(join(destination, 'b/kept.tmp'), '');
    later(join(destination, 'b'), '2026-01-01');
    later(join(source, 'b'), '2026-01-01');
    const excludes = ['*.tmp'];
    expect(await compare({ excludes })).toMatchObject({ strangers: 1, differing: new Set() });
    expect(await compare({ excludes, mirror: false })).toMatchObject({ strangers: 0 });
    writeFileSync(join(source, 'b/other.tmp'), 'not in the backup');
    later(join(source, 'b'), '2026-01-01');
    expect(await differing({ excludes })).toEqual([]);
  });
});

describe('names that only the destination has', () => {
  const list = async (...folders: string[]) => (await listStrangers({ op: 'list-strangers', source, destination, folders: names(...folders), isDeep: true })).names;
  const byRsync = () => execFileSync('rsync', ['-n', '-i', '-aH', '--delete', `${source}/`, `${destination}/`], { encoding: 'latin1' }).split('\n')
    .filter((line) => line.startsWith('*deleting')).map((line) => line.slice('*deleting'.length).trim()).sort();

  test('are those that rsync lists', async () => {
    mkdirSync(join(destination, 'b/strange/deep'), { recursive: true });
    for (const name of ['b/strange/deep/file', 'a/deep/gone', '-c/gone']) writeFileSync(join(destination, name), '');
    const found = await list('a', 'b', '-c');
    expect(found?.map(({ name, isFolder }) => name + (isFolder ? '/' : '')).sort()).toEqual(byRsync());
    expect(found).toHaveLength(5);
  });

  test('are not told where that is for rsync to judge', async () => {
    rmSync(join(source, 'a/deep'), { recursive: true });
    writeFileSync(join(source, 'a/deep'), 'a file now');
    expect(await list('a')).toBeNull();
    expect(await list('b', 'gone')).toBeNull();
    expect(await list('b')).toEqual([]);
  });
});

describe('a backup on a server', () => {
  const tuning = { ...unitsOf(8), isSlow: true };

  test('needs no rsync where nothing changed, and gives it just what did', async () => {
    rmSync(destination, { recursive: true });
    const app = await openEngine(folder, tuning);
    const first = await backUp(app, source, destination);
    const second = await backUp(app, source, destination);
    writeFileSync(join(source, 'b/one'), 'changed');
    const third = await backUp(app, source, destination);
    const units = app.store().units.list(third.run!);
    const idle = app.store().units.list(second.run!);
    const copied = app.store().units.list(first.run!).filter(({ kind }) => kind === 'group');
    await app.close();
    expect(copied.map(({ lastLines }) => lastLines[0])).toEqual(copied.map(() => 'New files were copied by cp and tar, then both sides were compared and are the same: no rsync was needed.'));
    expect(copied).not.toEqual([]);
    expect(idle.filter(({ argv, lastLines }) => argv.length === 0 && lastLines[0]?.includes('no rsync was needed'))).toHaveLength(idle.length);
    expect(second.totals).toMatchObject({ entries: 19, filesTransferred: 0, created: 0 });
    expect(units.filter(({ argv }) => argv.length > 0).map(({ argv }) => argv.slice(argv.indexOf('--')))).toEqual([['--', `${source}/./b/one`, `${source}/./b`, `${destination}/`]]);
    expect(third.totals).toMatchObject({ entries: 19, filesTransferred: 1, created: 0 });
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
  });

  test('removes what is gone after it was judged, and mends the times of its folders', async () => {
    const app = await openEngine(folder, tuning);
    for (const name of ['b/strange', 'a/deep/strange']) writeFileSync(join(destination, name), 'gone at the source');
    const { run, state, totals } = await backUp(app, source, destination, { options: { mirror: true } });
    const again = app.store().units.list(run!).filter(({ attempt }) => attempt > 1);
    const entriesIn = (id: number): [string, number][] => app.store().protection.of(id).map((row) => [row.folder, row.entries]);
    const unchanged = await backUp(app, source, destination, { options: { mirror: true } });
    // What is told of each project is what it holds, though only folders of it were looked at last.
    expect(entriesIn(run!)).toEqual(entriesIn(unchanged.run!));
    expect(entriesIn(run!).length).toBeGreaterThan(2);
    await app.close();
    expect({ state, deleted: totals.deleted, entries: totals.entries }).toEqual({ state: 'succeeded', deleted: 2, entries: 19 });
    // Just these two folders, and what rsync counts above them.
    expect(again.map(({ entries }) => entries).sort((a, b) => a - b)).toEqual([1, 2]);
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
  });
});

describe('both sides are compared first', () => {
  const unit = { id: 1, kind: 'group' as const, folder: ROOT, names: names('a'), shares: [50], entries: 50, bytes: 1, weight: 1, isNew: false, premade: 0, after: [] };
  const context: CallContext & CompareFacts = {
    program: 'rsync', lifeline: 'pdeathsig', source: '/s', destination: '/d', options: JobOptions.parse({ mirror: true }), purpose: 'copy', timeoutSeconds: 600,
    bandwidth: null, tellChanges: false, hardLinks: true, keeps: allKept, attempt: 1, isLocal: false, remembers: { source: true, destination: true }, isRoot: true, isFilled: false,
  };
  const withOptions = (options: Partial<JobOptions>) => ({ ...context, options: JobOptions.parse({ mirror: true, ...options }) });

  test('where calls wait for a server, and rsync is told to remove nothing', () => {
    const call = compareCall(unit, context);
    expect(call).toMatchObject({ depth: 'deep', names: ['a'], mirror: true, most: 50 });
    expect(call?.narrow?.flags).toEqual(expect.arrayContaining(['--no-r', '--dirs', '--ignore-missing-args']));
    expect(call?.narrow?.flags.join(' ')).not.toMatch(/--delete|--inplace/u);
  });

  test('of links across units on local disks, where workers join them; all of its folders are named again for rsync where they cannot', () => {
    const links = { ...unit, kind: 'links' as const, names: names('a', 'a/one', 'b/two') };
    expect(compareCall(links, { ...context, isLocal: true })).toMatchObject({ joins: true, depth: 'flat', names: links.names, mirror: false, keepsLinks: true, most: 3, narrow: null });
    expect(compareCall(links, context)).toBeNull();
    expect(compareCall(links, { ...context, isLocal: true, hardLinks: false })).toBeNull();
  });

  test('also with a trash, which is never looked at', () => {
    expect(compareCall(unit, withOptions({ backup: true, backupDir: '/d/.daybreak/trash/3' }))).not.toBeNull();
    expect(compareCall(unit, withOptions({ backup: true, backupDir: '/d/old' }))).toBeNull();
  });

  test.each<[string, Partial<typeof unit>, CallContext & CompareFacts]>([
    ['in a dry run', {}, { ...context, purpose: 'preview' }], ['with checksums', {}, withOptions({ checksum: true })], ['with ACLs', {}, withOptions({ further: ['acls'] })],
    ['where times count to the second', {}, withOptions({ further: ['modify-window-1'] })], ['where earlier versions lie beside', {}, withOptions({ backup: true })],
    ['where files of the root are held', {}, { ...context, holdRootFiles: true }], ['after rsync gave up over hard links', {}, { ...context, hardLinks: false }],
  ])('but not %s', (_what, changes, given) => {
    expect(compareCall({ ...unit, ...changes }, given)).toBeNull();
  });
});

test('with checksums a job that has run before is cut by its bytes, as all of them are read', async () => {
  for (const name of ['a', 'b', '-c']) writeFileSync(join(source, name, 'film'), Buffer.alloc(8_000_000, name));
  const app = await openEngine(folder, { minUnitMs: 5, maxUnitMs: 5, isSlow: false });
  await backUp(app, source, destination);
  const [plain, checked] = [await backUp(app, source, destination), await backUp(app, source, destination, { options: { checksum: true } })];
  const units = [plain, checked].map(({ run }) => app.store().units.list(run!).length);
  await app.close();
  expect(units[0]).toBe(1);
  expect(units[1]).toBeGreaterThan(2);
});
