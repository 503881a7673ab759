import { copyFileSync, mkdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { dropCaches } from '../machine.ts';
import { controllerPlace, makeGroup } from './cgroup.ts';
import { emptied } from './cpu-cases.ts';
import type { StagedCase } from './staged-case.ts';
import type { StagedRun } from './staged-run.ts';
import { makeFolders } from './staged-tree.ts';

/** Node, its workers and rsync fit into this, but only while they read their own programs from the disk over and over. */
const tightBytes = 185e6;
const wideBytes = 1e9;

/**
 * A group with so little memory that the kernel drops pages of running programs and reads them again. They must be the
 * group's own, so it runs a copy of Node that nobody else has in memory. No swap is needed.
 */
export const memoryCase: StagedCase = {
  name: 'memory', cause: 'memory', how: '20 000 small files on a disk, in a memory group of 185 MB',
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
    const run: StagedRun = { source, destination, argv: ['--workers', '4'], tuning: { minUnitMs: 40, maxUnitMs: 40 }, through: group.through, node };
    return Promise.resolve({
      run,
      async follow() {
        await emptied(destination);
        group.set(group.version === 1 ? 'memory.limit_in_bytes' : 'memory.max', `${wideBytes}`);
        spawnSync('sync');
        dropCaches();
        return run;
      },
      end: () => group.end(),
    });
  },
};
