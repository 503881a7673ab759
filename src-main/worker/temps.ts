import { lstat, unlink } from 'node:fs/promises';
import { ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { errnoOf } from './errno.ts';
import { createLanes, inFlight, type Lanes } from './in-parallel.ts';
import { enterSource, leaveSource, type SourcePlace } from './removal-tree.ts';
import type { ListedName } from './list-names.ts';
import { holdRoot, withFolder, type SafeFolder } from './safe-folder.ts';

/** Where to look for temporary files, and since when they may have been made. */
export interface SweepRequest {
  readonly source: string;
  readonly destination: string;
  /** Folders, from the root; the root itself is ''. What is no folder is passed over: name the folder it lies in. */
  readonly names: readonly ByteName[];
  /** In all folders below as well. */
  readonly deep: boolean;
  /** By the clock of the destination, ms: the `atMs` of the lock of the run whose rsyncs were killed. */
  readonly sinceMs: number;
}

/** The longest file name, bytes (NAME_MAX of Linux and macOS). */
const longestName = 255;
/** `.XXXXXX` */
const suffixLength = 7;

/**
 * The name rsync gives the temporary file of `name`, without what is random in it: a dot, the name without a leading dot,
 * cut to fit. Where a name is cut inside a character of several bytes, all of that run of high bytes goes; a last dot
 * goes too (get_tmpname in rsync's receiver.c).
 */
export function temporaryPrefix(name: ByteName): string {
  const plain = name.startsWith('.') ? name.slice(1) : name;
  const room = longestName - 1 - suffixLength - 1;
  let kept = plain.slice(0, room);
  if (plain.length > room && plain.charCodeAt(room) >= 0x80) kept = kept.replace(/[\u0080-\u00ff]+$/, '');
  return `.${kept}`.replace(/\.$/, '');
}

/**
 * Removes what killed rsyncs left at the destination in these folders: names `.base.XXXXXX` (six letters or digits, as
 * mkstemp(3) draws them) of regular files, and `.base.N` (a number) of symlinks, devices, pipes and hard links, where
 * `base` is a name in the same folder at the source (see `temporaryPrefix`), the source lacks the temporary name itself,
 * and it was made or changed (ctime) since `sinceMs`. Never follows a symlink, on either side. What cannot be read or
 * removed stays.
 *
 * Throws only where a root cannot be opened.
 */
export async function sweepTemps(request: SweepRequest): Promise<{ removed: number }> {
  const source = await holdRoot(request.source);
  try {
    const destination = await holdRoot(request.destination);
    const run: Sweep = { deep: request.deep, sinceMs: request.sinceMs, removed: 0, lanes: createLanes(inFlight) };
    try {
      for (const name of withoutNested(request.names, request.deep)) {
        await withFolder(destination, name, async (folder) => {
          const place = await descend(source, name);
          if (place === null) return;
          try {
            await sweepFolder(run, folder, { folder: place, missing: null });
          } finally {
            if (place !== source) await place.close();
          }
        }).catch(() => {
          // Not a folder at the destination, or one that may not be read.
        });
      }
    } finally {
      await destination.close();
    }
    return { removed: run.removed };
  } finally {
    await source.close();
  }
}

interface Sweep {
  readonly deep: boolean;
  readonly sinceMs: number;
  readonly lanes: Lanes;
  removed: number;
}

/** A deep sweep of a folder covers those below it. */
function withoutNested(names: readonly ByteName[], deep: boolean): readonly ByteName[] {
  if (!deep) return [...new Set(names)];
  const kept: ByteName[] = [];
  for (const name of [...new Set(names)].sort()) {
    if (!kept.some((above) => above === ROOT || name.startsWith(`${above}/`))) kept.push(name);
  }
  return kept;
}

/** The same folder at the source, held; null where it is not there. */
async function descend(source: SafeFolder, path: ByteName): Promise<SafeFolder | null> {
  let place: SourcePlace = { folder: source, missing: null };
  for (const part of path === ROOT ? [] : (path.split('/') as ByteName[])) {
    const next: SourcePlace = await enterSource(place, part);
    if (next.folder !== place.folder && place.folder !== source) await place.folder.close();
    place = next;
  }
  if (place.missing === null) return place.folder;
  if (place.folder !== source) await place.folder.close();
  return null;
}

async function sweepFolder(run: Sweep, folder: SafeFolder, source: SourcePlace): Promise<void> {
  const found = await folder.names();
  const suspects = found.filter(({ name, isFolder }) => !isFolder && /^\.(?:.*\.)?(?:[0-9A-Za-z]{6}|[0-9]{1,6})$/s.test(name));
  if (suspects.length > 0) await sweepNames(run, folder, source.folder, suspects);
  if (!run.deep) return;
  const below = found.filter(({ name, isFolder }) => isFolder && !(folder.path === ROOT && name === OWN_FOLDER));
  await run.lanes.forEach(below, ({ name }) => sweepChild(run, folder, source, name).catch(() => {}));
}

/** A folder the source lacks is left alone: no rsync has written into it. */
async function sweepChild(run: Sweep, folder: SafeFolder, source: SourcePlace, name: ByteName): Promise<void> {
  const below = await enterSource(source, name);
  if (below.missing !== null) return;
  try {
    const child = await folder.enter(name);
    try {
      await sweepFolder(run, child, below);
    } finally {
      await child.close();
    }
  } finally {
    await leaveSource(below, source);
  }
}

async function sweepNames(run: Sweep, folder: SafeFolder, source: SafeFolder, suspects: readonly ListedName[]): Promise<void> {
  const atSource = (await source.names()).map(({ name }) => name);
  const names = new Set(atSource);
  const prefixes = new Set(atSource.map(temporaryPrefix));
  for (const { name } of suspects) {
    const dot = name.lastIndexOf('.');
    if (names.has(name) || !prefixes.has(name.slice(0, dot))) continue;
    const at = folder.at(name);
    const facts = await lstat(at).catch(() => null);
    if (!facts || facts.isDirectory() || facts.ctimeMs < run.sinceMs) continue;
    // What rsync makes under a number: all that mkstemp cannot make.
    const byNumber = !facts.isFile() || facts.nlink > 1;
    if (byNumber ? !/^[0-9]{1,6}$/.test(name.slice(dot + 1)) : name.length - dot !== suffixLength) continue;
    // The source is looked at once more, right before.
    const isBack = await lstat(source.at(name)).then(
      () => true,
      (error: unknown) => errnoOf(error) !== 'ENOENT',
    );
    if (isBack) continue;
    await folder.confirm();
    await unlink(at).then(
      () => run.removed++,
      () => {},
    );
  }
}
