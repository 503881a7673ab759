import { spawn } from 'node:child_process';
import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { SafeFolder } from '../safe-folder.ts';

/** Removes a scratch folder: when it is told to, and when this process is gone, however it went. */
export interface Guard {
  /** Has it removed now; resolves when that is done. */
  remove(): Promise<void>;
}

/**
 * Its stdin ends when the one that holds the other end is gone. What still writes then is killed by others (rsync/lifeline.ts)
 * within moments, so it tries again. It stands in the folder that holds the scratch folder and names it by `./ID`: whatever the
 * path there has become since, nothing else can be meant, and rm(1) follows no symlinks. Folders above go when they are empty.
 * $1: ID, $2: time of the destination's root as touch(1) reads it, or nothing where that is to stay as it is.
 */
const script = `
trap '' HUP INT QUIT TERM PIPE
while read -r line; do :; done
tries=0
while [ -e "./$1" ] && [ "$tries" -lt 100 ]; do
  rm -rf -- "./$1" || chmod -R u+rwx -- "./$1"
  tries=$((tries + 1))
  [ -e "./$1" ] && { sleep 0.1 || sleep 1; }
done
cd -P .. && rmdir lab && cd -P .. && rmdir .daybreak && [ -n "$2" ] && touch -m -d "$2" .
`;

/** Starts the guard of the folder `id` in `lab`. `rootTime`: see the script. */
export async function startGuard(lab: SafeFolder, id: ByteName, rootTime: string | null): Promise<Guard> {
  const child = spawn('/bin/sh', ['-c', script, 'sh', id, rootTime ?? ''], {
    // A session of its own: what ends this process's group does not end it.
    detached: true, cwd: lab.at('.' as ByteName).toString(), stdio: ['pipe', 'ignore', 'ignore'], env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
  });
  child.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return {
    remove() {
      child.stdin.end();
      return ended;
    },
  };
}
