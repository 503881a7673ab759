import type { ErrorData } from '../../../src-shared/errors.ts';
import type { JobOptions } from '../../../src-shared/job.ts';
import type { Passport, PathFacts } from '../../../src-shared/passport.ts';
import type { Notice } from '../../../src-shared/run.ts';
import { comparePassports, mountText } from './passport.ts';
import { judgePlaces, type OtherDestination, type Place } from './paths.ts';

/** All that is known before a run starts. `path` of the facts is as the user gave it, and is what messages name. */
export interface PreflightInput {
  readonly source: PathFacts;
  readonly destination: PathFacts;
  /** The folder for replaced and removed files, where the job has one and it was looked at. */
  readonly backupDir?: PathFacts | null;
  readonly options: Pick<JobOptions, 'mirror' | 'backupDir'>;
  /** Of the last run that reached its end; null where there was none. */
  readonly lastPassports: { readonly source: Passport; readonly destination: Passport } | null;
  readonly otherDestinations: readonly OtherDestination[];
  /** The user says that another disk or share is meant. */
  readonly acceptNewMounts: boolean;
  readonly isRoot: boolean;
  readonly dryRun: boolean;
}

/** The first problem is the one to stop with; the run may start only where there is none. */
export interface PreflightVerdict {
  readonly problems: readonly ErrorData[];
  readonly notices: readonly Notice[];
}

/**
 * Every rail that can be judged before anything is touched, by what the scout saw. Rails on what changes meanwhile (the
 * lock, the brake, passports again before removals and at the end) come later.
 */
export function preflight(input: PreflightInput): PreflightVerdict {
  const source = judgeSource(input);
  const destination = judgeDestination(input);
  const mounts = judgeMounts(input);
  return {
    problems: [...source, ...destination, ...mounts.problems, ...judgeBoth(input), ...judgeBackup(input)],
    notices: [...mounts.notices, ...owners(input), ...emptySource(input), ...notWritable(input)],
  };
}

const mountHint = 'Mount it, then run again. If it is not meant to be mounted, remove its line from /etc/fstab.';

function judgeSource({ source }: PreflightInput): ErrorData[] {
  const { path } = source;
  if (source.unmountedPoint !== null) {
    return [{ kind: 'source-missing', message: `The source ${path} is not mounted: nothing is mounted at ${source.unmountedPoint}, which /etc/fstab lists`, hint: mountHint }];
  }
  if (source.kind === 'missing') {
    return [{ kind: 'source-missing', message: `The source ${path} does not exist`, hint: 'Check the path. If it is on a disk or share, check that this is mounted.' }];
  }
  if (source.kind === 'other' && !source.readable) return [unreadable(path)];
  if (source.kind !== 'folder') {
    return [{ kind: 'invalid-input', message: `The source ${path} is not a folder`, hint: 'Name the folder that holds it; a single file cannot be backed up by itself.' }];
  }
  if (!source.readable) return [unreadable(path)];
  if (source.hasDaybreakFolder) {
    return [{
      kind: 'invalid-input', message: `The source ${path} holds a folder .daybreak: it is itself a destination of Daybreak`,
      hint: 'Choose the original as the source. If it is no backup, remove or rename that folder.',
    }];
  }
  return [];
}

function unreadable(path: string): ErrorData {
  return { kind: 'permission', message: `The source ${path} may not be read`, hint: 'Run as a user who may read it.' };
}

function judgeDestination({ destination, lastPassports, acceptNewMounts, dryRun }: PreflightInput): ErrorData[] {
  const { path } = destination;
  if (destination.unmountedPoint !== null) {
    return [{
      kind: 'destination-unreachable',
      message: `The destination ${path} is not mounted: nothing is mounted at ${destination.unmountedPoint}, which /etc/fstab lists`, hint: mountHint,
    }];
  }
  switch (destination.kind) {
    case 'missing': {
      if (lastPassports && !acceptNewMounts) {
        return [{
          kind: 'destination-unreachable',
          message: `The destination ${path} was there at the last run, on ${mountText(lastPassports.destination.mount)}, and is gone`,
          hint: `If its disk or share is not mounted, mount it. If you removed the folder on purpose, make it again: mkdir ${quoted(path)}`,
        }];
      }
      if (!destination.parentExists) {
        return [{
          kind: 'destination-unreachable', message: `The destination ${path} cannot be made: its parent folder does not exist`,
          hint: `Check the path. If it is right, make the folder first: mkdir -p ${quoted(path)}`,
        }];
      }
      return destination.writable || dryRun ? [] : [readOnly(`The destination ${path} cannot be made: its parent folder may not be written`)];
    }
    case 'file': return [notFolder(path)];
    case 'other': return [destination.readable || destination.writable ? notFolder(path) : {
      kind: 'permission', message: `The destination ${path} may not be looked at, or leads nowhere`,
      hint: 'Check the path; run as a user who may enter it.',
    }];
    case 'folder': return destination.writable || dryRun ? [] : [readOnly(`The destination ${path} may not be written`)];
  }
}

