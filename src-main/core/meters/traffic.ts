import { readdirSync, readFileSync } from 'node:fs';

/** Bytes since the machine started; null where the system does not tell. */
export interface Traffic {
  readonly diskRead: number | null;
  readonly diskWritten: number | null;
  readonly networkIn: number | null;
  readonly networkOut: number | null;
}

/** /proc/diskstats counts sectors of this size, whatever the disk's own (kernel doc admin-guide/iostats.rst). */
const sectorBytes = 512;

/** Traffic of all disks and network interfaces of a Linux machine, or null where there is no /proc. */
export function linuxTraffic(): Traffic | null {
  try {
    const disks = new Set(readdirSync('/sys/block').filter((name) => !/^(loop|ram|zram|dm-|md|sr|fd)/u.test(name)));
    return { ...diskTraffic(readFileSync('/proc/diskstats', 'utf8'), disks), ...networkTraffic(readFileSync('/proc/net/dev', 'utf8')) };
  } catch {
    return null;
  }
}

/** Sums `disks` (whole ones: partitions and what is built of them would count twice) of the text of /proc/diskstats. */
export function diskTraffic(text: string, disks: ReadonlySet<string>): Pick<Traffic, 'diskRead' | 'diskWritten'> {
  let read = 0;
  let written = 0;
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/u);
    if (!disks.has(fields[2] ?? '')) continue;
    read += Number(fields[5]) * sectorBytes;
    written += Number(fields[9]) * sectorBytes;
  }
  return { diskRead: read, diskWritten: written };
}

/** Sums the interfaces of the text of /proc/net/dev (proc(5)) but the loopback and those inside of the machine. */
export function networkTraffic(text: string): Pick<Traffic, 'networkIn' | 'networkOut'> {
  let received = 0;
  let sent = 0;
  for (const line of text.split('\n').slice(2)) {
    const [name = '', counts] = line.trim().split(/:\s*/u);
    if (counts === undefined || /^(lo|veth|docker|br-|virbr|tun|tap)/u.test(name)) continue;
    const fields = counts.trim().split(/\s+/u);
    received += Number(fields[0]);
    sent += Number(fields[8]);
  }
  return { networkIn: received, networkOut: sent };
}
