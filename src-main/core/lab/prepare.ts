import { AppError } from '../../../src-shared/errors.ts';
import type { LabRequest } from '../../../src-shared/lab.ts';
import type { LabSample } from '../../../src-shared/lab-protocol.ts';
import { guessCost, isSlow } from '../plan/cost.ts';
import { probeRsync } from '../rsync/probe.ts';
import { lookAtBoth } from '../run/before.ts';
import { rememberedSize } from '../run/devices.ts';
import { isSpared } from '../run/planning.ts';
import type { BothEnds } from '../run/same-place.ts';
import { startScout, type ScoutClient } from '../run/scout-client.ts';
import { firstSize } from '../run/steering.ts';
import { judgeFurther } from '../safety/further.ts';
import { preflight } from '../safety/preflight.ts';
import { spaceVerdict } from '../safety/space.ts';
import type { ExperimentParts } from './experiment.ts';
import { currentWay } from './figures.ts';
import type { LabProcess } from './lab-process.ts';
import { updatedShare, type WayFacts } from './ways.ts';

/** What is known before the source is read. */
export interface Prepared {
  readonly scout: ScoutClient;
  readonly look: BothEnds;
  readonly facts: Omit<WayFacts, 'sample' | 'keeps'>;
  /** Both ends lie in memory. */
  readonly isMemory: boolean;
  /** Id of the way that the job takes now. */
  readonly current: string;
  readonly notes: readonly string[];
}

/** Pools that are measured in any case. */
const usualSizes = [1, 2, 4, 8, 16, 32];
/** As in a run: a path that has not answered for so long is said to hang, ms. */
const answerWithinMs = 15_000;
/** The source is read for a tenth of the time, and so long at most, ms. */
const mostWalkMs = 5000;
/** One rsync, which may be slowest of all, is to take no more of the time than this. */
const shareOfOneRsync = 1 / 6;

/** Looks at both ends, and refuses as a run does. Throws `AppError`. */
export async function prepareLab({ ports, store, request, options }: ExperimentParts): Promise<Prepared> {
  const scout = startScout(ports.workerHost);
  try {
    const [rsync, look] = await Promise.all([probeRsync(ports.env), lookAtBoth(scout, request, ports.tuning?.answerMs ?? answerWithinMs)]);
    const opened = store();
    // Only what a first copy into an empty folder knows.
    const base = { ...options, excludes: request.excludes, mirror: false, backup: false, backupDir: null, bandwidthLimit: null, trashDays: null };
    const { jobId } = request;
    const isOfJob = jobId !== null && opened.jobs.find(jobId)?.destination === request.destination;
    const { problems } = preflight({
      ...look, options: base, dryRun: false, acceptNewMounts: false, isRoot: process.getuid?.() === 0,
      lastPassports: isOfJob ? opened.learned.passports(jobId) : null, otherDestinations: isOfJob ? opened.runs.otherDestinations(jobId) : [],
    });
    const [wrong] = [...problems, ...judgeFurther(base.further, rsync)];
    if (wrong) throw new AppError(wrong);
    if (look.destination.kind === 'missing') {
      throw new AppError({
        kind: 'destination-unreachable', message: `The destination ${request.destination} does not exist`,
        hint: 'Make the folder first: the Lab measures in a scratch folder in it, which is removed afterwards.',
      });
    }
    const { latencyMs: sourceLatencyMs } = look.source;
    const { latencyMs: destinationLatencyMs } = look.destination;
    const slow = ports.tuning?.isSlow ?? (isSlow(sourceLatencyMs) || isSlow(destinationLatencyMs));
    const usual = firstSize(options.workers, {
      hasBandwidthLimit: false, isSlow: slow, isSpared: isSpared({ options: base, lifeline: rsync.lifeline, destination: request.destination }, true, !slow), isFromMemory: false, isFull: true,
    });
    const remembered = options.workers === 'auto' ? rememberedSize(opened, { source: look.source.passport, destination: look.destination.passport }, true) : null;
    const begins = remembered ?? usual;
    return {
      scout, look, isMemory: [look.source, look.destination].every(({ passport }) => passport?.mount.type === 'tmpfs'),
      current: currentWay(options, begins), notes: [],
      facts: {
        rsync, source: request.source, options: base, usual: begins, latencyMs: sourceLatencyMs + destinationLatencyMs,
        sizes: [...new Set([...usualSizes, begins])].sort((a, b) => a - b),
        cost: guessCost({ sourceLatencyMs, destinationLatencyMs, isFull: true, isSpared: true }), isSlow: slow,
      },
    };
  } catch (thrown) {
    scout.close();
    throw thrown;
  }
}

/** Chooses a sample that fits into the time and the space. Throws `AppError`. */
export async function takeSample(lab: LabProcess, { look, facts }: Prepared, request: LabRequest): Promise<LabSample> {
  const alone = guessCost({ sourceLatencyMs: look.source.latencyMs, destinationLatencyMs: look.destination.latencyMs, isFull: true, isSpared: false });
  const forOne = request.mostMs * shareOfOneRsync;
  const sample = await lab.ask({
    op: 'sample', source: facts.source, excludes: request.excludes, mostMs: Math.min(mostWalkMs, request.mostMs / 10),
    mostBytes: Math.max(1, Math.floor(Math.min(request.sampleBytes, forOne * alone.bytesPerMs))),
    mostEntries: Math.max(1, Math.floor(Math.min(request.sampleEntries, forOne / alone.msPerEntry))),
  });
  const files = sample.folders.reduce((sum, folder) => sum + folder.files.length, 0);
  if (files === 0) {
    throw new AppError({
      kind: 'source-empty', message: `The source ${facts.source} has no files to measure with`,
      hint: 'Is its disk or share mounted? A file that is larger than a third of the sample is left out: make the sample larger.',
    });
  }
  // The copy, and what is updated beside it.
  const withUpdate = 1 + 1 / updatedShare;
  const { problem } = spaceVerdict(
    { missingBytes: sample.bytes * withUpdate, missingEntries: Math.ceil(sample.entries * withUpdate), sharedLinkBytes: 0, replacedBytes: 0 }, look.destination, false,
  );
  if (problem) throw new AppError({ ...problem, hint: 'Make room there, or measure a smaller sample. Nothing was changed.' });
  const isShortened = !sample.isWhole && forOne / alone.msPerEntry < request.sampleEntries;
  return isShortened
    ? { ...sample, notes: [...sample.notes, `The sample is smaller than asked for: one rsync would need too much of the ${Math.round(request.mostMs / 1000)} s with more, as each call waits for a server.`] }
    : sample;
}
