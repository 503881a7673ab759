import { copyPhases, peer, type Contender } from './contenders.ts';

/** Tools that few systems package: the user says where they are. */
export const pointedNames = ['msrsync', 'parsyncfp2'] as const;
export type PointedName = (typeof pointedNames)[number];

/** The contender that this program, an absolute path, is. */
export function pointedContender(name: PointedName, program: string): Contender {
  switch (name) {
    case 'msrsync': return msrsync(program);
    case 'parsyncfp2': return parsyncfp2(program);
  }
}

/**
 * `-p` processes, `-f` files for each; `--rsync` must be the last option and refuses --delete (README of github.com/jbd/msrsync).
 * A slash after SRC means its content, as in rsync.
 */
function msrsync(program: string): Contender {
  return peer('msrsync', ['rsync'], copyPhases, ({ source, destination }) => [
    program, '-p', '32', '-f', '200', '--rsync', '-aH --numeric-ids', `${source}/`, `${destination}/`,
  ]);
}

/**
 * Names are taken from `--startdir`, which is what is left out of the path at the destination. `--nowait`: it asks nothing;
 * `--altcache`: it empties a folder of this name, ~/.pfp2 else. Refuses --delete (parsyncfp2(1)). It needs fpart(1) and its
 * own scut and stats, on PATH.
 */
function parsyncfp2(program: string): Contender {
  return peer('parsyncfp2', ['sh', 'rsync', 'fpart', 'scut', 'stats', 'ip'], copyPhases, ({ source, destination, data }) => [
    'sh', '-c', 'cd "$2" && mkdir -p "$4" && exec "$1" --NP=32 --chunksize=10M --nowait --verbose=1 --altcache="$4" --ro="-aH --numeric-ids" --startdir="$2" * "$3"',
    'parsyncfp2', program, source, destination, `${data}-parsyncfp2`,
  ]);
}
