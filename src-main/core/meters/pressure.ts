import { readProc } from './proc-file.ts';

export type PressureKind = 'cpu' | 'io' | 'memory';

/** Time in which some process waited, in ms since the machine started. */
export type Stalls = Readonly<Record<PressureKind, number>>;

/** "some ... total=" of the text of a file of /proc/pressure (kernel doc accounting/psi.rst), µs there, ms here; null where it is missing. */
export function parseStall(text: string): number | null {
  const match = /^some .*total=(\d+)/mu.exec(text);
  return match ? Number(match[1]) / 1000 : null;
}

/** Null where the kernel keeps no such count. */
export function readStall(kind: PressureKind): number | null {
  const text = readProc(`/proc/pressure/${kind}`);
  return text === null ? null : parseStall(text);
}

/** All three; null where the kernel does not count them. */
export function readStalls(): Stalls | null {
  const [cpu, io, memory] = [readStall('cpu'), readStall('io'), readStall('memory')];
  return cpu === null || io === null || memory === null ? null : { cpu, io, memory };
}

/** Share of time between two looks in which some process waited. */
export function pressureBetween(before: Stalls | null, now: Stalls | null, spanMs: number): Stalls | null {
  if (!before || !now) return null;
  const share = (kind: PressureKind): number => Math.min(1, Math.max(0, (now[kind] - before[kind]) / Math.max(1, spanMs)));
  return { cpu: share('cpu'), io: share('io'), memory: share('memory') };
}
