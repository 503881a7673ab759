import { ROOT } from '../../../src-shared/byte-name.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { CompareCall } from '../../../src-shared/worker-protocol.ts';
import { OWN_FOLDER, unitFlags, type CallContext } from './args.ts';

/** What may differ and still be copied name by name, as a share of the unit's entries; few in any case. */
const mostShare = 0.4;
const fewNames = 50;

/** rsync(1) of options that make more of an entry count than lstat(2) tells, or less. */
const seesMore = ['acls', 'xattrs', 'modify-window-1'] as const;

export interface CompareFacts {
  /** No file call of either end waits for a server. */
  readonly isLocal: boolean;
  readonly remembers: CompareCall['remembers'];
  readonly isRoot: boolean;
  /** New files are copied before their comparison: `by worker`, which does both at once, or by cp and tar. */
  readonly isFilled: 'by worker' | 'by cp' | false;
}

/**
 * Whether a comparison tells what rsync would do with these options. On local disks it needs open folders that can be worked in, as
 * on Linux.
 */
export function mayCompare({ checksum, further, backup, backupDir, mirror }: CallContext['options'], destination: string, isLocal: boolean): boolean {
  if (isLocal && process.platform !== 'linux') return false;
  // Earlier versions beside the files, or in a folder of their own there, are strangers that stay; the trash is never looked at.
  const isInTrash = backupDir?.startsWith(`${destination}/${OWN_FOLDER}/`) === true;
  const keepsInside = backup && !isInTrash && (backupDir === null || backupDir.startsWith(`${destination}/`));
  return !checksum && !(mirror && keepsInside) && !seesMore.some((option) => further.includes(option));
}

/**
 * How to compare both sides of a unit before its rsync, or null where that cannot tell what rsync would do, or would not pay:
 * new files differ in any case, and checksums, ACLs and extended attributes are rsync's to look at.
 */
export function compareCall(unit: Unit, context: CallContext & CompareFacts): CompareCall | null {
  const { options, source, destination, isLocal, remembers, isRoot, keeps } = context;
  const joins = unit.kind === 'links';
  if ((joins && !isLocal) || (unit.isNew && context.isFilled === false) || context.purpose !== 'copy') return null;
  if (!context.hardLinks || context.holdRootFiles === true || !mayCompare(options, destination, isLocal)) return null;
  // Its own call would not link what its parts have copied (see `unitCall`).
  const keepsLinks = unit.kind !== 'level' || unit.after.length === 0;
  return {
    source, destination, names: unit.kind === 'level' ? [unit.folder] : unit.names,
    depth: unit.kind === 'group' ? 'deep' : unit.kind === 'level' ? 'level' : 'flat',
    excludes: options.excludes, mirror: options.mirror && (unit.kind === 'group' || unit.kind === 'level'), isRoot, keeps, isLocal, remembers, keepsLinks,
    fills: context.isFilled === 'by worker', joins,
    most: joins ? unit.names.length : Math.max(fewNames, Math.floor(unit.entries * mostShare)),
    // Not all of it is new any more. What could not be joined needs its folders as well, which only the unit's own call names.
    narrow: joins ? null : { program: context.program, lifeline: context.lifeline, flags: unitFlags({ ...unit, kind: 'entries', isNew: false }, { ...context, hardLinks: keepsLinks }) },
  };
}

/** How to compare the root folder itself, so that its own call is only made where it differs; null where that cannot tell. */
export function compareRootCall({ options, source, destination, keeps }: CallContext, isRoot: boolean): CompareCall | null {
  // One look at either side, which is made in the same way everywhere.
  const isLocal = false;
  if (!mayCompare(options, destination, isLocal)) return null;
  const remembers = { source: true, destination: true };
  return { source, destination, names: [ROOT], depth: 'flat', excludes: [], mirror: false, isRoot, keeps, isLocal, remembers, keepsLinks: false, fills: false, joins: false, most: 0, narrow: null };
}
