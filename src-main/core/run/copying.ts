import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { LinkedName, RsyncResult } from '../../../src-shared/rsync-result.ts';
import { nextUnitState, type Unit, type UnitEvent, type UnitState } from '../../../src-shared/unit.ts';
import { usualTimeoutSeconds, type CallContext, type CallPurpose } from '../rsync/args.ts';
import type { Disposition, Note } from '../rsync/disposition.ts';
import { judgeEnd } from '../rsync/exit-codes.ts';
import { addTally, isTallied } from './changed.ts';
import { reportChanges } from './changes.ts';
import { countCreated, spansTops, type CreatedByTop } from './kept.ts';
import { cutCall, keepCutFiles } from './cut-files.ts';
import { isEnding, type RunContext } from './context.ts';
import type { TaskEnd } from './pool.ts';
import { holdsRootFiles, runOptions } from './run-options.ts';
import { sweepScope } from './sweep-scope.ts';
import { unitMessage } from './unit-message.ts';
import { unitName } from './unit-name.ts';

/** A unit and how far it has come. */
export interface UnitProgress {
  readonly unit: Unit;
  state: UnitState;
  /** Tries so far. */
  attempts: number;
  result: RsyncResult | null;
  links: LinkedName[];
  /** What its last try leaves a person to know. */
  note: Note | null;
  /** Whether its calls keep hard links; off after rsync gave up over them, until its removals are done. */
  hardLinks: boolean;
  /** Worth one more try when no other unit runs. */
  tryAlone: boolean;
  /** It has come to that try: there is no further one. */
  isAlone: boolean;
  /** What it made at the destination, by top folder, where that is known name by name. */
  created: CreatedByTop | null;
  /** What another unit left when it was split. */
  readonly isRest: boolean;
}

/** A unit that has not been tried. */
export function untried(unit: Unit, isRest = false): UnitProgress {
  return { unit, state: 'waiting', attempts: 0, result: null, links: [], note: null, tryAlone: false, isAlone: false, hardLinks: true, created: null, isRest };
}

/** The settings all calls of a run share. */
export function callContext(
  context: RunContext, purpose: CallPurpose, { attempt = 1, hardLinks = true, tellChanges = false, tellLinks = false, bandwidth = null as number | null } = {},
): CallContext {
  const { rsync, job, request, ports } = context;
  return {
    program: rsync.program, lifeline: rsync.lifeline, source: job.source, destination: job.destination, options: runOptions(context),
    holdRootFiles: holdsRootFiles(context), keeps: context.keeps,
    purpose, attempt, hardLinks, tellLinks, bandwidth, timeoutSeconds: ports.tuning?.rsyncTimeoutSeconds ?? usualTimeoutSeconds,
    tellChanges: tellChanges || purpose === 'preview' || request.reportChanges,
  };
}

/**
 * Copies one unit, trying again as the exit code says (ENGINE: exit codes), until it has ended one way or another.
 * Never rejects: what failed for good is the unit's state, and the run's failure where it concerns all. A unit that was split
 * is waiting again, for the plan of its rest (run/splitting.ts).
 */
export async function copyUnit(context: RunContext, progress: UnitProgress): Promise<void> {
  const { unit } = progress;
  while (!isEnding(context)) {
    progress.state = nextUnitState(progress.state, 'start');
    const end = await tryUnit(context, progress);
    if (isPausedTimeout(end)) {
      progress.attempts--;
      progress.state = nextUnitState(progress.state, 'retry');
      continue;
    }
    if (end.result?.isSplit === true && !end.stopped) {
      // Its state stays open until the rest has been planned.
      progress.state = nextUnitState(progress.state, 'retry');
      return record(context, progress, end, true);
    }
    const decision = end.stopped ? ({ kind: 'cancelled' } as const) : await withRoom(context, decide(context, progress, end), end);
    settle(context, progress, decision, end);
    if (decision.kind !== 'retry') return;
    if (decision.sweepTemps) await sweep(context, unit);
    await sleep(decision.afterMs);
  }
  if (progress.state === 'waiting') progress.state = nextUnitState(progress.state, 'cancel');
}

/** A unit that met a full destination goes on when there is room again; one that was stopped meanwhile met it before. */
async function withRoom(context: RunContext, decision: Disposition, { wasPaused }: TaskEnd): Promise<Disposition> {
  if (decision.kind !== 'failed' || !decision.pausePool || isEnding(context)) return decision;
  const error = wasPaused ? null : await context.waitForRoom(decision.error);
  if (context.cancelled) return { kind: 'cancelled' };
  return error ? { ...decision, error } : { kind: 'retry', afterMs: 0, maxAttempts: Infinity };
}

