import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { joinName, lastOf, parentOf, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { FillCall } from '../../src-shared/worker-protocol.ts';
import { argumentsBelow } from '../core/rsync/args.ts';
import { toArgument, toBytes } from '../core/rsync/byte-name.ts';
import { guardedCommand } from '../core/rsync/lifeline.ts';
import { cpFlags } from '../core/rsync/fill.ts';
import { errnoOf } from './errno.ts';
import { createLanes, forEachInParallel } from './in-parallel.ts';
import { packsOf, type Pack } from './packs.ts';
import { withoutUmask } from './rsync-process.ts';
import { holdRoot, using, withFolder, type SafeFolder } from './safe-folder.ts';

/** A copy of new files that goes on. */
export interface Filling {
  /** Resolves when it is over, however it went: what is missing then is for rsync. Rejects with what `turn` rejects with. */
  readonly ended: Promise<void>;
  /** Of what was predicted, by the files that are done. */
  bytesMoved(): number;
  signal(signal: 'SIGTERM' | 'SIGCONT' | 'SIGSTOP' | 'SIGKILL'): void;
}

/** Copies side by side: each is two programs, four with tar. */
const mostCopies = 32;
/** Folders made side by side. */
const folderLanes = 16;

interface StartOptions {
  readonly input: 'ignore' | 'pipe' | ChildProcess['stdout'];
  readonly output: 'ignore' | 'pipe';
}

/**
 * Copies the files of a unit of new folders, or the new files it names, by several cp(1), each for files of one folder, or pairs of tar(1)
 * where a folder has few of them or their names are no text: one reads, one writes. On a server, where each call waits, that and the
 * comparison after it make fewer round trips than rsync for a new file (docs/benchmarks.md), and these for many files at once. The folders
 * are made here, for their owner alone, and get their attributes by pairs of tar once all files are in them. Whatever cp and tar leave
 * out or do otherwise is for rsync. No file is overwritten, and what was cut off has the time of now.
 */
export function startFill(call: FillCall, turn: () => Promise<void>): Filling {
  const children = new Set<ChildProcess>();
  const kept = [call.keeps.modes ? '--preserve-permissions' : '--no-same-permissions', call.keeps.owners ? '--numeric-owner' : '--no-same-owner'];
  let isEnding = false;
  let doneShare = 0;

  async function fill(): Promise<void> {
    const { files, folders } = call.areFiles ? { files: call.names, folders: [] } : await makeFolders(call, turn);
    await copyAll(files, async (pack) => {
      await copyFiles(pack);
      doneShare += pack.names.length / files.length;
    });
    // By its slash a name is that of a folder, or of nothing.
    await copyAll(folders, (pack) => copyByTar(pack, '/', []));
  }

  async function copyAll(names: readonly ByteName[], copy: (pack: Pack) => Promise<void>): Promise<void> {
    const packs = packsOf(names, { least: call.namesAtOnce / 2, most: Math.max(call.namesAtOnce, Math.ceil(names.length / (4 * mostCopies))) });
    await forEachInParallel(packs, mostCopies, async (pack) => {
      await turn();
      await copy(pack);
    });
  }

  /** Files, which all lie in one folder mostly. */
  async function copyFiles(pack: Pack): Promise<void> {
    const isFlat = pack.names.every((name) => parentOf(name) === pack.folder);
    const paths = isFlat ? argumentsBelow('./', pack.names.map(lastOf)) : null;
    if (paths === null) return copyByTar(pack, '', ['--keep-old-files']);
    if (isEnding) return;
    const { from, to } = endsOf(pack);
    // By env(1): where a server does not answer, the way into the folder would keep this process waiting, and what has not begun yet would outlive it.
    await over(withoutUmask(() => start('env', ['-C', from, 'cp', ...cpFlags(call.keeps), '-t', to, '--', ...paths], { input: 'ignore', output: 'ignore' })));
  }

  function endsOf({ folder }: Pack): { from: string; to: string } {
    const below = folder === ROOT ? '' : `/${toArgument(folder)}`;
    return { from: `${call.source}${below}`, to: `${call.destination}${below}` };
  }

  async function copyByTar(pack: Pack, ending: '' | '/', options: readonly string[]): Promise<void> {
    if (isEnding) return;
    const { from, to } = endsOf(pack);
    const cut = pack.folder === ROOT ? 0 : pack.folder.length + 1;
    const reader = start('tar', ['-c', '--format=posix', '--numeric-owner', '--no-recursion', '-C', from, '--null', '--no-unquote', '-T', '-', '-f', '-'], { input: 'pipe', output: 'pipe' });
    if (reader.pid === undefined) return over(reader);
    const writer = start('tar', ['-x', ...options, ...kept, '-C', to, '-f', '-'], { input: reader.stdout, output: 'ignore' });
    // Held open here as well, it would keep a reader waiting for ever whose writer is gone.
    reader.stdout?.destroy();
    reader.stdin?.on('error', () => undefined);
    reader.stdin?.end(Buffer.concat(pack.names.flatMap((name) => [Buffer.from('./'), toBytes(name.slice(cut) as ByteName), Buffer.from(`${ending}\0`)])));
    await Promise.all([over(reader), over(writer)]);
  }

  function start(program: 'env' | 'tar', argv: string[], { input, output }: StartOptions): ChildProcess {
    const { file, args } = guardedCommand({ program, argv, lifeline: 'pdeathsig' });
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
    bytesMoved: () => Math.floor(doneShare * call.bytes),
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
