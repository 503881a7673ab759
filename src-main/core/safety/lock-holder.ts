import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import type { LockHolder } from '../../../src-shared/scout-protocol.ts';
import { bootId, processStartTime } from '../rsync/process-identity.ts';

/**
 * This process as the holder of a lock, for a run that starts at `nowMs` (ms since the epoch).
 *
 * `bootId` is `BOOT MACHINE NAMESPACE`. The boot id alone cannot tell a restart of this machine from another machine of
 * the same name, nor does it differ between containers that cannot see each other's processes: in both cases a live lock
 * would look like one left behind.
 */
export function createLockHolder(job: string, nowMs: number): LockHolder {
  return {
    host: hostname(),
    user: userName(),
    pid: process.pid,
    startTime: processStartTime(process.pid) ?? 'unknown',
    bootId: `${oneWord(bootId())} ${machineId()} ${processNamespace()}`,
    since: nowMs,
    job,
  };
}

/** machine-id(5); `unknown` where there is none. */
function machineId(): string {
  try {
    return oneWord(readFileSync('/etc/machine-id', 'latin1'));
  } catch {
    return 'unknown';
  }
}

/** The set of processes this one can see (pid_namespaces(7)); the same for all where there is only one. */
function processNamespace(): string {
  try {
    return oneWord(readlinkSync('/proc/self/ns/pid'));
  } catch {
    return 'all';
  }
}

function oneWord(text: string): string {
  return text.trim().replaceAll(/\s+/g, '-') || 'unknown';
}

/** A container may run as a user of which no system knows a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
