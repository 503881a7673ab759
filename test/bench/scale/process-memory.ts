import { readFileSync } from 'node:fs';
import { descendantsOf } from '../memory-watch.ts';

export const roles = ['host', 'scout', 'worker', 'rsync', 'other'] as const;
export type Role = (typeof roles)[number];

/** Memory of the processes of one kind, bytes. */
export interface RoleMemory {
  /** The highest resident memory one of them ever had: the kernel's own mark (proc(5), VmHWM), which misses no peak. */
  resident: number;
  /** The highest that was seen of one of them with shared pages split among those who share them (PSS). */
  proportional: number;
  /** Most of them at once. */
  atOnce: number;
}

export interface ScaleMemory {
  readonly byRole: Readonly<Record<Role, RoleMemory>>;
  /** The highest sum of PSS over all of them at one time, bytes. */
  readonly total: number;
}

const lookEveryMs = 250;

/** Watches the process `host` and all its descendants until `stop`. */
export function watchProcesses(host: number): { stop(): ScaleMemory } {
  const byRole = Object.fromEntries(roles.map((role): [Role, RoleMemory] => [role, { resident: 0, proportional: 0, atOnce: 0 }])) as Record<Role, RoleMemory>;
  let total = 0;
  const look = (): void => {
    const counts = new Map<Role, number>();
    let sum = 0;
    for (const pid of [host, ...descendantsOf(host)]) {
      const role = pid === host ? 'host' : roleOf(readText(`/proc/${pid}/cmdline`));
      const memory = byRole[role];
      const proportional = kilobytes(pid, 'smaps_rollup', /^Pss:\s+(\d+) kB$/mu);
      memory.resident = Math.max(memory.resident, kilobytes(pid, 'status', /^VmHWM:\s+(\d+) kB$/mu));
      memory.proportional = Math.max(memory.proportional, proportional);
      counts.set(role, (counts.get(role) ?? 0) + 1);
      sum += proportional;
    }
    for (const [role, count] of counts) byRole[role].atOnce = Math.max(byRole[role].atOnce, count);
    total = Math.max(total, sum);
  };
  const timer = setInterval(look, lookEveryMs);
  return {
    stop() {
      clearInterval(timer);
      return { byRole, total };
    },
  };
}

/** By what a process was started with: words of its command line, each ended by a NUL (proc(5)). */
export function roleOf(commandLine: string): Role {
  const words = commandLine.split('\0');
  // Options of Node stand before the script.
  if (words.some((word) => word.endsWith('/scout.js'))) return 'scout';
  if (words.some((word) => word.endsWith('/worker.js'))) return 'worker';
  return words[0] === 'rsync' || words[0]?.endsWith('/rsync') ? 'rsync' : 'other';
}

/** Bytes, from the line of a process's file that tells kB; 0 for a process that has just ended. */
function kilobytes(pid: number, file: string, line: RegExp): number {
  return Number(line.exec(readText(`/proc/${pid}/${file}`))?.[1] ?? 0) * 1024;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
