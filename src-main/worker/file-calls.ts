import { constants, lstatSync, mkdirSync } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { fromBytes, fromText, isAscii } from '../core/rsync/byte-name.ts';
import { factsOf, typeOf, type Facts } from './facts.ts';
import { listNames, listNow, type ListedName } from './list-names.ts';
import { byPath, type NativeCalls } from './native-calls.ts';

type Path = string | Buffer;

/** The file calls of a walk. */
export interface FileCalls {
  /** Throws as readdir(2). */
  list(path: Path): Promise<ListedName[]> | ListedName[];
  /** Null where nothing can be seen. */
  look(path: Path): Promise<Facts | null> | Facts | null;
  /** Mode 0700, so that nobody looks in before rsync has set who may. Throws as mkdir(2). */
  makeFolder(path: Path): unknown;
}

const hidden = { mode: 0o700 };
const exact = { bigint: true } as const;

/** Through the thread pool, many at once: for a server that lets each of them wait. */
export const pooledCalls: FileCalls = {
  list: listNames,
  look: (path) => lstat(path, exact).then(factsOf, () => null),
  makeFolder: (path) => mkdir(path, hidden),
};

/** One after the other, in this thread: a tenth of the cost where the answer is in memory. */
export const directCalls: FileCalls = {
  list: listNow,
  look(path) {
    try {
      return factsOf(lstatSync(path, exact));
    } catch {
      return null;
    }
  },
  makeFolder: (path) => mkdirSync(path, hidden),
};

/** The same for less of the processor, where there are native calls. */
export function createNativeFileCalls(calls: NativeCalls): FileCalls {
  /** Where the file system tells no types. */
  function typeIn(folder: number, name: ByteName): number {
    const facts = calls.look(folder, name);
    return facts ? typeOf(facts) : 0;
  }

  return {
    list(path) {
      const folder = calls.openFolder(byPath, nameOf(path));
      // Node says why.
      if (folder < 0) return listNow(path);
      try {
        const names: ListedName[] = [];
        calls.forEachName(folder, (name, type) => {
          const found = type || typeIn(folder, name);
          names.push({ name, isFolder: found === constants.S_IFDIR, isSymlink: found === constants.S_IFLNK });
        });
        return names;
      } finally {
        calls.close(folder);
      }
    },
    look(path) {
      try {
        return calls.look(byPath, nameOf(path));
      } catch {
        return null;
      }
    },
    makeFolder(path) {
      if (!calls.makeFolder(byPath, nameOf(path), hidden.mode)) mkdirSync(path, hidden);
    },
  };
}

function nameOf(path: Path): ByteName {
  if (typeof path !== 'string') return fromBytes(path);
  return isAscii(path) ? path as ByteName : fromText(path);
}
