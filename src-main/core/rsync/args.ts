import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { FurtherOption, JobOptions } from '../../../src-shared/job.ts';
import type { KeptAttributes } from '../../../src-shared/kept-attributes.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { CallFlags, LinkScan, RsyncCall } from '../../../src-shared/worker-protocol.ts';
import { toArgument } from './byte-name.ts';
import { outFormat } from './output.ts';

/** Daybreak's own folder at a destination, and the only name it keeps out of every comparison. */
export const OWN_FOLDER = '.daybreak';

/** rsync(1) of each option an admin may add. */
const furtherFlags: Readonly<Record<FurtherOption, string>> = {
  acls: '-A', xattrs: '-X', sparse: '-S', 'numeric-ids': '--numeric-ids', fsync: '--fsync', 'modify-window-1': '--modify-window=1',
};

/** More than this in argv, and the names go through --files-from instead (Linux allows 2 MiB, macOS 1 MiB with the environment). */
const argvBytes = 200_000;

/**
 * rsync gives up (code 30) when nothing moves between its processes for so long, s. None of ours is that slow; what it
 * ends is a call that waits for a server that is gone.
 */
export const usualTimeoutSeconds = 600;

/**
 * What a call is for.
 * `copy`: copies, removes nothing (a mirror learns here what it would have to remove).
 * `preview`: changes nothing, tells every change and, for a mirror, every removal.
 */
export type CallPurpose = 'copy' | 'preview';

export interface CallContext {
  readonly program: string;
  readonly lifeline: RsyncCall['lifeline'];
  readonly source: string;
  readonly destination: string;
  readonly options: JobOptions;
  readonly purpose: CallPurpose;
  readonly timeoutSeconds: number;
  /** The part of the job's bandwidth limit this call may use, bytes per second; null: no limit. */
  readonly bandwidth: number | null;
  /** Ask rsync to tell each changed name. */
  readonly tellChanges: boolean;
  /** False leaves linked files as separate copies, for a later call to link. */
  readonly hardLinks: boolean;
  /** What rsync is not to try night after night, as the destination has no place for it. */
  readonly keeps: KeptAttributes;
  /** Leave the files directly in the root as they are, whatever became of them. */
  readonly holdRootFiles?: boolean;
  /** Ask rsync whether there are files with several names. */
  readonly tellLinks?: boolean;
  /** Go on at the end of what is there, which is known to be right or has to be compared first. */
  readonly append?: 'trust' | 'verify';
  /** 1 for the first time a unit is tried. */
  readonly attempt: number;
}

/**
 * With this a sender says of each file with several names at the source which file that is, and nothing where there is none
 * (send_file_entry in flist.c of rsync 3.1.0 and later; rsync(1), --debug).
 */
export const tellLinksFlag = '--debug=HLINK3';

/** The rsync call for a unit. */
export function unitCall(unit: Unit, context: CallContext): RsyncCall {
  const { program, lifeline } = context;
  const paths = unit.kind === 'level' ? [asLevel(unit.folder)] : unit.names;
  return callOver({ program, lifeline, flags: unitFlags(unit, context) }, context, paths);
}

/** Folders are copied as their own entries (rsync(1), --no-OPTION). */
const notBelow = '--no-r';

/** What is asked of rsync for a unit, whatever the names: the only place that knows rsync's flags. */
export function unitFlags(unit: Unit, context: CallContext): string[] {
  const isRecursive = unit.kind === 'group';
  // After the parts of its folder a level would link what they have just copied apart, and keep those copies in the place of the
  // earlier versions (--backup). The last call of the run links them.
  const isAfterParts = unit.kind === 'level' && unit.after.length > 0;
  return [
    context.hardLinks && !isAfterParts ? '-aHR' : '-aR', '--no-implied-dirs', ...keptFlags(context.keeps), '--no-h', '--stats', `--timeout=${context.timeoutSeconds}`,
    ...(context.tellLinks === true && context.purpose === 'copy' && linkScanFor(unit, context)?.all === false ? [tellLinksFlag] : []),
    ...(isRecursive ? [] : [notBelow, '--dirs']),
    ...(unit.kind === 'level' ? [] : ['--ignore-missing-args']),
    ...deleteFlags(unit, context),
    ...optionFlags(unit, context),
    `--exclude=/${OWN_FOLDER}`,
    ...context.options.excludes.map((pattern) => `--exclude=${pattern}`),
    ...(context.holdRootFiles === true ? ['--include=/*/', '--exclude=/*'] : []),
  ];
}

/**
 * A call over these names, each of which `flags` copies as its own entry or with all below it.
 *
 * They are arguments where those can carry them: rsync reads a list byte by byte, with two system calls for each (docs/benchmarks.md).
 * Every call is anchored at the root of the transfer (`SRC/./path`, rsync(1) --relative), so that filters and --backup-dir mean
 * what they mean in one `rsync SRC/ DEST/`, and no call passes through a symlink at the destination.
 */
