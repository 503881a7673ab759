import { linkSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { directCalls, type FileCalls } from '../../src-main/worker/file-calls.ts';
import { findLinkedFolders } from '../../src-main/worker/linked-sets.ts';

let source: string;
beforeEach(() => {
  source = mkdtempSync(join(tmpdir(), 'daybreak-linked-'));
});
afterEach(() => rmSync(source, { recursive: true, force: true }));

/** Two projects of `days` folders of four files, each with a file of its own, `size` bytes. */
function twoProjects(days: number, size: number): void {
  for (const project of ['alpha', 'beta']) {
    for (let day = 0; day < days; day++) {
      mkdirSync(join(source, project, `${day}`), { recursive: true });
      for (let file = 0; file < 4; file++) writeFileSync(join(source, project, `${day}`, `${file}`), 'a file');
    }
  }
  writeFileSync(join(source, 'alpha', 'film'), '');
  truncateSync(join(source, 'alpha', 'film'), size);
}

/** The groups that are found, and how many files were looked at for it; 13 folders are a sample. */
async function find(): Promise<{ groups: string[][]; looks: number }> {
  let looks = 0;
  const calls: FileCalls = { ...directCalls, look: (path) => (looks++, directCalls.look(path)) };
  return { groups: await findLinkedFolders(calls, source, [], 13), looks };
}

describe('folders that share hard links', () => {
  test('stay together where the tree is made of them', async () => {
    twoProjects(15, 10);
    for (let day = 0; day < 15; day++) {
      for (let file = 0; file < 4; file++) {
        rmSync(join(source, 'beta', `${day}`, `${file}`));
        linkSync(join(source, 'alpha', `${day}`, `${file}`), join(source, 'beta', `${day}`, `${file}`));
      }
    }
    expect((await find()).groups).toEqual([['alpha', 'beta']]);
  });

  test('do not where few names do, and then no file is looked at beyond the sample, however large they are', async () => {
    twoProjects(15, 1_000_000);
    linkSync(join(source, 'alpha', 'film'), join(source, 'beta', 'film'));
    const { groups, looks } = await find();
    expect(groups).toEqual([]);
    expect(looks).toBeLessThanOrEqual(4 * 13);
  });

  test('do not where the sample was mistaken', async () => {
    twoProjects(15, 10);
    // In what is sampled first, one level below the projects.
    for (const project of ['alpha', 'beta']) {
      for (let file = 0; file < 4; file++) {
        rmSync(join(source, project, '0', `${file}`));
        linkSync(join(source, 'alpha', 'film'), join(source, project, '0', `${file}`));
        linkSync(join(source, 'alpha', 'film'), join(source, project, `film ${file}`));
      }
    }
    const { groups, looks } = await find();
    expect(groups).toEqual([]);
    expect(looks).toBeGreaterThan(100);
  });
});
