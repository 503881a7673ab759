import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { emptied } from './cpu-cases.ts';
import { followOptions, type StagedCase } from './staged-case.ts';
import type { StagedRun } from './staged-run.ts';
import { makeFiles, makeFolders, randomOf } from './staged-tree.ts';

/** Who backs up where root would be allowed everything. */
const nobody = 65_534;

export const hugeFolderCase: StagedCase = {
  name: 'huge-folder', cause: 'one-long-unit', how: '3 GB in one folder that its owner may not write, which is not split without root',
  whyNot: () => (process.platform === 'linux' ? null : 'setpriv is of Linux'),
  stage: ({ folder }) => {
    const source = join(folder, 'source');
    const destination = join(folder, 'copy');
    makeFolders(source, 'small', { folders: 6, filesEach: 200, bytesEach: 4000 });
    const raw = join(source, 'omega', 'raw');
    makeFiles(raw, 150, randomOf(20e6));
    mkdirSync(destination);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) for (const path of [folder, ...below(source), source, destination]) chownSync(path, nobody, nobody);
    chmodSync(raw, 0o555);
    const through = isRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : [];
    const run: StagedRun = { source, destination, argv: [], through };
    return Promise.resolve({
      run,
      async follow() {
        allowWriting(raw, join(destination, 'omega', 'raw'));
        await emptied(destination);
        if (isRoot) chownSync(destination, nobody, nobody);
        return run;
      },
      end: () => {
        allowWriting(raw, join(destination, 'omega', 'raw'));
        return Promise.resolve();
      },
    });
  },
};

/** So that these folders can be emptied; those that are there. */
function allowWriting(...folders: readonly string[]): void {
  for (const folder of folders) if (existsSync(folder)) chmodSync(folder, 0o755);
}

/** The folder's content, all levels. */
function below(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? [path, ...below(path)] : [path];
  });
}

export const tinyFoldersCase: StagedCase = {
  name: 'tiny-folders', cause: 'start-up', how: '1 000 folders of 5 files, each a unit of its own; a filter leaves them to rsync',
  whyNot: () => null,
  stage: ({ folder }) => {
    const source = join(folder, 'source');
    const destination = join(folder, 'copy');
    makeFolders(source, 'tiny', { folders: 1000, filesEach: 5, bytesEach: 500 });
    mkdirSync(destination);
    return Promise.resolve({
      run: { source, destination, argv: ['--exclude', '*.none'], tuning: { msPerEntry: 1, minUnitMs: 6, maxUnitMs: 6 } },
      async follow() {
        await emptied(destination);
        // As Daybreak cuts them by itself.
        return { source, destination, argv: ['--exclude', '*.none'] };
      },
      end: () => Promise.resolve(),
    });
  },
};

export const nothingCase: StagedCase = {
  name: 'nothing', cause: 'nothing', how: '5 000 small files in memory, of which few changed', whyNot: () => null,
  stage: ({ folder }) => {
    const source = join(folder, 'source');
    const destination = join(folder, 'copy');
    makeFolders(source, 'small', { folders: 50, filesEach: 100, bytesEach: 1000 });
    mkdirSync(destination);
    return Promise.resolve({ run: { source, destination, argv: [] }, follow: null, end: () => Promise.resolve() });
  },
};

export const limitCase: StagedCase = {
  name: 'own-limit', cause: 'bandwidth-limit', how: '120 MB in memory, --bwlimit 15MB', whyNot: () => null,
  stage: ({ folder }) => {
    const source = join(folder, 'source');
    const destination = join(folder, 'copy');
    makeFolders(source, 'data', { folders: 24, filesEach: 5, bytesEach: 1e6 });
    mkdirSync(destination);
    // Units are cut by what they would take without a limit: two of them would be all.
    const run: StagedRun = { source, destination, argv: ['--bwlimit', '15MB'], tuning: { minUnitMs: 12, maxUnitMs: 12 } };
    return Promise.resolve({
      run,
      async follow(advice) {
        const argv = followOptions(run.argv, advice);
        if (argv === null) return null;
        await emptied(destination);
        return { ...run, argv };
      },
      end: () => Promise.resolve(),
    });
  },
};
