import { constants } from 'node:fs';
import { joinName, parentOf, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { LinkedName } from '../../src-shared/rsync-result.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { compileExcludes } from '../core/rsync/filter.ts';
import { identityOf, isFolder, permissions, typeOf, type Facts } from './facts.ts';
import { sumOfLinks, type LinkSet } from './link-scan.ts';
import { OnlyRsyncKnows } from './only-rsync.ts';
import type { Repeats } from './filled-stats.ts';

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
  /** Folders among the entries that the destination had before new files were copied; 0 where none were. */
  readonly foldersBefore: number;
  /** There are files with several names. */
  readonly hasLinks: boolean;
  /** The names of those that have further ones outside of the unit. */
  readonly links: readonly LinkedName[];
  readonly repeats: Repeats;
}

/** A folder that both sides may have, to be compared in turn. */
export interface ComparedFolder {
  readonly name: ByteName;
  readonly isThere: boolean;
}

/** What was found of some names in a folder. */
export interface ComparedNames {
  readonly folders: readonly ComparedFolder[];
  /** Those that look the same. */
  readonly symlinks: readonly ByteName[];
  /** How many of the names the destination has as well. */
  readonly there: number;
}

/**
 * Judges what was found on both sides as rsync's quick check does (rsync(1), OPTIONS --size-only and above):
 * type, mode, owner, size, time, names that are one file. Throws `OnlyRsyncKnows` where that cannot tell what rsync would do: a
 * folder in the place of something else, what is gone meanwhile, too much that differs.
 */
export function createComparison(call: CompareCall) {
  const isExcluded = compileExcludes(call.excludes);
  const differing = new Set<ByteName>();
  const sets = new Map<string, LinkSet>();
  /** Folders of their names that are compared themselves. */
  const linkedIn = new Set<ByteName>();
  let entries = 0;
  let files = 0;
  let bytes = 0;
  let strangers = 0;
  let foldersBefore = 0;

  function differs(path: ByteName): void {
    differing.add(path);
    if (differing.size > call.most) throw new OnlyRsyncKnows();
  }

  function count(facts: Facts): void {
    entries++;
    const type = typeOf(facts);
    if (type === constants.S_IFREG) files++;
    if (type === constants.S_IFREG || type === constants.S_IFLNK) bytes += facts.size;
  }

  function addToSet(path: ByteName, one: Facts, other: Facts | null): void {
    const file = identityOf(one);
    const set = sets.get(file) ?? { links: one.links, bytes: one.size, names: [] };
    sets.set(file, set);
    set.names.push({ name: path, theirs: other && identityOf(other) });
  }

  /** A name of `folder` differs. What is put into a folder changes its time; the root is mended at the end of the run (run/mend-root.ts). */
  function tell(folder: ByteName, name: ByteName, { isInScope, changesFolder }: { isInScope: boolean; changesFolder: boolean }): void {
    differs(joinName(folder, name));
    if (isInScope && changesFolder && folder !== ROOT) differs(folder);
  }

  function isCompared(path: ByteName, isOneFolder: boolean): boolean {
    return path !== OWN_FOLDER && !isExcluded(path, isOneFolder);
  }

  return {
    isCompared,
    /** All names of the folder are compared: none has to be asked for. */
    takesAll: (folder: ByteName): boolean => folder !== ROOT && call.excludes.length === 0,
    count,
    differs,
    tell,
    /** The destination has had this folder before. */
    hadFolder(): void {
      foldersBefore++;
    },
    addStrangers(more: number): void {
      strangers += more;
    },
    /** Compares names of one folder; `isInScope`: the folder itself is compared as well. Symlinks that look the same may lead elsewhere. */
    names(folder: ByteName, names: readonly ByteName[], ours: readonly (Facts | null)[], theirs: readonly (Facts | null)[], isInScope: boolean): ComparedNames {
      const folders: ComparedFolder[] = [];
      const symlinks: ByteName[] = [];
      let there = 0;
      names.forEach((name, index) => {
        const one = ours[index];
        const other = theirs[index] ?? null;
        // Gone meanwhile: rsync says what that means.
        if (!one) throw new OnlyRsyncKnows();
        const isOneFolder = isFolder(one);
        count(one);
        if (other) there++;
        if (other && isOneFolder !== isFolder(other)) throw new OnlyRsyncKnows();
        if (!isOneFolder && one.links > 1) {
          addToSet(joinName(folder, name), one, other);
          if (isInScope && folder !== ROOT) linkedIn.add(folder);
        }
        if (!other || !isSame(one, other, call)) tell(folder, name, { isInScope, changesFolder: !other || !isOneFolder });
        else if (typeOf(one) === constants.S_IFLNK) symlinks.push(name);
        if (isOneFolder) folders.push({ name, isThere: other !== null });
      });
      return { folders, symlinks, there };
    },
    /** What was found, once all names were compared. */
    result(): Comparison {
      // rsync links the names that it is given together.
      const apart = [...sets.values()].filter(({ names }) => call.keepsLinks && new Set(names.map(({ theirs }) => theirs)).size > 1);
      for (const { name } of apart.flatMap(({ names }) => names)) {
        differs(name);
        // A link that is made in it changes its time.
        if (linkedIn.has(parentOf(name))) differs(parentOf(name));
      }
      const { links, repeats } = sumOfLinks(sets, false);
      return {
        entries, files, bytes, differing, strangers, foldersBefore, hasLinks: sets.size > 0, repeats,
        links: links.map((each) => (differing.has(each.name) ? { ...each, theirs: null } : each)),
      };
    },
  };
}
export type ComparisonBuilder = ReturnType<typeof createComparison>;

/**
 * Whether both look the same to rsync, as far as the call keeps what they are. It does nothing about times that differ within a second
 * (rsync(1), --modify-window): many servers and disks keep less of a time than the source has, SMB a ten-millionth, exFAT a hundredth.
 */
export function isSame(one: Facts, other: Facts, { isRoot, keeps }: Pick<CompareCall, 'isRoot' | 'keeps'>): boolean {
  const type = typeOf(one);
  if (type !== typeOf(other) || one.seconds !== other.seconds) return false;
  if (keeps.owners && (one.gid !== other.gid || (isRoot && one.uid !== other.uid))) return false;
  if (type === constants.S_IFLNK) return one.size === other.size;
  if (keeps.modes && (one.mode & permissions) !== (other.mode & permissions)) return false;
  return type === constants.S_IFREG ? one.size === other.size : type === constants.S_IFDIR || one.stands === other.stands;
}
