import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMounts, whyNoImages } from '../../fixtures/mounts.ts';
import { dropCaches } from '../machine.ts';
import { controllerPlace, deviceOf, makeGroup, throttle } from './cgroup.ts';
import { emptied } from './cpu-cases.ts';
import type { StagedCase } from './staged-case.ts';
import type { StagedRun } from './staged-run.ts';
import { makeFolders, type StagedTree } from './staged-tree.ts';

const slowDisk = 25e6;
/** Predicted time of a folder: each is a unit. By what they would take on a quick disk, all of them would be one or two. */
const folderMs = 24;
const tree: StagedTree = { folders: 20, filesEach: 10, bytesEach: 1e6 };

/**
 * One end on an ext4 in a loop device that its group may use with 25 MB/s only. Under cgroup v1 what the kernel writes later is
 * nobody's and not throttled, so that the destination is written with --fsync; a source is read with an empty page cache.
 */
function diskCase(side: 'source' | 'destination'): StagedCase {
  return {
    name: `${side}-disk`, cause: `${side}-disk`,
    how: side === 'source' ? '200 MB on a disk of 25 MB/s, nothing cached' : '200 MB to a disk of 25 MB/s, --fsync',
    whyNot: () => whyNoImages ?? (controllerPlace('blkio') === null ? 'there is no control group for block devices' : side === 'source' && !dropCaches() ? 'the page cache cannot be dropped' : null),
    stage(stage) {
      const mounts = createMounts();
      const group = makeGroup('blkio', side);
      const image = join(stage.disk, 'disk.img');
      execFileSync('truncate', ['-s', '600M', image]);
      execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: 'pipe' });
      const point = join(stage.folder, 'disk');
      mounts.attach(image, point);
      const ends = { source: join(stage.folder, 'source'), destination: join(stage.folder, 'copy'), [side]: join(point, 'data') };
      makeFolders(ends.source, 'data', tree);
      mkdirSync(ends.destination);
      throttle(group, deviceOf(point), slowDisk);
      forget();
      const run: StagedRun = { ...ends, argv: side === 'source' ? [] : ['--fsync'], tuning: { minUnitMs: folderMs, maxUnitMs: folderMs }, through: group.through };
      return Promise.resolve({
        run,
        async follow() {
          await emptied(ends.destination);
          throttle(group, deviceOf(point), 2 * slowDisk);
          forget();
          return run;
        },
        async end() {
          mounts.end();
          await group.end();
        },
      });
    },
  };
}

function forget(): void {
  spawnSync('sync');
  dropCaches();
}

export const diskCases: readonly StagedCase[] = [diskCase('source'), diskCase('destination')];

/** What is there already, and has to be read at both ends because of -c. */
export const checksumsCase: StagedCase = {
  name: 'checksums', cause: 'checksums', how: '5 GB on a disk that are there already, nothing cached, -c', whyNot: () => (dropCaches() ? null : 'the page cache cannot be dropped'),
  stage({ disk }) {
    const [source, destination] = [join(disk, 'source'), join(disk, 'copy')];
    makeFolders(source, 'data', { folders: 12, filesEach: 16, bytesEach: 25e6 });
    execFileSync('cp', ['-a', source, destination]);
    forget();
    return Promise.resolve({
      run: { source, destination, argv: ['-c'] },
      // What it brings depends on how often it is run without, and is not promised.
      follow: null,
      end: () => Promise.resolve(),
    });
  },
};
