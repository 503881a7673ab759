import { joinName, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import type { CompareWalk, Turn } from './compare.ts';
import type { ComparedFolder, ComparisonBuilder } from './comparison.ts';
import { isFolder, type Facts } from './facts.ts';
import { descriptorOf, openIn, targetOf } from './held-folder.ts';
import type { NativeCalls } from './native-calls.ts';

/** Names looked at between two turns: some milliseconds. */
const mostAtOnce = 2000;

/** A folder of both sides, by its descriptors; `to` null: the destination has no such folder. */
interface Pair {
  readonly from: number;
  readonly to: number | null;
  readonly path: ByteName;
}

/** What names of a folder came to. */
interface Compared {
  readonly folders: ComparedFolder[];
  /** Those that are not excluded. */
  readonly wanted: ByteName[];
  /** How many of these the destination has as well. */
  there: number;
}

/**
 * Where calls are answered from memory or a disk of this machine: one after the other, which makes this cheaper than an rsync of its own
 * (docs/benchmarks.md).
 */
export function createLocalWalk(call: CompareCall, comparison: ComparisonBuilder, turn: Turn, calls: NativeCalls): CompareWalk {
  const lookIn = (folder: number, names: readonly ByteName[]) => names.map((name) => calls.look(folder, name));

  /** Compares names that a folder has at the source. `isInScope`: they are all it has, and those that are excluded do not count. */
  async function compareNames({ from, to, path }: Pair, names: readonly ByteName[], isInScope: boolean): Promise<Compared> {
    const compared: Compared = { folders: [], wanted: [], there: 0 };
    for (let start = 0; start < names.length; start += mostAtOnce) {
      if (start > 0) await turn();
      let some = names.slice(start, start + mostAtOnce);
      let ours = lookIn(from, some);
      if (isInScope && !comparison.takesAll(path)) {
        const isMeant = areCompared(path, some, ours);
        some = some.filter((_, index) => isMeant[index]);
        ours = ours.filter((_, index) => isMeant[index]);
      }
      const { folders, symlinks, there } = comparison.names(path, some, ours, to === null ? [] : lookIn(to, some), isInScope);
      for (const name of symlinks) {
        if (to !== null && !targetOf(from, name).equals(targetOf(to, name))) comparison.tell(path, name, { isInScope, changesFolder: true });
      }
      compared.folders.push(...folders);
      compared.wanted.push(...some);
      compared.there += there;
    }
    return compared;
  }

  function areCompared(folder: ByteName, names: readonly ByteName[], facts: readonly (Facts | null)[]): boolean[] {
    return names.map((name, index) => comparison.isCompared(joinName(folder, name), isAFolder(facts[index])));
  }

  async function compareFolder(pair: Pair, isDeep: boolean): Promise<void> {
    await turn();
    const { from, to, path } = pair;
    const { folders, wanted, there } = await compareNames(pair, calls.list(from), true);
    if (call.mirror && to !== null) {
      if (calls.count(to) > there) countStrangers(to, path, calls.list(to), wanted);
    }
    if (isDeep) for (const folder of folders) await compareChild(pair, folder, true);
  }

  function countStrangers(to: number, folder: ByteName, theirs: readonly ByteName[], wanted: readonly ByteName[]): void {
    const known = new Set(wanted);
    const others = theirs.filter((name) => !known.has(name));
    comparison.addStrangers(areCompared(folder, others, lookIn(to, others)).filter((isMeant) => isMeant).length);
  }

  async function compareChild({ from, to, path }: Pair, { name, isThere }: ComparedFolder, isDeep: boolean): Promise<void> {
    const open: number[] = [];
    const enter = (parent: number): number => {
      const descriptor = openIn(calls, parent, name);
      open.push(descriptor);
      return descriptor;
    };
    try {
      await compareFolder({ from: enter(from), to: to === null || !isThere ? null : enter(to), path: joinName(path, name) }, isDeep);
    } finally {
      for (const descriptor of open) calls.close(descriptor);
    }
  }

  return {
    async names(from, to, names) {
      const pair = { from: descriptorOf(from), to: descriptorOf(to), path: from.path };
      const { folders } = await compareNames(pair, names, false);
      if (call.depth !== 'flat') for (const folder of folders) await compareChild(pair, folder, call.depth === 'deep');
    },
    root: (from, to) => compareFolder({ from: descriptorOf(from), to: descriptorOf(to), path: ROOT }, call.depth === 'deep'),
  };
}

function isAFolder(facts: Facts | null | undefined): boolean {
  return facts ? isFolder(facts) : false;
}
