import { constants } from 'node:fs';
import { joinName, type ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import type { CompareWalk } from './compare.ts';
import type { ComparisonBuilder } from './comparison.ts';
import { createFileCopy, type FileCopy, type FillContext, type OpenPair } from './copy-file.ts';
import { typeOf, type Facts } from './facts.ts';
import { descriptorOf, openIn, targetOf } from './held-folder.ts';
import type { SafeFolder } from './safe-folder.ts';

/** Names worked on between two turns: some milliseconds. */
const mostAtOnce = 64;

/** How far down a call goes below its names. */
const levelsBelow: Readonly<Record<CompareCall['depth'], number>> = { flat: 0, level: 1, deep: Infinity };

/**
 * Copies the files, folders and symlinks of a unit that the destination has not, and compares what is there then. On disks of this machine,
 * one after the other. Whatever it leaves out or does otherwise differs, and is for rsync.
 */
export function createFillWalk(call: CompareCall, comparison: ComparisonBuilder, { calls, turn, copied }: FillContext): CompareWalk {
  const { keeps, isRoot } = call;

  async function fillNames(pair: OpenPair, names: readonly ByteName[], isInScope: boolean, below: number, files: FileCopy): Promise<void> {
    const { from, to, path } = pair;
    for (let start = 0; start < names.length; start += mostAtOnce) {
      await turn();
      const some = names.slice(start, start + mostAtOnce);
      const ours: (Facts | null)[] = [];
      const theirs: (Facts | null)[] = [];
      for (const name of some) {
        const facts = calls.look(from, name);
        const there = facts && make(pair, name, facts, below, files);
        ours.push(facts);
        theirs.push(there instanceof Promise ? await there : there);
      }
      const { symlinks } = comparison.names(path, some, ours, theirs, isInScope);
      for (const name of symlinks) {
        if (!targetOf(from, name).equals(targetOf(to, name))) comparison.tell(path, name, { isInScope, changesFolder: true });
      }
    }
  }

  /** Answers what the destination has then. */
  function make(pair: OpenPair, name: ByteName, ours: Facts, below: number, files: FileCopy): Facts | null | Promise<Facts | null> {
    switch (typeOf(ours)) {
      case constants.S_IFREG: return files.copy(pair, name, ours);
      case constants.S_IFDIR: return fillFolder(pair, name, ours, below, files);
      case constants.S_IFLNK: return copySymlink(pair, name, ours);
      default: return calls.look(pair.to, name);
    }
  }

  function copySymlink({ from, to }: OpenPair, name: ByteName, ours: Facts): Facts | null {
    if (calls.makeSymlink(to, name, targetOf(from, name))) {
      if (keeps.owners) calls.setOwnerOf(to, name, isRoot ? ours.uid : -1, ours.gid);
      calls.setTimeOf(to, name, ours);
    }
    return calls.look(to, name);
  }

  async function fillFolder(pair: OpenPair, name: ByteName, ours: Facts, below: number, files: FileCopy): Promise<Facts> {
    // The first ones, and those whose content is for other units, were made by the walk.
    if (!calls.makeFolder(pair.to, name, 0o700)) comparison.hadFolder();
    const to = openIn(calls, pair.to, name);
    try {
      if (below > 0) await fillBelow({ ...pair, to, path: joinName(pair.path, name) }, name, below - 1, files);
      return files.finish(to, ours);
    } finally {
      calls.close(to);
    }
  }

  /** `pair`: the folder above at the source, and its own at the destination. */
  async function fillBelow(pair: OpenPair, name: ByteName, below: number, files: FileCopy): Promise<void> {
    const from = openIn(calls, pair.from, name);
    try {
      await fillNames({ ...pair, from }, calls.list(from), true, below, files);
    } finally {
      calls.close(from);
    }
  }

  function begin(from: SafeFolder, to: SafeFolder): { pair: OpenPair; files: FileCopy } {
    const pair = { from: descriptorOf(from), to: descriptorOf(to), path: from.path };
    return { pair, files: createFileCopy({ calls, root: pair, turn, copied, keeps, isRoot }) };
  }

  return {
    async names(from, to, names) {
      const { pair, files } = begin(from, to);
      await fillNames(pair, names, false, levelsBelow[call.depth], files);
    },
    async root(from, to) {
      const { pair, files } = begin(from, to);
      comparison.hadFolder();
      const names = calls.list(pair.from).filter((name) => comparison.isCompared(name, false));
      await fillNames(pair, names, true, levelsBelow[call.depth] - 1, files);
    },
  };
}
