import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { changeTree, makeTree } from '../bench/make-tree.ts';
import type { TreePlan } from '../bench/tree-plan.ts';
import { fullSizes, planTree, quickSizes, totalsOf, treeNames } from '../bench/tree-plan.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';

const folder = mkdtempSync(join(tmpdir(), 'daybreak-bench-trees-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function filesBelow(plan: TreePlan, path: string): number {
  const below = plan.folders.filter((each) => each.path === path || each.path.startsWith(`${path}/`));
  return below.reduce((sum, each) => sum + each.files.length, 0);
}

function topFolders(plan: TreePlan): string[] {
  return [...new Set(plan.folders.map(({ path }) => path.split('/')[0] ?? ''))].filter((name) => name !== '');
}

describe('the trees of the bench', () => {
  it('have the sizes they are announced with', () => {
    for (const sizes of [fullSizes, quickSizes]) {
      for (const name of treeNames) {
        const { files } = totalsOf(planTree(name, sizes[name]));
        expect(files, name).toBe(name === 'folders' ? sizes[name] * 10 : name === 'images' ? 12 : sizes[name]);
      }
    }
  });

  it('are the same every time', () => {
    expect(planTree('skewed', 3000)).toEqual(planTree('skewed', 3000));
  });

  it('never name the same folder or the same file in a folder twice', () => {
    for (const name of treeNames) {
      const { folders } = planTree(name, quickSizes[name]);
      expect(new Set(folders.map(({ path }) => path)).size).toBe(folders.length);
      for (const { files } of folders) expect(new Set(files.map((file) => file.name)).size).toBe(files.length);
    }
  });

  it('balanced: seven projects of the same size, sub-folders of about 30 files, small files, some of them loose', () => {
    const plan = planTree('balanced', 100_000);
    const projects = topFolders(plan);
    expect(projects).toHaveLength(7);
    for (const project of projects) expect(Math.abs(filesBelow(plan, project) - 100_000 / 7)).toBeLessThan(5);
    expect(plan.folders.every(({ files }) => files.length <= 40)).toBe(true);
    expect(plan.folders.flatMap(({ files }) => files).every(({ bytes }) => bytes >= 500 && bytes <= 3500)).toBe(true);
    expect(plan.folders.find(({ path }) => path === '')?.files).toHaveLength(3);
  });

  it('skewed: one project with 80 % of all files, 20,000 of them in one folder', () => {
    const plan = planTree('skewed', 100_000);
    expect(topFolders(plan)).toHaveLength(7);
    expect(filesBelow(plan, 'alpha')).toBe(80_000);
    expect(Math.max(...plan.folders.map(({ files }) => files.length))).toBe(20_000);
  });

  it('folders: a thousand top folders of ten files', () => {
    const plan = planTree('folders', 1000);
    expect(topFolders(plan)).toHaveLength(1000);
    expect(plan.folders.every(({ files }) => files.length === 10)).toBe(true);
  });

  it('large: a hundred files of 20 MB in seven uneven folders', () => {
    const plan = planTree('large', 100);
    expect(plan.folders.map(({ files }) => files.length)).toEqual([40, 22, 14, 10, 7, 5, 2]);
    expect(totalsOf(plan).bytes).toBe(2_000_000_000);
  });

  it('images: twelve files of 256 MiB in three uneven folders', () => {
    const plan = planTree('images', 256);
    expect(plan.folders.map(({ files }) => files.length)).toEqual([6, 4, 2]);
    expect(totalsOf(plan).bytes).toBe(12 * 256 * 1024 * 1024);
  });

  it('are made as planned, the same each time, and differ in one file of a hundred after a change', () => {
    const plan = planTree('skewed', 500);
    const [one, other] = [join(folder, 'one'), join(folder, 'other')];
    makeTree(one, plan);
    makeTree(other, plan);
    const before = readManifest(one);
    expect(diffManifest(before, readManifest(other))).toEqual([]);
    const files = [...before.values()].filter(({ type }) => type === 'file');
    expect(files).toHaveLength(500);
    expect(files.reduce((sum, { size }) => sum + Number(size), 0)).toBe(totalsOf(plan).bytes);
    expect(new Set(files.map(({ content }) => content)).size).toBe(500);

    expect(changeTree(one, plan, 1)).toBe(5);
    const changed = new Set<string>();
    const after = readManifest(one);
    diffManifest(before, after, (name) => Boolean(changed.add(name)));
    expect(changed.size).toBe(5);
    for (const name of changed) expect(after.get(name)?.size).toBe((before.get(name)?.size ?? 0n) + 1n);
    changeTree(one, plan, 2);
    diffManifest(before, readManifest(one), (name) => Boolean(changed.add(name)));
    expect(changed.size).toBe(10);
  });
});
