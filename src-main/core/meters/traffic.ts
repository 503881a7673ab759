import { parseDisks } from './disk-stats.ts';
import { parseInterfaces, isOutward } from './interfaces.ts';
import { listProc, readProc } from './proc-file.ts';

/** Bytes since the machine started; null where the system does not tell. */
export interface Traffic {
  readonly diskRead: number | null;
  readonly diskWritten: number | null;
  readonly networkIn: number | null;
  readonly networkOut: number | null;
}

/** Traffic of all disks and network interfaces of a Linux machine, or null where there is no /proc. */
export function linuxTraffic(): Traffic | null {
  const [disks, interfaces] = [readProc('/proc/diskstats'), readProc('/proc/net/dev')];
  if (disks === null || interfaces === null) return null;
  // Whole ones: partitions and what is built of them would count twice.
  const whole = new Set(listProc('/sys/block').filter((name) => !/^(loop|ram|zram|dm-|md|sr|fd)/u.test(name)));
  return { ...diskTraffic(disks, whole), ...networkTraffic(interfaces) };
}

/** Sums `disks` of the text of /proc/diskstats. */
export function diskTraffic(text: string, disks: ReadonlySet<string>): Pick<Traffic, 'diskRead' | 'diskWritten'> {
  let [diskRead, diskWritten] = [0, 0];
  for (const { readBytes, writtenBytes } of parseDisks(text, disks).values()) {
    diskRead += readBytes;
    diskWritten += writtenBytes;
  }
  return { diskRead, diskWritten };
}

/** Sums the interfaces of the text of /proc/net/dev but the loopback and those inside of the machine. */
export function networkTraffic(text: string): Pick<Traffic, 'networkIn' | 'networkOut'> {
  let [networkIn, networkOut] = [0, 0];
  for (const [name, { received, sent }] of parseInterfaces(text)) {
    if (!isOutward(name)) continue;
    networkIn += received;
    networkOut += sent;
  }
  return { networkIn, networkOut };
}

/** The same for systems without /proc. Fields that the library does not know there are null. */
export async function otherTraffic(): Promise<Traffic> {
  const { fsStats, networkStats } = await import('systeminformation');
  const [disks, networks] = await Promise.all([fsStats(), networkStats('*')]);
  const sum = (field: 'rx_bytes' | 'tx_bytes') => networks.reduce((total, each) => total + each[field], 0);
  // Null at run time on some systems, whatever its types say.
  const known = disks as { rx: number; wx: number } | null;
  return { diskRead: known?.rx ?? null, diskWritten: known?.wx ?? null, networkIn: sum('rx_bytes'), networkOut: sum('tx_bytes') };
}
