import { bootId, isAlive, processesOfGroup, processFacts } from '../rsync/process-identity.ts';
import type { JournalEntry, ProcessJournal } from './process-journal.ts';

/** How long to wait for killed processes to be gone, ms. Longer takes only what is stuck in the kernel (a hung mount). */
const goneWithinMs = 1000;

/** What a sweep found. */
export interface Sweep {
  /** Journalled processes that had outlived their host and are gone now. */
  readonly killed: number;
  /** Those that are still there: stuck in the kernel, or of another user. They stay in the journal. */
  readonly stuck: readonly JournalEntry[];
}

/**
 * Kills every journalled process whose host is gone, an rsync with its whole process group, and waits until they are
 * gone, which takes some ms, and a second where one is stuck. Never touches a process whose start time is not the one
 * in the journal: pids are used again.
 */
export function sweepJournal({ journal }: { readonly journal: ProcessJournal }): Sweep {
  const orphans = journal.all().filter((entry) => !isAlive(entry.hostPid, entry.hostStartTime));
  const living = orphans.filter((entry) => survivors(entry).length > 0);
  for (const entry of living) kill(entry);
  const deadline = performance.now() + goneWithinMs;
  let left = living.filter((entry) => survivors(entry).length > 0);
  while (left.length > 0 && performance.now() < deadline) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    left = left.filter((entry) => survivors(entry).length > 0);
  }
  const stuck = new Set(left);
  for (const entry of orphans) {
    if (!stuck.has(entry)) journal.remove(entry.pid, entry.startTime);
  }
  return { killed: living.length - stuck.size, stuck: left };
}

/** Pids of what is left of an entry: the process itself, or what its rsync had forked. */
function survivors(entry: JournalEntry): number[] {
  const itself = isAlive(entry.pid, entry.startTime) ? [entry.pid] : [];
  if (entry.kind !== 'rsync' || !entry.startTime.endsWith(`@${bootId()}`)) return itself;
  const group = processesOfGroup(entry.pid);
  if (itself.length > 0) return [...new Set([...itself, ...group.map((member) => member.pid)])];
  // The number of a group is not given to a new process while the group lives (fork(2)): with another leader it is another group.
  const leader = group.find((member) => member.pid === entry.pid);
  return leader === undefined ? group.filter((member) => member.command === 'rsync').map((member) => member.pid) : [];
}

function kill(entry: JournalEntry): void {
  // First the group at once, so that nothing it forks meanwhile is missed; only where the process leads one.
  const leadsItsGroup = isAlive(entry.pid, entry.startTime) && processFacts(entry.pid)?.group === entry.pid;
  if (entry.kind === 'rsync' && leadsItsGroup) signal(-entry.pid);
  for (const pid of survivors(entry)) signal(pid);
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile, or not ours to kill: what is still there is reported as stuck.
  }
}
