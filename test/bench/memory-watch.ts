import { readFileSync } from 'node:fs';

/** The most memory a tree of processes held at one time, bytes; null where /proc does not tell. */
export interface PeakMemory {
  /** Resident memory of all processes added up: a page that several share counts once for each. */
  readonly resident: number | null;
  /** The same with each shared page split among those who share it (PSS). */
  readonly proportional: number | null;
}

/**
 * Watches the descendants of the process `root`, itself left out, until `stop`. Looks at /proc more seldom as time goes
 * on (every 20 to 200 ms), and asks for PSS, which costs the kernel a walk through the page tables (proc(5),
 * smaps_rollup), only when resident memory is a tenth higher than when it last asked.
 */
export function watchMemory(root: number): { stop(): PeakMemory } {
  const startedAt = performance.now();
  let resident = 0;
  let proportional = 0;
  let residentAtLastAsk = 0;
  let timer = setTimeout(look, 10);

  function look(): void {
    const processes = descendantsOf(root);
    const now = sumOver(processes, 'status', /^VmRSS:\s+(\d+) kB$/m);
    resident = Math.max(resident, now);
    if (now > residentAtLastAsk * 1.1) {
      residentAtLastAsk = now;
      proportional = Math.max(proportional, sumOver(processes, 'smaps_rollup', /^Pss:\s+(\d+) kB$/m));
    }
    timer = setTimeout(look, Math.min(200, Math.max(20, (performance.now() - startedAt) / 20)));
  }

  return {
    stop: () => {
      clearTimeout(timer);
      return { resident: resident || null, proportional: proportional || null };
    },
  };
}

/** By `children` of each process's main thread (proc(5)), which is the one that starts others in all that is measured. */
export function descendantsOf(root: number): number[] {
  const found: number[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const children = readText(`/proc/${pid}/task/${pid}/children`).split(' ').filter((word) => word !== '').map(Number);
    found.push(...children);
    open.push(...children);
  }
  return found;
}

/** Bytes, where the line of each process's file tells kB. */
function sumOver(processes: readonly number[], file: string, line: RegExp): number {
  return processes.reduce((sum, pid) => sum + Number(line.exec(readText(`/proc/${pid}/${file}`))?.[1] ?? 0) * 1024, 0);
}

/** Processes end while they are looked at: nothing, then. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
