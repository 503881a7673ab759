import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { joinName, lastOf, parentOf, type ByteName } from '../../src-shared/byte-name.ts';
import type { FillCall } from '../../src-shared/worker-protocol.ts';
import { toArgument, toBytes } from '../core/rsync/byte-name.ts';
import { guardedCommand } from '../core/rsync/lifeline.ts';
import { errnoOf } from './errno.ts';
import { createLanes } from './in-parallel.ts';
import { bytesMoved } from './process-io.ts';
import { holdRoot, using, withFolder, type SafeFolder } from './safe-folder.ts';

/** A copy of new files that goes on. */
export interface Filling {
  /** Resolves when it is over, however it went: what is missing then is for rsync. Rejects with what `turn` rejects with. */
  readonly ended: Promise<void>;
  bytesMoved(): number;
  signal(signal: 'SIGTERM' | 'SIGCONT' | 'SIGSTOP' | 'SIGKILL'): void;
}

/** Copies side by side, and names of one copy at least: starting one costs four programs. */
const mostCopies = 16;
const fewestNames = 24;
/** Folders made side by side. */
const folderLanes = 16;

/**
 * Copies the files of a unit of new folders, or the new files it names, by several pairs of tar(1): one reads, one writes. On a
 * server, where each call waits, that and the comparison after it make half the round trips of rsync for a new file
 * (docs/benchmarks.md), and these for many files at once. The folders are made here, for their owner alone, and get their attributes by
 * further pairs once all files are in them. Whatever tar leaves out or does otherwise is for rsync. No file is overwritten (--keep-old-files), and
 * what was cut off has the time of now.
 */
export function startFill(call: FillCall, turn: () => Promise<void>): Filling {
  const children = new Set<ChildProcess>();
  // Each name is looked up from there anew: as near to the files as an argument can tell.
  const near = toArgument(call.folder);
  const below = near === null || near === '' ? '' : `/${near}`;
  const kept = [call.keeps.modes ? '--preserve-permissions' : '--no-same-permissions', call.keeps.owners ? '--numeric-owner' : '--no-same-owner'];
  const cut = below === '' ? 0 : call.folder.length + 1;
  let isEnding = false;

  async function fill(): Promise<void> {
    const { files, folders } = call.areFiles ? { files: call.names, folders: [] } : await makeFolders(call, turn);
    await turn();
    await copyAll(files, '', ['--keep-old-files']);
    await turn();
    // By its slash a name is that of a folder, or of nothing.
    await copyAll(folders, '/', []);
  }

  async function copyAll(names: readonly ByteName[], ending: '' | '/', options: readonly string[]): Promise<void> {
    const copies = Math.min(mostCopies, Math.ceil(names.length / fewestNames));
    const size = Math.ceil(names.length / copies);
    await Promise.all(Array.from({ length: copies }, (_, index) => copy(names.slice(index * size, (index + 1) * size), ending, options)));
  }

  async function copy(names: readonly ByteName[], ending: string, options: readonly string[]): Promise<void> {
    if (names.length === 0 || isEnding) return;
    const reader = start(['-c', '--format=posix', '--numeric-owner', '--no-recursion', '-C', `${call.source}${below}`, '--null', '--no-unquote', '-T', '-', '-f', '-'], 'pipe', 'pipe');
    if (reader.pid === undefined) return over(reader);
    const writer = start(['-x', ...options, ...kept, '-C', `${call.destination}${below}`, '-f', '-'], reader.stdout, 'ignore');
    // Held open here as well, it would keep a reader waiting for ever whose writer is gone.
    reader.stdout?.destroy();
    reader.stdin?.on('error', () => undefined);
    reader.stdin?.end(Buffer.concat(names.flatMap((name) => [Buffer.from('./'), toBytes(name.slice(cut) as ByteName), Buffer.from(`${ending}\0`)])));
    await Promise.all([over(reader), over(writer)]);
  }

  function start(argv: string[], input: 'pipe' | ChildProcess['stdout'], output: 'pipe' | 'ignore'): ChildProcess {
    const { file, args } = guardedCommand({ program: 'tar', argv, lifeline: 'pdeathsig' });
    const child = spawn(file, args, { cwd: '/', detached: true, stdio: [input, output, 'ignore'], env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' } });
    children.add(child);
    return child;
  }

  function over(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        children.delete(child);
        resolve();
      };
      child.on('error', end);
      child.on('exit', end);
    });
  }

  return {
    ended: fill(),
    bytesMoved: () => [...children].reduce((sum, { pid }) => sum + (pid === undefined ? 0 : bytesMoved(pid)), 0) / 2,
    signal(signal) {
      isEnding ||= signal === 'SIGTERM' || signal === 'SIGKILL';
      for (const child of children) child.kill(signal);
    },
  };
}

/** Makes the folders of the unit at the destination, and returns them with the files that belong into them. What cannot be read or made is left out. */
async function makeFolders({ source, destination, names }: FillCall, turn: () => Promise<void>): Promise<{ files: ByteName[]; folders: ByteName[] }> {
  const lanes = createLanes(folderLanes);
  const files: ByteName[] = [];
  const folders: ByteName[] = [];

  async function makeIn(from: SafeFolder, to: SafeFolder, name: ByteName): Promise<void> {
    await turn();
    // The first ones were made by the walk.
    await mkdir(to.at(name), { mode: 0o700 }).catch(() => undefined);
    await using(from.enter(name), (inside) => using(to.enter(name), async (target) => {
      const found = await inside.names();
      folders.push(inside.path);
      for (const each of found) if (!each.isFolder) files.push(joinName(inside.path, each.name));
      await lanes.forEach(found.filter(({ isFolder }) => isFolder), (each) => quietly(() => makeIn(inside, target, each.name)));
    }));
  }

  await using(holdRoot(source), (from) => using(holdRoot(destination), async (to) => {
    for (const [parent, group] of Map.groupBy(names, parentOf)) {
      await quietly(() => withFolder(from, parent, (above) => withFolder(to, parent, (target) =>
        lanes.forEach(group, (name) => quietly(() => makeIn(above, target, lastOf(name)))))));
    }
  }));
  return { files, folders };
}

/** System errors are rsync's to tell of. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (errnoOf(thrown) === '') throw thrown;
  }
}
