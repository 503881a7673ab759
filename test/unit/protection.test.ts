import { describe, expect, it } from 'vitest';
import { ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { FolderRun } from '../../src-shared/protection.ts';
import type { RsyncResult } from '../../src-shared/rsync-result.ts';
import type { Unit, UnitState } from '../../src-shared/unit.ts';
import { failureNotice, failuresOf, type Failure } from '../../src-main/core/protection/failures.ts';
import { folderFacts, noFolderNotes, noteHeld, noteRemoval, type FolderNotes } from '../../src-main/core/protection/folder-facts.ts';
import { forecastRun } from '../../src-main/core/protection/forecast.ts';
import { byRisk } from '../../src-main/core/protection/risk.ts';
import { untried, type UnitProgress } from '../../src-main/core/run/copying.ts';

const name = (text: string): ByteName => Buffer.from(text, 'utf8').toString('latin1') as ByteName;
const roots = { source: '/src', destination: '/dst' };

function result(entries: number, failed: readonly string[] = [], facts: Partial<RsyncResult['facts']> = {}): RsyncResult {
  return {
    code: failed.length > 0 ? 23 : 0, signal: null, lastLines: [], durationMs: 100,
    stats: { entries, files: entries, created: 0, createdFiles: 0, deleted: 0, filesTransferred: 0, totalBytes: entries * 10, transferredBytes: 0, literalBytes: 0 },
    facts: {
      deletionsSkipped: 0, ioError: false, couldNotMakeWay: 0, failedNames: [...failed], failedReasons: failed.map(() => 'Permission denied'),
      failedCount: failed.length, errno: failed.length > 0 ? 'Permission denied' : null, ...facts,
    },
  };
}

function made(part: Partial<Unit>, state: UnitState, ended: RsyncResult | null): UnitProgress {
  const unit: Unit = { id: 1, kind: 'group', folder: ROOT, names: [], shares: [], entries: 10, bytes: 100, weight: 10, isNew: false, premade: 0, after: [], ...part };
  return { ...untried(unit), state, result: ended };
}

const group = (state: UnitState, names: Record<string, number>, ended: RsyncResult | null = result(10)) =>
  made({ names: Object.keys(names).map(name), shares: Object.values(names) }, state, ended);

const notes = (tops: Record<string, number> | null, more: Partial<FolderNotes> = {}): FolderNotes => ({
  ...noFolderNotes(), isChecked: true, tops: tops && new Map(Object.entries(tops).map(([top, entries]) => [name(top), entries])), ...more,
});

function statesOf(units: readonly UnitProgress[], noted: FolderNotes, known: readonly string[] = []): Record<string, FolderRun['state']> {
  const { failures } = failuresOf(units, roots);
  return Object.fromEntries(folderFacts({ units, notes: noted, failures, settled: new Map(), known: known.map(name), rewritten: () => null, left: new Set() }).map(({ folder, state }) => [folder, state]));
}

describe('what a run did in each top folder', () => {
  const both = { a: 5, b: 5 };

  it.each<[string, UnitProgress[], FolderNotes, Record<string, FolderRun['state']>]>([
    ['all ended well', [group('done', both)], notes(both), { a: 'done', b: 'done' }],
    ['one of several units failed', [group('done', both), made({ kind: 'level', folder: name('a') }, 'failed', null)], notes(both), { a: 'failed', b: 'done' }],
    ['a shared unit warned about one folder', [group('warned', both, result(10, ['/src/a/x']))], notes(both), { a: 'warned', b: 'done' }],
    ['a shared unit warned without a name', [group('warned', both, result(10, [], { ioError: true }))], notes(both), { a: 'warned', b: 'warned' }],
    ['a name of the destination', [group('warned', both, result(10, ['/dst/b/x']))], notes(both), { a: 'done', b: 'warned' }],
    ['the folder itself could not be read', [group('warned', both, result(10, ['/src/a']))], notes(both), { a: 'failed', b: 'done' }],
    ['a unit never started', [group('done', both), group('waiting', { b: 1 }, null)], notes(both), { a: 'done', b: 'not-reached' }],
    ['a unit was cancelled', [group('cancelled', both, result(10))], notes(both), { a: 'not-reached', b: 'not-reached' }],
    ['a folder has no unit', [group('done', { a: 5 })], notes(both), { a: 'done', b: 'not-reached' }],
    ['removals of one wait', [group('held', both)], notes(both, { held: new Set([name('b')]) }), { a: 'done', b: 'held' }],
    ['a held unit did nothing', [group('held', both, null)], notes(both), { a: 'held', b: 'held' }],
    ['no check followed', [group('done', both)], notes(both, { isChecked: false }), { a: 'not-reached', b: 'not-reached' }],
    ['a check that followed does not heal a failure', [group('failed', both, null)], notes(both, { isChecked: false }), { a: 'failed', b: 'failed' }],
    // While the walk goes on, a folder that is split may have more; one that is a whole unit has not.
    ['the walk was cut off', [group('done', { a: 5 }), made({ kind: 'level', folder: name('b') }, 'done', result(3))], notes(null), { a: 'done', b: 'not-reached' }],
    ['everything in one unit', [made({ names: [ROOT], shares: [11] }, 'done', result(11))], notes({ '': 1, ...both }), { '': 'done', a: 'done', b: 'done' }],
    ['links across folders failed', [group('done', both), made({ kind: 'links', names: [name('a'), name('a/x')] }, 'failed', null)], notes(both), { a: 'failed', b: 'done' }],
    ['a loose file of the root failed', [made({ kind: 'level' }, 'warned', result(3, ['/src/loose'])), group('done', both)], notes({ '': 2, ...both }), { '': 'warned', a: 'done', b: 'done' }],
  ])('%s', (_what, units, noted, states) => {
    expect(statesOf(units, noted)).toEqual(states);
  });

  it('tells of folders of the run before that it never came to, but of none that the walk did not find', () => {
    expect(statesOf([group('done', { a: 1 })], notes(null), ['a', 'z'])).toEqual({ a: 'done', z: 'not-reached' });
    expect(statesOf([group('done', { a: 1 })], notes({ a: 1 }), ['a', 'z'])).toEqual({ a: 'done' });
    expect(statesOf([], notes(null), [])).toEqual({});
  });

  it('shares out what one rsync counted for several folders', () => {
    const rows = folderFacts({ units: [group('done', { a: 2, b: 8 }, result(10))], notes: notes({ a: 2, b: 8 }), settled: new Map(), failures: [], known: [], rewritten: (folder) => (folder === 'a' ? 3 : null), left: new Set() });
    expect(rows).toMatchObject([
      { folder: 'a', entries: 2, bytes: 20, durationMs: 20, rewritten: 3 }, { folder: 'b', entries: 8, bytes: 80, durationMs: 80, rewritten: null },
    ]);
  });

  it('counts removals where they were, and in the root what is no folder of the source any more', () => {
    const noted = notes({ a: 5 });
    noteRemoval(noted, { name: name('a/x') });
    noteRemoval(noted, { name: name('gone/x') });
    noteHeld(noted, [{ name: name('gone') }]);
    expect([...noted.deleted]).toEqual([['a', 1], ['', 1]]);
    expect([...noted.held]).toEqual(['']);
  });
});

describe('failures', () => {
  const failure = (text: string): Failure => ({ name: text, reason: 'r', top: text.split('/')[0] ?? '' });

  it('are named once, by their path from the root, with the reason', () => {
    const units = [group('warned', { a: 1 }, result(1, ['/src/a/x', '/dst/a/x', '/src'])), group('done', { b: 1 }, result(1, ['/src/b/mended']))];
    expect(failuresOf(units, roots)).toEqual({
      failures: [{ name: 'a/x', reason: 'Permission denied', top: 'a' }, { name: '', reason: 'Permission denied', top: '' }], total: 2,
    });
    expect(failuresOf([group('warned', { a: 1 }, result(1, ['/src/a/x'], { failedCount: 500 }))], roots).total).toBe(500);
    expect(failuresOf([group('warned', { a: 1 }, result(1, ['/x']))], { source: '/', destination: '/dst' }).failures).toMatchObject([{ name: 'x' }]);
  });

  it.each<[string, string[], string[], boolean, string | null]>([
    ['some are new', ['a/x', 'a/y', 'b/z'], ['a/x', 'a/y'], true, '3 names could not be copied: 1 new since last time (b/z).'],
    ['none is new', ['a/x'], ['a/x'], true, '1 name could not be copied: none of them new since last time.'],
    ['there is nothing to compare with', ['a/x'], [], false, null],
    ['nothing failed', [], ['a/x'], true, null],
  ])('are told apart: %s', (_what, now, before, hasEarlierRun, message) => {
    const notice = failureNotice({ failures: now.map(failure), total: now.length }, new Set(before), hasEarlierRun);
    expect(notice?.message ?? null).toBe(message);
  });
});

describe('the order by risk', () => {
  const weights = (protectedUntil: [string, number | null][]) => byRisk(new Map(protectedUntil.map(([folder, time]) => [name(folder), time])));
  const order = (priority: (unit: Unit) => number, units: readonly UnitProgress[]) =>
    [...units].sort((a, b) => priority(b.unit) - priority(a.unit)).map(({ unit }) => unit.names.join('+'));
  const of = (names: string[], weight: number) => made({ names: names.map(name), shares: names.map(() => 1), weight }, 'waiting', null);

  it('takes the oldest protection first, new folders before all, and the heaviest among equals', () => {
    const priority = weights([['fresh', 500], ['old', 100], ['never', null]]);
    expect(order(priority, [of(['fresh/x'], 1e9), of(['old/a'], 1), of(['old/b'], 5), of(['never/x'], 1), of(['unheard/x'], 1)]))
      .toEqual(['unheard/x', 'never/x', 'old/b', 'old/a', 'fresh/x']);
  });

  it('counts a unit of several folders by the one most at risk', () => {
    expect(order(weights([['fresh', 500], ['old', 100]]), [of(['fresh'], 9), of(['fresh', 'old'], 1)])).toEqual(['fresh+old', 'fresh']);
  });
});

describe('the forecast', () => {
  const minute = 60_000;
  const folders = ['alpha', 'beta', 'kappa'].map((folder) => ({ folder, durations: [200, 200, 100].map((each) => each * minute) }));
  const runs = [{ durationMs: 460 * minute, unitsMs: 600 * minute }];

  it('adds up what folders take, as far as workers do it side by side', () => {
    expect(forecastRun({ folders, runs, startsAt: 1000, windowEndsAt: null })).toEqual({ startsAt: 1000, endsAt: 1000 + 460 * minute, windowEndsAt: null, warning: null });
  });

  it('warns before the window is missed', () => {
    expect(forecastRun({ folders, runs, startsAt: 0, windowEndsAt: 420 * minute })?.warning)
      .toBe('alpha to kappa took 7 h 40 min in the last runs; the window ends 40 min before that.');
    expect(forecastRun({ folders, runs, startsAt: 0, windowEndsAt: 460 * minute })?.warning).toBeNull();
    expect(forecastRun({ folders: folders.slice(0, 2), runs, startsAt: 0, windowEndsAt: 1 })?.warning).toMatch(/^alpha and beta took /u);
  });

  it('believes the last run where that took longer than usual', () => {
    const grown = [{ folder: 'a', durations: [500, 100, 100] }];
    expect(forecastRun({ folders: grown, runs: [{ durationMs: 1, unitsMs: 1 }], startsAt: 0, windowEndsAt: null })?.endsAt).toBe(500);
  });

  it('is none without a past', () => {
    expect(forecastRun({ folders: [], runs, startsAt: 0, windowEndsAt: null })).toBeNull();
    expect(forecastRun({ folders, runs: [], startsAt: 0, windowEndsAt: null })).toBeNull();
  });
});
