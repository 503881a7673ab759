import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createLifeline, guardedCommand } from '../../src-main/core/rsync/lifeline.ts';

const parentScript = fileURLToPath(new URL('../fixtures/rsync/lifeline-parent.ts', import.meta.url));
const isLinux = process.platform === 'linux';

interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

/** Every process there is, but for those that have ended and only wait to be noticed. */
function processes(): ProcessLine[] {
  const lines = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat='], { encoding: 'utf8' }).stdout.trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/u)).filter((fields) => !fields[3]?.startsWith('Z'))
    .map(([pid, parent, group]) => ({ pid: Number(pid), parent: Number(parent), group: Number(group) }));
}

const inGroup = (group: number): number => processes().filter((line) => line.group === group).length;
const childrenOf = (parent: number): number[] => processes().filter((line) => line.parent === parent).map(({ pid }) => pid);
const isAlive = (pid: number): boolean => processes().some((line) => line.pid === pid);

/** HUP, INT, QUIT and TERM are ignored: bits 0, 1, 2 and 14 of SigIgn (proc_pid_status(5)). */
function ignoresSignals(pid: number): boolean {
  const mask = /^SigIgn:\s+([0-9a-f]+)$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${mask}`) & 0x4007n) === 0x4007n;
}

interface StartedParent {
  readonly parent: ChildProcess;
  readonly pid: number;
  /** The process group of what it started. */
  readonly group: number;
}

async function until(condition: () => boolean, withinMs: number): Promise<boolean> {
  for (const start = performance.now(); performance.now() - start < withinMs; await sleep(20)) {
    if (condition()) return true;
  }
  return condition();
}

describe('the command for a call', () => {
  test('is rsync itself where a watching process guards it', () => {
    expect(guardedCommand({ program: '/usr/bin/rsync', argv: ['-a', '--', 'x y'], lifeline: 'shell' }))
      .toEqual({ file: '/usr/bin/rsync', args: ['-a', '--', 'x y'] });
  });

  test.runIf(isLinux)('passes arguments, stdin, exit code and pid through where the kernel guards it', () => {
    const { file, args } = guardedCommand({
      program: '/bin/sh', argv: ['-c', 'cat; echo "$1:$$"; exit 23', 'sh', 'a b'], lifeline: 'pdeathsig',
    });
    const { status, stdout, pid } = spawnSync(file, args, { input: 'input ', encoding: 'utf8' });
    expect(status).toBe(23);
    expect(stdout).toBe(`input a b:${pid}\n`);
  });
});

describe('a worker that is killed', () => {
  let folder = '';
  const started: ChildProcess[] = [];
  const groups: number[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybreak-lifeline-'));
    mkdirSync(join(folder, 'source'));
    writeFileSync(join(folder, 'source', 'large'), Buffer.alloc(50_000_000));
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    for (const group of groups.splice(0)) {
      try {
        process.kill(-group, 'SIGKILL');
      } catch {
        // It is gone, as it should be.
      }
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts a parent that starts a slow rsync (or another command), and waits until all of it runs. */
  async function startParent(mode: string, command?: readonly string[]): Promise<StartedParent> {
    const destination = mkdtempSync(join(folder, 'destination-'));
    const slow = ['rsync', '-a', '--bwlimit=1000', `${folder}/source/`, `${destination}/`];
    const parent = spawn(process.execPath, [parentScript, mode, ...(command ?? slow)], {
      stdio: ['ignore', 'pipe', 'inherit'], detached: true,
    });
    started.push(parent);
    const group = await new Promise<number>((resolve) => {
      parent.stdout?.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    });
    groups.push(group);
    // The temporary file is there: sender, receiver and generator are at work.
    if (!command) expect(await until(() => inGroup(group) === 3 && readdirSync(destination).length > 0, 5000)).toBe(true);
    return { parent, pid: parent.pid ?? 0, group };
  }

  test.each<readonly [mode: string, state: string]>([
    ['shell+hold', 'running'],
    ['shell+hold', 'stopped'],
    ...(isLinux ? [['pdeathsig+alone', 'running'], ['pdeathsig+hold', 'running'], ['pdeathsig+hold', 'stopped']] as const : []),
  ])('leaves no rsync behind (%s, %s)', async (mode, state) => {
    const { parent, pid, group } = await startParent(mode);
    const watchers = childrenOf(pid).filter((child) => child !== group);
    expect(watchers).toHaveLength(mode.endsWith('+hold') ? 1 : 0);
    if (state === 'stopped') process.kill(-group, 'SIGSTOP');
    parent.kill('SIGKILL');
    expect(await until(() => inGroup(group) === 0, 2000)).toBe(true);
    expect(await until(() => !watchers.some(isAlive), 500)).toBe(true);
  });

  test('leaves none behind either when its whole process group is killed, or interrupted from a terminal', async () => {
    const { pid, group } = await startParent('shell+hold');
    process.kill(-pid, 'SIGINT');
    process.kill(-pid, 'SIGKILL');
    expect(await until(() => inGroup(group) === 0, 2000)).toBe(true);
  });

  test('a group that was let go lives on', async () => {
    const { parent, pid, group } = await startParent('shell+release', ['sleep', '60']);
    const watchers = childrenOf(pid).filter((child) => child !== group);
    parent.kill('SIGKILL');
    expect(await until(() => !watchers.some(isAlive), 2000)).toBe(true);
    expect(isAlive(group)).toBe(true);
  });

  test('the watching process does not mind signals', async () => {
    const { parent, pid, group } = await startParent('shell+hold', ['sleep', '60']);
    const [watcher = 0] = childrenOf(pid).filter((child) => child !== group);
    // It minds them until its shell has read what to do.
    if (isLinux) expect(await until(() => ignoresSignals(watcher), 5000)).toBe(true);
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT'] as const) process.kill(watcher, signal);
    await sleep(100);
    expect(isAlive(watcher)).toBe(true);
    parent.kill('SIGKILL');
    expect(await until(() => inGroup(group) === 0, 2000)).toBe(true);
  });
});

describe('a worker that goes on', () => {
  test('gets a new watching process when it has lost one, and ends it when it leaves', async () => {
    const lifeline = createLifeline();
    const mine = new Set(childrenOf(process.pid));
    const fresh = (): number[] => childrenOf(process.pid).filter(
      (pid) => !mine.has(pid) && readCommand(pid).includes('while read'),
    );
    const sleeper = spawn('sleep', ['60'], { detached: true });
    try {
      lifeline.hold(sleeper.pid ?? 0);
      expect(await until(() => fresh().length === 1, 1000)).toBe(true);
      const [first = 0] = fresh();
      process.kill(first, 'SIGKILL');
      expect(await until(() => fresh().length === 0, 1000)).toBe(true);
      await sleep(50);
      lifeline.hold(sleeper.pid ?? 0);
      expect(await until(() => fresh().length === 1, 1000)).toBe(true);
      lifeline.close();
      expect(await until(() => fresh().length === 0, 1000)).toBe(true);
      expect(isAlive(sleeper.pid ?? 0)).toBe(true);
    } finally {
      lifeline.close();
      sleeper.kill('SIGKILL');
    }
  });
});

function readCommand(pid: number): string {
  return spawnSync('ps', ['-o', 'args=', '-p', `${pid}`], { encoding: 'utf8' }).stdout;
}
