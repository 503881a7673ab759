import { spawn } from 'node:child_process';
import type { RsyncResult } from '../../src-shared/rsync-result.ts';
import type { RsyncCall } from '../../src-shared/worker-protocol.ts';
import { toBytes } from '../core/rsync/byte-name.ts';
import { createCallReader } from '../core/rsync/call-reader.ts';
import { createLifeline, guardedCommand } from '../core/rsync/lifeline.ts';
import type { OutputListeners } from '../core/rsync/output.ts';

/** A running rsync: three processes in a group of their own. */
export interface RsyncProcess {
  /** Leader of the group; undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Resolves when all of its processes have closed their output, which is when they are gone. */
  readonly ended: Promise<RsyncResult>;
  /** It has said that a folder stands in the way of something. */
  readonly metObstacle: () => boolean;
  signal(signal: 'SIGTERM' | 'SIGCONT' | 'SIGSTOP' | 'SIGKILL'): void;
}

/**
 * One small watching process per worker. The kernel's death signal (setpriv --pdeathsig) is quicker, but reaches only the
 * first of the three rsync processes, and the others end by themselves only when they are not stopped.
 */
const lifeline = createLifeline();

/** Starts an rsync. Its messages are asked for in English, and nothing in the user's environment changes what it does. */
export function startRsync(call: RsyncCall, listeners: OutputListeners): RsyncProcess {
  const startedAt = performance.now();
  const { file, args } = guardedCommand(call);
  const child = spawn(file, args, {
    detached: true,
    cwd: '/',
    env: rsyncEnvironment(),
    stdio: [call.input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) lifeline.hold(child.pid);
  const reader = createCallReader(listeners);
  child.stdout?.on('data', (chunk: Buffer) => reader.stdout(chunk));
  let metObstacle = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    metObstacle ||= chunk.includes('could not make way');
    reader.stderr(chunk);
  });
  if (call.input && child.stdin) {
    // An rsync that ends before it has read its list closes the pipe; its exit code tells why.
    child.stdin.on('error', () => {});
    child.stdin.end(Buffer.concat(call.input.flatMap((name) => [Buffer.from('./'), toBytes(name), Buffer.from([0])])));
  }
  const ended = new Promise<RsyncResult>((resolve) => {
    child.on('error', (error) => {
      reader.stderr(Buffer.from(`${call.program} could not be started: ${error.message}\n`));
      if (child.pid === undefined) resolve(reader.end({ code: 127, signal: null, durationMs: performance.now() - startedAt }));
    });
    child.on('close', (code, signal) => {
      lifeline.release();
      resolve(reader.end({ code, signal, durationMs: performance.now() - startedAt }));
    });
  });
  return {
    pid: child.pid,
    ended,
    metObstacle: () => metObstacle,
    signal(signal) {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The group is gone.
      }
    },
  };
}

/** Starts a cp(1) whose new names get the modes of the source; until then GNU's keeps each one for its owner alone. */
export function withoutUmask<Started>(start: () => Started): Started {
  const mask = process.umask(0);
  try {
    return start();
  } finally {
    process.umask(mask);
  }
}

/** rsync reads RSYNC_* variables as options (rsync(1), ENVIRONMENT VARIABLES); a user's must not reach into a backup. */
export function rsyncEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('RSYNC_') && !name.startsWith('LC_') && name !== 'LANG');
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8' };
}
