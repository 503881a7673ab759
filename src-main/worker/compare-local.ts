import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { joinName, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import { toBytes } from '../core/rsync/byte-name.ts';
import type { CompareWalk, Turn } from './compare.ts';
import type { ComparedFolder, ComparisonBuilder, Facts } from './comparison.ts';
import { lookHere } from './from-inside.ts';
import { OnlyRsyncKnows } from './only-rsync.ts';
import { holdFlags, type SafeFolder } from './safe-folder.ts';

/** Names looked at between two turns: some milliseconds. */
const mostAtOnce = 2000;

/** A folder that is held open, as `/proc/self/fd/N`: another object each time, though numbers of descriptors come again. */
interface OpenFolder {
  readonly inside: string;
}

/** A folder of both sides; `to` null: the destination has no such folder. */
interface Pair {
  readonly from: OpenFolder;
  readonly to: OpenFolder | null;
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
 * Where calls are answered from memory or a disk of this machine. One after the other, without Node's threads, and from inside of
 * the folder, which makes this cheaper than an rsync of its own (docs/benchmarks.md).
 */
export function createLocalWalk(call: CompareCall, comparison: ComparisonBuilder, turn: Turn): CompareWalk {
  /** Where this process is; null: that is not known. */
  let here: OpenFolder | null = null;

  function goInto(folder: OpenFolder): void {
    if (here !== folder) process.chdir(folder.inside);
    here = folder;
  }

  async function takeTurn(): Promise<void> {
    here = null;
    await turn();
  }

  function namesIn(folder: OpenFolder): ByteName[] {
    goInto(folder);
    // One character per byte is what a ByteName is.
    return readdirSync('.', 'latin1') as ByteName[];
  }

  function lookIn(folder: OpenFolder, names: readonly ByteName[]): Facts[] {
    goInto(folder);
    return names.map(lookHere);
  }

  /** Compares names that a folder has at the source. `isInScope`: they are all it has, and those that are excluded do not count. */
  async function compareNames({ from, to, path }: Pair, names: readonly ByteName[], isInScope: boolean): Promise<Compared> {
    const compared: Compared = { folders: [], wanted: [], there: 0 };
    for (let start = 0; start < names.length; start += mostAtOnce) {
      if (start > 0) await takeTurn();
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

  function areCompared(folder: ByteName, names: readonly ByteName[], facts: readonly Facts[]): boolean[] {
    return names.map((name, index) => comparison.isCompared(joinName(folder, name), facts[index]?.isDirectory() === true));
  }

  async function compareFolder(pair: Pair, isDeep: boolean): Promise<void> {
    await takeTurn();
    const { from, to, path } = pair;
    const { folders, wanted, there } = await compareNames(pair, namesIn(from), true);
    if (call.mirror && to !== null) {
      const theirs = namesIn(to);
      if (theirs.length > there) countStrangers(to, path, theirs, wanted);
    }
    if (isDeep) for (const folder of folders) await compareChild(pair, folder, true);
  }

  function countStrangers(to: OpenFolder, folder: ByteName, theirs: readonly ByteName[], wanted: readonly ByteName[]): void {
    const known = new Set(wanted);
    const others = theirs.filter((name) => !known.has(name));
    comparison.addStrangers(areCompared(folder, others, lookIn(to, others)).filter((isMeant) => isMeant).length);
  }

  async function compareChild({ from, to, path }: Pair, { name, isThere }: ComparedFolder, isDeep: boolean): Promise<void> {
    const open: number[] = [];
    const enter = (parent: OpenFolder): OpenFolder => {
      const descriptor = openSync(pathIn(parent, name), holdFlags);
      open.push(descriptor);
      return { inside: `/proc/self/fd/${descriptor}` };
    };
    try {
      await compareFolder({ from: enter(from), to: to === null || !isThere ? null : enter(to), path: joinName(path, name) }, isDeep);
    } finally {
      open.forEach((descriptor) => closeSync(descriptor));
    }
  }

  /** Neither side stays in use as the place where this process works. */
  async function thenLeave(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } finally {
      here = null;
      process.chdir('/');
    }
  }

  return {
    names: (from, to, names) => thenLeave(async () => {
      const pair = { from: openFolder(from), to: openFolder(to), path: from.path };
      const { folders } = await compareNames(pair, names, false);
      if (call.depth !== 'flat') for (const folder of folders) await compareChild(pair, folder, call.depth === 'deep');
    }),
    root: (from, to) => thenLeave(() => compareFolder({ from: openFolder(from), to: openFolder(to), path: ROOT }, call.depth === 'deep')),
  };
}

function openFolder({ inside }: SafeFolder): OpenFolder {
  if (inside === null) throw new OnlyRsyncKnows();
  return { inside };
}

function pathIn({ inside }: OpenFolder, name: ByteName): Buffer {
  return Buffer.concat([Buffer.from(`${inside}/`), toBytes(name)]);
}

function targetOf(folder: OpenFolder, name: ByteName): Buffer {
  return readlinkSync(pathIn(folder, name), 'buffer');
}
