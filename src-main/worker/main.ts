import type { Change, RsyncResult } from '../../src-shared/rsync-result.ts';
import type { CompareCall, FillCall, FromWorker, LinkScan, RsyncCall, ToWorker } from '../../src-shared/worker-protocol.ts';
import { callOver, tellLinksFlag } from '../core/rsync/args.ts';
import { processStartTime } from '../core/rsync/process-identity.ts';
import { createChangeTally } from './change-tally.ts';
import { compareUnit } from './compare.ts';
import { foldersAbove, sameResult, withComparison } from './compare-result.ts';
import type { Comparison } from './comparison.ts';
import { startFill, type Filling } from './fill-server.ts';
import { createCutWork, type CutWork } from './cut-work.ts';
import { findLinkedFiles } from './link-find.ts';
import { findOutsideLinks } from './link-scan.ts';
import { createNativeCalls } from './native-calls.ts';
import { openPort } from './port.ts';
import { bytesMoved } from './process-io.ts';
import { startRsync, type RsyncProcess } from './rsync-process.ts';
import { filledResult, type Repeats } from './filled-stats.ts';
import { createSplitPoint, type SplitPoint } from './split-point.ts';

/** The worker: runs one rsync at a time, for one unit, and tells how it goes. */

/** Progress is read and told this often, ms. */
const progressEveryMs = 500;
/**
 * With a folder in the way of a linked file, rsync's processes may wait for one another for ever (see `judgeEnd`). One that
 * has met such a folder and then moved nothing for so long is ended, ms; its unit is tried in another way.
 */
const stuckAfterMs = 5000;
/**
 * A process that is being forked while its group is stopped may miss the CONT (once in 13,000 times, Linux 6.18) and would stand
 * still until its rsync gives up. So there is another one when it has long been forked, ms.
 */
const goOnAgainMs = 200;
/** Messages are looked at this often meanwhile, ms. */
const turnEveryMs = 10;
/** Changes are told in batches of this many, or with the end. */
const changesAtOnce = 500;

/** The unit is to end. */
class Stopped extends Error {}

const noRepeats: Repeats = { files: 0, bytes: 0 };
const nativeCalls = createNativeCalls();

let rsync: RsyncProcess | null = null;
let paused = false;
let leaving = false;
/** The unit was asked to end. */
let stopped = false;
let killTimer: NodeJS.Timeout | undefined;
/** Where the rsync that copies now may be ended for others to do the rest; null: nowhere. */
let splitPoint: SplitPoint | null = null;
/** Ends the wait of a comparison that a pause made; null while nothing is compared. */
let comparing: { wake: () => void } | null = null;
/** Large files of the unit that are cut off. */
let cutWork: CutWork = createCutWork(null);
/** New files are copied in this process. */
let copiesItself = false;
/** Resolves when one of them that is cut off has been set aside. */
let settingAside: Promise<void> | null = null;
/** An earlier run's files are gone on with. */
let resuming = false;
/** The copy of new files that goes before a unit's rsync; null while there is none. */
let filling: Filling | null = null;

const port = openPort(() => {
  rsync?.signal('SIGKILL');
  filling?.signal('SIGKILL');
});
const send = (message: FromWorker) => port.send(message);

/** Follows a process of a unit to its end: tells its start and what it moves, and ends it where it would wait for ever. */
async function follow(unit: number, started: RsyncProcess): Promise<RsyncResult> {
  rsync = started;
  const { pid } = started;
  if (pid !== undefined) send({ type: 'started', unit, pid, startTime: processStartTime(pid) ?? '' });
  if (paused) started.signal('SIGSTOP');
  let told = 0;
  let stillMs = 0;
  const timer = setInterval(() => {
    const bytes = pid === undefined ? 0 : bytesMoved(pid);
    stillMs = bytes > told || paused ? 0 : stillMs + progressEveryMs;
    if (splitPoint?.isReached(stillMs) === true) endRsync(started, splitPoint.graceMs);
    if (started.metObstacle() && stillMs >= stuckAfterMs) started.signal('SIGTERM');
    if (bytes <= told) return;
    told = bytes;
    send({ type: 'progress', unit, bytes });
  }, progressEveryMs);
  const result = await started.ended;
  clearInterval(timer);
  clearTimeout(killTimer);
  killTimer = undefined;
  rsync = null;
  return result;
}

