import {
  chmodSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { differingNames, readManifest } from '../../src-main/cli/demo/manifest.ts';
import { timeCommand } from '../../src-main/cli/demo/one-rsync.ts';
import { createRandom } from '../../src-main/core/sample/random.ts';
import { makeSampleTree, projects } from '../../src-main/core/sample/sample-tree.ts';
import { makeWorkFolder } from '../../src-main/cli/demo/work-folder.ts';

const never = new AbortController().signal;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-test-demo-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Two trees that are the same, but for what `change` does to the second. */
async function differenceAfter(change: (root: string) => void): Promise<string[]> {
  const roots = ['one', 'two'].map((name) => join(folder, name));
  for (const root of roots) {
    mkdirSync(join(root, 'deep'), { recursive: true });
    writeFileSync(join(root, 'a'), 'content');
    linkSync(join(root, 'a'), join(root, 'deep/linked'));
    writeFileSync(join(root, 'b'), 'content');
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]), 'odd');
    symlinkSync('a', join(root, 'link'));
  }
  change(roots[1]!);
  for (const root of roots) {
    for (const name of ['a', 'b', 'deep', '.']) if (existsSync(join(root, name))) utimesSync(join(root, name), 1_700_000_000,
      1_700_000_000);
    utimesSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]), 1_700_000_000, 1_700_000_000);
  }
  const [one, two] = await Promise.all(roots.map((root) => readManifest(root, never)));
  // The time of a symlink cannot be set by utimes; rsync's own care for it is tested elsewhere.
  const target = (fact = ''): string | undefined => fact.split(' | ')[5];
  return differingNames(one!, two!)
    .filter((name) => name !== 'link' || target(one!.facts.get(name)) !== target(two!.facts.get(name)));
}

describe('the comparison of two trees', () => {
  it('finds no difference where there is none', async () => {
    expect(await differenceAfter(() => undefined)).toEqual([]);
  });

  it.each<[string, string[], (root: string) => void]>([
    ['content of the same size', ['b'], (root) => writeFileSync(join(root, 'b'), 'CONTENT')],
    ['a mode', ['b'], (root) => chmodSync(join(root, 'b'), 0o600)],
    ['a missing name', ['b'], (root) => unlinkSync(join(root, 'b'))],
    ['an extra name', ['c'], (root) => writeFileSync(join(root, 'c'), '')],
    ['a link target', ['link'], (root) => {
      unlinkSync(join(root, 'link'));
      symlinkSync('b', join(root, 'link'));
    }],
    ['a lost hard link', ['a', 'deep/linked'], (root) => {
      unlinkSync(join(root, 'deep/linked'));
      writeFileSync(join(root, 'deep/linked'), 'content');
    }],
    ['a hard link to another file', ['b', 'deep/linked', 'a'], (root) => {
      unlinkSync(join(root, 'deep/linked'));
      linkSync(join(root, 'b'), join(root, 'deep/linked'));
    }],
    ['a name that is not text', ['\u00ff'], (root) => {
      writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]), 'ODD');
    }],
  ])('finds %s', async (_, names, change) => {
    expect((await differenceAfter(change)).sort()).toEqual([...names].sort());
  });

  it('finds a time that is off by a microsecond', async () => {
    for (const [name, time] of [['one', 1_700_000_000], ['two', 1_700_000_000.000_001]] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'f'), '');
      utimesSync(join(folder, name, 'f'), time, time);
      utimesSync(join(folder, name), 1, 1);
    }
    expect(differingNames(await readManifest(join(folder, 'one'), never),
      await readManifest(join(folder, 'two'), never))).toEqual(['f']);
  });
});

describe('the sample tree', () => {
  it('is uneven, has what real trees have, and is the same every time', async () => {
    await makeSampleTree(join(folder, 'one'), never, 0.1);
    const manifest = await readManifest(join(folder, 'one'), never);
    const names = [...manifest.facts.keys()];
    const perProject = projects.map((project) => names.filter((name) => name.startsWith(`${project}/`)).length);
    expect(Math.min(...perProject)).toBeGreaterThan(10);
    expect(Math.max(...perProject)).toBeGreaterThan(10 * Math.min(...perProject));
    const facts = [...manifest.facts.values()];
    expect(facts.filter((fact) => fact.startsWith('symlink')).length).toBeGreaterThan(5);
    expect(facts.filter((fact) => fact.includes('linked with')).length).toBeGreaterThan(100);
    expect(Math.max(...names.map((name) => name.split('/').length))).toBeGreaterThan(30);
    expect(readdirSync(join(folder, 'one'), { withFileTypes: true }).filter((entry) => entry.isFile()).length).toBeGreaterThan(3);
    await makeSampleTree(join(folder, 'two'), never, 0.1);
    expect(differingNames(manifest, await readManifest(join(folder, 'two'), never))).toEqual([]);
  });

  it('stops growing when it is cancelled', async () => {
    const stop = new AbortController();
    const made = makeSampleTree(join(folder, 'one'), stop.signal);
    setTimeout(() => stop.abort(new AppError({ kind: 'cancelled', message: 'enough' })), 20);
    await expect(made).rejects.toThrow('enough');
    expect((await readManifest(join(folder, 'one'), never)).facts.size).toBeLessThan(20_000);
  });

  it('comes from numbers that look random but never change', () => {
    const random = createRandom(7);
    const first = Array.from({ length: 1000 }, random);
    const again = createRandom(7);
    expect(Array.from({ length: 1000 }, again)).toEqual(first);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...first)).toBeLessThan(1);
    expect(new Set(first.map((value) => Math.floor(value * 10))).size).toBe(10);
  });
});

describe('the demo\'s folder', () => {
  const face = (chosen: string, exits: (() => void)[] = []) => ({
    env: { DAYBREAK_DEMO_FOLDER: chosen }, callerFolder: folder,
    onExit: (listener: () => void) => {
      exits.push(listener);
      return () => exits.splice(exits.indexOf(listener), 1);
    },
  });

  it('is made where the user says, and gone afterwards, also when the process ends early', async () => {
    const exits: (() => void)[] = [];
    const first = makeWorkFolder(face('.', exits));
    writeFileSync(join(first.path, 'x'), '');
    await first.remove();
    expect(exits).toEqual([]);
    makeWorkFolder(face('.', exits));
    for (const exit of exits) exit();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('cannot be made in a folder that is not there, and says so', () => {
    expect(() => makeWorkFolder(face('nowhere'))).toThrow(`The demo cannot make a folder in ${folder}/nowhere`);
  });
});

describe('a timed command', () => {
  it('answers with its time, or says what is wrong', async () => {
    expect(await timeCommand(['sleep', '0.1'], never)).toBeGreaterThan(90);
    await expect(timeCommand(['daybreak-no-such-program'], never)).rejects.toMatchObject({ kind: 'rsync-missing' });
    await expect(timeCommand(['sh', '-c', 'echo oh >&2; exit 3'], never)).rejects.toMatchObject({ message: 'sh ended with 3',
      detail: 'oh' });
  });

  it('is ended with its whole process group when the demo is cancelled', async () => {
    const stop = new AbortController();
    const marker = join(folder, 'marker');
    const ended = timeCommand(['sh', '-c', `(sleep 0.4; echo late > ${marker}) & wait`], stop.signal);
    setTimeout(() => stop.abort(new AppError({ kind: 'cancelled', message: 'enough' })), 100);
    await expect(ended).rejects.toThrow('enough');
    await new Promise((resolve) => { setTimeout(resolve, 600); });
    expect(existsSync(marker)).toBe(false);
  });
});
