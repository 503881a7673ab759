import type { ErrorData } from '../../../src-shared/errors.ts';
import type { LockHolder } from '../../../src-shared/scout-protocol.ts';
import { agoText } from './words.ts';

/** Why a run may not start: another one holds the destination. `nowMs` by the clock of this machine. */
export function busyError(destination: string, holder: LockHolder, nowMs: number): ErrorData {
  return {
    kind: 'busy',
    message: `Another backup is running into ${destination}: ${holderText(holder, nowMs)}`,
    hint:
      'Wait for it to end or cancel it there, then run again. '
      + 'A lock left behind by a crash needs no care: it is recognised and removed.',
  };
}

/** Who holds a lock, for people: `"nightly", started by root on nas1 (process 4711) 5 min ago`. */
export function holderText({ job, user, host, pid, since }: LockHolder, nowMs: number): string {
  return `"${job}", started by ${user} on ${host} (process ${pid}) ${agoText(nowMs - since)} ago`;
}
