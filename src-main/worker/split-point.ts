import { readFileSync } from 'node:fs';
import type { RsyncResult } from '../../src-shared/rsync-result.ts';
import type { CallProgress } from '../core/rsync/output.ts';
import { childrenOf } from '../core/rsync/process-identity.ts';
import { bytesWritten } from './process-io.ts';
import type { RsyncProcess } from './rsync-process.ts';

/** What the sender has handed over is written when nothing has moved for so long, ms. */
const drainedAfterMs = 1000;
/** How long the sender may take to hand over the last bytes of a file, and how often that is looked at, ms. */
const handedOverAfterMs = 200;
const lookEveryMs = 5;
/** Entries still to be looked at from which on others can help. */
const worthLeft = 2;
/** SIGVTALRM of signal(7) as a bit of the masks in /proc/PID/status; the first signal is bit 0. */
const vtalrm = 1n << 25n;

/** Where an rsync can be ended at little loss, and what it has transferred is known but for a few small files on their way. */
export interface SplitPoint {
  attach(rsync: RsyncProcess): void;
  /** Asks rsync where it stands. It answers at the end of the file it copies just now, if it copies any. */
  ask(graceMs: number): void;
  /** rsync's answer: from here on its sender waits. */
  told(progress: CallProgress): void;
  /** After a pause, while the sender waits there: lets the others go on without it. False where it does not wait. */
  goOn(): boolean;
  /** True when all that was sent is written: now it may be ended. `stillMs`: for so long it has moved nothing. */
  isReached(stillMs: number): boolean;
  /** The result of an rsync that was ended there; null for one that came to an end of its own. */
  resultOf(result: RsyncResult): RsyncResult | null;
  readonly graceMs: number;
}

/**
 * A split point of one rsync. Since 3.2.0 rsync answers SIGVTALRM with a line of progress as soon as the file it copies is complete
 * (rsync(1), --progress). One that does not know the signal would be killed by it: it is not asked.
 */
export function createSplitPoint(): SplitPoint {
  let rsync: RsyncProcess | null = null;
  let reached: { files: number; bytes: number; at: number } | null = null;
  /** The sender was stopped there. */
  let waits = false;
  let graceMs = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    attach(started) {
      rsync = started;
    },
    ask(grace) {
      graceMs = grace;
      const pid = rsync?.pid;
      if (pid !== undefined && !reached && catchesVtalrm(pid)) signalOne(pid, 'SIGVTALRM');
    },
    told({ bytes, files, left }) {
      const pid = rsync?.pid;
      if (pid === undefined || reached || files === null || (left !== null && left < worthLeft)) return;
      const point = { files, bytes, at: performance.now() };
      reached = point;
      const before = bytesWritten(pid);
      // The last bytes of the file leave the sender with the first of what follows.
      timer = setInterval(() => {
        if (bytesWritten(pid) === before && performance.now() - point.at < handedOverAfterMs) return;
        clearInterval(timer);
        waits = true;
        signalOne(pid, 'SIGSTOP');
      }, lookEveryMs);
    },
    goOn() {
      if (rsync?.pid === undefined || !waits) return false;
      for (const pid of descendantsOf(rsync.pid)) signalOne(pid, 'SIGCONT');
      return true;
    },
    isReached: (stillMs) => reached !== null && Math.min(stillMs, performance.now() - reached.at) >= drainedAfterMs,
    resultOf(result) {
      clearInterval(timer);
      if (!reached || result.code !== 20) return null;
      const { files, bytes } = reached;
      const stats = {
        entries: 0, files: 0, created: files, createdFiles: files, deleted: 0, filesTransferred: files, totalBytes: 0, transferredBytes: bytes,
        literalBytes: bytes,
      };
      return { ...result, stats, isSplit: true, lastLines: [`Ran longer than was predicted while lanes were idle: ended after ${files} files, for other units to do the rest.`] };
    },
    get graceMs() {
      return graceMs;
    },
  };
}

/** Whether a process has a handler for the signal (proc(5), SigCgt of /proc/PID/status). False where there is no /proc. */
function catchesVtalrm(pid: number): boolean {
  try {
    const mask = /^SigCgt:\s*([0-9a-f]+)$/mu.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) & vtalrm) !== 0n;
  } catch {
    return false;
  }
}

/** The leader of the group is the sender; the others go on with what they have. */
function signalOne(pid: number, signal: 'SIGVTALRM' | 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

function descendantsOf(pid: number): number[] {
  return (childrenOf(pid) ?? []).flatMap((child) => [child, ...descendantsOf(child)]);
}
