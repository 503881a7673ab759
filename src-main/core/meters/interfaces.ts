import type { RunFacts } from '../../../src-shared/run-meters.ts';
import { listProc, readProc } from './proc-file.ts';

/** Bytes since the interface was made. */
export interface InterfaceCounters {
  readonly received: number;
  readonly sent: number;
}

/** The text of /proc/net/dev (proc_pid_net(5)): eight columns of what was received, then eight of what was sent. */
export function parseInterfaces(text: string): Map<string, InterfaceCounters> {
  const found = new Map<string, InterfaceCounters>();
  for (const line of text.split('\n').slice(2)) {
    const [name = '', counts] = line.trim().split(/:\s*/u);
    if (counts === undefined) continue;
    const fields = counts.trim().split(/\s+/u);
    found.set(name, { received: Number(fields[0]), sent: Number(fields[8]) });
  }
  return found;
}

/** Not the loopback, nor one between parts of this machine. */
export function isOutward(name: string): boolean {
  return !/^(lo|veth|docker|br-|virbr|tun|tap|ifb|dummy)/u.test(name);
}

/** Bytes per second in the text of /sys/class/net/X/speed, Mbit/s there (kernel doc ABI/testing/sysfs-class-net); null where it is not known (-1). */
export function parseLinkSpeed(text: string | null): number | null {
  const speed = Number(text ?? -1);
  return speed > 0 ? speed * 125_000 : null;
}

/** Interfaces that lead out of this machine and are up, with their speed; none where /sys does not tell. */
export function readInterfaces(): RunFacts['interfaces'] {
  return listProc('/sys/class/net')
    .filter((name) => isOutward(name) && readProc(`/sys/class/net/${name}/operstate`)?.trim() !== 'down')
    .map((name) => ({ name, bytesPerSecond: parseLinkSpeed(readProc(`/sys/class/net/${name}/speed`)) }));
}
