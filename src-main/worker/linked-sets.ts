import { joinName, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import { linkedFolders } from '../core/plan/linked-folders.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { pathTo } from '../core/rsync/byte-name.ts';
import { compileExcludes, type Excludes } from '../core/rsync/filter.ts';
import { identityOf } from './facts.ts';
import type { FileCalls } from './file-calls.ts';
import { createLimit, inFlight } from './in-parallel.ts';

/** Folders looked at to learn whether a tree is made of hard links, on local disks and where each look waits for a server. */
export const sampledFolders = 150;
export const fewSampledFolders = 40;
/** Files looked at in each. */
const sampledFiles = 4;
/** Below this share of further names in the sample nothing more is looked at, however large they are: that costs a look at each file, before the first is copied. */
const fewShare = 0.05;
/**
 * Up to this share of further names, in number and in bytes, each is copied apart and joined at the end of the run, by several rsyncs
 * side by side: that costs less than one unit for all folders that share some file, which may be the whole tree.
 */
const cheapShare = 0.25;
/** Linked files remembered at most: more would take too much memory, and are linked by the last pass. */
const mostLinked = 1_000_000;

/**
 * Groups of folders that share hard links, in a tree that is made of them (snapshots by `cp -al`); none in any other,
 * which looks into `samples` of its folders tell. A full look costs an lstat per file, as the rsync to come does.
 */
export async function findLinkedFolders(files: FileCalls, source: string, excludes: readonly string[], samples: number): Promise<ByteName[][]> {
  const isExcluded = compileExcludes(excludes);
  const further = { files: 0, bytes: 0 };
  const sample = await walk(files, source, isExcluded, samples, ({ links, bytes }) => {
    // Of a file with n names each name stands for (n - 1)/n of a further one.
    further.files += 1 - 1 / links;
    further.bytes += bytes * (1 - 1 / links);
  }, sampledFiles);
  if (further.files < fewShare * sample.files || isCheap(further, sample)) return [];
  const sets = new Map<string, ByteName[]>();
  const found = { files: 0, bytes: 0 };
  const all = await walk(files, source, isExcluded, Infinity, ({ path, file, bytes }) => {
    const names = sets.get(file);
    if (names) {
      names.push(path);
      found.files++;
      found.bytes += bytes;
    } else if (sets.size < mostLinked) sets.set(file, [path]);
  }, Infinity);
  return isCheap(found, all) ? [] : linkedFolders([...sets.values()].filter((names) => names.length > 1));
}

interface Amount {
  readonly files: number;
  readonly bytes: number;
}

function isCheap(further: Amount, all: Amount): boolean {
  return further.files <= cheapShare * all.files && further.bytes <= cheapShare * all.bytes;
}

/** One of the names of a file that has several. */
interface NameOfSeveral {
  readonly path: ByteName;
  readonly file: string;
  readonly links: number;
  readonly bytes: number;
}

/** Walks breadth first, so that a few folders are a sample of many. Returns the files it looked at, and their bytes, each name for itself. */
async function walk(
  calls: FileCalls, source: string, isExcluded: Excludes, mostFolders: number, onLinked: (name: NameOfSeveral) => void, mostFiles: number,
): Promise<Amount> {
  const limit = createLimit(inFlight);
  const looked = { files: 0, bytes: 0 };
  let visited = 0;
  let level: ByteName[] = [ROOT];
  while (level.length > 0 && visited < mostFolders) {
    const now = level.slice(0, mostFolders - visited);
    visited += now.length;
    const below = await Promise.all(now.map((folder) => visit(folder)));
    level = below.flat();
  }
  return looked;

  async function visit(folder: ByteName): Promise<ByteName[]> {
    const entries = await limit(async () => calls.list(pathTo(source, folder))).catch(() => []);
    const folders: ByteName[] = [];
    const files: ByteName[] = [];
    for (const { name, isFolder } of entries) {
      const path = joinName(folder, name);
      if (path === OWN_FOLDER || isExcluded(path, isFolder)) continue;
      (isFolder ? folders : files).push(path);
    }
    await Promise.all(files.slice(0, mostFiles).map(look));
    return folders;
  }

  async function look(path: ByteName): Promise<void> {
    const stats = await limit(async () => calls.look(pathTo(source, path)));
    if (!stats) return;
    looked.files++;
    looked.bytes += stats.size;
    if (stats.links > 1) onLinked({ path, file: identityOf(stats), links: stats.links, bytes: stats.size });
  }
}
