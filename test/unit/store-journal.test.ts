import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive, processesOfGroup, processStartTime } from '../../src-main/core/rsync/process-identity.ts';
import { openStore, type Store } from '../../src-main/core/store/open-store.ts';
import type { JournalEntry } from '../../src-main/core/store/process-journal.ts';
import { sweepJournal } from '../../src-main/core/store/sweep-journal.ts';

let folder: string;
let store: Store;
const started: number[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-journal-'));
  store = openStore(folder);
});
afterEach(() => {
  for (const pid of started.splice(0)) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It is gone, as it should be.
    }
  }
  store.close();
  rmSync(folder, { recursive: true });
});

/** A shell program in a process group of its own. */
function group(script: string): ChildProcess & { pid: number } {
  const child = spawn('sh', ['-c', script], { stdio: 'ignore', detached: true }) as ChildProcess & { pid: number };
  started.push(child.pid);
  return child;
}

/** Puts a living process into the journal; its host is one that has ended, unless `changes` say otherwise. */
function journalled(pid: number, changes: Partial<JournalEntry> = {}): JournalEntry {
  const entry: JournalEntry = {
    pid, startTime: processStartTime(pid)!, kind: 'rsync', runId: null, hostPid: 2 ** 22 + 1, hostStartTime: '1@gone', ...changes,
  };
  store.journal.add(entry);
  return entry;
}

async function until(condition: () => boolean): Promise<void> {
  for (let wait = 0; wait < 150 && !condition(); wait++) await sleep(20);
  expect(condition()).toBe(true);
}

test('the journal keeps what was started until it is removed, over a restart', () => {
  const one = { pid: 10, startTime: 'a', kind: 'worker', runId: null, hostPid: 1, hostStartTime: 'h' } as const;
  store.journal.add(one);
  store.journal.add({ ...one, startTime: 'b', kind: 'scout' });
  store.journal.add(one);
  store.close();
  store = openStore(folder);
  expect(store.journal.all()).toEqual([one, { ...one, startTime: 'b', kind: 'scout' }]);
  store.journal.remove(10, 'a');
  store.journal.remove(10, 'never there');
  expect(store.journal.all()).toEqual([{ ...one, startTime: 'b', kind: 'scout' }]);
});

test('the whole process group of a lost rsync is killed, also while it is paused', async () => {
  const running = group('sleep 60 & sleep 60 & wait');
  const paused = group('sleep 60 & sleep 60 & wait');
  await until(() => [running, paused].every(({ pid }) => processesOfGroup(pid).length === 3));
  journalled(running.pid);
  journalled(paused.pid);
  process.kill(-paused.pid, 'SIGSTOP');
  expect(sweepJournal(store)).toEqual({ killed: 2, stuck: [] });
  // The sweep waits for leaders and rsyncs; what else was in the group may take a moment more to end.
  await until(() => [running, paused].every(({ pid }) => processesOfGroup(pid).length === 0));
  expect(store.journal.all()).toEqual([]);
});

test('what a host that still lives has started is left alone', () => {
  const child = group('exec sleep 60');
  const entry = journalled(child.pid, { hostPid: process.pid, hostStartTime: processStartTime(process.pid)! });
  expect(sweepJournal(store)).toEqual({ killed: 0, stuck: [] });
  expect(isAlive(child.pid, entry.startTime)).toBe(true);
  expect(store.journal.all()).toEqual([entry]);
});

test('a process that merely got the number of a journalled one is left alone', async () => {
  const child = group('sleep 60 & exec sleep 60');
  await until(() => processesOfGroup(child.pid).length === 2);
  const startTime = processStartTime(child.pid)!;
  journalled(child.pid, { startTime: `1${startTime}` });
  journalled(child.pid, { startTime: `${startTime}-of-another-boot` });
  expect(sweepJournal(store)).toEqual({ killed: 0, stuck: [] });
  expect(processesOfGroup(child.pid)).toHaveLength(2);
  expect(store.journal.all()).toEqual([]);
});

test('a lost worker is killed alone: its group may be the one of a terminal', async () => {
  const child = group('sleep 60 & wait');
  // Between fork and exec the second one still has the name of the first.
  await until(() => processesOfGroup(child.pid).some((facts) => facts.command === 'sleep'));
  journalled(child.pid, { kind: 'worker' });
  expect(sweepJournal(store)).toEqual({ killed: 1, stuck: [] });
  expect(processesOfGroup(child.pid).map((facts) => facts.command)).toEqual(['sleep']);
});

test('what the rsync had forked is found when its first process is gone', async () => {
  // Named rsync: of a group without its leader only what has that name is ours for sure.
  const rsync = join(folder, 'rsync');
  copyFileSync('/bin/sleep', rsync);
  const ours = group(`'${rsync}' 60 & wait`);
  const foreign = group('sleep 60 & wait');
  await until(() => processesOfGroup(ours.pid).length === 2 && processesOfGroup(foreign.pid).length === 2);
  await until(() => processesOfGroup(ours.pid).some((facts) => facts.command === 'rsync'));
  for (const child of [ours, foreign]) {
    journalled(child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect(sweepJournal(store)).toEqual({ killed: 1, stuck: [] });
  expect(processesOfGroup(ours.pid)).toEqual([]);
  expect(processesOfGroup(foreign.pid)).toHaveLength(1);
});

test('what ended by itself is forgotten', async () => {
  const child = group('exit 0');
  journalled(child.pid, { startTime: processStartTime(child.pid) ?? 'gone' });
  await once(child, 'exit');
  expect(sweepJournal(store)).toEqual({ killed: 0, stuck: [] });
  expect(store.journal.all()).toEqual([]);
});
