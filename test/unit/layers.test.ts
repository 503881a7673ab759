import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSource, type SourceFacts } from './imports.ts';

/**
 * What each layer may import, types included: other layers by where they lie, packages by name (`@orpc/*`: any of that
 * scope). Its own files it may always import. Where two layers fit a path, the longer one holds.
 */
const layers: Readonly<Record<string, readonly string[]>> = {
  'src-shared/': ['zod', '@orpc/contract'],
  'src-main/core/': [
    'src-shared/', 'node:', 'systeminformation', 'croner', 'pino', 'nodemailer', 'write-file-atomic', '@orpc/server', 'zod',
  ],
  'src-main/worker/': ['src-shared/', 'src-main/core/rsync/', 'src-main/core/plan/', 'src-main/small-heap.ts', 'node:', 'koffi'],
  'src-main/small-heap.ts': ['node:'],
  'src-main/fork-host.ts': ['src-shared/', 'src-main/core/ports.ts', 'node:'],
  'src-main/local/': ['src-shared/', 'src-main/core/', 'node:', '@orpc/*'],
  'src-main/cli/': ['src-shared/', 'src-main/core/', 'src-main/headless/', 'src-main/local/', 'src-main/fork-host.ts', 'src-main/small-heap.ts', 'package.json', 'node:', '@orpc/*', 'ws', 'commander', 'execa'],
  'src-main/headless/': ['src-shared/', 'src-main/core/', 'node:', '@orpc/*', 'ws', 'zod'],
  'src-main/electron/': ['src-shared/', 'src-main/core/', 'src-main/local/', 'package.json', 'node:', 'electron', 'electron-updater', '@orpc/server'],
  'src-main/electron/preload.ts': ['src-shared/', 'electron'],
  'src-main/electron/vite.config.ts': ['node:', 'vite'],
  'src-main/vite.config.ts': ['node:', 'vite'],
  'src-renderer/': [
    'src-shared/', 'react', 'react-dom', 'zustand', 'zod', '@orpc/client', 'partysocket', '@mantine/*', 'uplot', 'cronstrue',
    '@tanstack/react-virtual', '@tabler/icons-react', '@fontsource-variable/inter', 'get-nonce',
  ],
  'src-renderer/vite.config.ts': ['node:', 'vite', '@vitejs/plugin-react'],
};

/** What a layer must never load at run time, not even through files it may import: worker processes start often. */
const neverLoaded: Readonly<Record<string, readonly string[]>> = {
  // zod takes 70 ms to load and execa 30 ms, of a worker that lives for seconds.
  'src-main/worker/': ['zod', 'execa'],
};

/** Default exports are for tools that ask for them. */
const mayExportDefault = /(^|\/)vite\.config\.ts$/;
const refusedNames = /(^|\/)(utils?|helpers?|index)\.(ts|tsx|mjs)$/;
const mostLines = 350;

const root = path.join(import.meta.dirname, '..', '..');

