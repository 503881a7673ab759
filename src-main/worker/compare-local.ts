import { closeSync, constants, openSync, readdirSync, readlinkSync } from 'node:fs';
import { joinName, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import { toBytes } from '../core/rsync/byte-name.ts';
import type { CompareWalk, Turn } from './compare.ts';
import type { ComparedFolder, ComparisonBuilder, Facts } from './comparison.ts';
import { lookHere } from './from-inside.ts';
import { OnlyRsyncKnows } from './only-rsync.ts';
import type { SafeFolder } from './safe-folder.ts';

/** Names looked at between two turns: some milliseconds. */
const mostAtOnce = 2000;
const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** A folder of both sides, each held open, as `/proc/self/fd/N`; `to` null: the destination has no such folder. */
interface Pair {
  readonly from: string;
  readonly to: string | null;
  readonly path: ByteName;
}

/**
 * Where calls are answered from memory or a disk of this machine. One after the other, without Node's threads, and from inside of
 * the folder, which makes this cheaper than an rsync of its own (docs/benchmarks.md).
 */
export function createLocalWalk(call: CompareCall, comparison: ComparisonBuilder, turn: Turn): CompareWalk {
  /** Compares names that a folder has at the source; answers with those that are folders. `wanted` null: all of them are meant. */
  async function compareNames({ from, to, path }: Pair, names: readonly ByteName[], wanted: Set<ByteName> | null): Promise<ComparedFolder[]> {
    const found: ComparedFolder[] = [];
    for (let start = 0; start < names.length; start += mostAtOnce) {
      if (start > 0) await turn();
      let some = names.slice(start, start + mostAtOnce);
      let ours = lookIn(from, some);
      if (wanted !== null) {
        const isMeant = some.map((name, index) => comparison.isCompared(joinName(path, name), ours[index]?.isDirectory() === true));
        some = some.filter((_, index) => isMeant[index]);
        ours = ours.filter((_, index) => isMeant[index]);
        for (const name of some) wanted.add(name);
      }
      const { folders, symlinks } = comparison.names(path, some, ours, to === null ? [] : lookIn(to, some), wanted !== null);
      for (const name of symlinks) {
        if (to !== null && !targetOf(from, name).equals(targetOf(to, name))) comparison.tell(path, name, { isInScope: wanted !== null, changesFolder: true });
      }
      found.push(...folders);
    }
    return found;
  }

  async function compareFolder(pair: Pair, isDeep: boolean): Promise<void> {
    await turn();
    const { from, to, path } = pair;
    const wanted = new Set<ByteName>();
    const folders = await compareNames(pair, namesIn(from), wanted);
    if (call.mirror && to !== null) {
      const others = namesIn(to).filter((name) => !wanted.has(name));
      const theirs = lookIn(to, others);
      comparison.addStrangers(others.filter((name, index) => comparison.isCompared(joinName(path, name), theirs[index]?.isDirectory() === true)).length);
    }
    if (isDeep) for (const folder of folders) await compareChild(pair, folder, true);
  }

  async function compareChild({ from, to, path }: Pair, { name, isThere }: ComparedFolder, isDeep: boolean): Promise<void> {
    const open: number[] = [];
    const enter = (parent: string): string => {
      const descriptor = openSync(Buffer.concat([Buffer.from(`${parent}/`), toBytes(name)]), folderFlags);
      open.push(descriptor);
      return pathOf(descriptor);
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
      process.chdir('/');
    }
  }

  return {
    names: (from, to, names) => thenLeave(async () => {
      const pair = { from: insideOf(from), to: insideOf(to), path: from.path };
      const folders = await compareNames(pair, names, null);
      if (call.depth !== 'flat') for (const folder of folders) await compareChild(pair, folder, call.depth === 'deep');
    }),
    root: (from, to) => thenLeave(() => compareFolder({ from: insideOf(from), to: insideOf(to), path: ROOT }, call.depth === 'deep')),
  };
}

function insideOf({ inside }: SafeFolder): string {
  if (inside === null) throw new OnlyRsyncKnows();
  return inside;
}

function pathOf(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

function namesIn(folder: string): ByteName[] {
  // One character per byte is what a ByteName is.
  return readdirSync(folder, 'latin1') as ByteName[];
}

function lookIn(folder: string, names: readonly ByteName[]): Facts[] {
  process.chdir(folder);
  return names.map(lookHere);
}

function targetOf(folder: string, name: ByteName): Buffer {
  return readlinkSync(Buffer.concat([Buffer.from(`${folder}/`), toBytes(name)]), 'buffer');
}
