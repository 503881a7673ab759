import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { RsyncCall } from '../../../src-shared/worker-protocol.ts';

/**
 * What to spawn for a call. On Linux `setpriv` asks the kernel to kill rsync when its worker dies (prctl(2),
 * PR_SET_PDEATHSIG) and then becomes rsync: same pid, same exit code. It covers what a `Lifeline` cannot, the
 * instant before it is told of the pid; what it does not cover is a stopped rsync, whose other two processes
 * would stay stopped for ever. So the worker uses both.
 */
export function guardedCommand(call: Pick<RsyncCall, 'program' | 'argv' | 'lifeline'>): { file: string; args: string[] } {
  if (call.lifeline === 'shell') return { file: call.program, args: [...call.argv] };
  return { file: 'setpriv', args: ['--pdeathsig', 'KILL', call.program, ...call.argv] };
}

/** Kills a process group when this process is gone, however it went. */
export interface Lifeline {
  /** From now on the group led by `pid` dies with this process. Call it right after spawn, in the same tick. */
  hold(pid: number): void;
  /** The group is empty: its number may be used again, and must not be killed any more. */
  release(): void;
  /** Ends the watching process. Nothing is killed, whatever is held. */
  close(): void;
}

/**
 * Reads the group to watch from its stdin, a line each time it changes. The end of stdin means that the writer is
 * dead: only it holds the other end. KILL also ends what is stopped, and no signal that ends the writer's group or
 * terminal ends this: it has a session of its own and ignores them.
 */
const watchScript = `
trap '' HUP INT QUIT TERM PIPE
group=0
while read -r line; do group=$line; done
[ "$group" = 0 ] || kill -s KILL -- "-$group"
`;

/**
 * A small shell, started with the first `hold`, that outlives this process for as long as it takes to kill what was
 * held: a killed worker otherwise leaves its three rsync processes running to the end, or stopped for ever. Works
 * with any POSIX shell, costs nothing per rsync, and stays out of the rsync's stdin, exit code and pid. It does not
 * keep this process alive.
 */
export function createLifeline(): Lifeline {
  let watcher: ChildProcess | null = null;
  let closed = false;

  function start(): ChildProcess {
    const child = spawn('/bin/sh', ['-c', watchScript], {
      stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/', env: {},
    });
    const lose = (): void => {
      if (watcher === child) watcher = null;
    };
    child.on('error', lose);
    child.on('exit', lose);
    // A write after somebody killed the watcher must not end the worker; the next `hold` starts another.
    child.stdin.on('error', lose);
    child.unref();
    (child.stdin as unknown as Socket).unref();
    return child;
  }

  return {
    hold(pid) {
      if (closed) return;
      watcher ??= start();
      watcher.stdin?.write(`${pid}\n`);
    },
    release() {
      watcher?.stdin?.write('0\n');
    },
    close() {
      closed = true;
      watcher?.stdin?.end('0\n');
      watcher = null;
    },
  };
}
