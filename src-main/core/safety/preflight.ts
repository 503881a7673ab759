import type { ErrorData } from '../../../src-shared/errors.ts';
import type { JobOptions } from '../../../src-shared/job.ts';
import type { Passport, PathFacts } from '../../../src-shared/passport.ts';
import type { Notice } from '../../../src-shared/run.ts';
import { judgeBackupFolder, judgeDestination, judgeSource } from './ends.ts';
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
  const { source, destination, lastPassports, acceptNewMounts, dryRun } = input;
  const lastMount = acceptNewMounts ? null : lastPassports?.destination.mount ?? null;
  const ends = [judgeSource(source), judgeDestination(destination, lastMount, dryRun)].filter((problem) => problem !== null);
  const mounts = judgeMounts(input);
  return {
    problems: [...ends, ...mounts.problems, ...judgeBoth(input), ...judgeBackup(input)],
    notices: [...mounts.notices, ...owners(input), ...emptySource(input), ...notWritable(input)],
  };
}

function judgeMounts({ source, destination, lastPassports, acceptNewMounts }: PreflightInput): PreflightVerdict {
  if (!lastPassports) return { problems: [], notices: [] };
  const problems: ErrorData[] = [];
  const notices: Notice[] = [];
  const { acceptedAt } = lastPassports.destination;
  if (acceptedAt !== undefined) notices.push(accepted(lastPassports, acceptedAt));
  for (const [word, facts] of [
    ['source', source],
    ['destination', destination],
  ] as const) {
    if (!facts.passport) continue;
    for (const mismatch of comparePassports(lastPassports[word], facts.passport)) {
      const message = `The ${word} ${facts.path} is not what it was at the last run: ${mismatch.message}`;
      if (mismatch.isNote) notices.push({ level: 'info', message });
      else if (acceptNewMounts) notices.push({ level: 'warning', message: `${message} (accepted)` });
      else {
        problems.push({
          kind: 'passport-mismatch',
          message,
          hint: 'Check that the right disk or share is mounted. If the change is meant, accept it for this job, or run once with --accept-new-mount.',
        });
      }
    }
  }
  return { problems, notices };
}

/** In the record of the first run after it, so that the history tells why the disk is another one. */
function accepted({ source, destination }: { source: Passport; destination: Passport }, at: number): Notice {
  return {
    level: 'warning',
    message: `What was mounted at ${new Date(at).toISOString()} was accepted for this job: `
      + `the source on ${mountText(source.mount)}, the destination on ${mountText(destination.mount)}`,
  };
}

function judgeBoth({ source, destination, backupDir, options, otherDestinations }: PreflightInput): ErrorData[] {
  if (source.kind === 'missing') return [];
  const places = judgePlaces({
    source: place(source),
    destination: place(destination),
    otherDestinations,
    mirror: options.mirror,
    backupDir: backupDir
      ? place(backupDir)
      : options.backupDir !== null
        ? { shown: options.backupDir, real: options.backupDir, mount: null }
        : null,
  });
  const isWiping = source.kind === 'folder' && source.isEmpty && destination.kind === 'folder' && !destination.isEmpty;
  return [
    ...places,
    ...(isWiping
      ? [
          {
            kind: 'source-empty' as const,
            message: `The source ${source.path} is empty, but the destination ${destination.path} is not`,
            hint: 'Check that its disk or share is mounted. An empty source is never backed up over a backup.',
          },
        ]
      : []),
  ];
}

function place(facts: PathFacts): Place {
  return { shown: facts.path, real: facts.realPath, mount: facts.passport?.mount ?? null };
}

function judgeBackup({ options, destination, backupDir }: PreflightInput): ErrorData[] {
  if (!backupDir) return [];
  const problem = judgeBackupFolder(backupDir);
  if (problem) return [problem];
  const [one, other] = [backupDir.passport?.mount, destination.passport?.mount];
  if (!options.mirror || !one || !other || one.point === other.point) return [];
  return [{
    kind: 'invalid-input',
    message: `The backup folder ${backupDir.path} must be on the same file system as the destination ${destination.path}`,
    hint: 'Choose one beside the destination: removed files are moved there, not copied.',
  }];
}

function owners({ isRoot, destination }: PreflightInput): Notice[] {
  return isRoot
    ? []
    : [
        {
          level: 'warning',
          message: `Owners are not kept at ${destination.path}: only root can do that`,
          hint: 'All files there will belong to the user who runs the backup. Run as root to keep owners.',
        },
      ];
}

function emptySource({ source, destination }: PreflightInput): Notice[] {
  const isHarmless = destination.kind === 'missing' || destination.isEmpty;
  return source.kind === 'folder' && source.isEmpty && isHarmless
    ? [{ level: 'warning', message: `The source ${source.path} is empty` }]
    : [];
}

/** A dry run writes nothing, but should say what the real run will meet. */
function notWritable({ destination, dryRun }: PreflightInput): Notice[] {
  const matters =
    dryRun
    && !destination.writable
    && (destination.kind === 'folder' || (destination.kind === 'missing' && destination.parentExists));
  return matters
    ? [
        {
          level: 'warning',
          message: `The destination ${destination.path} may not be written: a run without --dry-run would stop`,
        },
      ]
    : [];
}
