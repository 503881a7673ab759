import { describe, expect, it } from 'vitest';
import { activityOf } from '../../src-main/core/meters/activity.ts';
import { programOf } from '../../src-main/core/meters/lane-processes.ts';
import { createLaneSum, sharesOf, together, type LanePlaces } from '../../src-main/core/meters/lane-states.ts';
import { parseSchedstat } from '../../src-main/core/meters/process-times.ts';
import { parseStat } from '../../src-main/core/rsync/process-cpu.ts';

/** What the kernel said of a process; texts of Linux 6.18 on x86-64 but where named otherwise. */
const seen = (wchan: string | null, syscall: string | null, architecture = 'x64', target: string | null = null) =>
  activityOf({ syscall, wchan: () => wchan, target: () => target }, architecture);
const args = '0x3 0x7ffc069f6250 0x100 0x0 0x0 0x0 0x7ffc069f6088 0x7f100891586a';

describe('what a process does', () => {
  it.each([
    ['on a core', '0', 'running\n', { kind: 'running' }],
    ['stat on FUSE', 'request_wait_answer', `262 ${args}`, { kind: 'io', what: 'calls', by: 'server' }],
    ['read on FUSE', 'request_wait_answer', `0 ${args}`, { kind: 'io', what: 'data', by: 'server' }],
    ['open on NFS', 'rpc_wait_bit_killable', `257 ${args}`, { kind: 'io', what: 'calls', by: 'server' }],
    ['rename on SMB', 'wait_for_response', `82 ${args}`, { kind: 'io', what: 'calls', by: 'server' }],
    ['read of a page', 'folio_wait_bit_common', `0 ${args}`, { kind: 'io', what: 'data', by: 'disk' }],
    ['fsync on ext4', 'jbd2_log_wait_commit', `74 ${args}`, { kind: 'io', what: 'data', by: 'disk' }],
    ['a write that is slowed down', 'balance_dirty_pages', `1 ${args}`, { kind: 'io', what: 'data', by: 'disk' }],
    ['a page of a mapped file', 'folio_wait_bit_common', '-1 0x7ffc 0x7f10', { kind: 'io', what: 'data', by: 'disk' }],
    ['a lock of a folder', 'rwsem_down_write_slowpath', `83 ${args}`, { kind: 'io', what: 'calls', by: null }],
    ['waiting for its neighbour', 'poll_schedule_timeout.constprop.0', '270 0x4 0x7ffc 0x7ffd 0x0 0x0 0x0 0x7ffc 0x7f10', { kind: 'neighbour' }],
    ['an empty pipe', 'anon_pipe_read', `0 ${args}`, { kind: 'neighbour' }],
    ['an idle thread', 'futex_wait_queue', `202 ${args}`, { kind: 'neighbour' }],
    ['stopped', 'do_signal_stop', `262 ${args}`, { kind: 'neighbour' }],
    ['--bwlimit', 'poll_schedule_timeout.constprop.0', '270 0x0 0x0 0x0 0x0 0x7ffc 0x0 0x7ffc 0x7f10', { kind: 'limit' }],
    ['nanosleep', 'hrtimer_nanosleep', `230 ${args}`, { kind: 'limit' }],
  ])('%s', (_what, wchan, syscall, expected) => {
    expect(seen(wchan, syscall)).toEqual(expected);
  });

  it('is told by the call alone where the function is not', () => {
    expect(seen('0', `262 ${args}`)).toEqual({ kind: 'io', what: 'calls', by: null });
    expect(seen(null, `0 ${args}`, 'x64', '/data/prod/file')).toEqual({ kind: 'io', what: 'data', by: null });
    expect(seen('0', `0 ${args}`, 'x64', 'pipe:[14195]')).toEqual({ kind: 'neighbour' });
  });

  it('is told by the function alone where calls may not be seen, or are not known', () => {
    expect(seen('folio_wait_bit_common', null)).toEqual({ kind: 'io', what: 'data', by: 'disk' });
    expect(seen('request_wait_answer', `3 ${args}`, 'riscv64')).toEqual({ kind: 'io', what: 'calls', by: 'server' });
    expect(seen(null, null)).toEqual({ kind: 'neighbour' });
  });

  it('has other numbers on arm64', () => {
    expect(seen('request_wait_answer', `63 ${args}`, 'arm64')).toMatchObject({ what: 'data' });
    expect(seen('request_wait_answer', `79 ${args}`, 'arm64')).toMatchObject({ what: 'calls' });
    expect(seen('poll_schedule_timeout', '72 0x0 0x0', 'arm64')).toEqual({ kind: 'limit' });
  });
});

