import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { validateExclude } from '../../src-shared/exclude-pattern.ts';
import { display, fromText } from '../../src-main/core/rsync/byte-name.ts';
import { compileExcludes } from '../../src-main/core/rsync/filter.ts';
import { createOutputReader, outFormat } from '../../src-main/core/rsync/output.ts';
import { type Random, seededRandom } from '../fixtures/random.ts';

const seed = Number(process.env['DAYBREAK_SEED'] ?? Date.now() % 1_000_000);
const rounds = Number(process.env['DAYBREAK_FILTER_ROUNDS'] ?? 200);

describe('which entries an exclude leaves out', () => {
  const cases: readonly (readonly [pattern: string, path: string, isFolder: boolean, isExcluded: boolean])[] = [
    // Examples of rsync(1), PATTERN MATCHING RULES.
    ['*.o', 'a/b.o', false, true],
    ['*.o', 'a/b.obj', false, false],
    ['/foo', 'foo', false, true],
    ['/foo', 'a/foo', false, false],
    ['foo/', 'a/foo', true, true],
    ['foo/', 'a/foo', false, false],
    ['foo/*/bar', 'x/foo/y/bar', false, true],
    ['foo/*/bar', 'foo/y/z/bar', false, false],
    ['/foo/**/bar', 'foo/a/b/bar', false, true],
    ['/foo/**/bar', 'foo/bar', false, false],
    ['foo/bar', 'x/foo/bar', false, true],
    ['foo/bar', 'xfoo/bar', false, false],
    ['dir/***', 'a/dir', true, true],
    ['dir/***', 'a/dir', false, false],
    ['dir/***', 'dir/a/b', false, true],
    ['dir/**', 'dir', true, false],
    ['dir/**', 'x/dir/a/b', false, true],
    ['**/x', 'x', false, true],
    ['**a*b', 'ac/ab', false, true],
    ['*a*b', 'ac/ab', false, true],
    ['x*/**b', 'y/xc/d/b', false, true],
    ['*x*/y', 'xa/b/xa/y', false, true],
    ['/*x*/y', 'xa/b/xa/y', false, false],
    ['a?c', 'abc', false, true],
    ['a?c', 'a/c', false, false],
    ['foo\\bar', 'foo\\bar', false, true],
    ['foo\\bar*', 'foobar1', false, true],
    ['foo\\\\bar*', 'foo\\bar1', false, true],
    ['[[:upper:]]*', 'Tmp', true, true],
    ['[[:upper:]]*', 'tmp', true, false],
    ['[^a-c]x', 'dx', false, true],
    ['[!a-c]x', 'bx', false, false],
    ['[]-]', ']', false, true],
    ['a[b', 'a[b', false, false],
    ['[[:nonsense:]]', 'a', false, false],
    ['/', 'a', true, false],
    ['ü*', 'über', false, true],
    // A pattern is bytes: ? is one byte, and ü has two.
    ['?ber', 'über', false, false],
    ['??ber', 'über', false, true],
  ];
  test.each(cases)('%s on %s (folder: %s): %s', (pattern, path, isFolder, isExcluded) => {
    expect(compileExcludes([pattern])(fromText(path), isFolder)).toBe(isExcluded);
  });

  test('any of several excludes is enough, and without excludes nothing is left out', () => {
    const excludes = compileExcludes(['*.o', '/tmp/']);
    expect(excludes(fromText('tmp'), true)).toBe(true);
    expect(excludes(fromText('a.o'), false)).toBe(true);
    expect(excludes(fromText('a.c'), false)).toBe(false);
    expect(compileExcludes([])(fromText('a'), false)).toBe(false);
  });

  test('the root of a transfer is never left out', () => {
    expect(compileExcludes(['*', '**', '/***', '.'])('' as ByteName, true)).toBe(false);
  });
});

test('a pattern of many stars is judged in no time', () => {
  const excludes = compileExcludes(['*a*a*a*a*a*a*a*a*a*a*b', '**a**a**a**a**a**a**a**a**b']);
  const start = performance.now();
  expect(excludes(fromText('a'.repeat(250)), false)).toBe(false);
  expect(performance.now() - start).toBeLessThan(200);
});

describe('excludes that are refused', () => {
  test.each(
    ['', 'a\0b', 'a\nb', 'a\rb', '+ a', '- a', '!', 'x'.repeat(4096), 'ü'.repeat(2048)],
  )('%j with the reason', (pattern) => {
    expect(validateExclude(pattern)).toMatch(/^An exclude pattern must/u);
  });
  test.each(
    ['a', '*.o', '/tmp/', '-', '-x', '+x', '!x', '[+] a', '[\\!]', ' ', '#x', ';x', 'x'.repeat(4095)],
  )('but %j is fine', (pattern) => {
    expect(validateExclude(pattern)).toBeNull();
  });
});

interface Entry {
  readonly path: ByteName;
  readonly isFolder: boolean;
}

