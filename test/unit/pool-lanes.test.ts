import { expect, test } from 'vitest';
import type { ForkedProcess, ProcessExit, WorkerHost } from '../../src-main/core/ports.ts';
import { createPool, plainCall } from '../../src-main/core/run/pool.ts';

const call = { program: 'rsync', argv: ['-a', '/a/', '/b/'], lifeline: 'shell' as const, input: null };
const task = { unit: 1, weight: 1, message: () => plainCall(call) };

/** Workers that do nothing: what each was told, and how it goes. */
function recordingHost() {
  const told: string[][] = [];
  const exits: ((exit: ProcessExit) => void)[] = [];
  const listeners: ((message: unknown) => void)[] = [];
  const host: WorkerHost = {
    fork(): ForkedProcess {
      const messages: string[] = [];
      told.push(messages);
      return {
        pid: told.length,
        send: (message) => messages.push((message as { type: string }).type),
        onMessage: (listener) => listeners.push(listener),
        onExit: (listener) => exits.push(listener),
        kill: () => {},
      };
    },
  };
  const ready = (index: number) => listeners[index]!({ type: 'ready', pid: index + 1 });
  return { host, told, ready, exit: (index: number) => exits[index]!({ code: 1, signal: null, lastWords: '' }) };
}

function poolOf(size: number) {
  const made = recordingHost();
  return { ...made, pool: createPool(made.host, { started: () => {}, ended: () => {} }, size) };
}

test('lanes that were opened ahead take the first units, and no others are started for them', () => {
  const { pool, told, ready } = poolOf(3);
  pool.openLanes(2);
  expect(told).toEqual([[], []]);
  ready(1);
  expect(told).toEqual([[], [], []]);
  ready(0);
  ready(2);
  expect(told).toEqual([[], [], []]);
  void pool.run(task);
  expect(told).toEqual([['run'], [], []]);
  expect(pool.busy).toBe(1);
});

test('lanes that are not open yet when work comes are opened then, and none any more when little is left', () => {
  const { pool, told, ready } = poolOf(3);
  pool.openLanes(1);
  for (const unit of [1, 2]) void pool.run({ ...task, unit });
  expect(told).toEqual([['run'], ['run']]);
  pool.closeAllButOne();
  ready(0);
  expect(told).toEqual([['run'], ['run']]);
});

test('all but one are told to end, not those that work, and the one that is left takes what still comes', () => {
  const { pool, told } = poolOf(3);
  pool.openLanes(3);
  pool.closeAllButOne();
  pool.closeAllButOne();
  expect(told).toEqual([[], ['stop'], ['stop']]);
  void pool.run(task);
  pool.closeAllButOne();
  expect(told).toEqual([['run'], ['stop'], ['stop']]);
});

test('of a pool that has become smaller the one stays that work is given to', () => {
  const { pool, told, exit } = poolOf(2);
  pool.openLanes(3);
  exit(0);
  pool.openLanes(3);
  pool.setSize(1);
  pool.closeAllButOne();
  void pool.run(task);
  expect(told).toEqual([[], ['stop'], ['run']]);
});
