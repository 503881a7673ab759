import { expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { JobOptions } from '../../src-shared/job.ts';
import { allKept } from '../../src-shared/kept-attributes.ts';
import type { RsyncResult, RsyncStats } from '../../src-shared/rsync-result.ts';
import { nextRunState, RunEvent, RunState } from '../../src-shared/run.ts';
import { nextUnitState, UnitEvent, UnitState, type Unit } from '../../src-shared/unit.ts';
import { guessCost, unitWeights } from '../../src-main/core/plan/cost.ts';
import { rootFolderCall, unitCall, type CallContext } from '../../src-main/core/rsync/args.ts';
import { actionOf } from '../../src-main/core/run/changes.ts';
import { untried, type UnitProgress } from '../../src-main/core/run/copying.ts';
import { amountsByTop, keptAmounts } from '../../src-main/core/run/kept.ts';
import { crossingLinks } from '../../src-main/core/run/linking.ts';
import { createProgressTracker } from '../../src-main/core/run/progress.ts';
import { hasMuchLeft, isDivisible, isOverdue } from '../../src-main/core/run/splitting.ts';
import { sweepScope } from '../../src-main/core/run/sweep-scope.ts';
import { unitName } from '../../src-main/core/run/unit-name.ts';

const name = (text: string): ByteName => Buffer.from(text, 'utf8').toString('latin1') as ByteName;

function unit(part: Partial<Unit>): Unit {
  return { id: 1, kind: 'group', folder: name(''), names: [], shares: [], entries: 10, bytes: 100, weight: 10, isNew: false, premade: 0, after: [], ...part };
}

test('states: every event either leads to a known state or is refused', () => {
  const ended: RunState[] = ['succeeded', 'warned', 'held', 'failed', 'cancelled', 'skipped', 'interrupted', 'unproven'];
  for (const state of RunState.options) {
    for (const event of RunEvent.options) {
      let next: RunState | null = null;
      try {
        next = nextRunState(state, event);
      } catch (error) {
        expect(String(error)).toContain(`A run that is ${state} cannot ${event}`);
      }
      if (next) expect(RunState.options).toContain(next);
      if (ended.includes(state)) expect(next, `${state} is an end`).toBeNull();
    }
  }
  for (const state of UnitState.options) {
    for (const event of UnitEvent.options) {
      try {
        expect(UnitState.options).toContain(nextUnitState(state, event));
      } catch (error) {
        expect(String(error)).toContain(`A unit that is ${state} cannot ${event}`);
      }
    }
  }
});

test.each<[RunState, RunEvent, RunState]>([
  ['queued', 'plan', 'planning'], ['planning', 'run', 'running'], ['running', 'pause', 'paused'], ['paused', 'resume', 'running'],
  ['running', 'finish', 'finishing'], ['finishing', 'succeed', 'succeeded'], ['finishing', 'hold', 'held'], ['finishing', 'doubt', 'unproven'],
  ['running', 'doubt', 'unproven'], ['paused', 'doubt', 'unproven'],
  ['paused', 'cancel', 'cancelling'], ['cancelling', 'stop', 'cancelled'], ['running', 'lose', 'interrupted'],
])('a run that is %s, on %s, is %s', (state, event, next) => {
  expect(nextRunState(state, event)).toBe(next);
});

const context: CallContext = {
  program: '/usr/bin/rsync', lifeline: 'pdeathsig', source: '/s', destination: '/d', options: JobOptions.parse({}), purpose: 'copy',
  timeoutSeconds: 600, bandwidth: null, tellChanges: false, hardLinks: true, keeps: allKept, attempt: 1,
};

test('a call is anchored at the root of the transfer, with paths behind "--"', () => {
  const { argv, input } = unitCall(unit({ folder: name('a'), names: [name('a/-x'), name('a/b c')] }), context);
  expect(argv.slice(argv.indexOf('--'))).toEqual(['--', '/s/./a/-x', '/s/./a/b c', '/d/']);
  expect(argv).toContain('-aHR');
  expect(argv).toContain('--no-implied-dirs');
  expect(input).toBeNull();
});

test('a call asks for no modes and owners where none are kept, be it that of the root folder', () => {
  const without = { ...context, keeps: { modes: false, owners: false } };
  for (const { argv } of [unitCall(unit({}), without), rootFolderCall(without)]) {
    expect(argv.slice(argv.indexOf('-aHR'))).toEqual(expect.arrayContaining(['--no-p', '--no-o', '--no-g']));
  }
  expect(unitCall(unit({}), context).argv.filter((flag) => /^--no-[pog]$/u.test(flag))).toEqual([]);
});

test('names that argv cannot carry go through a list on stdin, with the recursion asked for again', () => {
  const odd = '\xff' as ByteName;
  const group = unitCall(unit({ names: [odd] }), context);
  expect(group.input).toEqual([odd]);
  expect(group.argv).toContain('-r');
  expect(group.argv).toContain('--from0');
  expect(unitCall(unit({ kind: 'level', folder: odd }), context)).toMatchObject({ input: ['\xff/'] });
  const many = Array.from({ length: 900 }, (_, index) => name(`${'n'.repeat(250)}${index}`));
  expect(unitCall(unit({ names: many }), context).input).toHaveLength(900);
});

test('names of single entries are arguments too: rsync reads a list byte by byte', () => {
  const few = unitCall(unit({ kind: 'entries', names: [name('a'), name('a/b')] }), context);
  expect(few.argv.slice(few.argv.indexOf('--'))).toEqual(['--', '/s/./a', '/s/./a/b', '/d/']);
  expect(few.input).toBeNull();
  const odd = unitCall(unit({ kind: 'entries', names: ['\xff' as ByteName] }), context);
  expect(odd.argv).toEqual(expect.arrayContaining(['--no-r', '--dirs', '--files-from=-']));
  expect(odd.argv).not.toContain('-r');
});

test('no copy may delete: a mirror asks only how much there would be', () => {
  const mirror = { ...context, options: JobOptions.parse({ mirror: true }) };
  for (const kind of ['level', 'group'] as const) {
    const { argv } = unitCall(unit({ kind, names: [name('a')] }), mirror);
    expect(argv).toContain('--delete');
    expect(argv).toContain('--max-delete=0');
  }
  for (const kind of ['part', 'entries', 'links'] as const) {
    expect(unitCall(unit({ kind, names: [name('a')] }), mirror).argv.join(' ')).not.toContain('delete');
  }
  expect(unitCall(unit({ names: [name('a')] }), context).argv.join(' ')).not.toContain('delete');
  const preview = unitCall(unit({ names: [name('a')] }), { ...mirror, purpose: 'preview' }).argv;
  expect(preview).toContain('-n');
  expect(preview).not.toContain('--max-delete=0');
});

test('--inplace is only for what does not exist yet, and only the first time', () => {
  const isInPlace = (part: Partial<Unit>, change: Partial<CallContext> = {}) =>
    unitCall(unit({ names: [name('a')], ...part }), { ...context, ...change }).argv.includes('--inplace');
  expect(isInPlace({ isNew: true })).toBe(true);
  expect(isInPlace({ isNew: false })).toBe(false);
  expect(isInPlace({ isNew: true }, { attempt: 2 })).toBe(false);
  expect(isInPlace({ isNew: true }, { purpose: 'preview' })).toBe(false);
});

test('the options of a job reach rsync', () => {
  const options = JobOptions.parse({
    excludes: ['*.tmp', '/x y'], compress: true, checksum: true, backup: true, backupDir: '/d/old[1]', bandwidthLimit: 4096_000, mirror: true,
  });
  const { argv } = unitCall(unit({ names: [name('a')] }), { ...context, options, bandwidth: 1024_000 });
  expect(argv).toEqual(expect.arrayContaining(['-z', '--checksum', '--backup', '--backup-dir=/d/old[1]', '--exclude=*.tmp', '--exclude=/x y']));
  expect(argv, 'its part of the limit').toContain('--bwlimit=1000K');
  expect(argv, 'kept out of what a mirror deletes').toContain('--filter=protect /old\\[1]');
  expect(argv.indexOf('--exclude=/.daybreak'), 'before the user\'s').toBeLessThan(argv.indexOf('--exclude=*.tmp'));
});

function withStats(part: Partial<Unit>, stats: Partial<RsyncStats>, created: UnitProgress['created'] = null): UnitProgress {
  const all = { entries: 0, files: 0, created: 0, createdFiles: 0, deleted: 0, filesTransferred: 0, totalBytes: 0, transferredBytes: 0, literalBytes: 0, ...stats };
  const facts = { deletionsSkipped: 0, ioError: false, couldNotMakeWay: 0, failedNames: [], failedCount: 0, errno: null };
  const result: RsyncResult = { code: 0, signal: null, stats: all, lastLines: [], facts, durationMs: 1 };
  return { ...untried(unit(part)), result, created };
}

test('what stays is what rsync looked at, less what it made, without counting a folder twice', () => {
  const units = [
    withStats({ id: 1, kind: 'level', folder: name('a'), premade: 1 }, { entries: 6, created: 2, createdFiles: 2, filesTransferred: 2, totalBytes: 500, transferredBytes: 200 }),
    withStats({ id: 2, folder: name('a'), names: [name('a/x'), name('a/y')] }, { entries: 12, totalBytes: 1000 }),
    withStats({ id: 3, names: [name('b'), name('c')] }, { entries: 22, created: 3 }, new Map([[name('b'), { entries: 3, bytes: 30 }]])),
    withStats({ id: 4, kind: 'level', folder: name('a/z'), after: [2] }, { entries: 1000, totalBytes: 1e9 }),
  ];
  const { byTop, total, createdBySpanning } = keptAmounts(units);
  expect(byTop).toEqual(new Map([[name('a'), { entries: 2 + 10, bytes: 300 + 1000 }]]));
  expect(total.entries).toBe(12 + 17);
  expect(createdBySpanning).toEqual(new Map([[name('b'), { entries: 3, bytes: 30 }]]));
});

test('what a split unit has made is no longer new to those that do its rest, and does not count as kept', () => {
  const stats = { created: 4, createdFiles: 4, filesTransferred: 4, transferredBytes: 40 };
  const units: UnitProgress[] = [
    { ...withStats({ id: 1, folder: name('a'), names: [name('a/x')] }, stats), state: 'split' },
    withStats({ id: 2, kind: 'level', folder: name('a/x') }, { entries: 11, totalBytes: 100 }),
    { ...withStats({ id: 3, names: [name('b'), name('c')] }, stats, new Map([[name('b'), { entries: 3, bytes: 30 }], [name('c'), { entries: 1, bytes: 10 }]])), state: 'split' },
    withStats({ id: 4, kind: 'level', folder: name('b') }, { entries: 8, totalBytes: 80 }),
    withStats({ id: 5, names: [name('c')] }, { entries: 6, totalBytes: 60 }),
  ];
  const { byTop, total, createdBySpanning } = keptAmounts(units);
  expect(byTop).toEqual(new Map([
    [name('a'), { entries: 10 - 4, bytes: 60 }], [name('b'), { entries: 7 - 3, bytes: 50 }], [name('c'), { entries: 5 - 1, bytes: 50 }],
  ]));
  expect(total).toEqual({ entries: 10 + 7 + 5 - 8, bytes: 240 - 80 });
  expect(createdBySpanning).toEqual(new Map());
});

test('what stays in a top folder is told by a unit that has it alone, as one name or as several', () => {
  const { byTop } = keptAmounts([
    withStats({ id: 1, names: [name('a')] }, { entries: 8, created: 2 }),
    withStats({ id: 2, kind: 'level', folder: name('b') }, { entries: 3 }),
    withStats({ id: 3, names: [name('b/x'), name('b/y')] }, { entries: 7 }),
    withStats({ id: 4, names: [name('c'), name('d')] }, { entries: 9 }),
    withStats({ id: 5, names: [name('')] }, { entries: 9 }),
  ]);
  expect(byTop).toEqual(new Map([[name('a'), { entries: 7 - 2, bytes: 0 }], [name('b'), { entries: 2 + 5, bytes: 0 }]]));
});

test.each<[string, Partial<Unit>, boolean, boolean]>([
  ['siblings', { folder: name('a'), names: [name('a/x'), name('a/y')] }, false, true],
  ['the whole tree', { names: [name('')] }, false, true],
  ['the rest of another', { names: [name('a')] }, true, false],
  ['folders kept together for their links', { names: [name('a/x'), name('b/y')] }, false, false],
  ['what waits for its folder', { names: [name('a')], after: [0] }, false, false],
  ['a level', { kind: 'level', folder: name('a') }, false, false],
  ['a part', { kind: 'part', folder: name('a'), names: [name('a/file')] }, false, false],
])('whether %s can be split', (_, part, isRest, expected) => {
  expect(isDivisible(untried(unit(part), isRest))).toBe(expected);
});

test('a unit is overdue at three times its prediction, and not in the first seconds', () => {
  expect([[100, 2900], [100, 3100], [2000, 5900], [2000, 6100]].map(([weight = 0, forMs = 0]) => isOverdue({ weight }, forMs))).toEqual([false, true, false, true]);
});

test.each([
  ['half of it after 4 s', 50, 4000, true],
  ['a tenth of it after 9 s', 90, 9000, false],
  ['nobody knows how much: nothing has moved', 0, 9000, true],
  ['nobody knows how much: more has moved than it was said to hold', 120, 9000, true],
])('a unit is worth splitting while 3 s of work are left: %s', (_, moved, forMs, expected) => {
  expect(hasMuchLeft({ bytes: 100 }, moved, forMs)).toBe(expected);
});

test('amounts by top folder leave out the top folder itself, and gather loose files under the root', () => {
  const change = (path: string, isFolder: boolean) => ({ code: '*deleting', name: name(path), isFolder, bytes: 5 });
  expect(amountsByTop([change('a', true), change('a/b', true), change('a/b/c', false), change('loose', false)]))
    .toEqual(new Map([[name('a'), { entries: 2, bytes: 5 }], [name(''), { entries: 1, bytes: 5 }]]));
});

test('links are joined again only where a set lies in more than one unit', () => {
  const link = (file: string, path: string, theirs: string | null = null) => ({ file, theirs, name: name(path), bytes: 7 });
  const one = { ...untried(unit({ id: 1 })), links: [link('1:1', 'a/x'), link('1:2', 'a/y'), link('1:2', 'a/z'), link('1:3', 'a/1', '9:3'), link('1:4', 'a/2', '9:4'), link('1:5', 'a/3', '9:5')] };
  const two = { ...untried(unit({ id: 2 })), links: [link('1:1', 'b/x'), link('1:3', 'b/1', '9:3'), link('1:4', 'b/2', '9:6'), link('1:5', 'b/3')] };
  // Those that are one file at the destination already are left alone.
  expect(crossingLinks([one, two])).toEqual([['a/x', 'b/x'], ['a/2', 'b/2'], ['a/3', 'b/3']].map((names) => ({ names: names.map(name), bytes: 7 })));
});

test('an itemised change says what happens to its name', () => {
  const change = (code: string) => actionOf({ code, name: name('x'), isFolder: false, bytes: 0 });
  expect(change('*deleting')).toBe('delete');
  expect(change('>f+++++++++')).toBe('create');
  expect(change('>f.st......')).toBe('update');
  expect(change('.d..t......')).toBe('attributes');
});

test('a unit is called by its folder or by the names it carries', () => {
  expect(unitName(unit({ names: [name('café')] }))).toBe('café/');
  expect(unitName(unit({ names: [name('a'), name('b'), name('c')] }))).toBe('a/ and 2 more');
  expect(unitName(unit({ kind: 'level', folder: name('a/b') }))).toBe('a/b/ (own files)');
  expect(unitName(unit({ names: [name('')] }))).toBe('(everything)');
});

test('what a killed unit has left is looked for where it worked', () => {
  const [a, b] = [name('a'), name('b/c')];
  expect(sweepScope(unit({ names: [a, b] }))).toEqual({ names: [a, b], deep: true });
  expect(sweepScope(unit({ kind: 'part', folder: b, names: [name('b/c/1')] }))).toEqual({ names: [b], deep: false });
  expect(sweepScope(unit({ kind: 'links', names: [a, b, name('a/1'), name('b/c/2'), name('3')] }))).toEqual({ names: [name(''), name('b'), a, b], deep: false });
  for (const kind of ['group', 'links'] as const) expect(sweepScope(unit({ kind, folder: a, names: [name('a/1')] }), false), 'names that are not known').toEqual({ names: [a], deep: true });
});

test('waiting for a server makes an entry dear, and units smaller', () => {
  const local = guessCost({ sourceLatencyMs: 0.02, destinationLatencyMs: 0.02, isFull: true, isSpared: false });
  const nas = guessCost({ sourceLatencyMs: 1, destinationLatencyMs: 1, isFull: true, isSpared: false });
  expect(nas.msPerEntry).toBeGreaterThan(50);
  expect(local.msPerEntry).toBeLessThan(0.2);
  expect(unitWeights({ sourceLatencyMs: 1, destinationLatencyMs: 1, isFull: true, isSpared: false }).minWeight / nas.msPerEntry, 'entries in the smallest unit').toBeLessThan(40);
});

test('progress never falls, never promises before it can, and ends full', () => {
  const tracker = createProgressTracker(0);
  const units = [unit({ id: 1, weight: 75 }), unit({ id: 2, weight: 25 })];
  tracker.known(units);
  expect(tracker.frame('running', 100, 8)).toMatchObject({ fraction: null, leftMs: null, planning: true });
  tracker.planned();
  tracker.started(units[0]!, 'one', 3, 100);
  tracker.moved(1, 50);
  const half = tracker.frame('running', 2000, 8);
  expect(half.fraction).toBeCloseTo(0.375);
  expect(half.lanes).toMatchObject([{ lane: 3, unit: 1, name: 'one', bytes: 50 }]);
  expect(half.leftMs).toBeGreaterThan(0);
  tracker.ended(units[0]!, false, 0, 0);
  expect(tracker.frame('running', 2500, 8).fraction, 'a unit that is tried again').toBe(half.fraction);
  tracker.ended(units[0]!, true, 10, 100);
  tracker.ended(units[1]!, true, 10, 100);
  expect(tracker.frame('finishing', 4000, 8)).toMatchObject({ fraction: 1, leftMs: 0, entriesDone: 20, bytesDone: 200, unitsDone: 2 });
});
