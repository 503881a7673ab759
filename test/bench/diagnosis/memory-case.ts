import { copyFileSync, mkdirSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { dropCaches } from '../machine.ts';
import { controllerPlace, makeGroup } from './cgroup.ts';
import { emptied } from './cpu-cases.ts';
import type { StagedCase } from './staged-case.ts';
import type { StagedRun } from './staged-run.ts';
import { makeFolders } from './staged-tree.ts';

/** Node, its workers and rsync fit into this, but not beside the other program while that has what it wants. */
const tightBytes = 230e6;
const wideBytes = 1e9;
/** Takes memory for a while and gives it back, over and over, so that a run comes to its end between. */
const hog = 'open(my $zero, "<", "/dev/zero"); while (1) { my $held = ""; sysread($zero, $held, 74e6); select(undef, undef, undef, 0.5); undef $held; select(undef, undef, undef, 0.3) }';

/**
 * A group with so little memory that the kernel drops pages of running programs and reads them again. They must be the
 * group's own, so it runs a copy of Node that nobody else has in memory. No swap is needed.
 */
export const memoryCase: StagedCase = {
  name: 'memory', cause: 'memory', how: '20 000 small files on a disk, in a memory group of 230 MB, of which another program takes 74 most of the time',
  whyNot: () => (controllerPlace('memory') === null ? 'there is no control group for memory' : dropCaches() ? null : 'the page cache cannot be dropped'),
  stage({ disk }) {
    const source = join(disk, 'source');
    const destination = join(disk, 'copy');
    const node = join(disk, 'node');
    copyFileSync(process.execPath, node);
    makeFolders(source, 'small', { folders: 100, filesEach: 200, bytesEach: 3000 });
    mkdirSync(destination);
    const group = makeGroup('memory', 'memory');
    group.set(group.version === 1 ? 'memory.limit_in_bytes' : 'memory.max', `${tightBytes}`);
    spawnSync('sync');
    dropCaches();
    const [shell = 'sh', ...rest] = group.through;
    const other = spawn(shell, [...rest, 'perl', '-e', hog], { stdio: 'ignore' });
    const run: StagedRun = { source, destination, argv: ['--workers', '4'], tuning: { minUnitMs: 40, maxUnitMs: 40 }, through: group.through, node };
    return Promise.resolve({
      run,
      async follow() {
        other.kill('SIGKILL');
        await emptied(destination);
        group.set(group.version === 1 ? 'memory.limit_in_bytes' : 'memory.max', `${wideBytes}`);
        spawnSync('sync');
        dropCaches();
        return run;
      },
      end: () => {
        other.kill('SIGKILL');
        return group.end();
      },
    });
  },
};
