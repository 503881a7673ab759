import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { JobOptions } from '../../src-shared/job.ts';
import { allKept } from '../../src-shared/kept-attributes.ts';
import type { Unit } from '../../src-shared/unit.ts';
import { fillCall, fillsItself, type FillFacts } from '../../src-main/core/rsync/fill.ts';
import type { CallContext } from '../../src-main/core/rsync/args.ts';
import { startFill } from '../../src-main/worker/fill-server.ts';
import { backUp, openEngine, unitsOf } from '../fixtures/engine.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import { until } from '../fixtures/processes.ts';

const copying: CallContext & FillFacts = {
  program: 'rsync', lifeline: 'pdeathsig', source: '/s', destination: '/d', options: JobOptions.parse({}), purpose: 'copy',
  timeoutSeconds: 600, bandwidth: null, tellChanges: false, hardLinks: true, keeps: allKept, attempt: 1, isLocal: true, latencyMs: 0.02,
};

let folder: string;
let source: string;
let destination: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-seed-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  for (const project of ['a', 'b', 'c']) {
    for (let shot = 0; shot < 4; shot++) {
      const place = join(source, project, `shot ${shot}`);
      mkdirSync(place, { recursive: true });
      for (let file = 0; file < 20; file++) writeFileSync(join(place, `file ${file}`), `${project}${shot}${file}`.repeat(file));
      linkSync(join(place, 'file 3'), join(place, 'linked'));
      symlinkSync('file 1', join(place, 'symlink'));
      execFileSync('mkfifo', [join(place, 'fifo')]);
      chmodSync(join(place, 'file 2'), 0o4751);
      chmodSync(place, 0o1750);
    }
  }
  mkdirSync(join(source, 'flat'));
  for (let file = 0; file < 100; file++) writeFileSync(join(source, 'flat', `file ${file}`), 'x'.repeat(file));
  linkSync(join(source, 'a/shot 1/file 5'), join(source, 'c/across'));
  // Times of the same second count as equal, and folders have just been made.
  execFileSync('find', [source, '-exec', 'touch', '-h', '-d', '2026-01-02 03:04:05.678', '{}', '+']);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('new folders', () => {
  test.each([
    ['copied by workers first', {}],
    ['copied by cp and tar first, as on a server,', { isSlow: true }],
  ])('%s are the same as the source, and counted the same', async (_what, tuning) => {
    const app = await openEngine(folder, { ...unitsOf(40), ...tuning });
    const first = await backUp(app, source, destination);
    const second = await backUp(app, source, destination);
    await app.close();
    expect(first.state).toBe('succeeded');
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
    // 12 folders of 20 files, one of them with a further name inside, and one outside of its unit; a flat one of 100, in parts.
    expect(first.totals).toMatchObject({ filesTransferred: 341, deleted: 0 });
    // 12 of 23 entries each and themselves, their 3 projects, the flat one with its files, and the name outside.
    expect(first.totals.created).toBe(12 * 24 + 3 + 101 + 1);
    expect(second.totals).toMatchObject({ filesTransferred: 0, created: 0, deleted: 0 });
    // And the root.
    expect([first.totals.entries, second.totals.entries]).toEqual([first.totals.created + 1, first.totals.created + 1]);
  });
});

test('a pause begins no further copies of new files on a server, which end up complete', async () => {
  for (let file = 100; file < 2200; file++) writeFileSync(join(source, 'flat', `file ${file}`), 'more');
  mkdirSync(destination);
  const { promise: goOn, resolve } = Promise.withResolvers<void>();
  let turns = 0;
  // The first ones are for folders, the next for copies.
  const filling = startFill(
    { source, destination, names: ['flat' as ByteName], folder: '' as ByteName, areFiles: false, bytes: 9999, namesAtOnce: 32, keeps: allKept },
    () => (++turns > 3 ? goOn : Promise.resolve()),
  );
  const copied = () => (existsSync(join(destination, 'flat')) ? readdirSync(join(destination, 'flat')).length : 0);
  await until('the first copies', 10_000, () => copied() > 0);
  await sleep(500);
  const held = copied();
  await sleep(500);
  expect(copied()).toBe(held);
  expect(held).toBeLessThan(2200);
  expect(filling.bytesMoved()).toBeLessThan(5000);
  resolve();
  await filling.ended;
  expect(filling.bytesMoved()).toBeGreaterThan(9990);
  expect(diffManifest(readManifest(join(source, 'flat')), readManifest(join(destination, 'flat')))).toEqual([]);
});

test.each([[0.4, 32], [2, 32], [6, 11], [10, 8], [80, 8]])('where a call takes %d ms, one cp on a server copies %d files', (latencyMs, files) => {
  const unit: Unit = {
    id: 1, kind: 'group', folder: '' as ByteName, names: ['a'] as ByteName[], shares: [1], entries: 500, bytes: 1000, weight: 1, isNew: true, premade: 0, after: [],
  };
  expect(fillCall(unit, { ...copying, isLocal: false, latencyMs })).toMatchObject({ namesAtOnce: files });
});

describe('a worker copies itself', () => {
  const unit: Unit = {
    id: 1, kind: 'group', folder: 'a' as ByteName, names: ['a/b', 'a/-c'] as ByteName[], shares: [1, 1], entries: 5000, bytes: 1, weight: 1,
    isNew: true, premade: 0, after: [],
  };
  const withOptions = (options: Partial<JobOptions>) => ({ ...copying, options: JobOptions.parse(options) });

  test('new folders and files', () => {
    expect(fillsItself(unit, copying, true)).toBe(true);
    for (const kind of ['part', 'level', 'entries'] as const) expect(fillsItself({ ...unit, kind }, copying, true), kind).toBe(true);
    expect(fillsItself({ ...unit, names: ['' as ByteName] }, copying, true)).toBe(true);
    expect(fillsItself({ ...unit, kind: 'links' }, copying, true)).toBe(false);
    for (const kind of ['level', 'entries', 'links'] as const) expect(fillCall({ ...unit, kind }, { ...copying, isLocal: false }), kind).toBeNull();
  });

  test.each<[string, Partial<Unit>, CallContext & FillFacts]>([
    ['that is there already', { isNew: false }, copying],
    ['that is tried again', {}, { ...copying, attempt: 2 }],
    ['of a dry run', {}, { ...copying, purpose: 'preview' }],
    ['on a server', {}, { ...copying, isLocal: false }],
    ['on another system than Linux', {}, { ...copying, lifeline: 'shell' }],
    ['with excludes', {}, withOptions({ excludes: ['*.tmp'] })],
    ['with a bandwidth limit', {}, withOptions({ bandwidthLimit: 1000 })],
    ['with checksums', {}, withOptions({ checksum: true })],
    ['with compression', {}, withOptions({ compress: true })],
    ['with ACLs', {}, withOptions({ further: ['acls'] })],
    ['whose changes are told', {}, { ...copying, tellChanges: true }],
  ])('but not in a unit %s', (_what, changes, given) => {
    expect(fillsItself({ ...unit, ...changes }, given, given.isLocal)).toBe(false);
  });
});
