import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LabResult } from '../../src-shared/lab.ts';
import { runCli, startCli, type RunningCli } from '../fixtures/cli.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import { isRsync, leftAfter, processesNaming, signal, until, type FoundProcess } from '../fixtures/processes.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { removeTree, writeTree } from '../fixtures/tree.ts';

const tuning = { keepsCaches: true };

let folder: string;
let source: string;
let destination: string;
let home: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-lab-kill-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  home = join(folder, 'home');
  writeTree(source, plainTree({ folders: 6, files: 40, bytes: 60_000 }));
  writeTree(destination, plainTree({ folders: 2, files: 2, bytes: 50 }));
});
afterEach(() => {
  for (const { pid } of processesNaming(folder)) signal(pid, 'SIGKILL');
  removeTree(folder);
});

/** Starts the command and waits until an rsync writes into the scratch folder. */
async function measuring(): Promise<RunningCli> {
  const cli = startCli(['lab', source, destination, '--rounds', '9', '--ways', 'multisync,pool-2,threads,processes'], { home, tuning });
  await until('an rsync at work in the scratch folder', 40_000, () => processesNaming(join(destination, '.daybreak', 'lab')).some(isRsync));
  return cli;
}

function labProcesses(): FoundProcess[] {
  return processesNaming(home).filter(({ command }) => command.endsWith('/lab.js'));
}

async function expectNothingLeft(before: ReturnType<typeof readManifest>): Promise<void> {
  await until('the scratch folder to be gone', 15_000, () => !existsSync(join(destination, '.daybreak')));
  expect(await leftAfter(folder, 5000)).toEqual([]);
  expect(diffManifest(before, readManifest(destination))).toEqual([]);
}

describe('nothing is left at the destination of a Lab', () => {
  test('whose host is killed', async () => {
    const before = readManifest(destination);
    const cli = await measuring();
    signal(cli.pid, 'SIGKILL');
    await cli.ended;
    await expectNothingLeft(before);
  });

  test('whose host and measuring process are killed at once', async () => {
    const before = readManifest(destination);
    const cli = await measuring();
    const victims = [cli.pid, ...labProcesses().map(({ pid }) => pid)];
    expect(victims.length).toBeGreaterThan(1);
    for (const pid of victims) signal(pid, 'SIGKILL');
    await cli.ended;
    await expectNothingLeft(before);
  });

  test('that a Ctrl-C ends', async () => {
    const before = readManifest(destination);
    const cli = await measuring();
    signal(cli.pid, 'SIGINT');
    const { code, stderr, stdout } = await cli.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toBe('Cancelled; the scratch folder is removed.\n');
    await expectNothingLeft(before);
  });
});

describe('daybreak lab', () => {
  test('ends with one JSON document', async () => {
    const { code, stdout, stderr } = await runCli(['lab', source, destination, '--rounds', '1', '--ways', 'one-rsync,pool-1', '--json'], { home, tuning });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const result = LabResult.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ source, destination, jobId: null });
    expect(result.figures[0]?.medianMs).toBeGreaterThan(0);
    expect(readdirSync(destination)).not.toContain('.daybreak');
  });

  test('ends with 1 where something is not there', async () => {
    const { code, stderr } = await runCli(['lab', join(folder, 'nothing'), destination], { home, tuning });
    expect(code).toBe(1);
    expect(stderr).toContain('does not exist');
  });
});
