/** What one disk did since the machine started. Times in ms, sizes in bytes. */
export interface DiskCounters {
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly requests: number;
  /** Sum of the times of all requests. */
  readonly requestMs: number;
  /** Time in which it had requests. */
  readonly busyMs: number;
}

/** /proc/diskstats counts sectors of this size, whatever the disk's own (kernel doc admin-guide/iostats.rst). */
const sectorBytes = 512;

/** Those of `disks` in the text of /proc/diskstats (kernel doc admin-guide/iostats.rst). */
export function parseDisks(text: string, disks: ReadonlySet<string>): Map<string, DiskCounters> {
  const found = new Map<string, DiskCounters>();
  if (disks.size === 0) return found;
  for (const line of text.split('\n')) {
    const [, , name = '', ...fields] = line.trim().split(/\s+/u);
    if (!disks.has(name)) continue;
    const [reads = 0, , readSectors = 0, readMs = 0, writes = 0, , writtenSectors = 0, writeMs = 0, , busyMs = 0] = fields.map(Number);
    found.set(name, {
      readBytes: readSectors * sectorBytes, writtenBytes: writtenSectors * sectorBytes, requests: reads + writes, requestMs: readMs + writeMs, busyMs,
    });
  }
  return found;
}

/** What disks together did between two looks. */
export interface DiskRates {
  readonly readPerSecond: number;
  readonly writePerSecond: number;
  /** Of the busiest. */
  readonly utilisation: number;
  /** Null where no request ended. */
  readonly awaitMs: number | null;
}

/** Null where none of `disks` was seen at both looks. */
export function diskRates(
  disks: readonly string[], before: ReadonlyMap<string, DiskCounters>, now: ReadonlyMap<string, DiskCounters>, spanMs: number,
): DiskRates | null {
  let seen = 0;
  const sum = { read: 0, written: 0, requests: 0, requestMs: 0, utilisation: 0 };
  for (const disk of disks) {
    const [old, late] = [before.get(disk), now.get(disk)];
    if (!old || !late) continue;
    seen++;
    sum.read += Math.max(0, late.readBytes - old.readBytes);
    sum.written += Math.max(0, late.writtenBytes - old.writtenBytes);
    sum.requests += Math.max(0, late.requests - old.requests);
    sum.requestMs += Math.max(0, late.requestMs - old.requestMs);
    sum.utilisation = Math.max(sum.utilisation, Math.min(1, (late.busyMs - old.busyMs) / Math.max(1, spanMs)));
  }
  const seconds = Math.max(0.001, spanMs / 1000);
  return seen === 0 ? null : {
    readPerSecond: sum.read / seconds, writePerSecond: sum.written / seconds, utilisation: sum.utilisation,
    awaitMs: sum.requests > 0 ? sum.requestMs / sum.requests : null,
  };
}
