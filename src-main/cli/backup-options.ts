import type { DeleteLimit, FurtherOption, JobOptions } from '../../src-shared/job.ts';
import { parseBandwidth } from './bandwidth.ts';
import { localPath } from './local-path.ts';
import { usageError } from './usage.ts';

/** What commander hands over for `daybreak backup`: text as typed. */
export interface TypedBackupOptions {
  readonly workers?: string;
  readonly delete?: boolean;
  readonly dryRun?: boolean;
  readonly exclude?: readonly string[];
  readonly compress?: boolean;
  readonly backup?: boolean;
  readonly backupDir?: string;
  readonly checksum?: boolean;
  readonly maxDelete?: string;
  readonly bwlimit?: string;
  readonly acls?: boolean;
  readonly xattrs?: boolean;
  readonly sparse?: boolean;
  readonly numericIds?: boolean;
  readonly fsync?: boolean;
  readonly modifyWindow?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly yes?: boolean;
  readonly acceptNewMount?: boolean;
}

/** A checked command line of `daybreak backup`. */
export interface BackupCommand {
  readonly source: string;
  readonly destination: string;
  readonly options: JobOptions;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly yes: boolean;
  readonly acceptNewMounts: boolean;
}

/** `auto`, or a number from 1 to 64. Throws `AppError` invalid-input. */
export function parseWorkers(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const workers = /^\d{1,3}$/u.test(text) ? Number(text) : 0;
  if (workers < 1 || workers > 64) {
    throw usageError(`--workers ${text} is not a number from 1 to 64`, 'Give a number, or auto to let Daybreak choose.');
  }
  return workers;
}

/** `--max-delete`: `N` entries, or `P%` of a top folder or of the whole. Throws `AppError` invalid-input. */
export function parseMaxDelete(text: string): DeleteLimit {
  if (/^\d{1,15}$/u.test(text)) return { kind: 'count', limit: Number(text) };
  const percent = /^(?<number>\d{1,3}(?:\.\d+)?)\s?%$/u.exec(text)?.groups?.['number'];
  if (percent !== undefined && Number(percent) <= 100) return { kind: 'percent', limit: Number(percent) };
  throw usageError(
    `--max-delete ${text} is neither a number of entries nor a percentage`,
    'Give --max-delete 500, or --max-delete 20%; 100% lifts the brake.',
  );
}

/** Each further option that is a switch, by the name commander gives it. */
const furtherByName = {
  acls: 'acls', xattrs: 'xattrs', sparse: 'sparse', numericIds: 'numeric-ids', fsync: 'fsync',
} as const satisfies Partial<Record<keyof TypedBackupOptions, FurtherOption>>;

function readFurther(typed: TypedBackupOptions): FurtherOption[] {
  const names = Object.keys(furtherByName) as (keyof typeof furtherByName)[];
  const further: FurtherOption[] = names.filter((name) => typed[name] === true).map((name) => furtherByName[name]);
  switch (typed.modifyWindow) {
    case undefined: case '0': return further;
    case '1': return [...further, 'modify-window-1'];
    default: throw usageError(
      `--modify-window ${typed.modifyWindow} is neither 0 nor 1`, 'FAT and exFAT need --modify-window 1; more would hide changed files.',
    );
  }
}

/** The whole of `daybreak backup`, checked without touching any path. Throws `AppError` invalid-input. */
export function readBackupCommand(
  source: string, destination: string, typed: TypedBackupOptions, callerFolder: string,
): BackupCommand {
  const mirror = typed.delete === true;
  const backupDir = typed.backupDir === undefined ? null : localPath('--backup-dir', typed.backupDir, callerFolder);
  if (typed.backup === true && mirror && backupDir === null) {
    throw usageError(
      '--backup together with --delete needs --backup-dir',
      'Say where replaced and deleted files are kept: --backup-dir DIR, outside of source and destination.',
    );
  }
  if (typed.maxDelete !== undefined && !mirror) {
    throw usageError('--max-delete without --delete has nothing to limit', 'Add --delete to mirror, or leave out --max-delete.');
  }
  if (typed.quiet === true && typed.verbose === true) {
    throw usageError('--quiet and --verbose contradict each other', 'Leave out one of them.');
  }
  if (typed.exclude?.includes('') === true) {
    throw usageError('--exclude got an empty pattern', 'Is a variable in your script not set? Give a pattern as in rsync(1).');
  }
  return {
    source: localPath('SRC', source, callerFolder),
    destination: localPath('DEST', destination, callerFolder),
    options: {
      mirror,
      excludes: [...(typed.exclude ?? [])],
      compress: typed.compress === true,
      checksum: typed.checksum === true,
      // As in rsync(1), --backup-dir implies --backup.
      backup: typed.backup === true || backupDir !== null,
      backupDir,
      bandwidthLimit: typed.bwlimit === undefined ? null : parseBandwidth(typed.bwlimit),
      deleteLimit: typed.maxDelete === undefined ? { kind: 'default' } : parseMaxDelete(typed.maxDelete),
      workers: typed.workers === undefined ? 'auto' : parseWorkers(typed.workers),
      further: readFurther(typed),
      trashDays: null,
    },
    dryRun: typed.dryRun === true,
    json: typed.json === true,
    quiet: typed.quiet === true,
    verbose: typed.verbose === true,
    yes: typed.yes === true,
    acceptNewMounts: typed.acceptNewMount === true,
  };
}
