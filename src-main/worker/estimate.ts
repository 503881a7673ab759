import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { joinName, type ByteName } from '../../src-shared/byte-name.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { ScoutAnswer } from '../../src-shared/scout-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { compileExcludes, type Excludes } from '../core/rsync/filter.ts';
import { reasonOf } from './errno.ts';
import { createLanes, forEachInParallel, inFlight, type Lanes } from './in-parallel.ts';
import type { ListedName } from './list-names.ts';
import { holdRoot, type SafeFolder } from './safe-folder.ts';

interface LinkSet {
  readonly bytes: number;
  /** One of the names is there already: the others cost nothing. */
  isThere: boolean;
  /** The folder of the first name that is missing at the destination; null while none is. */
  folder: ByteName | null;
  /** Names in more than one folder are missing. */
  isShared: boolean;
}

interface Estimating {
  readonly isExcluded: Excludes;
  readonly lanes: Lanes;
  /** Files of several names, by `device:inode`. */
  readonly links: Map<string, LinkSet>;
  missingBytes: number;
  missingEntries: number;
  replacedBytes: number;
}

/**
 * What a backup would have to write, from the names and sizes on both sides; contents are not read. Bytes are sizes of
 * files; what a file system rounds them up to, and what it compresses, is not known.
 *
 * - `missingEntries`: entries of the source that the destination has not (or has as another type).
 * - `missingBytes`: sizes of the files that are missing or of another size there; a file of several names counts once,
 *   and not at all where one of them is there.
 * - `replacedBytes`: what the files of another size hold there now.
 * - `sharedLinkBytes`: sizes of the files of which names in two or more folders are missing: while copying in parallel
 *   they may be held more than once, until their links are made.
 *
 * Excluded names count on neither side. A folder that cannot be read at the source counts as its entry alone. A
 * destination that does not exist yet misses everything. Throws `AppError` (source-missing) where the source cannot be
 * opened.
 */
export async function estimate(
  source: string,
  destination: string,
  excludes: readonly string[],
): Promise<ScoutAnswer<'estimate'>> {
  const run: Estimating = {
    isExcluded: compileExcludes(excludes),
    lanes: createLanes(inFlight),
    links: new Map(),
    missingBytes: 0,
    missingEntries: 0,
    replacedBytes: 0,
  };
  const from = await holdRoot(source).catch((error: unknown) => {
    throw new AppError({
      kind: 'source-missing',
      message: `The source ${source} cannot be opened: ${reasonOf(error)}`,
      hint: 'Check the path.',
    });
  });
  try {
    const to = await holdRoot(destination).catch(() => null);
    try {
      await compareFolder(run, from, to);
    } finally {
      await to?.close();
    }
  } finally {
    await from.close();
  }
  let sharedLinkBytes = 0;
  for (const { bytes, isThere, folder, isShared } of run.links.values()) {
    if (isThere || folder === null) continue;
    run.missingBytes += bytes;
    if (isShared) sharedLinkBytes += bytes;
  }
  const { missingBytes, missingEntries, replacedBytes } = run;
  return { missingBytes, missingEntries, sharedLinkBytes, replacedBytes };
}

/** `to` is null where the destination has no such folder. */
async function compareFolder(run: Estimating, from: SafeFolder, to: SafeFolder | null): Promise<void> {
  const [names, there] = await Promise.all([
    from.names().catch(() => [] as ListedName[]),
    to ? to.names().catch(() => [] as ListedName[]) : [],
  ]);
  const atDestination = new Map(there.map((found) => [found.name, found]));
  const wanted = names.filter(({ name, isFolder }) => {
    const path = joinName(from.path, name);
    return !run.isExcluded(path, isFolder) && path !== OWN_FOLDER;
  });
  const files = wanted.filter(({ isFolder }) => !isFolder);
  await forEachInParallel(files, inFlight, (entry) => compareFile(run, from, to, entry, atDestination.get(entry.name)));
  await run.lanes.forEach(
    wanted.filter(({ isFolder }) => isFolder),
    ({ name }) => {
      const isThere = atDestination.get(name)?.isFolder === true;
      if (!isThere) run.missingEntries++;
      return compareChild(run, from, isThere ? to : null, name);
    },
  );
}

/** A folder that vanished meanwhile, or may not be entered, counts no further. */
async function compareChild(run: Estimating, from: SafeFolder, to: SafeFolder | null, name: ByteName): Promise<void> {
  const child = await from.enter(name).catch(() => null);
  if (!child) return;
  try {
    const childThere = to && (await to.enter(name).catch(() => null));
    try {
      await compareFolder(run, child, childThere);
    } finally {
      await childThere?.close();
    }
  } finally {
    await child.close();
  }
}

async function compareFile(
  run: Estimating,
  from: SafeFolder,
  to: SafeFolder | null,
  entry: ListedName,
  there: ListedName | undefined,
): Promise<void> {
  const facts = await lstat(from.at(entry.name)).catch(() => null);
  // Vanished since it was listed.
  if (!facts) return;
  const other = to && there ? await lstat(to.at(entry.name)).catch(() => null) : null;
  if (!other || !isSameType(facts, other)) run.missingEntries++;
  if (!facts.isFile()) return;
  const isThere = other?.isFile() === true && other.size === facts.size;
  // A file that has other names there gives nothing back.
  if (!isThere && other?.isFile() && other.nlink === 1) run.replacedBytes += other.size;
  if (facts.nlink > 1) noteLink(run, facts, from.path, isThere);
  else if (!isThere) run.missingBytes += facts.size;
}

function noteLink({ links }: Estimating, facts: Stats, folder: ByteName, isThere: boolean): void {
  const file = `${facts.dev}:${facts.ino}`;
  const set = links.get(file) ?? { bytes: facts.size, isThere: false, folder: null, isShared: false };
  links.set(file, set);
  if (isThere) set.isThere = true;
  else if (set.folder === null) set.folder = folder;
  else if (set.folder !== folder) set.isShared = true;
}

function isSameType(one: Stats, other: Stats): boolean {
  return (one.mode & 0o170_000) === (other.mode & 0o170_000);
}
