import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backUp, openEngine, unitsOf } from '../fixtures/engine.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';

/** What a run replaces is kept once, as it was: also of files with several names, which are copied apart and linked at the end. */
let folder: string;
let source: string;
let destination: string;
let kept: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-kept-'));
  [source, destination, kept] = ['source', 'destination', 'kept'].map((name) => join(folder, name)) as [string, string, string];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A flat folder that is copied in parts, with a file of two names far apart, and an older version of it all at the destination. */
function fillFlat(at: string): void {
  for (const [side, words] of [[source, 'the new version'], [destination, 'the old version that was there']] as const) {
    mkdirSync(join(side, at), { recursive: true });
    for (let file = 10; file < 50; file++) writeFileSync(join(side, at, `file ${file}`), `${words} of ${file}`);
    for (const name of ['file 11', 'file 48']) rmSync(join(side, at, name));
    writeFileSync(join(side, at, 'file 11'), words);
    linkSync(join(side, at, 'file 11'), join(side, at, 'file 48'));
  }
  execFileSync('find', [folder, '-exec', 'touch', '-d', '2026-01-02 03:04:05.678', '{}', '+']);
}

describe.each([['', false], ['', true], ['flat', false], ['flat', true]])('in "%s", where calls wait for a server: %s', (at, isSlow) => {
  test('beside its place', async () => {
    fillFlat(at);
    const app = await openEngine(folder, { ...unitsOf(8), isSlow });
    const { state } = await backUp(app, source, destination, { options: { backup: true } });
    await app.close();
    expect(state).toBe('succeeded');
    for (const name of ['file 11', 'file 48']) {
      expect(readFileSync(join(destination, at, name), 'utf8')).toBe('the new version');
      expect(readFileSync(join(destination, at, `${name}~`), 'utf8')).toBe('the old version that was there');
    }
  });

  test('in a folder of its own, by a mirror with something to remove', async () => {
    fillFlat(at);
    writeFileSync(join(destination, at, 'gone'), 'gone at the source');
    const app = await openEngine(folder, { ...unitsOf(8), isSlow });
    const { state } = await backUp(app, source, destination, { options: { mirror: true, backup: true, backupDir: kept } });
    await app.close();
    expect(state).toBe('succeeded');
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
    for (const name of ['file 11', 'file 48']) expect(readFileSync(join(kept, at, name), 'utf8')).toBe('the old version that was there');
    expect(readFileSync(join(kept, at, 'gone'), 'utf8')).toBe('gone at the source');
  });
});

test.each([['local disks, with few of them', false, 1], ['a server', true, 3]])('names of one file in several projects become one by rsyncs side by side: on %s', async (_where, isSlow, rsyncs) => {
  // So many of other files that each name may be copied apart at first.
  for (const project of ['alpha', 'beta', 'gamma']) {
    for (let day = 0; day < 20; day++) {
      mkdirSync(join(source, project, `day ${day}`), { recursive: true });
      for (let file = 0; file < 4; file++) writeFileSync(join(source, project, `day ${day}`, `file ${file}`), 'of one name');
    }
    mkdirSync(join(source, project, 'shared'));
  }
  for (let file = 0; file < 54; file++) {
    const name = `shared/file ${file}`;
    writeFileSync(join(source, 'alpha', name), `content of ${file}`);
    for (const project of ['beta', ...(file % 2 === 0 ? ['gamma'] : [])]) linkSync(join(source, 'alpha', name), join(source, project, name));
  }
  execFileSync('find', [source, '-exec', 'touch', '-d', '2026-01-02 03:04:05.678', '{}', '+']);
  const app = await openEngine(folder, { ...unitsOf(20), isSlow });
  const { state, run } = await backUp(app, source, destination, { options: { workers: 3 } });
  const linking = app.store().units.list(run!).filter(({ kind }) => kind === 'links');
  const again = await backUp(app, source, destination, { options: { workers: 3 } });
  const linkedAgain = app.store().units.list(again.run!).filter(({ kind }) => kind === 'links');
  await app.close();
  expect(state).toBe('succeeded');
  expect(linking).toHaveLength(rsyncs);
  expect(linkedAgain).toEqual([]);
  expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
});

test.each([['local disks', false], ['a server', true]])('snapshots are copied together, not each of them anew: on %s', async (_where, isSlow) => {
  for (const day of ['mon', 'tue', 'wed']) {
    for (const project of ['alpha', 'beta']) mkdirSync(join(source, day, project), { recursive: true });
    for (let file = 0; file < 30; file++) {
      const name = `${file % 2 === 0 ? 'alpha' : 'beta'}/file ${file}`;
      if (day === 'mon') writeFileSync(join(source, day, name), `content of ${file}`);
      else linkSync(join(source, 'mon', name), join(source, day, name));
    }
  }
  execFileSync('find', [source, '-exec', 'touch', '-d', '2026-01-02 03:04:05.678', '{}', '+']);
  const app = await openEngine(folder, { ...unitsOf(20), isSlow });
  const { totals, run } = await backUp(app, source, destination);
  const units = app.store().units.list(run!);
  await app.close();
  expect(units.filter(({ kind }) => kind === 'links')).toEqual([]);
  expect(totals.filesTransferred).toBe(30);
  expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
});

test.each([['local disks', false], ['a server', true]])('the first links of a tree that had none are kept, and looked for from then on: on %s', async (_where, isSlow) => {
  for (const day of ['mon', 'tue']) {
    mkdirSync(join(source, day, 'alpha'), { recursive: true });
    for (let file = 0; file < 30; file++) writeFileSync(join(source, day, `alpha/file ${file}`), `content of ${file}`);
  }
  // Times of the same second count as equal.
  const age = () => execFileSync('find', [source, '-exec', 'touch', '-d', '2026-01-02 03:04:05.678', '{}', '+']);
  age();
  const app = await openEngine(folder, { ...unitsOf(20), isSlow });
  const known = () => app.store().learned.hasLinks(app.store().jobs.list()[0]!.id);
  await backUp(app, source, destination);
  expect(known()).toBe(false);
  mkdirSync(join(source, 'wed/alpha'), { recursive: true });
  for (let file = 0; file < 30; file++) linkSync(join(source, `tue/alpha/file ${file}`), join(source, `wed/alpha/file ${file}`));
  age();
  for (const isKnown of [true, true]) {
    expect((await backUp(app, source, destination)).state).toBe('succeeded');
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
    expect(known()).toBe(isKnown);
  }
  for (let file = 0; file < 30; file++) rmSync(join(source, `tue/alpha/file ${file}`));
  await backUp(app, source, destination);
  expect(known()).toBe(false);
  await app.close();
});
