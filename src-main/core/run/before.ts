import type { ErrorData } from '../../../src-shared/errors.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { Job } from '../../../src-shared/job.ts';
import { allKept, type KeptAttributes } from '../../../src-shared/kept-attributes.ts';
import type { PathFacts } from '../../../src-shared/passport.ts';
import type { Notice } from '../../../src-shared/run.ts';
import type { BackupRequest } from '../app.ts';
import type { Ports } from '../ports.ts';
import { processStartTime } from '../rsync/process-identity.ts';
import { probeRsync, type RsyncProgram } from '../rsync/probe.ts';
import { judgeFurther } from '../safety/further.ts';
import { preflight } from '../safety/preflight.ts';
import type { Store } from '../store/open-store.ts';
import type { ScoutClient } from './scout-client.ts';
import { judgeSpace } from './space.ts';

/** What is known before anything is touched. */
export interface Prepared {
  readonly job: Job;
  /** 0 for a dry run. */
  readonly run: number;
  readonly rsync: RsyncProgram;
  readonly store: Store;
  readonly source: PathFacts;
  readonly destination: PathFacts;
  readonly notices: readonly Notice[];
  /** What the last run found that the destination keeps. */
  readonly keeps: KeptAttributes;
  /** Why this run must not start; it is in the history all the same. */
  readonly refusal: ErrorData | null;
}

export interface BeforeParts {
  readonly ports: Ports;
  readonly store: () => Store;
  readonly request: BackupRequest;
  readonly scout: ScoutClient;
  readonly answerMs: number;
}

/**
 * Looks at source, destination and what is remembered of them. Throws `AppError` where the paths alone are wrong, or
 * rsync lacks what is asked: then nothing is written, not even to the history.
 */
export async function prepareRun({ ports, store, request, scout, answerMs }: BeforeParts): Promise<Prepared> {
  const [rsync, { source, destination }, backupDir] = await Promise.all([
    probeRsync(ports.env), lookAtBoth(scout, request, answerMs), lookAtBackupFolder(scout, request, answerMs),
  ]);
  const rails = {
    source, destination, backupDir, options: request.options, dryRun: request.dryRun, acceptNewMounts: request.acceptNewMounts,
    isRoot: process.getuid?.() === 0,
  };
  const [wrong] = [
    ...preflight({ ...rails, lastPassports: null, otherDestinations: [] }).problems, ...judgeFurther(request.options.further, rsync),
  ];
  if (wrong) throw new AppError(wrong);
  const opened = store();
  const job = findJob(opened, ports, request);
  const isKnown = job.id !== '';
  const lastPassports = isKnown ? opened.learned.passports(job.id) : null;
  const keeps = lastPassports?.destination.keeps ?? allKept;
  const { problems, notices } = preflight({
    ...rails,
    lastPassports,
    otherDestinations: isKnown ? opened.runs.otherDestinations(job.id) : [],
  });
  const run = request.dryRun ? 0 : opened.runs.start({
    jobId: job.id, trigger: request.trigger, at: ports.clock.now(), rsyncVersion: rsync.version, hostPid: process.pid,
    hostStartTime: processStartTime(process.pid) ?? '',
  });
  const [refusal = null] = problems;
  if (refusal) return { job, run, rsync, store: opened, source, destination, keeps, notices, refusal };
  const space = await judgeSpace(opened, scout, job, { source, destination });
  return {
    job, run, rsync, store: opened, source, destination, keeps, refusal: space.problem, notices: [...notices, ...(space.notice ? [space.notice] : [])],
  };
}

/** Looks at both ends at once. Throws `AppError` timeout naming the one that does not answer. */
export async function lookAtBoth(
  scout: ScoutClient, { source, destination }: Pick<BackupRequest, 'source' | 'destination'>, answerMs: number,
): Promise<{ source: PathFacts; destination: PathFacts }> {
  const [sourceFacts, destinationFacts] = await Promise.all([look(scout, source, answerMs), look(scout, destination, answerMs)]);
  return { source: sourceFacts, destination: destinationFacts };
}

async function lookAtBackupFolder(scout: ScoutClient, { options }: BackupRequest, answerMs: number): Promise<PathFacts | null> {
  return options.backup && options.backupDir !== null ? look(scout, options.backupDir, answerMs) : null;
}

/** People know a path as they gave it, so that is what messages name. */
async function look(scout: ScoutClient, path: string, answerMs: number): Promise<PathFacts> {
  return { ...(await scout.ask({ op: 'look', path }, { path, answerMs })), path };
}

/** The implicit job of an ad-hoc backup; a dry run of one that was never made gets a passing one, without an id. */
function findJob(store: Store, ports: Ports, { jobId, source, destination, options, dryRun }: BackupRequest): Job {
  const saved = jobId === undefined ? null : store.jobs.find(jobId);
  if (saved) return { ...saved, source, destination, options };
  if (!dryRun) return store.jobs.adHocJob(source, destination, options, ports.clock.now());
  const known = store.jobs.findAdHoc(source, destination);
  return known ? { ...known, options } : Job.parse({ id: '', kind: 'ad-hoc', name: `${source} -> ${destination}`, source, destination, options });
}