describe('the layer rules', () => {
  it('hold for every source file', () => {
    const files = readTree();
    expect(files.size).toBeGreaterThan(10);
    expect(judge(files)).toEqual([]);
  });

  it('name a layer for every entry they allow', () => {
    const places = Object.values(layers).flat().filter((entry) => entry.startsWith('src-'));
    for (const place of places) expect(Object.keys(layers).some((layer) => place.startsWith(layer)), place).toBe(true);
  });

  it.each([
    ['a layer above', 'src-shared/a.ts', `import { x } from '../src-main/core/app.ts';`, 'may not import src-main/core/app.ts'],
    ['node in the shared words', 'src-shared/a.ts', `import fs from 'node:fs';`, 'may not import node:'],
    ['a type of a forbidden package', 'src-main/core/a.ts', `import type { App } from 'electron';`, 'may not import electron'],
    ['a forbidden dynamic import', 'src-main/core/a.ts', `await import('ws');`, 'may not import ws'],
    ['a forbidden export from', 'src-main/core/a.ts', `export { x } from '../cli/main.ts'; export const y = 1;`, 'may not import src-main/cli/main.ts'],
    ['a forbidden type query', 'src-main/core/a.ts', `export type T = import('electron').App;`, 'may not import electron'],
    ['a forbidden require', 'src-main/core/a.ts', `export const x: unknown = require('electron');`, 'may not import electron'],
    ['another folder of core', 'src-main/worker/a.ts', `import { x } from '../core/store/runs.ts';`, 'may not import src-main/core/store/runs.ts'],
    ['a part of a package', 'src-main/core/a.ts', `import 'react/jsx-runtime';`, 'may not import react'],
    ['a built-in without its prefix', 'src-main/core/a.ts', `import fs from 'fs';`, 'in no layer of the table'],
    ['a package that nobody placed', 'src-main/core/a.ts', `import x from 'left-pad';`, 'left-pad is in no layer of the table'],
    ['a scoped package that nobody placed', 'src-main/cli/a.ts', `import x from '@left/pad/deep';`, '@left/pad is in no layer of the table'],
    ['a name that is computed', 'src-main/cli/a.ts', 'await import(`node:${1}`);', 'imports a computed name'],
    ['a file outside all layers', 'src-main/attic/a.ts', `export const x = 1;`, 'belongs to no layer'],
    ['a default export', 'src-main/core/a.ts', `export default 1;`, 'has a default export'],
    ['a renamed default export', 'src-main/core/a.ts', `const a = 1; export { a as default };`, 'has a default export'],
    ['a file of utilities', 'src-main/core/utils.ts', `export const a = 1;`, 'says nothing by its name'],
    ['a barrel by its name', 'src-main/core/index.ts', `export const a = 1;`, 'says nothing by its name'],
    ['a barrel by its content', 'src-main/core/all.ts', `export * from './app.ts'; export { x } from './calls.ts';`, 'is a barrel'],
    ['a very long file', 'src-main/core/a.ts', 'export {};\n'.repeat(351), 'has 351 lines'],
  ])('refuse %s', (_what, file, text, finding) => {
    expect(judge(new Map([[file, text]]))).toEqual([expect.stringContaining(finding)]);
  });

  it('refuse a worker that loads zod through other files, and tell the way', () => {
    const files = new Map([
      ['src-main/worker/main.ts', `import { plan } from '../core/plan/splitter.ts';`],
      ['src-main/core/plan/splitter.ts', `import { Unit } from '../../../src-shared/unit.ts'; export const plan = Unit;`],
      ['src-shared/unit.ts', `import { z } from 'zod'; export const Unit = z;`],
    ]);
    expect(judge(files)).toEqual([
      'src-main/worker/main.ts loads zod: src-main/worker/main.ts -> src-main/core/plan/splitter.ts -> src-shared/unit.ts -> zod',
    ]);
  });

  it('take an inline type import for a load, as it stays when types are stripped', () => {
    const unit = ['src-shared/unit.ts', `import { z } from 'zod'; export const Unit = z; export type Unit = 1;`] as const;
    const inline = ['src-main/worker/main.ts', `import { type Unit } from '../../src-shared/unit.ts';`] as const;
    const whole = ['src-main/worker/main.ts', `import type { Unit } from '../../src-shared/unit.ts';`] as const;
    expect(judge(new Map([inline, unit]))).toHaveLength(1);
    expect(judge(new Map([whole, unit]))).toEqual([]);
  });

  it('allow what the table says', () => {
    expect(judge(new Map([
      ['src-main/core/a.ts', `import { b } from './b.ts'; import { z } from 'zod'; import fs from 'node:fs'; export const a = [b, z, fs];`],
      ['src-main/core/b.ts', `export const b = 1;`],
      ['src-main/cli/main.ts', `import { a } from '../core/a.ts'; import { os } from '@orpc/client'; import '../fork-host.ts'; export { a, os };`],
      ['src-main/vite.config.ts', `import { defineConfig } from 'vite'; export default defineConfig({});`],
      ['src-renderer/view.tsx', `import './view.css'; import '@mantine/core/styles.css'; export const View = () => <p>hello</p>;`],
    ]))).toEqual([]);
  });
});

