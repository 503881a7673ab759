import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oneRsync, peer, type Contender } from '../bench/contenders.ts';
import { createRemoval } from '../bench/place.ts';
import type { Run } from '../bench/results.ts';
import { measureTree, type Bench } from '../bench/round.ts';
import { measuredFor, selectRows } from '../bench/rows.ts';
import type { TreePlan } from '../bench/tree-plan.ts';

let folder = '';
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'daybreak-bench-round-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const withoutLinks = peer('without links', ['rsync'], ['full'], ({ source, destination }) => ['rsync', '-a', `${source}/`, `${destination}/`]);
const failing = peer('failing', ['sh'], ['full'], () => ['sh', '-c', 'echo no space >&2; exit 11']);
const reader: Contender = { ...peer('reader', ['cat'], ['full'], ({ source }) => ['cat', join(source, 'a', 'first')]), copy: 'none' };

const plan: TreePlan = {
  name: 'images', title: 'two names of a file',
  folders: [{ path: 'a', files: [{ name: 'first', bytes: 3000 }, { name: 'second', bytes: 3000, linkTo: 'a/first' }] }],
};

/** All runs of `contenders`, on what is taken for a disk: nothing is removed between rounds. */
async function runsOf(contenders: readonly Contender[], word: string, rounds = 1): Promise<Run[]> {
  const runs: Run[] = [];
  const place = { folder, fileSystem: 'ext4', freeBytes: 1e12, inMemory: false, reason: '' };
  const stop = new AbortController().signal;
  const bench: Bench = {
    folder, contenders, rounds, removal: createRemoval(place, () => undefined, stop), nas: null, latencyFactor: 1, stop,
    // Not the caches of the machine that tests run on.
    dropCaches: () => false, say: () => undefined, onRun: (run) => { runs.push(run); },
  };
  for (const measured of measuredFor(selectRows([word]))) await measureTree(bench, plan, measured);
  return runs;
}

describe('a round of the bench', () => {
  it('compares each copy with the source, and tells lost hard links', async () => {
    const runs = await runsOf([oneRsync, withoutLinks, reader], 'disk');
    expect(runs.map(({ contender, exitCode, differences, lostLinks }) => [contender, exitCode, differences, lostLinks])).toEqual([
      ['one rsync', 0, 0, 0], ['without links', 0, 4, 2], ['reader', 0, null, null],
    ]);
  });

  it('keeps the exit code and the words of what is followed by a sync', async () => {
    const [run] = await runsOf([failing], 'disk');
    expect(run).toMatchObject({ exitCode: 11, lastWords: 'no space' });
  });

  it('is begun by another one each time, who comes after another staying behind it', async () => {
    const follower: Contender = { ...withoutLinks, name: 'follower', after: oneRsync };
    const runs = await runsOf([oneRsync, follower, reader], 'large', 2);
    expect(runs.map(({ round, contender }) => `${round} ${contender}`)).toEqual([
      '1 one rsync', '1 follower', '1 reader', '2 reader', '2 one rsync', '2 follower',
    ]);
  });

  it('starts each tree in each setting with nothing remembered', async () => {
    const seen: string[] = [];
    const remembering = peer('remembering', ['sh'], ['full'], ({ data }) => {
      seen.push(data);
      return ['sh', '-c', 'mkdir "$1"', 'remember', data];
    });
    const runs = [...await runsOf([remembering], 'disk', 2), ...await runsOf([remembering], 'large', 2)];
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(new Set(seen).size).toBe(4);
  });
});
