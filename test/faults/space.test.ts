import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../fixtures/cli.ts';
import { backUp, noticesOf, openEngine, startBackup, unitsOf, type Engine } from '../fixtures/engine.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import { until } from '../fixtures/processes.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { removeTree, writeTree } from '../fixtures/tree.ts';

const reason = whyNoSmallDisk();

let folder = '';
let source = '';
let disk = '';
let home = '';

beforeEach(() => {
  if (reason !== null) return;
  folder = mkdtempSync(join(tmpdir(), 'daybreak-space-'));
  [source, disk, home] = [join(folder, 'source'), join(folder, 'disk'), join(folder, 'home')];
  mkdirSync(disk);
  mountSmallDisk(disk, 'size=20m');
});

afterEach(() => {
  if (reason !== null) return;
  spawnSync('umount', ['-l', disk]);
  removeTree(folder);
});

describe(`a destination that is too small${reason === null ? '' : ` [skipped: ${reason}]`}`, () => {
  test.skipIf(reason !== null)('is told before the start, and nothing is written', async () => {
    writeTree(source, plainTree({ folders: 3, files: 4, bytes: 2_000_000 }));
    const before = readManifest(disk);
    const { code, stderr, stdout } = await runCli(['backup', source, disk], { home });
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toMatch(/space|room|full/iu);
    expect(diffManifest(before, readManifest(disk))).toEqual([]);
  });

  test.skipIf(reason !== null)('in the middle of a run ends it cleanly, loses nothing, and the next run finishes when there is room', async () => {
    writeTree(source, plainTree({ folders: 3, files: 4, bytes: 100_000 }));
    expect((await runCli(['backup', source, disk], { home, tuning: unitsOf(8) })).code).toBe(0);
    const first = readManifest(disk);
    // A mirror: even then nothing may be removed to make room, or because the source lacks it.
    rmSync(join(source, 'project-0', 'file-0'));
    writeTree(join(source, 'project-grown'), plainTree({ folders: 4, files: 3, bytes: 2_500_000 }));
    const argv = ['backup', '--delete', '--yes', source, disk];
    const full = await runCli(argv, { home, tuning: { ...unitsOf(8), roomWaitMs: 300, roomEveryMs: 50 } });
    expect(full.code).toBe(1);
    expect(`${full.stdout}${full.stderr}`).toMatch(/The destination is full: .* free on daybreak-small \(tmpfs\), mounted at .*, and no room was made within 1 s/u);
    const after = readManifest(disk);
    const lost = [...first].filter(([name, entry]) => entry.type === 'file' && after.get(name)?.content !== entry.content);
    expect(lost.map(([name]) => name)).toEqual([]);
    expect([...after.keys()].filter((name) => /(^|\/)\.(daybreak|[^/]+\.[A-Za-z0-9]{6}$)/u.test(name))).toEqual([]);

    mountSmallDisk(disk, 'remount,size=100m');
    const next = await runCli(argv, { home, tuning: unitsOf(8) });
    expect([next.code, next.stderr]).toEqual([0, '']);
    expect(diffManifest(readManifest(source), readManifest(disk))).toEqual([]);
  });

  describe.skipIf(reason !== null)('in one of eight units', () => {
    let app: Engine;
    beforeEach(async () => {
      writeTree(source, plainTree({ folders: 8, files: 2, bytes: 100_000 }));
      app = await openEngine(folder, { ...unitsOf(8), roomEveryMs: 30, roomWaitMs: 20_000 });
      expect((await backUp(app, source, disk)).state).toBe('succeeded');
      rmSync(join(source, 'project-0/file-0'));
      writeFileSync(join(source, 'project-5/grown'), Buffer.alloc(17_000_000, 7));
      writeFileSync(join(source, 'project-6/new'), 'new');
      execFileSync('find', [source, '-exec', 'touch', '-h', '-d', '2020-02-02T02:02:02.123456789Z', '{}', '+']);
    });
    afterEach(() => app.close());

    async function untilFull() {
      const watched = startBackup(app, source, disk, { options: { mirror: true } });
      await until('a run that waits for room', 10_000, () => noticesOf(watched.events).length > 0
        && watched.events.some((event) => event.type === 'progress' && event.progress.state === 'paused'));
      expect(noticesOf(watched.events)).toEqual([
        expect.stringMatching(new RegExp(`^The destination is full: .* free on daybreak-small \\(tmpfs\\), mounted at ${disk}\\. The run waits up to 20 s for room\\.$`, 'u')),
      ]);
      expect(existsSync(join(disk, 'project-0/file-0')), 'nothing is removed to make room').toBe(true);
      return watched;
    }

    test('pauses the run, which goes on by itself when there is room', async () => {
      const { handle, events } = await untilFull();
      mountSmallDisk(disk, 'remount,size=60m');
      expect(await handle.ended).toMatchObject({ state: 'succeeded', error: null, totals: { deleted: 1 } });
      expect(noticesOf(events).at(-1)).toMatch(/^There is room again at daybreak-small \(tmpfs\), mounted at .*: .* free\. The run goes on\.$/u);
      expect(diffManifest(readManifest(source), readManifest(disk))).toEqual([]);
    });

    test('can be cancelled while it waits, and gives its lock back', async () => {
      const { handle } = await untilFull();
      const from = performance.now();
      handle.cancel();
      expect(await handle.ended).toMatchObject({ state: 'cancelled', totals: { deleted: 0 } });
      expect(performance.now() - from).toBeLessThan(5000);
      expect(readdirSync(disk)).not.toContain('.daybreak');
    });

    test('fails again where a person lets it go on without room, and waits again', async () => {
      const { handle, events } = await untilFull();
      handle.resume();
      await until('a second wait', 10_000, () => noticesOf(events).length === 2);
      mountSmallDisk(disk, 'remount,size=60m');
      expect(await handle.ended).toMatchObject({ state: 'succeeded', error: null });
      expect(diffManifest(readManifest(source), readManifest(disk))).toEqual([]);
    });
  });
});

function mountSmallDisk(at: string, options: string): void {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'daybreak-small', at], { encoding: 'utf8' });
  if (mounted.status !== 0) throw new Error(`mount: ${mounted.stderr}`);
}

function whyNoSmallDisk(): string | null {
  if (process.getuid?.() !== 0) return 'only root can mount';
  const at = mkdtempSync(join(tmpdir(), 'daybreak-space-try-'));
  try {
    mountSmallDisk(at, 'size=1m');
    spawnSync('umount', [at]);
    return null;
  } catch (error) {
    return (error as Error).message.trim();
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}