/** A pause longer than rsync's --timeout ends it with 30 when it goes on: no fault of anyone's, and no try. */
function isPausedTimeout({ result, wasPaused, stopped }: TaskEnd): boolean {
  return wasPaused && !stopped && result?.code === 30;
}

/**
 * Runs the rsync of a unit once more, and keeps its result. What that means for the unit's state is for the caller.
 * `isAgain`: its tries before went well, so that both sides may be compared as at the first one; `only`: just these folders
 * of it, without what lies in them, where a comparison can tell.
 */
export async function tryUnit(
  context: RunContext, progress: UnitProgress, { isAgain = false, only = null }: { isAgain?: boolean; only?: readonly ByteName[] | null } = {},
): Promise<TaskEnd> {
  const { unit } = progress;
  const attempt = ++progress.attempts;
  progress.links = [];
  const spans = !context.request.dryRun && context.job.options.mirror && spansTops(unit);
  progress.created = spans ? new Map() : null;
  const countChanges = isTallied(context, unit);
  const end = await context.pool.run({
    unit: unit.id,
    weight: context.priority(unit),
    message: () => {
      const bandwidth = context.bandwidth.take(unit.id, { size: context.pool.size, busy: context.pool.busy, waiting: context.tracker.waiting() });
      const call = callContext(context, context.request.dryRun ? 'preview' : 'copy', { attempt, hardLinks: progress.hardLinks, tellChanges: spans || countChanges, tellLinks: !context.hasLinks, bandwidth });
      return {
        ...unitMessage(unit, call, {
          isLocal: context.isLocal, latencyMs: context.latencyMs, remembers: context.remembers, mayCompare: attempt === 1 || isAgain, only,
          isRoot: process.getuid?.() === 0, scansLinks: !context.request.dryRun,
        }),
        cut: cutCall(context, unit, call),
        reportChanges: spans || call.purpose === 'preview' || context.request.reportChanges,
        countChanges,
      };
    },
    onStarted: (lane, call) => {
      const at = context.ports.clock.now();
      context.tracker.started(unit, unitName(unit), lane, at);
      context.work.started(unit, at);
      if (context.run > 0) {
        const { id, kind, folder, names, entries, bytes } = unit;
        const facts = { unit: id, kind, folder, names, entries, bytes, name: unitName(unit), lane, attempt, startedAt: at, argv: call.argv };
        context.store.units.started(context.run, facts);
      }
    },
    onProgress: (bytes) => context.tracker.moved(unit.id, bytes),
    onChanges: (changes) => {
      if (progress.created) countCreated(progress.created, changes);
      if (context.request.dryRun || context.request.reportChanges) reportChanges(context, unit, changes);
    },
    onTally: (tally) => addTally(context.changedByTop, tally),
    onLinks: (links) => {
      for (const link of links) progress.links.push(link);
    },
  });
  context.bandwidth.giveBack(unit.id);
  context.work.ended(unit, end.result, context.ports.clock.now());
  context.hasLinks ||= end.result?.hasLinks === true || progress.links.length > 0;
  progress.result = end.result;
  if (end.result) keepCutFiles(context, end.result);
  return end;
}

/**
 * One more try of a unit that ended failed or warned, because a person asks for it. Throws `AppError` internal for a unit in
 * another state. Resolves when it has ended again.
 */
export function retryUnit(context: RunContext, progress: UnitProgress): Promise<void> {
  progress.state = nextUnitState(progress.state, 'retry');
  // One that waits for its try alone is not counted yet.
  if (!progress.tryAlone) count(context, progress, -1);
  progress.result = null;
  progress.note = null;
  context.tracker.known([progress.unit]);
  return copyUnit(context, progress);
}

/** What a person is told who asks that for a unit that cannot be tried again. */
export function nothingToRetry(unit: number): AppError {
  return new AppError({
    kind: 'not-found', message: `Unit ${unit} cannot be tried again in this run.`,
    hint: 'While a run copies, units that failed can be; afterwards run the job again: what is done is not copied twice.',
  });
}

function decide(context: RunContext, progress: UnitProgress, end: TaskEnd): Disposition {
  return judgeEnd(end.result ?? lostResult(end), {
    askedToStop: context.cancelled,
    attempt: progress.attempts,
    mirrorCopyPhase: context.job.options.mirror && !context.request.dryRun,
    random: Math.random,
  });
}

/** A worker that was lost took its rsync with it: to the unit that is a killed rsync. */
function lostResult({ lost }: TaskEnd): RsyncResult {
  return {
    code: null, signal: 'SIGKILL', stats: null, durationMs: 0, lastLines: lost?.lastWords ? lost.lastWords.split('\n').slice(-20) : [],
    facts: { deletionsSkipped: 0, ioError: false, couldNotMakeWay: 0, failedNames: [], failedCount: 0, errno: null },
  };
}

