import { availableParallelism } from 'node:os';
import { ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import type { PathFacts } from '../../../src-shared/passport.ts';
import type { CostModel, FolderRecord, PlanRequest } from '../../../src-shared/scout-protocol.ts';
import { nextUnitState, type Unit } from '../../../src-shared/unit.ts';
import { guessCost, unitWeights } from '../plan/cost.ts';
import { mayCompare } from '../rsync/compare.ts';
import { maySpare } from '../rsync/seed.ts';
import { isEnding, type RunContext } from './context.ts';
import { copyUnit, untried, type UnitProgress } from './copying.ts';
import { holdsRootFiles, runOptions } from './run-options.ts';
import { planOfRest, watchOverdue } from './splitting.ts';

/**
 * Lanes a plan is cut for when the pool is automatic and operations wait for a server: it will grow, but each unit has a start and
 * an end that cost processor time.
 */
const lanesOnNas = Math.min(32, 8 * availableParallelism());
/** More rows than this are not kept for the next plan; what is left out is walked again. */
const mostRecords = 100_000;

export interface Planned {
  /** Id of the next unit. */
  readonly nextId: number;
  readonly isFull: boolean;
}

/** Whether most of the source is missing at the destination, so that new files and not lookups decide the time. */
export function isFullCopy(destination: PathFacts): boolean {
  return destination.kind === 'missing' || destination.isEmpty;
}

/** Whether a simpler program than rsync will do most of the work. */
function isSpared(context: RunContext, isFull: boolean): boolean {
  const options = runOptions(context);
  return isFull ? maySpare({ options, lifeline: context.rsync.lifeline }) : !context.isLocal && mayCompare(options, context.job.destination);
}

/** Has the scout walk and split the source, and copies every unit as it comes. Resolves when all of them have ended. */
export async function planAndCopy(context: RunContext, source: PathFacts, destination: PathFacts): Promise<Planned> {
  const { job, request, ports, store } = context;
  const isFull = isFullCopy(destination);
  context.countsChanges = job.kind === 'saved' && context.run > 0 && !isFull;
  const known = context.run > 0 || store.jobs.find(job.id) !== null;
  const facts = { sourceLatencyMs: source.latencyMs, destinationLatencyMs: destination.latencyMs, isSpared: isSpared(context, isFull) };
  // What was learned is what rsync took.
  const learned = known && (context.isLocal || !facts.isSpared) ? store.learned.costs(job.id)[isFull ? 'full' : 'incremental'] : null;
  const guess = guessCost({ ...facts, isFull });
  const cost: CostModel = ports.tuning?.msPerEntry === undefined
    ? learned ?? guess
    : { msPerEntry: ports.tuning.msPerEntry, bytesPerMs: Number.MAX_SAFE_INTEGER };
  const weights = unitWeights(facts);
  const slow = !context.isLocal;
  const plan: PlanRequest = {
    source: job.source, destination: job.destination, excludes: runOptions(context).excludes, cost, holdRootFiles: holdsRootFiles(context),
    minWeight: ports.tuning?.minUnitMs ?? weights.minWeight,
    maxWeight: ports.tuning?.maxUnitMs ?? weights.maxWeight,
    lanes: job.options.workers === 'auto' && slow ? lanesOnNas : context.pool.size,
    isSlow: slow,
    fills: isFull && slow && facts.isSpared && !request.dryRun,
    records: known && !isFull ? store.learned.folders(job.id) : [],
    prepare: !request.dryRun,
    isRoot: process.getuid?.() === 0,
    mirror: job.options.mirror,
  };
  const open: Promise<void>[] = [];
  // Who starts first would keep a part of the limit that is too small where few units follow.
  const { promise: sharesKnown, resolve: knowShares } = Promise.withResolvers<void>();
  if (job.options.bandwidthLimit === null) knowShares();
  const ends = new Map<number, Promise<void>>();
  const scout = context.scout();
  let nextId = 0;
  const take = (batch: Unit[], isRest = false): void => {
    context.tracker.known(batch);
    for (const unit of batch) {
      const progress = untried(unit, isRest);
      context.units.push(progress);
      const end = Promise.all(unit.after.flatMap((id) => ends.get(id) ?? []))
        .then(() => sharesKnown)
        .then(() => copyUnit(context, progress))
        .then(() => scout.credit(1))
        .then(() => (progress.result?.isSplit === true && progress.state === 'waiting' ? planRest(progress) : undefined));
      // Only these are named by others.
      if (unit.kind !== 'group') ends.set(unit.id, end);
      // The walk may be ended before this is awaited.
      end.catch(() => {});
      open.push(end);
    }
    if (context.units.length >= context.pool.size) knowShares();
  };
  const planRest = async (progress: UnitProgress): Promise<void> => {
    if (isEnding(context)) return;
    const ids = new Map<number, number>();
    const idOf = (id: number) => ids.get(id) ?? ids.set(id, nextId++).get(id)!;
    await scout.plan({ op: 'plan', plan: planOfRest(plan, progress.unit, facts, ports.tuning) },
      (batch) => take(batch.map((unit) => ({ ...unit, id: idOf(unit.id), after: unit.after.map(idOf) })), true));
    progress.state = nextUnitState(progress.state, 'split');
  };
  const answer = await scout.plan({ op: 'plan', plan }, (batch) => take(batch)).finally(() => {
    context.tracker.planned();
    knowShares();
  });
  context.folders.tops = new Map(answer.tops.map(({ name, entries }) => [name, entries]));
  nextId = answer.units;
  const endWatch = watchOverdue(context);
  // It grows where units are split.
  try {
    for (const end of open) await end;
  } finally {
    endWatch();
  }
  return { nextId, isFull };
}

/** A second try, one at a time, for units that met errors which a neighbour at work may have caused. */
export async function tryAgainAlone(context: RunContext): Promise<void> {
  for (const progress of context.units) {
    if (!progress.tryAlone) continue;
    progress.state = 'waiting';
    progress.isAlone = true;
    await copyUnit(context, progress);
  }
}

/** What the next plan should know: how much each closed subtree holds, and what an entry cost. */
export function learn({ store, job, units }: RunContext, isFull: boolean): void {
  const records: FolderRecord[] = [];
  let entries = 0;
  let bytes = 0;
  let durationMs = 0;
  for (const { unit, result, state } of units) {
    const stats = result?.stats;
    if (!stats || (state !== 'done' && state !== 'warned' && state !== 'held')) continue;
    // What a comparison takes depends on how many wait beside it, and says nothing of rsync.
    if (result.ranInstead === undefined) {
      entries += stats.entries;
      bytes += stats.transferredBytes;
      durationMs += result.durationMs;
    }
    if (unit.kind === 'group' && records.length < mostRecords) records.push(...recordsOf(unit, stats.totalBytes));
  }
  store.learned.replaceFolders(job.id, records);
  // Too little to measure by: start-up would be most of it.
  if (entries < 1000 || durationMs < 2000) return;
  const bytesPerMs = isFull ? Math.max(10_000, bytes / durationMs) * 4 : Number.MAX_SAFE_INTEGER;
  const rest = durationMs - (isFull ? bytes / bytesPerMs : 0);
  store.learned.setCosts(job.id, isFull ? 'full' : 'incremental', { msPerEntry: Math.max(0.002, rest / entries), bytesPerMs });
}

function recordsOf(unit: Unit, bytes: number): FolderRecord[] {
  const total = unit.shares.reduce((sum, share) => sum + share, 0) || 1;
  return unit.names
    .map((path: ByteName, index) => ({ path, entries: (unit.shares[index] ?? 1) - 1, bytes: (bytes * (unit.shares[index] ?? 0)) / total }))
    .filter((record) => record.path !== ROOT);
}
