import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';
import { phases, type Phase } from './rows.ts';

/** A program with its arguments and what it needs in its environment besides ours. */
export interface Command {
  readonly program: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Absolute paths. The destination is there, and empty before the first copy. */
export interface CopyPaths {
  readonly source: string;
  readonly destination: string;
  /** A folder for what the contender itself keeps from one run to the next into the same destination. */
  readonly data: string;
}

/** A way to mirror one folder into another. */
export interface Contender {
  readonly name: string;
  /** What a difference from the source does: it fails the whole bench; it is told; there is no copy that could differ. */
  readonly copy: 'exact' | 'told' | 'none';
  /** What people would use instead: Daybreak is compared with the best of these. One that only shows a limit is none. */
  readonly isPeer: boolean;
  /** The phases it can do: what copies and never deletes has no mirror. */
  readonly phases: readonly Phase[];
  /** Programs it needs; it is skipped by name where one is missing. */
  readonly needs: readonly string[];
  /** It always has its turn right after this one, and starts with what that one remembers. */
  readonly after?: Contender;
  command(paths: CopyPaths): Command;
}

/** What all others are compared with. */
export const oneRsync: Contender = {
  name: 'one rsync',
  copy: 'exact',
  isPeer: false,
  phases,
  needs: ['rsync'],
  command: ({ source, destination }) => ({
    program: 'rsync',
    argv: ['-aH', '--delete', `${source}/`, `${destination}/`],
    environment: {},
  }),
};

const xargsLanes = availableParallelism() * 2;

/**
 * What people do: `ls -1 SRC | xargs -P N -I{} rsync -aH --delete SRC/{} DEST/`, but with names that may hold anything.
 */
const xargs: Contender = {
  name: `xargs -P ${xargsLanes}`,
  copy: 'told',
  isPeer: true,
  phases,
  needs: ['sh', 'find', 'xargs', 'rsync'],
  command: ({ source, destination }) => ({
    program: 'sh',
    argv: [
      '-c',
      'cd "$1" && find . -mindepth 1 -maxdepth 1 -print0 | xargs -0 -P "$3" -I{} rsync -aH --delete "$1/{}" "$2/"',
      'xargs', source, destination, String(xargsLanes),
    ],
    environment: {},
  }),
};

/** The folder that holds package.json. */
export const projectFolder = join(import.meta.dirname, '..', '..');

/**
 * The command line with these words more, as an installed package starts it (scripts/bench.mjs builds it first), once a first
 * start has filled the cache of compiled code.
 */
export function daybreakWith(name: string, words: (paths: CopyPaths) => readonly string[]): Contender {
  return {
    name,
    copy: 'exact',
    isPeer: false,
    phases,
    needs: ['rsync'],
    command: (paths) => ({
      program: process.execPath,
      argv: [join(projectFolder, 'dist', 'node', 'cli.js'), 'backup', paths.source, paths.destination, '--quiet', ...words(paths)],
      environment: {
        DAYBREAK_HOME: paths.data,
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(projectFolder, '.toolchain', 'cache'),
      },
    }),
  };
}

/** As the others do it: the brake is lifted, as they have none. */
export const mirrorWords: readonly string[] = ['--delete', '--yes', '--max-delete', '100%'];

export const daybreak: Contender = daybreakWith('Daybreak', () => mirrorWords);

/** Of what never deletes. */
export const copyPhases: readonly Phase[] = ['full', 'unchanged', 'changed'];

/** The script this all began with: `rsync -arq`. */
const dailysync = peer('rsync -arq', ['rsync'], copyPhases, ({ source, destination }) => ['rsync', '-arq', `${source}/`, `${destination}/`]);

/** Its second version: a compressing rsync for each folder, all at once. What lies in the root itself is not copied. */
const multisync = peer('multisync', ['sh', 'find', 'xargs', 'rsync'], copyPhases, ({ source, destination }) => [
  'sh', '-c', 'cd "$1" && find . -mindepth 1 -maxdepth 1 -type d -print0 | xargs -0 -P 64 -I{} rsync -zah "$1/{}" "$2/"',
  'multisync', source, destination,
]);

const fpsync = peer('fpsync', ['fpsync'], copyPhases, ({ source, destination, data }) => [
  'fpsync', '-n', '32', '-f', '200', '-o', '-lptgoDH --numeric-ids', '-d', `${data}-fpsync`, `${source}/`, `${destination}/`,
]);

const rclone = peer('rclone', ['rclone'], phases, ({ source, destination }) => [
  'rclone', 'sync', '--links', '--metadata', '--transfers', '32', '--checkers', '32', '--create-empty-src-dirs', '--quiet', source, destination,
]);

/** A limit, not a peer: it neither compares nor deletes. */
export const cp: Contender = { ...peer('cp -a', ['cp'], ['full'], ({ source, destination }) => ['cp', '-a', `${source}/.`, `${destination}/`]), isPeer: false };

/** A limit as well: what it takes to read the source, in four processes that get the files in turn (split(1), `-n r/4`). */
const parallelRead: Contender = {
  ...peer('parallel read', ['sh', 'find', 'split', 'xargs', 'cat'], ['full'], ({ source }) => [
    'sh', '-c', `find "$1" -type f -print0 | split -t '\\0' -n r/4 --filter='xargs -0 cat > /dev/null'`, 'read', source,
  ]),
  copy: 'none',
  isPeer: false,
};

/** Something people use instead; `words` are a program and its arguments. */
export function peer(name: string, needs: readonly string[], can: readonly Phase[], words: (paths: CopyPaths) => readonly string[]): Contender {
  return {
    name, copy: 'told', isPeer: true, phases: can, needs,
    command: (paths) => {
      const [program = '', ...argv] = words(paths);
      return { program, argv, environment: {} };
    },
  };
}

export const contenders: readonly Contender[] = [oneRsync, dailysync, multisync, xargs, fpsync, rclone, cp, parallelRead, daybreak];

/** Those of the programs that PATH does not lead to. */
export function missingPrograms(programs: readonly string[]): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return programs.filter((program) => !folders.some((folder) => isExecutable(join(folder, program))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
