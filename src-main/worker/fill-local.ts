import { constants } from 'node:fs';
import { joinName, type ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import type { CompareWalk, Turn } from './compare.ts';
import type { ComparisonBuilder } from './comparison.ts';
import { createFileCopy, type FileCopy } from './copy-file.ts';
import { typeOf, type Facts } from './facts.ts';
import { descriptorOf, targetOf } from './held-folder.ts';
import type { NativeCalls } from './native-calls.ts';
import { OnlyRsyncKnows } from './only-rsync.ts';

/** Names worked on between two turns: some milliseconds. */
const mostAtOnce = 64;

export interface FillContext {
  readonly calls: NativeCalls;
  readonly turn: Turn;
  /** Told of each file's content, bytes. */
  readonly copied: (bytes: number) => void;
}

/**
 * Copies the files, folders and symlinks of a unit that the destination has not, and compares what is there then. On disks of this machine,
 * one after the other. Whatever it leaves out or does otherwise differs, and is for rsync.
 */
export function createFillWalk(call: CompareCall, comparison: ComparisonBuilder, { calls, turn, copied }: FillContext): CompareWalk {
  const { keeps, isRoot } = call;

  async function fillNames(from: number, to: number, path: ByteName, names: readonly ByteName[], isInScope: boolean, files: FileCopy): Promise<void> {
    for (let start = 0; start < names.length; start += mostAtOnce) {
      await turn();
      const some = names.slice(start, start + mostAtOnce);
      const ours: (Facts | null)[] = [];
      const theirs: (Facts | null)[] = [];
      for (const name of some) {
        const facts = calls.look(from, name);
        const there = facts && make(from, to, joinName(path, name), name, facts, files);
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
  function make(from: number, to: number, path: ByteName, name: ByteName, ours: Facts, files: FileCopy): Facts | null | Promise<Facts | null> {
    switch (typeOf(ours)) {
      case constants.S_IFREG: return files.copy(from, to, name, ours);
      case constants.S_IFDIR: return fillFolder(from, to, path, name, ours, files);
      case constants.S_IFLNK:
        if (calls.makeSymlink(to, name, targetOf(from, name))) {
          if (keeps.owners) calls.setOwnerOf(to, name, isRoot ? ours.uid : -1, ours.gid);
          calls.setTimeOf(to, name, ours);
        }
        return calls.look(to, name);
      default: return calls.look(to, name);
    }
  }

  async function fillFolder(from: number, to: number, path: ByteName, name: ByteName, ours: Facts, files: FileCopy): Promise<Facts | null> {
    // The first ones were made by the walk.
    calls.makeFolder(to, name, 0o700);
    const inside = calls.openFolder(from, name);
    const target = calls.openFolder(to, name);
    try {
      // What cannot be read or made is rsync's to tell of.
      if (inside < 0 || target < 0) throw new OnlyRsyncKnows();
      await fillNames(inside, target, path, calls.list(inside), true, files);
      return files.finish(target, ours);
    } finally {
      for (const descriptor of [inside, target]) if (descriptor >= 0) calls.close(descriptor);
    }
  }

  return {
    async names(from, to, names) {
      const files = createFileCopy({ calls, turn, copied, keeps, isRoot });
      try {
        await fillNames(descriptorOf(from), descriptorOf(to), from.path, names, false, files);
      } finally {
        files.close();
      }
    },
    root: () => Promise.reject(new OnlyRsyncKnows()),
  };
}
