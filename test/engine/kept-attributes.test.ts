import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildNas, mountNas, whyNoNas, type NasMount } from '../bench/nas/nas.ts';
import { backUp, noticesOf, openEngine, unitsOf } from '../fixtures/engine.ts';
import { readManifest } from '../fixtures/manifest.ts';
import { until } from '../fixtures/processes.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { writeTree } from '../fixtures/tree.ts';

const share = { title: 'a share', latencyMs: 0, cacheSeconds: 0, bytesPerSecond: null, slots: null } as const;
const reason = whyNoNas();

describe.skipIf(reason !== null)(`a destination that keeps less than it is given${reason === null ? '' : ` [skipped: ${reason}]`}`, () => {
  let tools: string;
  let program: string;
  let folder: string;
  let source: string;
  let backing: string;
  let nas: NasMount | null = null;
  beforeAll(() => {
    tools = mkdtempSync(join(tmpdir(), 'daybreak-modes-tools-'));
    program = buildNas(tools);
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daybreak-modes-'));
    source = join(folder, 'source');
    backing = join(folder, 'backing');
    mkdirSync(backing);
    writeTree(source, plainTree({ folders: 3, files: 8, bytes: 500 }));
    chmodSync(join(source, 'project-0'), 0o750);
    chmodSync(join(source, 'project-1/file-1'), 0o640);
    chownSync(join(source, 'project-2/file-2'), 1234, 5678);
  });
  afterEach(async () => {
    await nas?.unmount();
    nas = null;
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => rmSync(tools, { recursive: true, force: true }));

  /** What can be kept there: names, types, sizes, times, contents. */
  const kept = (root: string) => [...readManifest(root)].map(([name, { type, size, mtime, target, content }]) => ({ name, type, size, mtime, target, content }));

  describe.each([
    ['modes', 'Permissions are not kept at', 'Permissions'], ['owners', 'Owners cannot be kept at', 'Owners'],
  ] as const)('%s', (forgets, said, unprotected) => {
    test.each([['tar and comparisons, as on servers', { isSlow: true }], ['copies by the worker and rsync, as on local disks', { isSlow: false }]])('%s: it is said, and nothing is done about them night after night', async (_how, tuning) => {
      nas = await mountNas(program, { ...share, forgets }, { backing, point: join(folder, 'share') });
      const app = await openEngine(folder, { ...unitsOf(10), ...tuning });
      try {
        const first = await backUp(app, source, nas.point);
        expect(first.state).toBe('succeeded');
        expect(noticesOf(first.events)).toEqual([expect.stringContaining(`${said} ${nas.point}: `)]);
        expect(kept(nas.point)).toEqual(kept(source));
        const modes = [source, nas.point].map((root) => lstatSync(join(root, 'project-1/file-1')).mode & 0o777);
        expect(modes).toEqual([0o640, forgets === 'modes' ? 0o755 : 0o640]);

        const second = await backUp(app, source, nas.point, { options: { mirror: true } });
        expect(second.totals).toMatchObject({ filesTransferred: 0, created: 0 });
        const units = app.store().units.list(second.run!);
        expect(units.filter(({ argv }) => argv.length > 0).map(({ name }) => name)).toEqual([]);

        const dry = await backUp(app, source, nas.point, { options: { mirror: true }, dryRun: true, reportChanges: true });
        expect(dry.events.filter(({ type }) => type === 'change')).toEqual([]);

        chownSync(join(source, 'project-1/file-2'), 99, 99);
        writeFileSync(join(source, 'project-1/file-3'), 'changed');
        const third = await backUp(app, source, nas.point, { options: { mirror: true } });
        expect(third.totals).toMatchObject({ filesTransferred: 1, created: 0 });
        expect(kept(nas.point)).toEqual(kept(source));
        expect(app.store().receipts.get(third.run!).receipt.unprotected).toContainEqual(expect.objectContaining({ name: unprotected }));
      } finally {
        await app.close();
      }
    }, 60_000);
  });

  test('the Lab asks for no more than it keeps', async () => {
    nas = await mountNas(program, { ...share, forgets: 'owners' }, { backing, point: join(folder, 'share') });
    const app = await openEngine(folder, { isSlow: true, keepsCaches: true });
    try {
      const key = app.lab.start({
        source, destination: nas.point, jobId: null, excludes: [], sampleBytes: 300_000_000, sampleEntries: 5000, rounds: 1, mostMs: 60_000,
        ways: ['one-rsync', 'multisync', 'pool-2'],
      });
      await until('the end of the Lab', 50_000, () => ['ended', 'failed'].includes(app.lab.state(key).phase));
      const { figures } = app.lab.state(key).result!;
      expect(figures.map(({ note, way }) => [way.id, note])).toEqual([['one-rsync', null], ['multisync', null], ['pool-2', null]]);
      for (const { way } of figures) expect(way.commands.join('\n'), way.id).toMatch(/rsync.* --no-o --no-g /u);
    } finally {
      await app.close();
    }
  }, 60_000);

  test('one that keeps them is none of those', async () => {
    const app = await openEngine(folder, { isSlow: true });
    const { events, state } = await backUp(app, source, backing);
    await app.close();
    expect({ state, notices: noticesOf(events) }).toEqual({ state: 'succeeded', notices: [] });
    expect(lstatSync(join(backing, 'project-1/file-1')).mode & 0o777).toBe(0o640);
  });
});
