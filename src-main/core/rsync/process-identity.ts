import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What the system knows of a process. */
export interface ProcessFacts {
  readonly pid: number;
  /** One letter, `Z` for a process that has ended and was not waited for. */
  readonly state: string;
  /** The process group, as in `kill(-group)`. */
  readonly group: number;
  /** Start time of the kernel; on Linux clock ticks since boot, elsewhere a date of whole seconds. */
  readonly started: string;
  /** Name of the program, at most 15 characters on Linux. */
  readonly command: string;
}

let knownBootId: string | undefined;

/** Changes with each start of the machine: /proc/sys/kernel/random/boot_id (random(4)), kern.bootsessionuuid on macOS. */
export function bootId(): string {
  knownBootId ??= readBootId();
  return knownBootId;
}

function readBootId(): string {
  try {
    if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], {
      encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

/**
 * The start time of a process as an opaque text, or null where there is none of that number. Pids are used again,
 * and start times repeat from boot to boot: with the boot id in it, pid and text name one process for ever.
 */
export function processStartTime(pid: number): string | null {
  const facts = processFacts(pid);
  return facts === null ? null : `${facts.started}@${bootId()}`;
}

/** Whether exactly this process still runs. One that has ended and was not waited for yet (a zombie) does not. */
export function isAlive(pid: number, startTime: string): boolean {
  const facts = processFacts(pid);
  return facts !== null && !hasEnded(facts) && `${facts.started}@${bootId()}` === startTime;
}

/** True for a zombie or a process being removed (proc(5), states Z and X). */
export function hasEnded(facts: ProcessFacts): boolean {
  return facts.state === 'Z' || facts.state === 'X';
}

/** Facts of one process, or null. */
export function processFacts(pid: number): ProcessFacts | null {
  if (!Number.isSafeInteger(pid) || pid < 1) return null;
  return process.platform === 'linux' ? readProcStat(String(pid)) : factsFromPs(['-p', String(pid)])[0] ?? null;
}

/**
 * The processes that the first thread of a process has started, oldest first (proc_tid_children(5)); all of them in programs of one
 * thread and in Node. Null where the system does not tell.
 */
export function childrenOf(pid: number): number[] | null {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
  } catch {
    return null;
  }
}

/** All processes of a group that have not ended. */
export function processesOfGroup(group: number): ProcessFacts[] {
  const all = process.platform === 'linux'
    ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(readProcStat).filter((facts) => facts !== null)
    : factsFromPs(['-ax']);
  return all.filter((facts) => facts.group === group && !hasEnded(facts));
}

function readProcStat(pid: string): ProcessFacts | null {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null;
  }
}

/**
 * /proc/PID/stat (proc_pid_stat(5)): pid, name in brackets, state, ppid, pgrp, session, ... start time as field 22.
 * The name may hold brackets and spaces: what follows begins after the last bracket.
 */
export function parseProcStat(text: string): ProcessFacts | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).trim().split(' ');
  const [state, , group] = fields;
  const started = fields[19];
  if (open < 0 || close < open || !state || !started) return null;
  return { pid: Number(text.slice(0, open)), state, group: Number(group), started, command: text.slice(open + 1, close) };
}

/** Asks ps(1), for systems without /proc. Times in UTC, so that a new time zone does not make another process of it. */
export function factsFromPs(which: readonly string[]): ProcessFacts[] {
  const columns = ['pid', 'pgid', 'stat', 'lstart', 'ucomm'].flatMap((name) => ['-o', `${name}=`]);
  try {
    const text = execFileSync('ps', [...which, ...columns], {
      encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    });
    return text.split('\n').map(parsePsLine).filter((facts) => facts !== null);
  } catch {
    // ps ends with 1 where no process matches.
    return [];
  }
}

/** `  123   123 S    Mon Nov 23 08:12:01 2026 rsync` */
export function parsePsLine(line: string): ProcessFacts | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(\S)\S*\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*?)\s*$/.exec(line);
  if (match === null) return null;
  const [, pid, group, state, started, command] = match as unknown as [string, string, string, string, string, string];
  return { pid: Number(pid), group: Number(group), state, started: started.replaceAll(/\s+/g, ' '), command };
}
