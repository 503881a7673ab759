import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { readProc } from './proc-file.ts';

/** Bytes. */
export interface MemoryUse {
  readonly total: number;
  /** What programs can have without swapping: the file cache counts as free. */
  readonly available: number;
  /** Null where the system does not tell. */
  readonly swapUsed: number | null;
}

/** Pages since the machine started. */
export interface PageTraffic {
  readonly swappedIn: number;
  readonly swappedOut: number;
  /** Of files, read again soon after they were dropped. */
  readonly refaulted: number;
}

/** The text of /proc/meminfo (proc_meminfo(5)). Null where a field is missing. */
export function parseMemory(text: string): MemoryUse | null {
  const field = (name: string): number | null => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'mu').exec(text);
    return match ? Number(match[1]) * 1024 : null;
  };
  const [total, available, swap, swapFree] = [field('MemTotal'), field('MemAvailable'), field('SwapTotal'), field('SwapFree')];
  if (total === null || available === null) return null;
  return { total, available, swapUsed: swap === null || swapFree === null ? null : swap - swapFree };
}

/** Memory of this machine now. */
export function readMemory(): MemoryUse {
  const text = readProc('/proc/meminfo');
  return (text === null ? null : parseMemory(text)) ?? { total: totalmem(), available: freemem(), swapUsed: null };
}

/** The text of /proc/vmstat. Before Linux 5.9 all refaults were counted as one (`workingset_refault`), files for the most part. */
export function parsePageTraffic(text: string): PageTraffic | null {
  const field = (name: string): number | null => {
    const match = new RegExp(`^${name} (\\d+)$`, 'mu').exec(text);
    return match ? Number(match[1]) : null;
  };
  const [swappedIn, swappedOut] = [field('pswpin'), field('pswpout')];
  if (swappedIn === null || swappedOut === null) return null;
  return { swappedIn, swappedOut, refaulted: field('workingset_refault_file') ?? field('workingset_refault') ?? 0 };
}

/** Null where there is no /proc. */
export function readPageTraffic(): PageTraffic | null {
  const text = readProc('/proc/vmstat');
  return text === null ? null : parsePageTraffic(text);
}

/** AT_PAGESZ of the auxiliary vector (getauxval(3)): pairs of 64-bit words. */
export function parsePageBytes(vector: Buffer): number | null {
  for (let at = 0; at + 16 <= vector.length; at += 16) if (vector.readBigUInt64LE(at) === 6n) return Number(vector.readBigUInt64LE(at + 8));
  return null;
}

/** Size of a page of this machine. */
export function readPageBytes(): number {
  try {
    return parsePageBytes(readFileSync('/proc/self/auxv')) ?? 4096;
  } catch {
    return 4096;
  }
}
