import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import {
  bootId, factsFromPs, isAlive, parseProcStat, parsePsLine, processesOfGroup, processFacts, processStartTime,
} from '../../src-main/core/rsync/process-identity.ts';

const started: ChildProcess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

function sleeper(program = 'sleep'): ChildProcess & { pid: number } {
  const child = spawn(program, ['60'], { stdio: 'ignore', detached: true });
  started.push(child);
  return child as ChildProcess & { pid: number };
}

test('a process is known by its pid and start time until it ends', async () => {
  const child = sleeper();
  const startTime = processStartTime(child.pid)!;
  expect(startTime).toContain(bootId());
  expect(isAlive(child.pid, startTime)).toBe(true);
  expect(isAlive(child.pid, startTime.replace(/^\d+/, (ticks) => String(Number(ticks) + 1)))).toBe(false);
  expect(isAlive(child.pid, startTime.replace(bootId(), 'another boot'))).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(child.pid, startTime)).toBe(false);
  expect(processStartTime(child.pid)).toBeNull();
});

test('start times tell processes of the same number apart', async () => {
  const first = processStartTime(sleeper().pid);
  await sleep(30);
  expect(processStartTime(sleeper().pid)).not.toBe(first);
  expect(processStartTime(process.pid)).toBe(processStartTime(process.pid));
});

test('numbers that are no process are not alive', () => {
  for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
    expect(processStartTime(pid)).toBeNull();
    expect(isAlive(pid, 'x')).toBe(false);
  }
});

test.runIf(process.platform === 'linux')('a process that has ended and was not waited for is not alive', async () => {
  // The shell's child ends at once, and the program the shell becomes never waits for it.
  const shell = spawn('sh', ['-c', 'true & exec sleep 60'], { stdio: 'ignore', detached: true });
  started.push(shell);
  const zombieOf = () => factsFromPs(['-ax']).find((facts) => facts.group === shell.pid && facts.state === 'Z');
  for (let wait = 0; wait < 100 && !zombieOf(); wait++) await sleep(20);
  const zombie = zombieOf()!;
  expect(isAlive(zombie.pid, processStartTime(zombie.pid)!)).toBe(false);
  expect(processesOfGroup(shell.pid!).map((facts) => facts.pid)).toEqual([shell.pid]);
});

test.runIf(process.platform === 'linux')('a program name with brackets and spaces does not confuse it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-identity-'));
  const program = join(folder, 'a) Z 1 (b');
  copyFileSync('/bin/sleep', program);
  const child = sleeper(program);
  expect(processFacts(child.pid)).toMatchObject({ pid: child.pid, group: child.pid, command: 'a) Z 1 (b' });
  expect(isAlive(child.pid, processStartTime(child.pid)!)).toBe(true);
  rmSync(folder, { recursive: true });
});

test('the stat line of the kernel is read by its fields', () => {
  const line = '8004 (cat) R 7999 7998 3726 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 225192 3133440 382';
  expect(parseProcStat(line)).toEqual({ pid: 8004, state: 'R', group: 7998, started: '225192', command: 'cat' });
  expect(parseProcStat('')).toBeNull();
  expect(parseProcStat('8004 (cat) R')).toBeNull();
});

test('a line of ps is read by its columns, as Linux and macOS write it', () => {
  expect(parsePsLine('  123   120 Ss   Mon Nov  3 08:12:01 2025 rsync')).toEqual({
    pid: 123, group: 120, state: 'S', started: 'Mon Nov 3 08:12:01 2025', command: 'rsync',
  });
  const line = '99999     1 S+   Thu Jan 15 23:00:00 2026     Google Chrome He  ';
  expect(parsePsLine(line)).toMatchObject({ pid: 99999, command: 'Google Chrome He' });
  expect(parsePsLine('')).toBeNull();
});

test('without /proc, ps tells the same of a process', async () => {
  const child = sleeper();
  // Just started, it does not sleep yet.
  const facts = await vi.waitFor(() => {
    const [found] = factsFromPs(['-p', String(child.pid)]);
    expect(found).toMatchObject({ pid: child.pid, group: child.pid, state: 'S', command: 'sleep' });
    return found;
  });
  expect(facts!.started).toMatch(/^\w{3} \w{3} \d+ \d\d:\d\d:\d\d \d{4}$/);
  expect(Math.abs(Date.parse(`${facts!.started} UTC`) - Date.now())).toBeLessThan(5000);
  expect(factsFromPs(['-p', '2147483646'])).toEqual([]);
});
