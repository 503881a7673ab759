import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../fixtures/cli.ts';
import { unitsOf } from '../fixtures/engine.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
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
