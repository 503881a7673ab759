import { plain } from './place-facts.ts';

/** What one network mount did since it was mounted. Times in ms, sizes in bytes; null where its file system does not count it. */
export interface ServerCounters {
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly calls: number;
  /** Sum of the times from a call to its answer, of so many calls: on SMB those of the whole server. */
  readonly roundTripMs: number | null;
  readonly timedCalls: number;
  readonly retransmits: number | null;
}

/**
 * An NFS mount in the text of /proc/self/mountstats, by its mount point; null where it is not there. A line of an operation
 * holds: calls, transmissions, timeouts, bytes sent, bytes received, and ms in the queue, on the way, in all (kernel source
 * net/sunrpc/stats.c, mountstats(8)). `bytes:` has six sums; the last two are what was exchanged with the server (nfsiostat(8)).
 */
export function parseNfsStats(text: string, point: string): ServerCounters | null {
  let found: string[] | null = null;
  for (const block of text.split(/^(?=device )/mu)) {
    const match = /^device .+ mounted on (\S+) with fstype nfs4? statvers=/u.exec(block);
    if (match && plain(match[1] ?? '') === point) found = block.split('\n');
  }
  if (!found) return null;
  const bytes = found.find((line) => line.trimStart().startsWith('bytes:'))?.trim().split(/\s+/u).slice(1).map(Number) ?? [];
  const sum = { calls: 0, transmissions: 0, roundTripMs: 0 };
  for (const line of found.slice(found.findIndex((each) => each.includes('per-op statistics')) + 1)) {
    const [calls, transmissions, , , , , roundTripMs] = line.split(':')[1]?.trim().split(/\s+/u).map(Number) ?? [];
    if (calls === undefined || transmissions === undefined || roundTripMs === undefined) continue;
    sum.calls += calls;
    sum.transmissions += transmissions;
    sum.roundTripMs += roundTripMs;
  }
  return {
    readBytes: bytes[4] ?? 0, writtenBytes: bytes[5] ?? 0, calls: sum.calls, roundTripMs: sum.roundTripMs, timedCalls: sum.calls,
    retransmits: Math.max(0, sum.transmissions - sum.calls),
  };
}

/**
 * An SMB mount in the text of /proc/fs/cifs/Stats (kernel doc admin-guide/cifs/usage.rst), by its source (`//nas/share`); null
 * where it is not there. Requests and bytes are the share's own. Kernels built with CONFIG_CIFS_STATS2 count times too, in a table
 * for each server that comes before its shares (kernel source fs/smb/client/cifs_debug.c).
 */
export function parseSmbStats(text: string, source: string): ServerCounters | null {
  const share = source.replaceAll('/', '\\').toLowerCase();
  let times: Pick<ServerCounters, 'roundTripMs' | 'timedCalls'> = { roundTripMs: null, timedCalls: 0 };
  for (const block of text.split(/^(?=\d+\) |Max requests in flight: )/mu)) {
    if (block.startsWith('Max')) times = smbTimes(block);
    if (/^\d+\) (\S+)/u.exec(block)?.[1]?.toLowerCase() !== share) continue;
    const count = (what: RegExp): number => Number(what.exec(block)?.[1] ?? 0);
    return {
      calls: count(/^SMBs: (\d+)/mu), readBytes: count(/Bytes read: (\d+)/u), writtenBytes: count(/Bytes written: (\d+)/u),
      ...times, retransmits: null,
    };
  }
  return null;
}

/** The sums over all commands in the table of a server, whose times are in ticks of the kernel's clock. */
function smbTimes(block: string): Pick<ServerCounters, 'roundTripMs' | 'timedCalls'> {
  const perSecond = Number(/\((\d+) per second\)/u.exec(block)?.[1] ?? 0);
  let [timedCalls, ticks] = [0, 0];
  for (const [, number = '', time = ''] of block.matchAll(/^\s+\d+\t+(\d+)\t+(\d+)\t/gmu)) {
    timedCalls += Number(number);
    ticks += Number(time);
  }
  return { roundTripMs: perSecond === 0 ? null : (ticks * 1000) / perSecond, timedCalls };
}

export interface ServerRates {
  readonly readPerSecond: number;
  readonly writePerSecond: number;
  readonly roundTripMs: number | null;
  readonly roundTripsPerSecond: number;
  readonly retransmitsPerSecond: number | null;
}

/** What a mount did between two looks; null where it was not seen at both. */
export function serverRates(before: ServerCounters | null, now: ServerCounters | null, spanMs: number): ServerRates | null {
  if (!before || !now) return null;
  const seconds = Math.max(0.001, spanMs / 1000);
  const calls = Math.max(0, now.calls - before.calls);
  const between = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : Math.max(0, b - a));
  const timed = now.timedCalls - before.timedCalls;
  const waited = between(before.roundTripMs, now.roundTripMs);
  const again = between(before.retransmits, now.retransmits);
  return {
    readPerSecond: Math.max(0, now.readBytes - before.readBytes) / seconds,
    writePerSecond: Math.max(0, now.writtenBytes - before.writtenBytes) / seconds,
    roundTripsPerSecond: calls / seconds,
    roundTripMs: waited === null || timed <= 0 ? null : waited / timed,
    retransmitsPerSecond: again === null ? null : again / seconds,
  };
}
