import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mountNas, whyNoNas, type NasMount, type NasShape } from '../nas/nas.ts';
import { emptied } from './cpu-cases.ts';
import { followOptions, type Stage, type StagedCase } from './staged-case.ts';
import type { StagedRun } from './staged-run.ts';
import { makeFolders, type StagedTree } from './staged-tree.ts';

const plainShape: NasShape = { title: '', latencyMs: 1, cacheSeconds: 0, bytesPerSecond: null, slots: null };

interface ServerCase extends Pick<StagedCase, 'name' | 'cause' | 'how'> {
  readonly side: 'source' | 'destination';
  readonly shape: Partial<NasShape>;
  readonly tree: StagedTree;
  readonly argv: readonly string[];
  /** The server after advice that names no options. */
  readonly better: Partial<NasShape>;
}

/** A case with one end behind the stand-in, the other in memory. */
function serverCase({ name, cause, how, side, shape, tree, argv, better }: ServerCase): StagedCase {
  return {
    name, cause, how, whyNot: whyNoNas,
    async stage(stage) {
      const ends = { source: join(stage.folder, 'source'), destination: join(stage.folder, 'copy') };
      makeFolders(ends.source, 'data', tree);
      mkdirSync(ends.destination);
      let mount = await mounted(stage, ends[side], { ...plainShape, ...shape });
      const run: StagedRun = { ...ends, [side]: mount.point, argv };
      return {
        run,
        async follow(advice) {
          const followed = followOptions(argv, advice);
          await mount.unmount();
          await emptied(ends.destination);
          mount = await mounted(stage, ends[side], { ...plainShape, ...shape, ...(followed === null ? better : {}) });
          return { ...run, argv: followed ?? argv };
        },
        end: () => mount.unmount(),
      };
    },
  };
}

function mounted({ nas, folder }: Stage, backing: string, shape: NasShape): Promise<NasMount> {
  return mountNas(nas ?? '', shape, { backing, point: join(folder, 'nas') });
}

/** With an exclude, rsync does all by itself, one call after the other: it is latency that counts, not what tar costs. */
const plainRsync = ['--workers', '4', '--exclude', '*.tmp'];

export const serverCases: readonly StagedCase[] = [
  serverCase({
    name: 'source-latency', cause: 'source-latency', how: '1 200 small files behind a server of 2 ms, an exclude, 4 workers', side: 'source',
    shape: { latencyMs: 2 }, tree: { folders: 60, filesEach: 20, bytesEach: 2000 }, argv: plainRsync, better: { latencyMs: 1 },
  }),
  serverCase({
    name: 'destination-latency', cause: 'destination-latency', how: '600 small files to a server of 2 ms, an exclude, 4 workers', side: 'destination',
    shape: { latencyMs: 2 }, tree: { folders: 60, filesEach: 10, bytesEach: 2000 }, argv: plainRsync, better: { latencyMs: 1 },
  }),
  serverCase({
    name: 'bandwidth', cause: 'network-bandwidth', how: '200 MB to a server of 0.2 ms with 25 MB/s', side: 'destination',
    shape: { latencyMs: 0.2, bytesPerSecond: 25e6 }, tree: { folders: 10, filesEach: 5, bytesEach: 4e6 }, argv: [], better: { bytesPerSecond: 50e6 },
  }),
  serverCase({
    name: 'remote-server', cause: 'remote-server', how: '300 small files to a server of 1 ms that answers one request at a time, an exclude, 32 workers', side: 'destination',
    shape: { slots: 1 }, tree: { folders: 60, filesEach: 5, bytesEach: 2000 }, argv: ['--workers', '32', '--exclude', '*.tmp'], better: { slots: 2 },
  }),
];