describe('the type check', () => {
  it('covers every source file by the project of its own layer', () => {
    const checked = new Set(globSync('{src-*,test,scripts}/**/tsconfig.json', { cwd: root }).flatMap((project) => {
      const shown = execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', project, '--showConfig'], { cwd: root });
      const { files = [] } = JSON.parse(shown.toString()) as { files?: string[] };
      return files.map((file) => path.join(path.dirname(project), file));
    }));
    const sources = globSync('{src-*,test,scripts}/**/*.{ts,tsx,mts,mjs}', { cwd: root });
    expect(sources.filter((file) => !checked.has(file))).toEqual([]);
  });
});

function readTree(): Map<string, string> {
  const names = globSync('src-*/**/*.{ts,tsx,mts,cts,js,mjs,cjs}', { cwd: root }).sort();
  return new Map(names.map((name) => [name, readFileSync(path.join(root, name), 'utf8')]));
}

/** All breaches in these files, one sentence each. */
function judge(files: ReadonlyMap<string, string>): string[] {
  const facts = new Map([...files].map(([file, text]) => [file, readSource(file, text)]));
  return [...files].flatMap(([file, text]) => [
    ...judgeImports(file, facts.get(file)),
    ...judgeForm(file, text, facts.get(file)),
    ...judgeLoads(file, facts),
  ]);
}

function judgeImports(file: string, facts: SourceFacts | undefined): string[] {
  const layer = layerOf(file);
  if (layer === null) return [`${file} belongs to no layer of the table`];
  const allowed = layers[layer] ?? [];
  return (facts?.imports ?? []).flatMap(({ specifier }) => {
    if (specifier === null) return [`${file} imports a computed name`];
    const target = targetOf(file, specifier);
    if (target.startsWith('src-')) {
      const isAllowed = layerOf(target) === layer || allowed.some((place) => target.startsWith(place));
      return isAllowed ? [] : [`${file} may not import ${target}`];
    }
    if (allowed.some((entry) => covers(entry, target))) return [];
    const isPlaced = Object.values(layers).flat().some((entry) => covers(entry, target));
    return [isPlaced ? `${file} may not import ${target}` : `${file} imports ${target}: ${target} is in no layer of the table`];
  });
}

function judgeForm(file: string, text: string, facts: SourceFacts | undefined): string[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return [
    ...(facts?.hasDefaultExport && !mayExportDefault.test(file) ? [`${file} has a default export`] : []),
    ...(refusedNames.test(file) ? [`${file} says nothing by its name`] : []),
    ...(facts?.isBarrel ? [`${file} is a barrel: import from the files themselves`] : []),
    ...(lines > mostLines ? [`${file} has ${lines} lines: more than ${mostLines}`] : []),
  ];
}

function judgeLoads(file: string, facts: ReadonlyMap<string, SourceFacts>): string[] {
  return (neverLoaded[layerOf(file) ?? ''] ?? []).flatMap((unwanted) => {
    const way = findLoad(file, unwanted, facts, new Set());
    return way ? [`${file} loads ${unwanted}: ${way.join(' -> ')}`] : [];
  });
}

/** The files from `file` to the package `wanted`, by imports that remain at run time; null when there is no such way. */
function findLoad(file: string, wanted: string, facts: ReadonlyMap<string, SourceFacts>, seen: Set<string>): string[] | null {
  seen.add(file);
  for (const { specifier, typeOnly } of facts.get(file)?.imports ?? []) {
    if (typeOnly || specifier === null) continue;
    const target = targetOf(file, specifier);
    if (target === wanted) return [file, wanted];
    const rest = target.startsWith('src-') && !seen.has(target) ? findLoad(target, wanted, facts, seen) : null;
    if (rest) return [file, ...rest];
  }
  return null;
}

function layerOf(file: string): string | null {
  const fitting = Object.keys(layers).filter((layer) => file.startsWith(layer));
  return fitting.sort((a, b) => b.length - a.length)[0] ?? null;
}

/** What a specifier leads to: a path from the project's folder, `node:`, or a package's name. */
function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(file), specifier);
  if (specifier.startsWith('node:')) return 'node:';
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function covers(entry: string, target: string): boolean {
  return entry.endsWith('/*') ? target.startsWith(entry.slice(0, -1)) : entry === target;
}
