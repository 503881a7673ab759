import { lstatSync, type BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { errnoOf } from './errno.ts';
import type { SafeFolder } from './safe-folder.ts';

/** Of names looked at together: so many wait at once in a flat folder. */
const atOnce = 64;
/** A file call that takes longer than this was not answered from memory, ms. */
const fromMemoryMs = 0.1;
/** Calls that may be slow, as a machine that is busy makes some: so many, and of all this share. */
const fewSlow = 2;
const slowShare = 0.05;

/** What lstat(2) tells of names in a folder, in their order; null for one that is not there. */
export type LookAll = (folder: SafeFolder, names: readonly ByteName[]) => Promise<(BigIntStats | null)[]>;

/**
 * Looks at names of one side of a comparison. What is answered from memory is asked for without Node's threads, which cost
 * several times as much as the answer; as soon as calls wait for a server, many of them wait at the same time. `quickMs`: what answers sooner is taken for memory.
 */
export function createLookAll(quickMs = fromMemoryMs): LookAll {
  let calls = 0;
  let slow = 0;
  const isFromMemory = (): boolean => slow <= fewSlow + calls * slowShare;

  function lookNow(path: Buffer): BigIntStats | null {
    const from = performance.now();
    const facts = lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
    calls++;
    if (performance.now() - from > quickMs) slow++;
    return facts;
  }

  return async (folder, names) => {
    const found: (BigIntStats | null)[] = [];
    while (found.length < names.length) {
      if (isFromMemory()) found.push(lookNow(folder.at(names[found.length]!)));
      else found.push(...await Promise.all(names.slice(found.length, found.length + atOnce).map((name) => lookAt(folder.at(name)))));
    }
    return found;
  };
}

async function lookAt(path: Buffer): Promise<BigIntStats | null> {
  try {
    return await lstat(path, { bigint: true });
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return null;
    throw thrown;
  }
}
