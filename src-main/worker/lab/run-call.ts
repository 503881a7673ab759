import { spawn } from 'node:child_process';
import type { CallEnd } from '../../../src-shared/lab-protocol.ts';
import type { RsyncCall } from '../../../src-shared/worker-protocol.ts';
import { toBytes } from '../../core/rsync/byte-name.ts';
import { createLifeline, guardedCommand, type Lifeline } from '../../core/rsync/lifeline.ts';
import { rsyncEnvironment } from '../rsync-process.ts';

/** Lines of stderr that are kept. */
const keptLines = 5;
const keptCharacters = 4000;

/** A place from which one call after the other is started. */
export interface Starter {
  run(call: RsyncCall): Promise<CallEnd>;
  /** Kills what it runs. */
  kill(): void;
  close(): void;
}

/** What calls print on stdout is thrown away, as with `> /dev/null`. */
export function createStarter(): Starter {
  const lifeline: Lifeline = createLifeline();
  let running: number | undefined;
  return {
    run(call) {
      const { file, args } = guardedCommand(call);
      const child = spawn(file, args, { detached: true, cwd: '/', env: rsyncEnvironment(), stdio: [call.input ? 'pipe' : 'ignore', 'ignore', 'pipe'] });
      if (child.pid !== undefined) lifeline.hold(child.pid);
      running = child.pid;
      let words = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        words = (words + text).slice(-keptCharacters);
      });
      if (call.input && child.stdin) {
        // Its exit code tells why it did not read the list.
        child.stdin.on('error', () => {});
        child.stdin.end(Buffer.concat(call.input.flatMap((name) => [Buffer.from('./'), toBytes(name), Buffer.from([0])])));
      }
      return new Promise((resolve) => {
        const end = (code: number | null): void => {
          running = undefined;
          lifeline.release();
          resolve({ code, lastLines: words.trim().split('\n').slice(-keptLines) });
        };
        child.once('error', (error) => {
          words += error.message;
          if (child.pid === undefined) end(127);
        });
        child.once('close', end);
      });
    },
    kill() {
      if (running === undefined) return;
      try {
        process.kill(-running, 'SIGKILL');
      } catch {
        // The group is gone.
      }
    },
    close: () => lifeline.close(),
  };
}
