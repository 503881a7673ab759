import { expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { packsOf } from '../../src-main/worker/packs.ts';

const files = (folder: string, count: number): ByteName[] => Array.from({ length: count }, (_, index) => `${folder}/${index}` as ByteName);
const shapes = (names: ByteName[]) => packsOf(names, { least: 4, most: 8 }).map(({ folder, names: packed }) => [folder, packed.length]);

test('a folder with enough names has packs of its own, as even as can be', () => {
  expect(shapes([...files('a/b', 5), ...files('a/c', 4)])).toEqual([['a/b', 5], ['a/c', 4]]);
  expect(shapes(files('a/flat', 17))).toEqual([['a/flat', 5], ['a/flat', 6], ['a/flat', 6]]);
});

test('names of folders with few go together, from the deepest folder that holds all of them', () => {
  expect(shapes([...files('a/b/one', 2), ...files('a/b/two', 1), ...files('a/b', 1), ...files('c', 2)])).toEqual([['a/b', 4], ['c', 2]]);
  expect(shapes([...files('ab', 2), ...files('a', 2)])).toEqual([['', 4]]);
  expect(shapes(['loose' as ByteName])).toEqual([['', 1]]);
});

test('a pack is made from a folder whose path an argument can carry', () => {
  expect(shapes(files('a/\u00ff/deep', 4))).toEqual([['a', 4]]);
});

test('nothing is lost or there twice', () => {
  const all = Array.from({ length: 40 }, (_, index) => files(`top/${index % 7}/${index}`, index % 11)).flat();
  expect(packsOf(all, { least: 4, most: 8 }).flatMap(({ names }) => names).sort()).toEqual(all.sort());
});
