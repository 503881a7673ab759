import { busyShares, readCores, type CoreTime } from './cores.ts';
import { readMemory } from './memory.ts';
import { readStall } from './pressure.ts';

/** Sums of what the machine did since it started; two of them make a `MachineLoad`. Times in ms. */
interface Counters {
  readonly at: number;
  readonly cores: readonly CoreTime[];
  /** Time in which some process waited for a core; 0 where that is not counted. */
  readonly cpuStall: number;
}

/** What the machine did between two looks. Shares are 0 to 1. */
export interface MachineLoad {
  readonly cpuIdle: number;
  readonly cpuPressure: number;
  readonly freeMemoryBytes: number;
}

/** A meter of its own for each that reads it: every call tells the time since that reader's last call. */
export function createMachineMeter(): () => MachineLoad {
  let last = read();
  return () => {
    const now = read();
    const shares = busyShares(last.cores, now.cores);
    const load = {
      cpuIdle: 1 - shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length),
      cpuPressure: Math.min(1, (now.cpuStall - last.cpuStall) / Math.max(1, now.at - last.at)),
      freeMemoryBytes: readMemory().available,
    };
    last = now;
    return load;
  };
}

function read(): Counters {
  return { at: performance.now(), cores: readCores(), cpuStall: readStall('cpu') ?? 0 };
}
