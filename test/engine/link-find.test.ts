import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import type { LinkScan } from '../../src-shared/worker-protocol.ts';
import { tellLinksFlag } from '../../src-main/core/rsync/args.ts';
import { createOutputReader } from '../../src-main/core/rsync/output.ts';
import { findLinkedFiles } from '../../src-main/worker/link-find.ts';
import { findOutsideLinks } from '../../src-main/worker/link-scan.ts';

let source: string;
beforeEach(() => {
  source = mkdtempSync(join(tmpdir(), 'daybreak-links-'));
  for (const folder of ['a/deep/er', 'b', '-c', 'outside']) mkdirSync(join(source, folder), { recursive: true });
  const put = (name: string) => writeFileSync(join(source, name), name);
  put('outside/one');
  linkSync(join(source, 'outside/one'), join(source, 'a/deep/er/new\nline'));
  linkSync(join(source, 'outside/one'), join(source, '-c/Grün'));
  put('b/inside');
  linkSync(join(source, 'b/inside'), join(source, 'a/inside too'));
  put('a/alone');
  symlinkSync('alone', join(source, 'a/symlink'));
});
afterEach(() => rmSync(source, { recursive: true, force: true }));

const scanOf = (changes: Partial<LinkScan> = {}): LinkScan => ({
  source, depth: 'deep', names: ['a', 'b', '-c'] as ByteName[], excludes: [], all: false, ...changes,
});

test.each([false, true])('find(1) leads to the same links as asking for each file (all: %s)', async (all) => {
  const known = await findLinkedFiles(scanOf({ all }), 5000, 'pdeathsig');
  expect(known).toHaveLength(4);
  const { links, repeats } = findOutsideLinks(scanOf({ all }), known);
  const sorted = (list: typeof links) => list.map((link) => `${link.file} ${link.name} ${link.bytes}`).sort();
  expect(sorted(links)).toEqual(sorted(findOutsideLinks(scanOf({ all }), null).links));
  expect(repeats).toEqual({ files: 2, bytes: 'outside/one'.length + 'b/inside'.length });
  expect(links).toHaveLength(all ? 4 : 2);
});

test.each<[string, Partial<LinkScan>, number]>([
  ['a small unit', {}, 10],
  ['excludes', { excludes: ['*.tmp'] }, 5000],
  ['the level of a folder', { depth: 'level', names: ['a' as ByteName] }, 5000],
  ['the root itself', { names: ['' as ByteName] }, 5000],
  ['a name that is not ASCII', { names: ['a', 'Gr\u00c3\u00bcn'] as ByteName[] }, 5000],
  ['a name that is gone', { names: ['a', 'gone'] as ByteName[] }, 5000],
])('leaves %s to the slower way', async (_what, changes, entries) => {
  expect(await findLinkedFiles(scanOf(changes), entries, 'pdeathsig')).toBeNull();
});

test.skipIf(process.getuid?.() === 0)('leaves a folder that cannot be read to the slower way', async () => {
  chmodSync(join(source, 'a/deep'), 0);
  expect(await findLinkedFiles(scanOf(), 5000, 'pdeathsig')).toBeNull();
  chmodSync(join(source, 'a/deep'), 0o755);
});

test.each([
  ['of names within the unit', 'a', true], ['of a name outside', '-c', true], ['of one name alone, though other folders have more', 'only', false],
])('rsync tells that there are files with several names: %s', (_what, name, expected) => {
  mkdirSync(join(source, 'only'));
  writeFileSync(join(source, 'only', 'hlink for 1 (odd'), '');
  const destination = mkdtempSync(join(tmpdir(), 'daybreak-links-to-'));
  for (const what of ['all is new', 'nothing is new']) {
    const reader = createOutputReader();
    reader.push(execFileSync('rsync', ['-aHR', '--no-implied-dirs', '--stats', tellLinksFlag, '--', `${source}/./${name}`, `${destination}/`]));
    expect(reader.end(), what).toMatchObject({ hasLinks: expected, messages: [] });
  }
  rmSync(destination, { recursive: true });
});