function notFolder(path: string): ErrorData {
  return { kind: 'invalid-input', message: `The destination ${path} is not a folder`, hint: 'Choose a folder.' };
}

function readOnly(message: string): ErrorData {
  return { kind: 'permission', message, hint: 'Run as a user who may write there, or choose another destination. A disk may be mounted read-only.' };
}

function quoted(path: string): string {
  return /^[\w/.:+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

function judgeMounts({ source, destination, lastPassports, acceptNewMounts }: PreflightInput): PreflightVerdict {
  if (!lastPassports) return { problems: [], notices: [] };
  const problems: ErrorData[] = [];
  const notices: Notice[] = [];
  for (const [word, facts] of [['source', source], ['destination', destination]] as const) {
    if (!facts.passport) continue;
    for (const mismatch of comparePassports(lastPassports[word], facts.passport)) {
      const message = `The ${word} ${facts.path} is not what it was at the last run: ${mismatch.message}`;
      if (mismatch.isNote) notices.push({ level: 'info', message });
      else if (acceptNewMounts) notices.push({ level: 'warning', message: `${message} (accepted)` });
      else {
        problems.push({
          kind: 'passport-mismatch', message,
          hint: 'Check that the right disk or share is mounted. If the change is meant, run once with --accept-new-mount.',
        });
      }
    }
  }
  return { problems, notices };
}

function judgeBoth({ source, destination, backupDir, options, otherDestinations }: PreflightInput): ErrorData[] {
  if (source.kind === 'missing') return [];
  const places = judgePlaces({
    source: place(source), destination: place(destination), otherDestinations, mirror: options.mirror,
    backupDir: backupDir ? place(backupDir)
      : options.backupDir !== null ? { shown: options.backupDir, real: options.backupDir, mount: null } : null,
  });
  const isWiping = source.kind === 'folder' && source.isEmpty && destination.kind === 'folder' && !destination.isEmpty;
  return [...places, ...(isWiping ? [{
    kind: 'source-empty' as const,
    message: `The source ${source.path} is empty, but the destination ${destination.path} is not`,
    hint: 'Check that its disk or share is mounted. An empty source is never backed up over a backup.',
  }] : [])];
}

function place(facts: PathFacts): Place {
  return { shown: facts.path, real: facts.realPath, mount: facts.passport?.mount ?? null };
}

function judgeBackup({ options, destination, backupDir }: PreflightInput): ErrorData[] {
  if (!backupDir) return [];
  const shown = backupDir.path;
  if (backupDir.unmountedPoint !== null) {
    return [{
      kind: 'destination-unreachable',
      message: `The backup folder ${shown} is not mounted: nothing is mounted at ${backupDir.unmountedPoint}, which /etc/fstab lists`, hint: mountHint,
    }];
  }
  if (backupDir.kind === 'file' || backupDir.kind === 'other') {
    return [{ kind: 'invalid-input', message: `The backup folder ${shown} is not a folder`, hint: 'Choose a folder.' }];
  }
  const [one, other] = [backupDir.passport?.mount, destination.passport?.mount];
  if (options.mirror && one && other && one.point !== other.point) {
    return [{
      kind: 'invalid-input', message: `The backup folder ${shown} must be on the same file system as the destination ${destination.path}`,
      hint: 'Choose one beside the destination: removed files are moved there, not copied.',
    }];
  }
  return [];
}

function owners({ isRoot, destination }: PreflightInput): Notice[] {
  return isRoot ? [] : [{
    level: 'warning', message: `Owners are not kept at ${destination.path}: only root can do that`,
    hint: 'All files there will belong to the user who runs the backup. Run as root to keep owners.',
  }];
}

function emptySource({ source, destination }: PreflightInput): Notice[] {
  const isHarmless = destination.kind === 'missing' || destination.isEmpty;
  return source.kind === 'folder' && source.isEmpty && isHarmless ? [{ level: 'warning', message: `The source ${source.path} is empty` }] : [];
}

/** A dry run writes nothing, but should say what the real run will meet. */
function notWritable({ destination, dryRun }: PreflightInput): Notice[] {
  const matters = dryRun && !destination.writable && (destination.kind === 'folder' || (destination.kind === 'missing' && destination.parentExists));
  return matters ? [{ level: 'warning', message: `The destination ${destination.path} may not be written: a run without --dry-run would stop` }] : [];
}
