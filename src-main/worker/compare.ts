import type { BigIntStats } from 'node:fs';
import { readlink, stat } from 'node:fs/promises';
import { joinName, lastOf, parentOf, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { compileExcludes } from '../core/rsync/filter.ts';
import { createLanes } from './in-parallel.ts';
import { createLookAll } from './look-all.ts';
import { OnlyRsyncKnows, unlessOnlyRsyncKnows } from './only-rsync.ts';
import { holdRoot, using, withFolder, type SafeFolder } from './safe-folder.ts';

/** What both sides of a unit have, and what differs. Sizes in bytes. */
export interface Comparison {
  /** Entries at the source, and regular files among them. */
  readonly entries: number;
  readonly files: number;
  readonly bytes: number;
  /** What rsync has to copy or to mend: no folder's content, and with each name the folder it lies in, for its time. */
  readonly differing: ReadonlySet<ByteName>;
  /** Names that only the destination has, where they are to be removed; what lies below them is not counted. */
  readonly strangers: number;
}

/** Folders read side by side from a server. */
const readers = 16;

/**
 * Compares both sides of a unit as rsync's quick check does (rsync(1), OPTIONS --size-only and above), but to the nanosecond:
 * type, mode, owner, size, time, target of a symlink. Null where that cannot tell what rsync would do: hard links, a
 * folder in the place of something else, what cannot be read, too much that differs. `turn` is awaited between folders, and what
 * it rejects with is passed on.
 */
export async function compareUnit(call: CompareCall, turn: () => Promise<void>): Promise<Comparison | null> {
  const isExcluded = compileExcludes(call.excludes);
  const lanes = createLanes(readers);
  const lookAtSource = createLookAll();
  const lookAtDestination = createLookAll();
  const differing = new Set<ByteName>();
  let entries = 0;
  let files = 0;
  let bytes = 0;
  let strangers = 0;
  let turned: Promise<void> | null = null;

  function differs(path: ByteName): void {
    differing.add(path);
    if (differing.size > call.most) throw new OnlyRsyncKnows();
  }

  function count(facts: BigIntStats): void {
    entries++;
    if (facts.isDirectory()) return;
    if (facts.nlink > 1n) throw new OnlyRsyncKnows();
    if (facts.isFile()) files++;
    bytes += facts.isFile() || facts.isSymbolicLink() ? Number(facts.size) : 0;
  }

  /** Compares `names` of one folder; returns those that are folders. `to` null: the destination has no such folder. */
  async function compareNames(from: SafeFolder, to: SafeFolder | null, names: readonly ByteName[], isInScope: boolean): Promise<{ name: ByteName; isThere: boolean }[]> {
    const [ours, theirs] = await Promise.all([lookAtSource(from, names), to === null ? names.map(() => null) : lookAtDestination(to, names)]);
    const folders: { name: ByteName; isThere: boolean }[] = [];
    const symlinks: ByteName[] = [];
    const tell = (name: ByteName, changesParent: boolean): void => {
      differs(joinName(from.path, name));
      // What is put into a folder changes its time.
      if (isInScope && changesParent) differs(from.path);
    };
    for (const [index, name] of names.entries()) {
      const [one, other] = [ours[index], theirs[index]];
      // Gone meanwhile: rsync says what that means.
      if (!one) throw new OnlyRsyncKnows();
      count(one);
      if (other && one.isDirectory() !== other.isDirectory()) throw new OnlyRsyncKnows();
      if (!other || !isSame(one, other, call.isRoot)) tell(name, !other || !one.isDirectory());
      else if (one.isSymbolicLink()) symlinks.push(name);
      if (one.isDirectory()) folders.push({ name, isThere: other !== null });
    }
    if (to) await Promise.all(symlinks.map(async (name) => (await isSameTarget(from, to, name)) || tell(name, true)));
    return folders;
  }

  async function compareFolder(from: SafeFolder, to: SafeFolder | null, isDeep: boolean): Promise<void> {
    await (turned ??= turn().finally(() => {
      turned = null;
    }));
    const [found, there] = await Promise.all([from.names(), to === null ? [] : to.names()]);
    const wanted: ByteName[] = [];
    for (const { name, isFolder } of found) {
      const path = joinName(from.path, name);
      if (path !== OWN_FOLDER && !isExcluded(path, isFolder)) wanted.push(name);
    }
    if (call.mirror) strangers += countStrangers(from.path, wanted, there);
    const folders = await compareNames(from, to, wanted, true);
    if (isDeep) await lanes.forEach(folders, ({ name, isThere }) => compareChild(from, isThere ? to : null, name, true));
  }

  function countStrangers(folder: ByteName, wanted: readonly ByteName[], there: readonly { name: ByteName; isFolder: boolean }[]): number {
    if (there.length === 0) return 0;
    const known = new Set(wanted);
    return there.filter(({ name, isFolder }) => {
      const path = joinName(folder, name);
      return !known.has(name) && path !== OWN_FOLDER && !isExcluded(path, isFolder);
    }).length;
  }

  function compareChild(from: SafeFolder, to: SafeFolder | null, name: ByteName, isDeep: boolean): Promise<void> {
    return using(from.enter(name), (child) => (to ? using(to.enter(name), (other) => compareFolder(child, other, isDeep)) : compareFolder(child, null, isDeep)));
  }

  async function compareRoot(from: SafeFolder, to: SafeFolder): Promise<void> {
    const [one, other] = await Promise.all([stat(call.source, { bigint: true }), stat(call.destination, { bigint: true })]);
    count(one);
    if (!isSame(one, other, call.isRoot)) differs(ROOT);
    if (call.depth !== 'flat') await compareFolder(from, to, call.depth === 'deep');
  }

  async function compareIn(from: SafeFolder, to: SafeFolder, names: readonly ByteName[]): Promise<void> {
    const folders = await compareNames(from, to, names.map(lastOf), false);
    if (call.depth !== 'flat') await lanes.forEach(folders, ({ name, isThere }) => compareChild(from, isThere ? to : null, name, call.depth === 'deep'));
  }

  return unlessOnlyRsyncKnows(async () => {
    // At the destination all of the way must be real folders: nothing is read through a symlink.
    await using(holdRoot(call.source), (source) => using(holdRoot(call.destination), async (destination) => {
      for (const [parent, names] of Map.groupBy(call.names, (name) => (name === ROOT ? null : parentOf(name)))) {
        if (parent === null) await compareRoot(source, destination);
        else await withFolder(source, parent, (from) => withFolder(destination, parent, (to) => compareIn(from, to, names)));
      }
    }));
    return { entries, files, bytes, differing, strangers };
  });
}

async function isSameTarget(from: SafeFolder, to: SafeFolder, name: ByteName): Promise<boolean> {
  const [one, other] = await Promise.all([from, to].map((folder) => readlink(folder.at(name), { encoding: 'buffer' }))) as [Buffer, Buffer];
  return one.equals(other);
}

const typeMask = 0o170_000n;
const modeMask = 0o7777n;

/** Times of the same second but not the same nanosecond differ here: what that means is rsync's to say. */
function isSame(one: BigIntStats, other: BigIntStats, isRoot: boolean): boolean {
  if ((one.mode & typeMask) !== (other.mode & typeMask) || one.mtimeNs !== other.mtimeNs || one.gid !== other.gid) return false;
  if (isRoot && one.uid !== other.uid) return false;
  if (one.isSymbolicLink()) return one.size === other.size;
  if ((one.mode & modeMask) !== (other.mode & modeMask)) return false;
  return one.isFile() ? one.size === other.size : one.isDirectory() || one.rdev === other.rdev;
}
