import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli, startCli } from '../fixtures/cli.ts';
import { unitsOf } from '../fixtures/engine.ts';
import { diffManifest, readManifest, withoutOwnFolder } from '../fixtures/manifest.ts';
import { promised } from '../fixtures/pace.ts';
import { leftAfter, processesNaming, signal, until } from '../fixtures/processes.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { removeTree, writeTree } from '../fixtures/tree.ts';

/** What is cut off while pairs of tar copy new files, as on a server. */
const tuning = { ...unitsOf(2000), isSlow: true };
let folder: string;
let source: string;
let destination: string;
let home: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-fill-'));
  [source, destination, home] = [join(folder, 'source'), join(folder, 'destination'), join(folder, 'home')];
  writeTree(source, plainTree({ folders: 60, files: 200, bytes: 3000 }));
});
afterEach(() => {
  for (const { pid } of processesNaming(folder)) signal(pid, 'SIGKILL');
  removeTree(folder);
});

const tars = (): number[] => processesNaming(destination).filter(({ command }) => /(?:^|\/)tar /u.test(command)).map(({ pid }) => pid);

test.each(['SIGKILL', 'SIGINT'] as const)('a host that gets %s leaves no process behind, and the next run finishes the copy', async (end) => {
  const cli = startCli(['backup', source, destination], { home, tuning });
  await until('a tar', 10_000, () => tars().length > 0);
  signal(cli.pid, end);
  const begun = performance.now();
  const { code } = await cli.ended;
  expect(await leftAfter(folder, promised(2000))).toEqual([]);
  if (end === 'SIGINT') {
    expect(code).toBe(130);
    expect(performance.now() - begun).toBeLessThan(promised(2000));
  }
  expect((await runCli(['backup', source, destination], { home, tuning })).code).toBe(0);
  expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);
});

test('a worker or a tar that is killed costs nothing but time', async () => {
  const cli = startCli(['backup', source, destination], { home, tuning });
  await until('a tar', 10_000, () => tars().length > 0);
  for (const pid of tars().slice(0, 2)) signal(pid, 'SIGKILL');
  expect((await cli.ended).code).toBe(0);
  expect(await leftAfter(folder, promised(2000))).toEqual([]);
  expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);
});