const eventOf: Record<Disposition['kind'], UnitEvent> = {
  done: 'succeed', 'done-with-note': 'succeed', 'pending-deletes': 'defer-deletes', warned: 'warn', retry: 'retry', failed: 'fail', cancelled: 'cancel',
};

function settle(context: RunContext, progress: UnitProgress, decision: Disposition, end: TaskEnd): void {
  progress.state = nextUnitState(progress.state, eventOf[decision.kind]);
  progress.note = 'note' in decision ? decision.note : null;
  progress.tryAlone = !progress.isAlone && isWorthAlone(decision);
  if (decision.kind === 'failed') {
    const { error } = decision;
    if (decision.stopRun || decision.pausePool) context.fail(error);
    progress.note = { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  if (decision.kind === 'retry' && decision.withoutHardLinks) progress.hardLinks = false;
  if (decision.kind === 'retry' && decision.fewerWorkers) context.fewerWorkers();
  record(context, progress, end, decision.kind !== 'retry' && !progress.tryAlone);
}

/** What failed for this unit only may have failed for what its neighbours did: locks, memory, connections. */
function isWorthAlone(decision: Disposition): boolean {
  if (decision.kind === 'failed') return !decision.stopRun && !decision.pausePool;
  return decision.kind === 'warned' && decision.retryAlone;
}

/** Keeps a try in the history, tells it, and counts it when it was the last. */
export function record(context: RunContext, progress: UnitProgress, end: TaskEnd, isLast: boolean): void {
  const { unit, state, attempts: attempt } = progress;
  const { result, lane } = end;
  const stats = result?.stats;
  const entries = stats?.entries ?? 0;
  const bytes = stats?.transferredBytes ?? 0;
  const durationMs = result?.durationMs ?? 0;
  const code = result?.code ?? null;
  const shown = result?.isSplit === true && !end.stopped ? 'split' : state === 'waiting' ? 'failed' : state;
  context.tracker.ended(unit, isLast && state !== 'cancelled', stats ? unit.entries : 0, bytes);
  if (isLast) count(context, progress);
  if (lane < 0) return;
  if (context.run > 0) {
    context.store.units.ended(context.run, unit.id, attempt, {
      state: shown, durationMs, entries, bytes: stats?.totalBytes ?? 0, code: result?.ranInstead?.length === 0 ? null : code,
      filesTransferred: stats?.filesTransferred ?? 0, bytesTransferred: bytes, lastLines: result?.lastLines ?? [], argv: result?.ranInstead ?? null,
    });
  }
  context.emit({ type: 'unit-ended', unit: unit.id, kind: unit.kind, name: unitName(unit), lane, state: shown, code, entries, bytes, durationMs, attempt });
}

/**
 * Adds a unit to the run's totals. A split folder is an entry in its parent's unit and in its own, rsync counts the folders
 * above what a unit names, and a level that follows the parts of its folder sees their files again: each is counted once.
 */
function count({ totals }: RunContext, { unit, result }: UnitProgress, sign: 1 | -1 = 1): void {
  const stats = result?.stats;
  if (!stats || unit.kind === 'links') return;
  totals.filesTransferred += sign * stats.filesTransferred;
  totals.bytesTransferred += sign * stats.transferredBytes;
  totals.created += sign * (stats.created + unit.premade);
  if (unit.kind === 'level' && unit.after.length > 0) return;
  if (unit.kind === 'entries') {
    // Its folders; its own folder is its parent's, but the root is nobody's, and not named.
    totals.entries += sign * (unit.entries + (unit.folder === ROOT ? 1 : -1));
    return;
  }
  const isWholeTree = unit.names[0] === ROOT && unit.kind === 'group';
  const depth = unit.folder === ROOT ? 0 : unit.folder.split('/').length;
  const countedBefore = isWholeTree ? 0 : depth + (unit.kind === 'group' ? unit.names.length : 0);
  totals.entries += sign * Math.max(0, stats.entries - countedBefore);
  totals.bytes += sign * stats.totalBytes;
}

/** Removes the temporary files a killed rsync left where this unit works. */
async function sweep(context: RunContext, unit: Unit): Promise<void> {
  if (context.request.dryRun) return;
  const { source, destination } = context.job;
  try {
    await context.scout().ask({ op: 'sweep-temps', source, destination, ...sweepScope(unit), sinceMs: context.lockedAtMs });
  } catch (thrown) {
    if (isEnding(context)) return;
    context.warn(`Temporary files of a killed rsync may be left in ${unitName(unit)}: ${toAppError(thrown).message}`);
  }
}
