import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli, startCli } from '../fixtures/cli.ts';
import { unitsOf } from '../fixtures/engine.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import { promised } from '../fixtures/pace.ts';
import { isRsync, leftAfter, processesNaming, signal, until } from '../fixtures/processes.ts';
import { chosenRounds } from '../fixtures/random-seeds.ts';
import { seededRandom } from '../fixtures/random.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { removeTree, writeTree } from '../fixtures/tree.ts';

/** The promise is 2 s; the rest is for a machine that is busy with other tests. */
const cancelWithinMs = 3000;
const temporaryName = /(^|\/)\.[^/]+\.[A-Za-z0-9]{6}$/u;

let folder = '';
let source = '';
let destination = '';
let home = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-cancel-'));
  [source, destination, home] = [join(folder, 'source'), join(folder, 'destination'), join(folder, 'home')];
  writeTree(source, plainTree({ folders: 6, files: 8, bytes: 40_000 }));
});

afterEach(() => {
  for (const { pid } of processesNaming(folder)) signal(pid, 'SIGKILL');
  removeTree(folder);
});

/** It copies: before that, rsync is only asked for its version. */
function rsyncIsAtWork(): boolean {
  return processesNaming(folder).some((found) => isRsync(found) && found.command.includes(destination));
}

describe('Ctrl-C', () => {
  test.each(chosenRounds(3, 20))('cancels within 2 s, says what was done, and the next run finishes the rest (moment %i)', async (round) => {
    const cli = startCli(['backup', '--bwlimit=800k', source, destination], { home, tuning: unitsOf(8) });
    await until('the first rsync', 10_000, rsyncIsAtWork);
    await wait(seededRandom(round).int(0, 1200));
    const pressed = performance.now();
    process.kill(cli.pid, 'SIGINT');
    const end = await cli.ended;
    const took = performance.now() - pressed;
    expect(end.code).toBe(130);
    expect(took).toBeLessThan(promised(cancelWithinMs));
    expect(`${end.stdout}${end.stderr}`).toMatch(/Cancelled after .*What was copied is kept; the next run goes on from there\./u);
    expect(await leftAfter(folder, 1000)).toEqual([]);
    const names = [...readManifest(destination, { content: false }).keys()];
    expect(names.filter((name) => temporaryName.test(name) || name.startsWith('.daybreak'))).toEqual([]);
    const next = await runCli(['backup', source, destination], { home });
    expect([next.code, next.stderr]).toEqual([0, '']);
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
  });

  test('in a pause cancels just the same', async () => {
    const cli = startCli(['backup', '--bwlimit=400k', source, destination], { home, tuning: unitsOf(8) });
    await until('the first rsync', 10_000, rsyncIsAtWork);
    process.kill(cli.pid, 'SIGTSTP');
    await until('everything stopped', 3000, () =>
      processesNaming(folder).filter((found) => found.pid === cli.pid || isRsync(found)).every(({ state }) => state === 'T'));
    process.kill(cli.pid, 'SIGINT');
    // As a shell does with a stopped job that it ends.
    process.kill(cli.pid, 'SIGCONT');
    const pressed = performance.now();
    expect((await cli.ended).code).toBe(130);
    expect(performance.now() - pressed).toBeLessThan(promised(cancelWithinMs));
    expect(await leftAfter(folder, 1000)).toEqual([]);
  });

  test('a second time kills at once what does not want to end', async () => {
    // A filter leaves all of it to rsync.
    const cli = startCli(['backup', source, destination, '--exclude', '*.none'], { home, env: { PATH: stubbornRsync() } });
    await until('the rsync that does not listen', 10_000, () => processesNaming(folder).some(({ command }) => command.includes('sleep 61')));
    process.kill(cli.pid, 'SIGINT');
    // Less than 400 ms later it would be taken for the same press.
    await wait(600);
    expect(cli.child.exitCode, 'the first Ctrl-C waits for rsync').toBeNull();
    const pressed = performance.now();
    process.kill(cli.pid, 'SIGINT');
    await until('the end of the rsync', 700, () => !processesNaming(folder).some(({ command }) => command.includes('sleep 61')));
    expect((await cli.ended).code).toBe(130);
    // The lock at the destination is still given back, by a process that has to start.
    expect(performance.now() - pressed).toBeLessThan(4000);
    expect(await leftAfter(folder, 1000)).toEqual([]);
    // Folders may have been made ahead of their units; nothing of a lock or of a file is left.
    expect([...readManifest(destination)].filter(([name, { type }]) => type !== 'folder' || name.startsWith('.daybreak'))).toEqual([]);
  });
});

/** A PATH whose rsync answers for its version and then does nothing for long, deaf to all but KILL. */
function stubbornRsync(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const path = process.env['PATH'] ?? '';
  writeFileSync(join(bin, 'rsync'), [
    '#!/bin/sh',
    `case "$*" in *--version* | *-VV*) PATH='${path}' exec rsync "$@" ;; esac`,
    "trap '' TERM INT HUP",
    'sleep 61',
    '',
  ].join('\n'));
  chmodSync(join(bin, 'rsync'), 0o755);
  return `${bin}${delimiter}${path}`;
}
