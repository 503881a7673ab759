import { lstat } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { errnoOf } from './errno.ts';
import { factsOf, type Facts } from './facts.ts';
import type { InTurn } from './in-parallel.ts';
import type { FindNativeCalls } from './native-calls.ts';
import type { SafeFolder } from './safe-folder.ts';

/** Of names looked at together: so many wait at once in a flat folder. */
const atOnce = 64;
/** A file call that takes longer than this was not answered from memory, ms. */
const fromMemoryMs = 0.1;
/** So many of one batch may take longer, but not all, as a machine that is busy makes some. */
const fewSlow = 1;
/** Batches that go by threads before the next one is tried without, at most: each time it fails they are doubled. */
const mostBetween = 64;

/** What lstat(2) tells of names in a folder, in their order; null for one that is not there. */
export type LookAll = (folder: SafeFolder, names: readonly ByteName[]) => Promise<(Facts | null)[]>;

/**
 * Looks at names of one side of a comparison. What is answered from memory is asked for without Node's threads, which cost
 * several times as much as the answer; where calls wait for a server, many of them wait at the same time. Which it is may change from
 * folder to folder, so it is tried again and again, ever less often where it fails, and not at first where this side is known to
 * keep nothing (`remembers`): each time that it fails, all wait for a server. Without native calls all goes by threads. `quickMs`: what
 * answers sooner is taken for memory.
 */
export function createLookAll(inTurn: InTurn, calls: FindNativeCalls, { remembers, quickMs = fromMemoryMs }: { remembers: boolean; quickMs?: number }): LookAll {
  let between = remembers ? 1 : mostBetween;
  let left = remembers ? 0 : mostBetween;

  /** Looks at names one after the other while memory answers; false when it did not. */
  function lookNow(folder: SafeFolder, names: readonly ByteName[], found: (Facts | null)[]): boolean {
    const native = calls();
    if (native === null || folder.descriptor === null) return false;
    let slow = 0;
    for (const name of names) {
      const from = performance.now();
      found.push(native.look(folder.descriptor, name));
      if (performance.now() - from > quickMs && ++slow > fewSlow) return false;
    }
    return slow < names.length;
  }

  async function lookAtBatch(folder: SafeFolder, names: readonly ByteName[]): Promise<(Facts | null)[]> {
    const found: (Facts | null)[] = [];
    if (left > 0) {
      left--;
    } else if (lookNow(folder, names, found)) {
      between = 1;
    } else {
      left = between;
      between = Math.min(mostBetween, between * 2);
    }
    return [...found, ...await inTurn(names.slice(found.length), (name) => lookAt(folder.at(name)))];
  }

  return async (folder, names) => {
    const found: (Facts | null)[] = [];
    while (found.length < names.length) {
      found.push(...await lookAtBatch(folder, names.slice(found.length, found.length + atOnce)));
    }
    return found;
  };
}

async function lookAt(path: Buffer): Promise<Facts | null> {
  try {
    return factsOf(await lstat(path, { bigint: true }));
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return null;
    throw thrown;
  }
}