describe('the end a process works on', () => {
  it.each([
    ['setpriv\0--pdeathsig\0KILL\0/usr/bin/rsync\0-aH\0', 'rsync'], ['/usr/bin/rsync\0-aHR\0', 'rsync'], ['setpriv\0--pdeathsig\0KILL\0tar\0-c\0', 'source'],
    ['tar\0-x\0--keep-old-files\0', 'destination'], ['find\0/data\0', 'source'], ['cp\0-a\0', 'both'], ['/bin/sh\0-c\0', 'guard'],
    ['/usr/bin/node\0worker.js\0', null], ['', null],
  ])('%s', (commandLine, expected) => {
    expect(programOf(commandLine)).toBe(expected);
  });
});

const places = (source: LanePlaces['source']['kind'], destination: LanePlaces['source']['kind'], isLimited = false): LanePlaces =>
  ({ source: { kind: source, latencyMs: 3 }, destination: { kind: destination, latencyMs: 1 }, isLimited });

describe('what a wait stands for', () => {
  const calls = { kind: 'io', what: 'calls', by: 'server' } as const;
  const page = { kind: 'io', what: 'data', by: 'disk' } as const;

  it('is by the end its process works on', () => {
    expect(sharesOf(calls, 'source', places('network', 'fuse'))).toEqual({ sourceCalls: 1 });
    expect(sharesOf(calls, 'destination', places('network', 'fuse'))).toEqual({ destinationCalls: 1 });
    expect(sharesOf(page, 'destination', places('network', 'disk'))).toEqual({ destinationDisk: 1 });
  });

  it('is by the one end that can be meant', () => {
    expect(sharesOf(calls, 'both', places('network', 'disk'))).toEqual({ sourceCalls: 1 });
    expect(sharesOf(page, 'both', places('network', 'disk'))).toEqual({ destinationDisk: 1 });
  });

  it('is by how long each end takes to answer, where both can be meant', () => {
    expect(sharesOf(calls, 'both', places('network', 'fuse'))).toEqual({ sourceCalls: 0.75, destinationCalls: 0.25 });
  });

  it('of a page is for the server whose file it belongs to', () => {
    expect(sharesOf(page, 'source', places('network', 'memory'))).toEqual({ sourceData: 1 });
    expect(sharesOf(page, 'source', places('network', 'disk'))).toEqual({ sourceData: 1 });
  });

  it('is nothing where a file system is in memory, or a process waits for another', () => {
    expect(sharesOf(page, 'destination', places('memory', 'memory'))).toEqual({});
    expect(sharesOf({ kind: 'neighbour' }, 'source', places('disk', 'disk'))).toEqual({});
  });

  it('is the limit only for a sender that has one', () => {
    expect(sharesOf({ kind: 'limit' }, 'source', places('disk', 'disk', true))).toEqual({ limit: 1 });
    expect(sharesOf({ kind: 'limit' }, 'destination', places('disk', 'disk', true)), 'waits for its receiver to end').toEqual({});
    expect(sharesOf({ kind: 'limit' }, 'source', places('disk', 'disk'))).toEqual({});
  });
});

describe('lanes', () => {
  it('are shared among what their processes wait for', () => {
    expect(together([{ sourceCalls: 1 }, {}, { destinationCalls: 0.5, destinationData: 0.5 }])).toEqual({
      count: 2, shares: { sourceCalls: 0.5, destinationCalls: 0.25, destinationData: 0.25 },
    });
    expect(together([{}, {}])).toBeNull();
  });

  it('count one each, whatever their processes did side by side', () => {
    const sum = createLaneSum();
    sum.add(1000, { cpu: 300, ready: 0 }, { count: 1, shares: { sourceCalls: 1 } });
    sum.add(1000, { cpu: 2500, ready: 9000 }, null);
    sum.add(1000, { cpu: 0, ready: 400 }, null);
    sum.add(1000, { cpu: 0, ready: 1000 }, { count: 3, shares: { destinationDisk: 1 } });
    const lanes = sum.take(1000);
    expect(Object.values(lanes).reduce((all, lane) => all + lane, 0)).toBeCloseTo(4);
    expect(lanes).toMatchObject({ cpu: 1.3, sourceCalls: 0.7, other: 0.6, destinationDisk: 0.75 });
    expect(lanes.core).toBeCloseTo(0.65);
    expect(Object.values(sum.take(1000)).every((lane) => lane === 0), 'it begins anew').toBe(true);
  });
});

describe('times of a process', () => {
  it('are ns in schedstat, and hundredths of a second in stat, behind a name that may hold anything', () => {
    expect(parseSchedstat('31889933 12529039 222\n')).toEqual({ cpu: 31.889933, ready: 12.529039 });
    expect(parseSchedstat('')).toBeNull();
    expect(parseStat('7336 (a) b (c) S 1 7336 7336 0 -1 4194304 100 200 0 0 12 34 56 78 20 0 1 0')).toEqual({ own: 460, children: 1340 });
    expect(parseStat('nonsense')).toBeNull();
  });
});
