import { availableParallelism } from 'node:os';
import type { PathFacts } from '../../../src-shared/passport.ts';
import type { CostModel, PlanRequest } from '../../../src-shared/scout-protocol.ts';
import { nextUnitState, type Unit } from '../../../src-shared/unit.ts';
import type { CompareCall } from '../../../src-shared/worker-protocol.ts';
import { guessCost, unitWeights } from '../plan/cost.ts';
import type { CallContext } from '../rsync/args.ts';
import { mayCompare } from '../rsync/compare.ts';
import { maySpare } from '../rsync/fill.ts';
import type { Prepared } from './before.ts';
import { isEnding, type RunContext } from './context.ts';
import { copyUnit, untried, type UnitProgress } from './copying.ts';
import { rememberedSize } from './devices.ts';
import { holdsRootFiles, runOptions } from './run-options.ts';
import { settleUnit, unitCount } from './settled.ts';
import { planOfRest, watchOverdue } from './splitting.ts';

/**
 * Lanes a plan is cut for when the pool is automatic and operations wait for a server: it will grow, but each unit has a start and
 * an end that cost processor time. With tar and comparisons each lane keeps many calls under way, and fewer are needed.
 */
const lanesOnNas = { usual: Math.min(32, 8 * availableParallelism()), spared: Math.min(32, 2 * availableParallelism()) };

/** With -c every byte is read at both ends, changed or not. */
const checksumBytesPerMs = 400_000;

export interface Planned {
  /** Id of the next unit. */
  readonly nextId: number;
  readonly isFull: boolean;
}

/** Whether most of the source is missing at the destination, so that new files and not lookups decide the time. */
export function isFullCopy(destination: PathFacts): boolean {
  return destination.kind === 'missing' || destination.isEmpty;
}

/** Whether something simpler than rsync will do most of the work: cp or tar in a first copy, comparisons in others. */
export function isSpared({ options, lifeline, destination }: Pick<CallContext, 'options' | 'lifeline' | 'destination'>, isFull: boolean, isLocal: boolean): boolean {
  return isFull ? maySpare({ options, lifeline }) : mayCompare(options, destination, isLocal);
}

/** Whether both ends keep what they told of a name: then to compare them is work for the processor, however far the server is. */
export function isFromMemory({ source, destination }: Pick<Prepared, 'source' | 'destination'>, isFull: boolean): boolean {
  return !isFull && source.keepsAttributes && destination.keepsAttributes;
}

/** Which end answers from memory what it told before. What has told nothing yet may: where it does not, that is found out. */
export function whichRemember({ source, destination }: Pick<Prepared, 'source' | 'destination'>): CompareCall['remembers'] {
  return { source: source.keepsAttributes, destination: destination.keepsAttributes || isFullCopy(destination) };
}

/** Has the scout walk and split the source, and copies every unit as it comes. Resolves when all of them have ended. */
export async function planAndCopy(context: RunContext, source: PathFacts, destination: PathFacts): Promise<Planned> {
  const { job, request, ports, store } = context;
  const isFull = isFullCopy(destination);
  context.countsChanges = job.kind === 'saved' && context.run > 0 && !isFull;
  const known = context.run > 0 || store.jobs.find(job.id) !== null;
  const facts = { sourceLatencyMs: source.latencyMs, destinationLatencyMs: destination.latencyMs, isSpared: isSpared({ options: runOptions(context), lifeline: context.rsync.lifeline, destination: job.destination }, isFull, context.isLocal) };
  // What was learned is what rsync took.
  const learned = known && !facts.isSpared ? store.learned.costs(job.id)[isFull ? 'full' : 'incremental'] : null;
  const usual = learned ?? guessCost({ ...facts, isFull });
  const cost: CostModel = ports.tuning?.msPerEntry === undefined
    ? { ...usual, bytesPerMs: job.options.checksum ? Math.min(checksumBytesPerMs, usual.bytesPerMs) : usual.bytesPerMs }
    : { msPerEntry: ports.tuning.msPerEntry, bytesPerMs: Number.MAX_SAFE_INTEGER };
  // On a server cp and tar copy whole folders and parts of them only.
  const levelCost = facts.isSpared && isFull && !context.isLocal && ports.tuning?.msPerEntry === undefined ? guessCost({ ...facts, isFull, isSpared: false }) : cost;
  const weights = unitWeights({ ...facts, isFull });
  const slow = !context.isLocal;
  const willGrow = slow && !(facts.isSpared && isFromMemory({ source, destination }, isFull));
  const remembered = rememberedSize(store, { source: source.passport, destination: destination.passport }, isFull);
  const plan: PlanRequest = {
    source: job.source, destination: job.destination, excludes: runOptions(context).excludes, cost, levelCost, holdRootFiles: holdsRootFiles(context),
    minWeight: ports.tuning?.minUnitMs ?? weights.minWeight,
    maxWeight: ports.tuning?.maxUnitMs ?? weights.maxWeight,
    unitsPerLane: weights.unitsPerLane,
    lanes: job.options.workers === 'auto' && willGrow ? remembered ?? (facts.isSpared ? lanesOnNas.spared : lanesOnNas.usual) : context.pool.size,
    isSlow: slow,
    fills: isFull && slow && facts.isSpared && !request.dryRun,
    records: known && !isFull ? store.learned.folders(job.id) : [],
    mayHaveLinks: !known || store.learned.hasLinks(job.id) !== false,
    prepare: !request.dryRun,
    isRoot: process.getuid?.() === 0,
    mirror: job.options.mirror,
  };
  const open = new Set<Promise<void>>();
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
      context.units.add(progress);
      const end = Promise.all(unit.after.flatMap((id) => ends.get(id) ?? []))
        .then(() => sharesKnown)
        .then(() => copyUnit(context, progress))
        .then(() => {
          settleUnit(context, progress);
          scout.credit(unit);
        })
        .then(() => (progress.result?.isSplit === true && progress.state === 'waiting' ? planRest(progress) : undefined));
      // Only these are named by others.
      if (unit.kind !== 'group') ends.set(unit.id, end);
      open.add(end);
      // What has ended well needs no waiting for. The walk may be ended before the rest is awaited.
      end.then(() => {
        open.delete(end);
        ends.delete(unit.id);
      }, () => {});
    }
    if (unitCount(context) >= context.pool.size) knowShares();
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
