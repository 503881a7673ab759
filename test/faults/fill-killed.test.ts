import { chmodSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli, startCli } from '../fixtures/cli.ts';
import { unitsOf } from '../fixtures/engine.ts';
import { diffManifest, readManifest, withoutOwnFolder } from '../fixtures/manifest.ts';
import { promised } from '../fixtures/pace.ts';
import { isWorker, leftAfter, processesNaming, signal, until } from '../fixtures/processes.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { removeTree, writeTree } from '../fixtures/tree.ts';

/** What is cut off while new files are copied before rsync: by cp and tar as on a server, by the worker itself on local disks. */
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

const running = (program: string): number[] =>
  processesNaming(destination).filter(({ command }) => new RegExp(`(?:^|/)${program} `, 'u').test(command)).map(({ pid }) => pid);
const copies = (): number[] => running('cp');

/** A PATH whose cp takes long enough to be met. */
function slowCopies(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const path = process.env['PATH'] ?? '';
  writeFileSync(join(bin, 'cp'), `#!/bin/sh\nsleep 0.3\nPATH='${path}' exec cp "$@"\n`);
  chmodSync(join(bin, 'cp'), 0o755);
  return `${bin}:${path}`;
}

test.each(['SIGKILL', 'SIGINT'] as const)('a host that gets %s leaves no process behind, and the next run finishes the copy', async (end) => {
  const cli = startCli(['backup', source, destination], { home, tuning, env: { PATH: slowCopies() } });
  await until('a copy', 10_000, () => copies().length > 0);
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

test('a copy that is killed costs nothing but time', async () => {
  const cli = startCli(['backup', source, destination], { home, tuning, env: { PATH: slowCopies() } });
  await until('a copy', 10_000, () => copies().length > 0);
  for (const pid of copies().slice(0, 2)) signal(pid, 'SIGKILL');
  expect((await cli.ended).code).toBe(0);
  expect(await leftAfter(folder, promised(2000))).toEqual([]);
  expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);
});

/** A film that a worker has begun to copy, which is held in its middle; and the backup. */
async function heldInFilm() {
  writeFileSync(join(source, 'film'), Buffer.alloc(400_000_000, 'some content'));
  const cli = startCli(['backup', source, destination], { home, tuning: { ...unitsOf(2000), isSlow: false } });
  const size = () => statSync(join(destination, 'film'), { throwIfNoEntry: false })?.size ?? 0;
  const workers = await until('workers', 20_000, () => {
    const found = processesNaming(folder).filter(isWorker);
    return found.length > 0 && found.map(({ pid }) => pid);
  });
  const deadline = performance.now() + 20_000;
  while (size() === 0 && performance.now() < deadline) await new Promise(setImmediate);
  // At once those that are known, as to look for others takes as long as a part of the film.
  for (const pid of workers) signal(pid, 'SIGSTOP');
  const all = processesNaming(folder).filter(isWorker).map(({ pid }) => pid);
  for (const pid of all) signal(pid, 'SIGSTOP');
  return { cli, workers: all, isInTheMiddle: size() > 0 && size() < 400_000_000 };
}

test.each(['its worker', 'the host'])('%s is killed in the middle of a large file: nothing but time is lost', async (victim) => {
  const { cli, workers, isInTheMiddle } = await heldInFilm();
  expect(isInTheMiddle).toBe(true);
  for (const pid of victim === 'the host' ? [cli.pid] : workers) signal(pid, 'SIGKILL');
  if (victim === 'the host') for (const pid of workers) signal(pid, 'SIGCONT');
  const { code } = await cli.ended;
  expect(await leftAfter(folder, promised(2000))).toEqual([]);
  if (victim === 'the host') expect((await runCli(['backup', source, destination], { home, tuning: { ...unitsOf(2000), isSlow: false } })).code).toBe(0);
  else expect(code).toBe(0);
  expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);
});
