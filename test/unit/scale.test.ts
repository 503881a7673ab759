import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { joinName, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { RsyncResult } from '../../src-shared/rsync-result.ts';
import type { Unit, UnitState } from '../../src-shared/unit.ts';
import { createSplitter } from '../../src-main/core/plan/splitter.ts';
import { folderFacts, noFolderNotes } from '../../src-main/core/protection/folder-facts.ts';
import { failuresOf } from '../../src-main/core/protection/failures.ts';
import { addEntries } from '../../src-main/core/run/changed.ts';
import { untried, type UnitProgress } from '../../src-main/core/run/copying.ts';
import { keptAmounts } from '../../src-main/core/run/kept.ts';
import { addLesson, noLesson } from '../../src-main/core/run/lesson.ts';
import { noneSettled, settleUnit, unitCount } from '../../src-main/core/run/settled.ts';
import { layOut } from '../bench/scale/wide-tree.ts';
import { roleOf } from '../bench/scale/process-memory.ts';
import { seededRandom, type Random } from '../fixtures/random.ts';

const named = (text: string): ByteName => text as ByteName;

test('a flat folder of 300,000 files reaches a slow host in portions, and whole', async () => {
  const limit = 50_000;
  const partNames = 3000;
  const files = Array.from({ length: 300_000 }, (_, index) => named(`flat/file${index}`));
  const carried = new Set<ByteName>();
  const queue: Unit[] = [];
  let inHand = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  const splitter = createSplitter({
    cost: { msPerEntry: 1, bytesPerMs: 1e9 }, minWeight: 1e5, maxWeight: 1e5, lanes: 8, unitsPerLane: 4, partNames, earlyUnits: 0, knownWeight: 0, mirror: true, fills: false, linked: [],
    emit(unit) {
      queue.push(unit);
      inHand += unit.names.length;
      most = Math.max(most, inHand);
    },
    room: () => (inHand < limit ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    prepare: (_folder, listing) => Promise.resolve({ wasMissing: true, newFolders: new Set(listing.folders), blocked: new Set(), hasStrangers: false }),
  });
  splitter.listed(splitter.root, { files: [], folders: [named('flat')], bytes: 0, sizes: null }, 1);
  splitter.listed(splitter.child(splitter.root, named('flat'), false), { files, folders: [], bytes: 0, sizes: null }, 0);
  const end = splitter.finish(true);
  let last: Unit | undefined;
  // The folder as an entry follows its parts.
  while (last?.folder !== 'flat' || last.kind !== 'entries') {
    await turn();
    last = queue.shift();
    if (last?.kind === 'part') for (const name of last.names) carried.add(name);
    inHand -= last?.names.length ?? 0;
    if (inHand < limit) for (const go of waiting.splice(0)) go();
  }
  await end;
  expect(carried.size).toBe(files.length);
  expect(most).toBeGreaterThan(limit / 2);
  expect(most).toBeLessThanOrEqual(limit + partNames);
});

const states: readonly UnitState[] = ['done', 'done', 'done', 'done', 'warned', 'failed', 'held', 'pending-deletes', 'cancelled', 'waiting'];
const kinds: readonly Unit['kind'][] = ['group', 'group', 'level', 'part', 'entries'];

/** A unit somewhere in a tree of a few top folders, with an end that fits its state. */
function randomUnit(id: number, random: Random): UnitProgress {
  const kind = random.pick(kinds);
  const folder = random.chance(0.3) ? ROOT : named(random.pick(['a', 'b', 'c', 'a/x', 'b/y/z']));
  const names = kind === 'level' ? [] : Array.from({ length: random.int(1, 4) }, (_, index) => joinName(folder, named(`${random.pick(['a', 'b', 'c', 'd'])}${kind === 'group' ? '' : index}`)));
  const unit: Unit = {
    id, kind, folder, names, shares: kind === 'group' ? names.map(() => random.int(1, 9)) : [], entries: 10, bytes: 100, weight: 10, isNew: random.chance(0.5),
    premade: random.int(0, 2), after: kind === 'level' && random.chance(0.3) ? [0] : [],
  };
  const state = random.pick(states);
  const entries = random.int(1, 40);
  const filesTransferred = random.int(0, entries);
  const isBad = state === 'warned' || state === 'failed';
  const result: RsyncResult | null = state === 'waiting' ? null : {
    code: isBad ? 23 : 0, signal: null, lastLines: [], durationMs: random.int(1, 900),
    stats: {
      entries, files: entries, created: random.int(0, entries), createdFiles: random.int(0, filesTransferred), deleted: 0, filesTransferred,
      totalBytes: entries * 100, transferredBytes: filesTransferred * 10, literalBytes: 0,
    },
    facts: { deletionsSkipped: 0, ioError: random.chance(0.1), couldNotMakeWay: 0, failedNames: isBad ? ['/s/a/f'] : [], failedCount: isBad ? 1 : 0, errno: null },
  };
  return {
    ...untried(unit), state, result, attempts: 1, hardLinks: !random.chance(0.1), note: random.chance(0.1) ? { message: 'worth a word' } : null,
    links: random.chance(0.1) ? [{ file: '1:2', theirs: null, name: named('a/l'), bytes: 5 }] : [],
    created: folder === ROOT && random.chance(0.5) ? new Map([[named('a'), { entries: 2, bytes: 20 }]]) : null,
  };
}

test('sums of settled units tell what the units themselves would have told', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const all = Array.from({ length: 40 }, (_, id) => randomUnit(id, random));
    const run = { units: new Set(all), settled: noneSettled() };
    for (const progress of all) settleUnit(run, progress);
    expect(unitCount(run)).toBe(all.length);

    const roots = { source: '/s', destination: '/d' };
    const { failures } = failuresOf(all, roots);
    expect(failuresOf(run.units, roots).failures).toEqual(failures);
    const notes = { ...noFolderNotes(), isChecked: true, tops: new Map(['', 'a', 'b', 'c', 'd'].map((top) => [named(top), 7])) };
    const rest = { notes, failures, known: [], rewritten: () => null, left: new Set<ByteName>() };
    expect(folderFacts({ ...rest, units: run.units, settled: run.settled.folders }), `seed ${seed}`).toEqual(folderFacts({ ...rest, units: all, settled: new Map() }));

    expect(keptAmounts(run.units, run.settled.kept)).toEqual(keptAmounts(all));
    const entries = new Map(run.settled.entriesByTop);
    for (const progress of run.units) addEntries(entries, progress);
    const allEntries = new Map<ByteName, number>();
    for (const progress of all) addEntries(allEntries, progress);
    expect(entries).toEqual(allEntries);

    const lesson = noLesson();
    for (const progress of all) addLesson(lesson, progress);
    const learned = run.settled.lesson;
    for (const progress of run.units) addLesson(learned, progress);
    expect({ ...learned, subtrees: learned.subtrees.length }).toEqual({ ...lesson, subtrees: lesson.subtrees.length });
  }
});