/** A pause holds a comparison until it ends, or the unit is to. */
const isHeld = () => paused && !stopped;

/**
 * What both sides of a unit differ in; null where that is for rsync to find out. Tells what it copies itself. Rejects with `Stopped` when
 * the unit is to end.
 */
async function compareBoth(unit: number, call: CompareCall): Promise<Comparison | null> {
  copiesItself = call.fills;
  let bytes = 0;
  const timer = setInterval(() => bytes > 0 && send({ type: 'progress', unit, bytes }), progressEveryMs);
  const copied = (more: number): void => {
    bytes += more;
  };
  return withTurns((turn) => compareUnit(call, { turn, calls: nativeCalls, copied })).finally(() => {
    copiesItself = false;
    clearInterval(timer);
  });
}

/** Copies new files; tells what it moves. Rejects with `Stopped`. */
async function fill(unit: number, call: FillCall): Promise<void> {
  await withTurns(async (turn) => {
    filling = startFill(call, turn);
    const timer = setInterval(() => filling && send({ type: 'progress', unit, bytes: filling.bytesMoved() }), progressEveryMs);
    await filling.ended.finally(() => {
      clearInterval(timer);
      clearTimeout(killTimer);
      killTimer = undefined;
      filling = null;
    });
    if (stopped) throw new Stopped();
  });
}

/** Work on many names that a pause holds and a stop ends, by the turns it takes in between. */
async function withTurns<Result>(work: (turn: () => Promise<void>) => Promise<Result>): Promise<Result> {
  // Several may wait at the same time.
  const waiting: (() => void)[] = [];
  comparing = { wake: () => waiting.splice(0).forEach((wake) => wake()) };
  let turnedAt = performance.now();
  try {
    return await work(async () => {
      // Messages must get in between.
      if (performance.now() - turnedAt > turnEveryMs) {
        await new Promise(setImmediate);
        turnedAt = performance.now();
      }
      while (isHeld()) await new Promise<void>((resolve) => void waiting.push(resolve));
      if (stopped) {
        await settingAside;
        throw new Stopped();
      }
    });
  } finally {
    comparing = null;
  }
}

/** Works on a unit, and tells its end. */
async function run(message: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  stopped = false;
  settingAside = null;
  cutWork = createCutWork(message.cut);
  const result = await workOn(message);
  send({ type: 'ended', unit: message.unit, result: await cutWork.resultWith(result, message.fill !== null || message.compare?.fills === true) });
  if (leaving) port.leave();
}

async function workOn(message: Extract<ToWorker, { type: 'run' }>): Promise<RsyncResult> {
  const { unit, fill: fillCall, compare, call, linkScan } = message;
  const startedAt = performance.now();
  const sinceStart = (): number => performance.now() - startedAt;
  const copiedBy = compare?.fills === true ? 'Daybreak itself' : fillCall ? 'cp and tar' : null;
  let comparison: Comparison | null = null;
  resuming = true;
  await cutWork.resume((started) => follow(unit, started), () => !stopped);
  resuming = false;
  if (stopped) return endedByUs(sinceStart());
  try {
    if (fillCall) await fill(unit, fillCall);
    comparison = compare && (await compareBoth(unit, compare));
  } catch (thrown) {
    if (!(thrown instanceof Stopped)) throw thrown;
    return endedByUs(sinceStart());
  }
  const beforeMs = sinceStart();
  /** As rsync alone would have told it. */
  const told = (result: RsyncResult, repeats: Repeats): RsyncResult => {
    if (copiedBy === null) return result;
    const isOwn = compare?.fills === true;
    if (isOwn && comparison) return filledResult(result, foldersAbove(compare) + comparison.foldersBefore, repeats);
    // Nobody has counted the folders of a level, which the walk has made.
    return isOwn && compare.depth === 'level' ? result : filledResult(result, foldersMade(linkScan), repeats);
  };
  if (comparison && linkScan && comparison.links.length > 0) send({ type: 'links', unit, links: [...comparison.links] });
  if (compare && comparison?.differing.size === 0) return told(sameResult(compare, comparison, beforeMs, copiedBy), comparison.repeats);
  const narrow = compare?.narrow && comparison ? callOver(compare.narrow, compare, [...comparison.differing]) : null;
  const ended = await copy(message, narrow ?? call, copiedBy !== null);
  const result = { ...ended, durationMs: ended.durationMs + beforeMs, ...(narrow ? { ranInstead: narrow.argv } : {}) };
  if (result.isSplit === true) return result;
  if (compare && comparison && narrow) return told(withComparison(compare, comparison, result), comparison.repeats);
  let repeats = noRepeats;
  const hasNoLinks = call.argv.includes(tellLinksFlag) && result.hasLinks !== true;
  if (linkScan && !hasNoLinks && result.stats && !leaving) {
    const found = findOutsideLinks(linkScan, await findLinkedFiles(linkScan, result.stats.entries, call.lifeline));
    if (found.links.length > 0) send({ type: 'links', unit, links: found.links });
    repeats = found.repeats;
  }
  return told(result, repeats);
}

