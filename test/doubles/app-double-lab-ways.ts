import type { LabGroup, LabWay } from '../../src-shared/lab.ts';

interface MadeUpWay {
  readonly way: LabWay;
  /** Typical time, ms. */
  readonly ms: number;
  readonly cpuMs: number;
  readonly note: string | null;
}

const line = 'rsync -aH --files-from=- --from0 -- /data/production/./ /mnt/backup/production/.daybreak/lab/1/';

function made(id: string, group: LabGroup, label: string, ms: number, cpuMs: number, options: LabWay['options'] = null, note: string | null = null): MadeUpWay {
  return { way: { id, group, label, commands: id === 'one-rsync' ? ['rsync -arq /data/production/ /mnt/backup/production/.daybreak/lab/1/'] : [line, `${line} (and 30 more)`], options }, ms, cpuMs, note };
}

/** The ways of the Lab, with figures as a server of 1.1 ms would give them. */
export const labWays: readonly MadeUpWay[] = [
  made('one-rsync', 'original', 'One rsync, as dailysync does', 18_400, 2900),
  made('multisync', 'original', 'One rsync per top folder, all at once, as multisync does', 5200, 3600),
  ...([[1, 17_900], [2, 9100], [4, 4700], [8, 2900], [16, 2480], [32, 2610]] as const).map(([size, ms]) => made(`pool-${size}`, 'pool', `Pool of ${size}`, ms, 3100 + size * 12, { workers: size })),
  made('event-loop', 'engine', 'Started by one event loop', 4750, 3200),
  made('processes', 'engine', 'Started by 4 processes', 4810, 3420),
  made('threads', 'engine', 'Started by 4 threads', 4780, 3260),
  made('compress', 'flags', 'Pool of 8 with compression (-z)', 3720, 9800, { workers: 8, compress: true }),
  made('whole-file', 'flags', 'Changed files sent whole', 1900, 1200),
  made('delta', 'flags', 'Changed files by rsync’s delta', 0, 0, null, 'Left out: the time was over'),
];