export function callOver({ program, lifeline, flags }: CallFlags, { source, destination }: Pick<CallContext, 'source' | 'destination'>, paths: readonly ByteName[]): RsyncCall {
  const inArgv = argumentsBelow(`${source}/./`, paths);
  if (inArgv) return { program, lifeline, argv: [...flags, '--', ...inArgv, `${destination}/`], input: null };
  // --files-from turns the recursion of -a off: -r asks for it again (rsync(1) --files-from).
  const fromList = ['--from0', '--files-from=-', ...(flags.includes(notBelow) ? [] : ['-r'])];
  return { program, lifeline, argv: [...flags, ...fromList, '--', `${source}/`, `${destination}/`], input: [...paths] };
}

/** Gives the root folder at the destination the owner, mode and time of the source's, and touches nothing else. */
export function rootFolderCall(context: CallContext): RsyncCall {
  const argv = [
    '-aHR', '--no-implied-dirs', ...keptFlags(context.keeps), '--no-r', '--dirs', '--stats', ...furtherOf(context.options), '--exclude=/*', '--',
    `${context.source}/./`, `${context.destination}/`,
  ];
  return { program: context.program, lifeline: context.lifeline, argv, input: null };
}

/** Where to look for hard links beside a unit; null for units whose names another unit looks at. */
export function linkScanFor(unit: Unit, context: Pick<CallContext, 'source' | 'options' | 'hardLinks'>): LinkScan | null {
  const where = { source: context.source, excludes: context.options.excludes, all: !context.hardLinks };
  switch (unit.kind) {
    case 'group': return { ...where, depth: 'deep', names: unit.names };
    case 'part': return { ...where, depth: 'flat', names: unit.names };
    case 'level': return unit.after.length > 0 ? null : { ...where, depth: 'level', names: [unit.folder] };
    case 'entries': case 'links': return null;
  }
}

/** Less than -a asks for (rsync(1), --no-OPTION), after it. */
export function keptFlags(keeps: KeptAttributes): string[] {
  return [...(keeps.modes ? [] : ['--no-p']), ...(keeps.owners ? [] : ['--no-o', '--no-g'])];
}

function asLevel(folder: ByteName): ByteName {
  return (folder === '' ? '' : `${folder}/`) as ByteName;
}

/** A part or an entry list has no say over what else lies in its folder, so it never deletes; its folder's level does. */
function deleteFlags(unit: Unit, { options, purpose }: CallContext): string[] {
  const preview = purpose === 'preview' ? ['-n'] : [];
  if (!options.mirror || (unit.kind !== 'level' && unit.kind !== 'group')) return preview;
  return [...preview, '--delete', ...(purpose === 'copy' ? ['--max-delete=0'] : [])];
}

function optionFlags(unit: Unit, { options, destination, purpose, bandwidth, tellChanges, attempt, append }: CallContext): string[] {
  // Before 3.1.3 rsync refuses both together.
  const isSparse = options.further.includes('sparse');
  return [
    ...(options.compress ? ['-z'] : []),
    ...(options.checksum ? ['--checksum'] : []),
    ...furtherOf(options),
    ...(unit.kind === 'links' ? [] : backupFlags(options, destination)),
    ...(bandwidth === null ? [] : [`--bwlimit=${Math.max(1, Math.floor(bandwidth / 1024))}K`]),
    // Measured faster, and safe only where nothing exists: on an existing file --inplace writes through its hard links.
    ...(unit.isNew && attempt === 1 && purpose === 'copy' ? [...(isSparse ? [] : ['--inplace']), '--no-inc-recursive'] : []),
    ...(append === undefined ? [] : [append === 'trust' ? '--append' : '--append-verify']),
    ...(tellChanges ? [`--out-format=${outFormat}`] : []),
  ];
}

/**
 * In every call, be it a copy, a list of removals, hard links or the root folder: each of them sets attributes or judges by
 * them, and one that did not would undo what another has done (a mode set without -A changes the mask of an ACL).
 */
export function furtherOf({ further }: JobOptions): string[] {
  return [...new Set(further)].map((option) => furtherFlags[option]);
}

/** A backup folder inside the destination is kept out of what a mirror would delete. */
function backupFlags({ backup, backupDir }: JobOptions, destination: string): string[] {
  if (!backup) return [];
  if (backupDir === null) return ['--backup'];
  const isInside = backupDir.startsWith(`${destination}/`);
  const path = backupDir.slice(destination.length);
  // A backslash escapes only in a pattern that has wildcards (rsync(1), PATTERN MATCHING RULES).
  const pattern = /[*?[]/u.test(path) ? path.replace(/[*?[\\]/gu, '\\$&') : path;
  return ['--backup', `--backup-dir=${backupDir}`, ...(isInside ? [`--filter=protect ${pattern}`] : [])];
}

/** The paths behind `prefix` as arguments, or null where argv cannot carry them: not UTF-8, or too long. */
export function argumentsBelow(prefix: string, paths: readonly ByteName[]): string[] | null {
  const result: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    const argument = toArgument(path);
    if (argument === null) return null;
    const full = `${prefix}${argument}`;
    bytes += full.length + 9;
    if (bytes > argvBytes) return null;
    result.push(full);
  }
  return result;
}
