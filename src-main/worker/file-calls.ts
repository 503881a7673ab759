import { lstatSync, mkdirSync, type Stats } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { listNames, listNow, type ListedName } from './list-names.ts';

type Path = string | Buffer;

/** The file calls of a walk. */
export interface FileCalls {
  /** Throws as readdir(2). */
  list(path: Path): Promise<ListedName[]> | ListedName[];
  /** Null where nothing can be seen. */
  look(path: Path): Promise<Stats | null> | Stats | null;
  /** Mode 0700, so that nobody looks in before rsync has set who may. Throws as mkdir(2). */
  makeFolder(path: Path): unknown;
}

const hidden = { mode: 0o700 };

/** Through the thread pool, many at once: for a server that lets each of them wait. */
export const pooledCalls: FileCalls = {
  list: listNames,
  look: (path) => lstat(path).catch(() => null),
  makeFolder: (path) => mkdir(path, hidden),
};

/** One after the other, in this thread: a tenth of the cost where the answer is in memory. */
export const directCalls: FileCalls = {
  list: listNow,
  look(path) {
    try {
      return lstatSync(path);
    } catch {
      return null;
    }
  },
  makeFolder: (path) => mkdirSync(path, hidden),
};
