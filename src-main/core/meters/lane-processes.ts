import { childrenOf } from '../rsync/process-identity.ts';
import { readProc } from './proc-file.ts';

/** Which end of a copy a process works on. */
export type Side = 'source' | 'destination' | 'both';

type Program = Side | 'rsync' | 'guard';

/** A process of a lane that copies. */
export interface CopyProcess {
  readonly pid: number;
  readonly side: Side;
}

/**
 * What a process that a worker has started does, from its command line (NUL between words). An rsync that was started reads the
 * source and starts the rest; tar reads there or writes at the destination; cp does both; find looks for hard links at the source; a shell guards
 * them (rsync/lifeline.ts). Null: not to be told yet, as it is still a copy of the worker.
 */
export function programOf(commandLine: string): Program | null {
  const words = commandLine.split('\0');
  if (nameOf(words[0]) === 'setpriv') words.splice(0, 3);
  switch (nameOf(words[0])) {
    case 'rsync': return 'rsync';
    case 'tar': return words[1] === '-x' ? 'destination' : 'source';
    case 'find': return 'source';
    case 'cp': return 'both';
    case 'sh': return 'guard';
    default: return null;
  }
}

function nameOf(path = ''): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Follows the processes of workers from one look to the next; what a process is, is asked once. */
export interface ProcessTrees {
  /** Those that copy for a worker now, of the `most` it has started first; null where the system does not tell a process's children (CONFIG_PROC_CHILDREN). */
  of(worker: number, most: number): CopyProcess[] | null;
  /** Ends a look at all workers: processes that were not seen are forgotten, as pids are used again. */
  forgetUnseen(): void;
}

export function createProcessTrees(): ProcessTrees {
  const programs = new Map<number, Program>();
  const seen = new Set<number>();
  /** By the pid of what was started: of a local rsync the generator and the receiver, both at the destination (rsync's main.c). */
  const rsyncChildren = new Map<number, number[]>();

  function program(pid: number): Program | null {
    seen.add(pid);
    const known = programs.get(pid);
    if (known !== undefined) return known;
    const found = programOf(readProc(`/proc/${pid}/cmdline`) ?? '');
    if (found !== null) programs.set(pid, found);
    return found;
  }

  function childrenOfRsync(pid: number): number[] {
    const known = rsyncChildren.get(pid);
    if (known?.length === 2) return known;
    const [generator] = childrenOf(pid) ?? [];
    const found = generator === undefined ? [] : [generator, ...(childrenOf(generator) ?? []).slice(0, 1)];
    rsyncChildren.set(pid, found);
    return found;
  }

  return {
    of(worker, most) {
      const children = childrenOf(worker);
      if (children === null) return null;
      return children.slice(0, most).flatMap((pid): CopyProcess[] => {
        const what = program(pid);
        if (what === null || what === 'guard') return [];
        if (what !== 'rsync') return [{ pid, side: what }];
        return [{ pid, side: 'source' }, ...childrenOfRsync(pid).map((child): CopyProcess => ({ pid: child, side: 'destination' }))];
      });
    },
    forgetUnseen() {
      for (const pid of programs.keys()) if (!seen.has(pid)) programs.delete(pid);
      for (const pid of rsyncChildren.keys()) if (!seen.has(pid)) rsyncChildren.delete(pid);
      seen.clear();
    },
  };
}
