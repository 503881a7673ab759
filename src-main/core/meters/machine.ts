import { readFileSync } from 'node:fs';
import { cpus, freemem } from 'node:os';

/** Sums of what the machine did since it started; two of them make a `MachineLoad`. Times in ms. */
interface Counters {
  readonly at: number;
  readonly idle: number;
  readonly total: number;
  /** Time in which some process waited for a core, for disk or network storage. */
  readonly cpuStall: number;
  readonly ioStall: number;
}

/** What the machine did between two looks. Shares are 0 to 1. */
export interface MachineLoad {
  readonly cpuIdle: number;
  readonly cpuPressure: number;
  readonly ioPressure: number;
  readonly freeMemoryBytes: number;
}

/** A meter of its own for each that reads it: every call tells the time since that reader's last call. */
export function createMachineMeter(): () => MachineLoad {
  let last = read();
  return () => {
    const now = read();
    const total = now.total - last.total;
    const time = Math.max(1, now.at - last.at);
    const load = {
      cpuIdle: total > 0 ? (now.idle - last.idle) / total : 1,
      cpuPressure: Math.min(1, (now.cpuStall - last.cpuStall) / time),
      ioPressure: Math.min(1, (now.ioStall - last.ioStall) / time),
      freeMemoryBytes: availableMemory(),
    };
    last = now;
    return load;
  };
}

function read(): Counters {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.idle + times.user + times.sys + times.nice + times.irq;
  }
  return { at: performance.now(), idle, total, cpuStall: stall('cpu'), ioStall: stall('io') };
}

/** The "some ... total=" microseconds of /proc/pressure (kernel doc accounting/psi.rst), as ms; 0 where there is none. */
function stall(kind: 'cpu' | 'io'): number {
  try {
    const match = /^some .*total=(\d+)/m.exec(readFileSync(`/proc/pressure/${kind}`, 'utf8'));
    return match ? Number(match[1]) / 1000 : 0;
  } catch {
    return 0;
  }
}

/** Memory that programs can have without swapping: MemAvailable (proc(5)), which counts the file cache; bytes. */
function availableMemory(): number {
  try {
    const match = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'));
    return match ? Number(match[1]) * 1024 : freemem();
  } catch {
    return freemem();
  }
}
