import type { PlaceFacts, PlaceSample, RunFacts, RunSample } from '../../../src-shared/run-meters.ts';
import { busyShares, readCores, type CoreTime } from './cores.ts';
import { diskRates, parseDisks, type DiskCounters } from './disk-stats.ts';
import { parseInterfaces } from './interfaces.ts';
import { readMemory, readPageBytes, readPageTraffic, type PageTraffic } from './memory.ts';
import type { NumberedMount } from './place-facts.ts';
import { pressureBetween, readStalls, type Stalls } from './pressure.ts';
import { readProc } from './proc-file.ts';
import { parseNfsStats, parseSmbStats, serverRates, type ServerCounters } from './server-stats.ts';
import { otherTraffic, type Traffic } from './traffic.ts';

/** The part of a sample that tells of the machine. */
export type MachineSample = Pick<RunSample,
  'cores' | 'pressure' | 'memoryUsedBytes' | 'swapUsedBytes' | 'swapInPerSecond' | 'swapOutPerSecond' | 'source' | 'destination' | 'networkInPerSecond' | 'networkOutPerSecond'>;

/** Refaults of files are normal where much is read; they are a lack of memory only where processes wait for memory so much of the time. */
const memoryShort = 0.02;

/** Sums since the machine started, at a moment in ms. */
interface Counters {
  readonly at: number;
  readonly cores: readonly CoreTime[];
  readonly stalls: Stalls | null;
  readonly pages: PageTraffic | null;
  readonly disks: ReadonlyMap<string, DiskCounters>;
  readonly servers: Readonly<Record<'source' | 'destination', ServerCounters | null>>;
  readonly network: { readonly received: number; readonly sent: number } | null;
}

/** A meter of a run's machine: every call tells the time since the last one. */
export function createMachineRates(facts: RunFacts, mounts: Readonly<Record<'source' | 'destination', NumberedMount | null>>): () => MachineSample {
  const disks = new Set([...facts.source.devices, ...facts.destination.devices]);
  const names = new Set(facts.interfaces.map(({ name }) => name));
  const pageBytes = readPageBytes();
  const other = process.platform === 'linux' ? null : createOtherTraffic();

  function server({ kind, fileSystem }: PlaceFacts, mount: NumberedMount | null): ServerCounters | null {
    if (kind !== 'network' || mount === null) return null;
    if (fileSystem.startsWith('nfs')) return parseNfsStats(readProc('/proc/self/mountstats') ?? '', mount.point);
    return parseSmbStats(readProc('/proc/fs/cifs/Stats') ?? '', mount.source);
  }

  function read(): Counters {
    return {
      at: performance.now(), cores: readCores(), stalls: readStalls(), pages: readPageTraffic(),
      disks: disks.size === 0 ? new Map() : parseDisks(readProc('/proc/diskstats') ?? '', disks),
      servers: { source: server(facts.source, mounts.source), destination: server(facts.destination, mounts.destination) },
      network: readNetwork(names) ?? other?.() ?? null,
    };
  }

  let last = read();
  return () => {
    const now = read();
    const before = last;
    const spanMs = Math.max(1, now.at - before.at);
    last = now;
    const perSecond = (a: number | undefined, b: number | undefined): number | null =>
      (a === undefined || b === undefined ? null : (Math.max(0, b - a) * 1000) / spanMs);
    const pressure = pressureBetween(before.stalls, now.stalls, spanMs);
    const memory = readMemory();
    const readIn = (pages: PageTraffic | null): number | undefined =>
      pages === null ? undefined : pages.swappedIn + ((pressure?.memory ?? 0) > memoryShort ? pages.refaulted : 0);
    const inBytes = perSecond(readIn(before.pages), readIn(now.pages));
    const outBytes = perSecond(before.pages?.swappedOut, now.pages?.swappedOut);
    return {
      cores: busyShares(before.cores, now.cores), pressure,
      memoryUsedBytes: Math.max(0, memory.total - memory.available), swapUsedBytes: memory.swapUsed,
      swapInPerSecond: inBytes === null ? null : inBytes * pageBytes, swapOutPerSecond: outBytes === null ? null : outBytes * pageBytes,
      source: placeSample(facts.source, before, now, 'source', spanMs), destination: placeSample(facts.destination, before, now, 'destination', spanMs),
      networkInPerSecond: perSecond(before.network?.received, now.network?.received),
      networkOutPerSecond: perSecond(before.network?.sent, now.network?.sent),
    };
  };
}

function placeSample({ devices }: PlaceFacts, before: Counters, now: Counters, end: 'source' | 'destination', spanMs: number): PlaceSample {
  const disk = diskRates(devices, before.disks, now.disks, spanMs);
  const server = serverRates(before.servers[end], now.servers[end], spanMs);
  return {
    readPerSecond: disk?.readPerSecond ?? server?.readPerSecond ?? null, writePerSecond: disk?.writePerSecond ?? server?.writePerSecond ?? null,
    utilisation: disk?.utilisation ?? null, awaitMs: disk?.awaitMs ?? null,
    roundTripMs: server?.roundTripMs ?? null, roundTripsPerSecond: server?.roundTripsPerSecond ?? null, retransmitsPerSecond: server?.retransmitsPerSecond ?? null,
  };
}

function readNetwork(names: ReadonlySet<string>): Counters['network'] {
  const text = readProc('/proc/net/dev');
  if (text === null) return null;
  const sum = { received: 0, sent: 0 };
  for (const [name, { received, sent }] of parseInterfaces(text)) {
    if (!names.has(name)) continue;
    sum.received += received;
    sum.sent += sent;
  }
  return sum;
}

/** Where there is no /proc, what systeminformation told last; each call asks it anew for the next. */
function createOtherTraffic(): () => Counters['network'] {
  let told: Traffic | null = null;
  return () => {
    void otherTraffic().then((traffic) => (told = traffic), () => undefined);
    const [received, sent] = [told?.networkIn ?? null, told?.networkOut ?? null];
    return received === null || sent === null ? null : { received, sent };
  };
}
