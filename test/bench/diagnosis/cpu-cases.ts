import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { followOptions, type StagedCase } from './staged-case.ts';
import { removeTree } from './staged-run.ts';
import { makeFolders } from './staged-tree.ts';

/** Everything in memory, so that the processor is all there is to wait for. */
const always = (): null => null;

export const compressionCase: StagedCase = {
  name: 'compression', cause: 'compression', how: '1 GB of text in memory, -z', whyNot: always,
  stage: ({ folder }) => {
    const source = join(folder, 'source');
    const destination = join(folder, 'copy');
    makeFolders(source, 'logs', { folders: 10, filesEach: 10, bytesEach: 10e6, isText: true });
    mkdirSync(destination);
    const run = { source, destination, argv: ['-z'] };
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

export const otherLoadCase: StagedCase = {
  name: 'other-load', cause: 'cpu-other-load', how: 'small files in memory, and two busy loops for each core', whyNot: always,
  stage: ({ folder }) => {
    const source = join(folder, 'source');
    const destination = join(folder, 'copy');
    makeFolders(source, 'small', { folders: 120, filesEach: 600, bytesEach: 1000 });
    mkdirSync(destination);
    const load = busyLoops(2 * availableParallelism());
    const run = { source, destination, argv: [] };
    return Promise.resolve({
      run,
      async follow() {
        load.end();
        await emptied(destination);
        return run;
      },
      end: () => Promise.resolve(load.end()),
    });
  },
};

/** Small files in memory. Twice the cores cannot be staged; more workers can. */
function smallFilesCase(cause: 'cpu-all-cores' | 'cpu-one-core', how: string, folders: number, argv: readonly string[]): StagedCase {
  return {
    name: cause, cause, how, whyNot: always,
    stage: ({ folder }) => {
      const source = join(folder, 'source');
      const destination = join(folder, 'copy');
      makeFolders(source, 'small', { folders, filesEach: 600, bytesEach: 1000 });
      mkdirSync(destination);
      return Promise.resolve({
        run: { source, destination, argv },
        async follow(advice) {
          const followed = followOptions(argv, advice);
          if (followed === null) return null;
          await emptied(destination);
          return { source, destination, argv: followed };
        },
        end: () => Promise.resolve(),
      });
    },
  };
}

export const allCoresCase = smallFilesCase('cpu-all-cores', '300 000 small files in memory', 500, []);
export const oneCoreCase = smallFilesCase('cpu-one-core', '150 000 small files in memory, one worker', 250, ['--workers', '1']);

/**
 * Processes that want a core all the time, for ten minutes at most. Each is in a session of its own, as each rsync is: the kernel
 * shares cores out among sessions (sched(7), autogroup).
 */
export function busyLoops(count: number): { end: () => void } {
  const loops: ChildProcess[] = Array.from({ length: count }, () => spawn('timeout', ['600', 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore', detached: true }));
  return {
    end: () => loops.splice(0).forEach(({ pid }) => {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    }),
  };
}

/** Removes what was copied. */
export async function emptied(destination: string): Promise<void> {
  await removeTree(destination);
  mkdirSync(destination);
}
