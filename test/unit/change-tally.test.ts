import { expect, it } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { createChangeTally, extensionOf } from '../../src-main/worker/change-tally.ts';
import { addTally } from '../../src-main/core/run/changed.ts';
import { heldPattern } from '../../src-main/core/rsync/held-folder.ts';
import { compileExcludes } from '../../src-main/core/rsync/filter.ts';

const change = (code: string, name: string, isFolder = false) => ({ code, name: name as ByteName, isFolder, bytes: 1 });

it('counts by top folder what rsync itemised, and sums calls up', () => {
  const tally = createChangeTally();
  for (const each of [
    change('>f+++++++++', 'alpha/x.jpg.LOCKED'), change('>f.st......', 'alpha/y.jpg'), change('>fcst......', 'alpha/in/z'),
    change('.f...p.....', 'alpha/mode'), change('cd+++++++++', 'alpha/new', true), change('cd+++++++++', 'beta', true),
    change('cL+++++++++', 'alpha/link.locked'), change('hf+++++++++', 'loose.txt'), change('.d..t......', 'alpha', true),
  ]) tally.take(each);
  expect(tally.result()).toEqual([
    { top: 'alpha', created: 3, rewritten: 2, names: ['alpha/y.jpg', 'alpha/in/z'], extensions: [{ extension: '.locked', files: 2, names: ['alpha/x.jpg.LOCKED', 'alpha/link.locked'] }] },
    { top: '', created: 1, rewritten: 0, names: [], extensions: [{ extension: '.txt', files: 1, names: ['loose.txt'] }] },
  ]);
  const changed = new Map();
  addTally(changed, tally.result());
  addTally(changed, tally.result());
  expect(changed.get('alpha')).toMatchObject({ created: 6, rewritten: 4, extensions: new Map([['.locked', { files: 4 }]]) });
});

it('is of one size however many changes there are, and still finds an extension that many files have', () => {
  const tally = createChangeTally();
  for (let file = 0; file < 20_000; file++) tally.take(change('>f+++++++++', file % 4 === 0 ? `alpha/${file}.locked` : `alpha/${file}.e${file % 5000}`));
  const [alpha] = tally.result();
  expect(alpha?.extensions.length).toBeLessThanOrEqual(32);
  expect(alpha?.extensions.find(({ extension }) => extension === '.locked')?.files).toBeGreaterThan(5000 - 20_000 / 32);
});

it.each([['a.JPG', '.jpg'], ['a/b.c/d', null], ['.profile', null], ['a.', null], ['a.tar.gz', '.gz'], ['a.averyveryverylongend', null]])('the extension of %s is %s', (name, extension) => {
  expect(extensionOf(name as ByteName)).toBe(extension);
});

it.each(['plain', 'a b', 'st*r', 'what?', '[x]', 'back\\slash', 'b*ck\\slash', 'new\nline', 'f\xc3\xbc*r', 'not\xfftext', '- minus', '!'])('the pattern of a held folder fits it and no neighbour: %j', (top) => {
  const fits = compileExcludes([heldPattern(top as ByteName)]);
  expect(fits(top as ByteName, true)).toBe(true);
  for (const other of ['other', `${top}x`, `x/${top}`, 'stxr', 'whatx', 'x', 'backxslash']) expect(fits(other as ByteName, true), other).toBe(false);
});
