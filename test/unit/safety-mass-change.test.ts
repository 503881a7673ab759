import { describe, expect, it } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { judgeMassChange, type GainedExtension } from '../../src-main/core/safety/mass-change.ts';
import { judgeRemovals } from '../../src-main/core/safety/brake.ts';

const alpha = 'alpha' as ByteName;
const shares = (...rewritten: (number | null)[]) => rewritten.map((each) => ({ entries: 100, rewritten: each }));
const quiet = shares(1, 0, 2, 1);
const judge = (rewritten: number, entries: number, last = quiet, gained: GainedExtension | null = null) =>
  judgeMassChange({ folder: alpha, rewritten, entries, gained }, last);

describe('rewritten files', () => {
  it.each([
    ['a quarter and far above the past', 25, 100, quiet, true],
    ['less than a quarter', 24, 100, quiet, false],
    ['fewer than 20 files', 19, 19, quiet, false],
    ['20 files of 20', 20, 20, quiet, true],
    ['exactly five times the largest share', 50, 100, shares(1, 10, 3), false],
    ['a little more than that', 51, 100, shares(1, 10, 3), true],
    ['a folder that is usually rewritten', 100, 100, shares(20, 30, 25), false],
    ['half of a folder of which two runs are known', 50, 100, shares(0, 0), true],
    ['less than half of such a folder', 49, 100, shares(0, 0), false],
    ['runs that counted nothing are not known', 40, 100, shares(0, 0, null, null), false],
    ['half where nothing is known', 60, 100, [], true],
  ])('%s', (_, rewritten, entries, last, raises) => {
    expect(judge(rewritten, entries, last) !== null).toBe(raises);
  });

  it('says how many, and what was usual', () => {
    expect(judge(40, 100)).toBe('alpha: 40 of 100 entries (40 %) were rewritten, far above the 2 % of the 4 runs before');
    expect(judgeMassChange({ folder: '' as ByteName, rewritten: 40, entries: 50, gained: null }, [])).toMatch(/^Files in the root: 40 of 50/u);
  });
});

describe('a new extension', () => {
  const locked = (files: number, filesWithIt: number, filesInAll: number, filesBefore = filesInAll - files) => (
    { extension: '.locked' as ByteName, files, filesWithIt, filesInAll, filesBefore });
  it.each([
    ['50 files and a tenth', locked(50, 50, 500), true],
    ['49 files', locked(49, 49, 100), false],
    ['less than a tenth', locked(50, 50, 501), false],
    ['hardly any before', locked(60, 64, 500), true],
    ['1 % had it before', locked(60, 65, 500), false],
    ['a folder that was new or nearly empty', locked(100, 100, 130, 19), false],
    ['removed again meanwhile', locked(60, 10, 500), true],
  ])('%s', (_, gained, raises) => {
    expect(judge(0, 600, [], gained) !== null).toBe(raises);
  });
});

describe('the brake and the past', () => {
  const removals = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `alpha/${index}` as ByteName, isFolder: false, bytes: 0 }));
  const held = (gone: number, kept: number, deleted: readonly number[], limit: Parameters<typeof judgeRemovals>[0]['limit'] = { kind: 'default' }) => judgeRemovals({
    removals: removals(gone), keptPerTop: new Map([[alpha, { entries: kept, bytes: 1000 }]]), emptied: [], limit,
    history: new Map([[alpha, deleted.map((each) => ({ deleted: each, entries: 1000 - each }))]]),
  }).held.map(({ reason }) => reason);

  it.each([
    ['a share never seen', 100, 900, [0, 1, 2, 3, 20], true],
    ['exactly four times the largest share', 80, 920, [0, 1, 2, 3, 20], false],
    ['fewer than five runs', 100, 900, [0, 1, 2, 3], false],
    ['fewer than 20 entries', 19, 181, [0, 0, 0, 0, 0], false],
    ['less than 5 %', 49, 951, [0, 0, 0, 0, 0], false],
    ['20 entries of 400 where nothing ever went', 20, 380, [0, 0, 0, 0, 0], true],
  ])('%s', (_, gone, kept, deleted, holds) => {
    expect(held(gone, kept, deleted).length).toBe(holds ? 1 : 0);
  });

  it('is not asked where the job has a limit of its own', () => {
    expect(held(100, 900, [0, 0, 0, 0, 0], { kind: 'percent', limit: 60 })).toEqual([]);
    expect(held(100, 900, [0, 0, 0, 0, 0], { kind: 'count', limit: 100 })).toEqual([]);
  });

  it('says what was usual', () => {
    expect(held(100, 900, [0, 1, 2, 3, 20])).toEqual(['alpha: 100 of 1000 entries (10 %) would be removed, while no more than 2 % went in any of the 5 runs before']);
  });
});