/** Names that patterns of the same few characters have a chance to match. */
const nameParts = ['a', 'b', 'A', '1', '.', '-', '_', ' ', ']', '[', '^', '!', '*', '?', '\\', ':', 'é', '\t'];
const patternParts = [
  'a', 'a', 'b', 'b', 'A', '1', '.', '-', ' ', ']', '[', '^', '!', '\\', ':', 'é', '\t', '/', '/', '/', '*', '*', '**', '***',
  '?', '?',
  '[ab]', '[!a]', '[^b-]', '[a-b]', '[]a]', '[!]a]', '[--1]', '[\\]]', '[a\\-b]', '[[:alpha:]]', '[[:upper:]b]', '[^[:digit:]]',
  '[[:punct:]]', '[[:space:]]', '[[:nope:]]', '[[:]', '[a', '[[:alnum:]', '/**', '/***', '**/', '/*/', '\\*', '\\[', 'a/b', '*/a',
];

function randomPattern(random: Random): string {
  for (;;) {
    let pattern = random.chance(0.25) ? '/' : '';
    for (let count = random.int(1, 5); count > 0; count--) pattern += random.pick(patternParts);
    if (random.chance(0.15)) pattern += '/';
    if (validateExclude(pattern) === null) return pattern;
  }
}

function randomName(random: Random): string {
  for (;;) {
    let name = '';
    for (let count = random.int(1, 3); count > 0; count--) name += random.pick(nameParts);
    if (name !== '.' && name !== '..') return name;
  }
}

/** Fills a new folder with random names, and tells what it made. */
function makeTree(root: string, random: Random): Entry[] {
  const entries: Entry[] = [];
  const taken = new Set<string>();
  const folders = [''];
  for (let count = 0; count < 170; count++) {
    const parent = random.chance(0.3) ? '' : random.pick(folders);
    const path = parent === '' ? randomName(random) : `${parent}/${randomName(random)}`;
    if (taken.has(path)) continue;
    taken.add(path);
    const full = join(root, path);
    const isFolder = random.chance(0.4) && path.split('/').length < 5;
    if (isFolder) {
      mkdirSync(full);
      folders.push(path);
    } else if (random.chance(0.1)) {
      symlinkSync('.', full);
    } else {
      writeFileSync(full, '');
    }
    entries.push({ path: fromText(path), isFolder });
  }
  return entries;
}

/** What rsync would copy of a tree, by its own word. */
async function listedByRsync(source: string, destination: string, patterns: readonly string[]): Promise<Set<string>> {
  const names = new Set<string>();
  const reader = createOutputReader({ onChange: ({ name }) => names.add(name) });
  const args = [
    '-n', '-rl', '--no-h', `--out-format=${outFormat}`, ...patterns.map((pattern) => `--exclude=${pattern}`), '--', `${source}/`,
    `${destination}/`,
  ];
  const child = spawn('rsync', args, { env: { ...process.env, LC_ALL: 'C.UTF-8' }, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (chunk: Buffer) => reader.push(chunk));
  const code = await new Promise<number | null>((done) => {
    child.on('close', done);
  });
  reader.end();
  if (code !== 0) throw new Error(`rsync ended with ${code}`);
  names.delete('');
  return names;
}

/** What a walk that asks the matcher comes to: it never goes into a folder that is excluded. */
function listedByMatcher(entries: readonly Entry[], patterns: readonly string[]): Set<string> {
  const isExcluded = compileExcludes(patterns);
  const left = new Set<string>();
  const out = new Set<string>();
  for (const { path, isFolder } of entries) {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (out.has(parent) || isExcluded(path, isFolder)) out.add(path);
    else left.add(path);
  }
  return left;
}

describe('random excludes', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybreak-filter-'));
    mkdirSync(join(folder, 'destination'));
    chmodSync(folder, 0o700);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test(`leave out exactly what rsync leaves out (DAYBREAK_SEED=${seed})`, { timeout: 120_000 }, async () => {
    const random = seededRandom(seed);
    const trees = Array.from({ length: 6 }, (_, index) => {
      const root = join(folder, `tree-${index}`);
      mkdirSync(root);
      return { root, entries: makeTree(root, random) };
    });
    const todo = Array.from({ length: rounds }, () => ({
      tree: random.pick(trees),
      patterns: Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => randomPattern(random)),
    }));
    let judged = 0;
    const lane = async (): Promise<void> => {
      for (let next = todo.pop(); next; next = todo.pop()) {
        const { tree: { root, entries }, patterns } = next;
        const expected = await listedByRsync(root, join(folder, 'destination'), patterns);
        const actual = listedByMatcher(entries, patterns);
        const wrong = entries.filter(({ path }) => expected.has(path) !== actual.has(path));
        judged += entries.length;
        expect(
          wrong.map(({ path }) => display(path)), `--exclude ${patterns.map((pattern) => JSON.stringify(pattern)).join(' ')}`,
        ).toEqual([]);
      }
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
    expect(judged).toBeGreaterThan(rounds * 50);
  });
});