test('what a run may still need stays in its list; what it does not, goes, however many there are', () => {
  const run = { units: new Set<UnitProgress>(), settled: noneSettled() };
  const random = seededRandom(7);
  const done = { ...randomUnit(1, random), state: 'done' as const, note: null, links: [], hardLinks: true };
  const unit: Unit = { ...done.unit, kind: 'group', folder: named('a'), names: [named('a/x')] };
  const facts = { deletionsSkipped: 0, ioError: false, couldNotMakeWay: 0, failedNames: [], failedCount: 0, errno: null };
  const good: UnitProgress = { ...done, unit, result: { code: 0, signal: null, lastLines: [], durationMs: 1, stats: null, facts } };
  const needed: UnitProgress[] = [
    ...states.filter((state) => state !== 'done').map((state) => ({ ...good, state })),
    { ...good, note: { message: 'files vanished' } },
    { ...good, links: [{ file: '1:2', theirs: null, name: named('a/l'), bytes: 5 }] },
    { ...good, hardLinks: false },
    { ...good, result: { ...good.result!, facts: { ...facts, ioError: true } } },
    { ...good, unit: { ...unit, folder: ROOT, names: [ROOT] } },
    { ...good, unit: { ...unit, kind: 'level', folder: ROOT, names: [] } },
  ];
  for (const progress of needed) {
    run.units.add(progress);
    settleUnit(run, progress);
  }
  expect(run.units.size).toBe(needed.length);
  for (let count = 0; count < 100_000; count++) {
    const progress = { ...good };
    run.units.add(progress);
    settleUnit(run, progress);
  }
  expect(run.units.size).toBe(needed.length);
  expect(run.settled.count).toBe(100_000);
  expect(run.settled.folders.size).toBe(1);
});

test('the tree of the bench has the entries it was asked for, and its processes are told apart', () => {
  for (const asked of [4000, 500_000, 2_000_000]) {
    const { entries, flatFiles, folders } = layOut(asked);
    expect(Math.abs(entries - asked)).toBeLessThan(asked * 0.01);
    expect(flatFiles / entries).toBeCloseTo(0.15, 2);
    expect(folders).toBeLessThan(entries);
  }
  expect(['/n/node\0/d/scout.js\0', '/n/node\0--flag=1\0/d/worker.js\0', 'rsync\0-aHR\0', '/usr/bin/rsync\0-a\0', 'cp\0-dR\0', ''].map(roleOf))
    .toEqual(['scout', 'worker', 'rsync', 'rsync', 'other', 'other']);
});