/** The rsync of a unit, up to its end or to where it is split. */
async function copy({ unit, reportChanges, countChanges }: Extract<ToWorker, { type: 'run' }>, call: RsyncCall, isFilled: boolean): Promise<RsyncResult> {
  let changes: Change[] = [];
  const flush = () => {
    if (changes.length > 0) send({ type: 'changes', unit, changes });
    changes = [];
  };
  const tally = createChangeTally();
  // Of what was copied before, a unit that is cut off could not tell.
  const point = isFilled ? null : createSplitPoint();
  const copying = startRsync(call, {
    ...(reportChanges || countChanges ? { onChange: (change) => {
      if (countChanges) tally.take(change);
      if (!reportChanges) return;
      changes.push(change);
      if (changes.length >= changesAtOnce) flush();
    } } : {}),
    ...(point ? { onProgress: (progress) => point.told(progress) } : {}),
  });
  point?.attach(copying);
  splitPoint = point;
  const result = await follow(unit, copying);
  splitPoint = null;
  flush();
  if (countChanges) send({ type: 'tally', unit, tally: tally.result() });
  return point?.resultOf(result) ?? result;
}

/** Folders the walk has made that rsync counts in a unit of new names: those above them, and of whole subtrees their own. */
function foldersMade(scan: LinkScan | null): number {
  const [first] = scan?.names ?? [];
  if (!scan || first === undefined) return 0;
  return first.split('/').length - 1 + (scan.depth === 'deep' ? scan.names.length : 0);
}

/** As rsync ends when it is asked to. */
function endedByUs(durationMs: number): RsyncResult {
  return {
    code: 20, signal: null, stats: null, lastLines: [], durationMs,
    facts: { deletionsSkipped: 0, ioError: false, couldNotMakeWay: 0, failedNames: [], failedCount: 0, errno: null },
  };
}

function endFilling(graceMs: number): void {
  if (!filling) return;
  filling.signal('SIGTERM');
  filling.signal('SIGCONT');
  const ending = filling;
  killTimer ??= setTimeout(() => ending.signal('SIGKILL'), graceMs);
}

function stop(graceMs: number): void {
  stopped = true;
  if (copiesItself) settingAside = cutWork.beforeEnd(process.pid);
  comparing?.wake();
  endFilling(graceMs);
  // Another one may run by then; it is to end as well.
  if (rsync) void cutWork.beforeEnd(rsync.pid).then(() => rsync && endRsync(rsync, graceMs));
}

/** After a pause. Does nothing to what runs. */
function goOn(): void {
  if (paused) return;
  if (splitPoint?.goOn() !== true) rsync?.signal('SIGCONT');
  filling?.signal('SIGCONT');
}

/** A stopped process does not hear TERM until CONT, so it gets both; KILL is for one that does not end. */
function endRsync(ending: RsyncProcess, graceMs: number): void {
  ending.signal('SIGTERM');
  ending.signal('SIGCONT');
  killTimer ??= setTimeout(() => ending.signal('SIGKILL'), graceMs);
}

port.onMessage((raw) => {
  const message = raw as ToWorker;
  switch (message.type) {
    case 'run':
      void run(message);
      break;
    case 'pause':
      paused = true;
      rsync?.signal('SIGSTOP');
      filling?.signal('SIGSTOP');
      break;
    case 'resume':
      paused = false;
      comparing?.wake();
      goOn();
      setTimeout(goOn, goOnAgainMs);
      break;
    case 'split':
      splitPoint?.ask(message.graceMs);
      break;
    case 'stop':
      leaving ||= message.exit;
      if (rsync || comparing || resuming) stop(message.graceMs);
      else if (leaving) port.leave();
      break;
  }
});
send({ type: 'ready', pid: process.pid });
