import { expect, test } from 'vitest';
import { joinName, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { FolderRecord } from '../../src-shared/scout-protocol.ts';
import type { Unit } from '../../src-shared/unit.ts';
import { untried, type UnitProgress } from '../../src-main/core/run/copying.ts';
import { learn } from '../../src-main/core/run/lesson.ts';
import { noneSettled } from '../../src-main/core/run/settled.ts';

const named = (name: string) => name as ByteName;

function unitIn(folder: string, kind: Unit['kind'], changes: Partial<Unit> = {}): UnitProgress {
  const unit: Unit = { id: 1, kind, folder: named(folder), names: [], shares: [], entries: 10, bytes: 0, weight: 1, isNew: false, premade: 0, after: [], ...changes };
  const facts = { deletionsSkipped: 0, ioError: false, couldNotMakeWay: 0, failedNames: [], failedCount: 0, errno: null };
  const stats = { entries: 10, files: 9, created: 0, createdFiles: 0, deleted: 0, filesTransferred: 0, totalBytes: 100, transferredBytes: 0, literalBytes: 0 };
  return { ...untried(unit), state: 'done', attempts: 1, result: { code: 0, signal: null, lastLines: [], durationMs: 5, stats, facts } };
}

/** A tree of which `a` and `a/b` were split. */
const units = (): UnitProgress[] => [
  unitIn('', 'level'), unitIn('a', 'level'), unitIn('a/b', 'part', { names: [named('a/b/file')] }), unitIn('a/b', 'entries'),
  unitIn('a/b', 'group', { names: [joinName(named('a/b'), named('c'))], shares: [10] }), unitIn('a', 'links'),
];

function allLearnedFrom(all: readonly UnitProgress[], hasLinks: boolean): { folders: FolderRecord[]; hasLinks: boolean | null } {
  const kept: ReturnType<typeof allLearnedFrom> = { folders: [], hasLinks: null };
  const learned = {
    replaceFolders: (_job: string, records: Iterable<FolderRecord>) => { kept.folders = [...records]; }, setCosts: () => {},
    setHasLinks: (_job: string, found: boolean) => { kept.hasLinks = found; },
  };
  learn({ store: { learned }, job: { id: 'job' }, units: new Set(all), settled: noneSettled(), hasLinks }, false);
  return kept;
}
const learnedFrom = (all: readonly UnitProgress[]): FolderRecord[] => allLearnedFrom(all, false).folders;

test('that there are no files with several names is known where all were looked at', () => {
  expect(allLearnedFrom(units(), false).hasLinks).toBe(false);
  expect(allLearnedFrom(units(), true).hasLinks).toBe(true);
  const [first = unitIn('', 'level'), ...rest] = units();
  first.state = 'failed';
  expect(allLearnedFrom([first, ...rest], false).hasLinks).toBeNull();
  expect(allLearnedFrom([first, ...rest], true).hasLinks).toBe(true);
});

test('a run keeps what lies in subtrees that stayed whole, and in folders that were split, but not in the root', () => {
  expect(learnedFrom(units())).toEqual([
    { path: 'a', entries: 30, bytes: 300 }, { path: 'a/b', entries: 20, bytes: 200 }, { path: 'a/b/c', entries: 9, bytes: 100 },
  ]);
  expect(learnedFrom([unitIn('', 'group', { names: [ROOT], shares: [10] })])).toEqual([]);
});

test('of split folders nothing is kept where a part of them is not known', () => {
  const [, , part = unitIn('a', 'part'), ...rest] = units();
  part.state = 'failed';
  expect(learnedFrom([part, ...rest])).toEqual([{ path: 'a/b/c', entries: 9, bytes: 100 }]);
});
