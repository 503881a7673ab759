import type { BigIntStats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { errnoOf } from './errno.ts';
import type { Named, SafeFolder } from './safe-folder.ts';

/** A folder that is read: its names, and what lstat(2) tells of them. All reject as the system calls do. */
export interface OpenFolder {
  /** From the root. */
  readonly path: ByteName;
  names(): Promise<readonly Named[]>;
  /** In the order of the names; null for one that is not there. */
  look(names: readonly ByteName[]): Promise<(BigIntStats | null)[]>;
  linkTarget(name: ByteName): Promise<Buffer>;
  enter(name: ByteName): Promise<OpenFolder>;
  close(): Promise<void>;
}

/** Of names looked at together: so many wait at once in a flat folder of a server. */
const atOnce = 64;

/** Through the thread pool, many calls at once; each goes straight to the held folder, without a look at those above it. */
export function openFolder(held: SafeFolder): OpenFolder {
  return {
    path: held.path,
    names: () => held.names(),
    async look(names) {
      const found: (BigIntStats | null)[] = [];
      for (let index = 0; index < names.length; index += atOnce) {
        found.push(...await Promise.all(names.slice(index, index + atOnce).map((name) => lookAt(held.at(name)))));
      }
      return found;
    },
    linkTarget: (name) => readlink(held.at(name), { encoding: 'buffer' }),
    enter: async (name) => openFolder(await held.enter(name)),
    close: () => held.close(),
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
