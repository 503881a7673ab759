import { availableParallelism } from 'node:os';
import { AppError, toAppError, type ErrorData } from '../../../src-shared/errors.ts';
import { RunJob, type RunEventData } from '../../../src-shared/run-event.ts';
import { liveRunStates, nextRunState, noTotals, type RunEvent, type RunState } from '../../../src-shared/run.ts';
import type { BackupRequest, RunHandle, RunOutcome } from '../app.ts';
import type { Ports } from '../ports.ts';
import { isSlow } from '../plan/cost.ts';
import { noFolderNotes } from '../protection/folder-facts.ts';
import { byWeight } from '../protection/risk.ts';
import { callAt } from '../schedule/machine-time.ts';
import type { Diagnosis } from '../store/diagnoses.ts';
import type { Store } from '../store/open-store.ts';
import type { RunEnd } from '../store/runs.ts';
import { heldTopsOf, raiseAlarms, tellHeldTops } from './alarming.ts';
import { createBandwidthShares } from './bandwidth-shares.ts';
import { prepareRun, type Prepared } from './before.ts';
import { isEnding, type EventOf, type RunContext } from './context.ts';
import { nothingToRetry, retryUnit } from './copying.ts';
import { clearCutFiles, cutFilesOf } from './cut-files.ts';
import { endState, failedUnits } from './end-state.ts';
import { askBeforeFirstMirror } from './first-mirror.ts';
import { holdDestination, type HeldLocks, type Hold } from './holding.ts';
import { journalFor } from './journal.ts';
import { learn } from './lesson.ts';
import { linkAcrossUnits } from './linking.ts';
import { mendRoot } from './mend-root.ts';
import { unitNotices } from './notices.ts';
import { planAndCopy, tryAgainAlone, whichRemember, type Planned } from './planning.ts';
import { measureRun, type Measuring } from './measuring.ts';
import { createPool } from './pool.ts';
import { createProgressTracker } from './progress.ts';
import { concludeRun, recordRefused, riskOrder } from './record.ts';
import { previewBrake, removeVanished } from './removing.ts';
import { createRoomWait } from './room.ts';
import { expectedPlaces, learnedPlace, whatMovedSince, type Passports } from './same-place.ts';
import { startScout, type ScoutClient } from './scout-client.ts';
import { noneSettled, unitCount } from './settled.ts';
import { firstSizeOf, rememberSize, steerRun } from './steer-run.ts';
import type { Steering } from './steering.ts';
import { closeTrash, expireTrash, openTrash } from './trashing.ts';
import { watchMounts } from './watch-mounts.ts';
import { watchPlaces } from './watch-places.ts';
import { windowNotice } from './window-end.ts';
import { createWorkSum } from './work-sum.ts';
import type { WorkerBudget } from './worker-budget.ts';

/** Frames of progress, ms: as often as an eye can follow. */
const frameEveryMs = 250;
/** A path that has not answered for so long is said to hang, ms. */
const answerWithinMs = 15_000;
/** How long an ending run waits for a destination that may hang, ms. */
const releaseWithinMs = 1500;

export interface RunnerParts {
  readonly ports: Ports;
  /** Opens the store on first use, so that bad input leaves nothing behind. */
  readonly store: () => Store;
  /** Shared by all runs of this process. */
  readonly heldLocks: HeldLocks;
  /** The same. */
  readonly budget: WorkerBudget;
}

/** Starts a run: looks, asks, locks, copies, removes, links, checks, and records. The handle's promise never rejects. */
export function startRun({ ports, store, heldLocks, budget }: RunnerParts, request: BackupRequest, watch: (event: RunEventData) => void): RunHandle {
  const { clock } = ports;
  const startedAt = clock.now();
  const answerMs = ports.tuning?.answerMs ?? answerWithinMs;
  let state: RunState = 'queued';
  let scout: ScoutClient | null = null;
  /** Asked about mounts while the run goes on; it has nothing else to do. */
  let watcher: ScoutClient | null = null;
  let live: RunContext | null = null;
  let steering: Steering | null = null;
  let measuring: Measuring | null = null;
  let cancelled = false;
  let closed = false;
  /** The end of the window ended the walk, and what fails over that is no failure. */
  let walkClosed = false;
  let unproven = false;
  let pausedByPerson = false;
  /** The last workers' ends. */
  let leaving: Promise<void> | null = null;
  const room = createRoomWait({ pause: standStill, resume: () => pausedByPerson || goOn() });
  const currentScout = (): ScoutClient => (scout ??= startScout(ports.workerHost));
  const currentWatcher = (): ScoutClient => (watcher ??= startScout(ports.workerHost));

  /** Ends the walk at once. What is needed of a scout afterwards gets a new one. */
  function dropScout(): void {
    scout?.close();
    scout = null;
  }

  function emit(event: EventOf): void {
    watch({ ...event, run: live?.run ?? 0, at: clock.now() });
  }

  function move(event: RunEvent): void {
    state = nextRunState(state, event);
    if (live && live.run > 0 && liveRunStates.includes(state)) live.store.runs.setState(live.run, state, clock.now());
  }

  function createContext(prepared: Prepared): RunContext {
    const { job, source, destination } = prepared;
    const isLocal = !(ports.tuning?.isSlow ?? (isSlow(source.latencyMs) || isSlow(destination.latencyMs)));
    const pool = createPool(ports.workerHost, journalFor(prepared), firstSizeOf(prepared, isLocal));
    const made: RunContext = {
      ports, request, pool, emit, isLocal, latencyMs: source.latencyMs + destination.latencyMs, remembers: whichRemember(prepared), job, run: prepared.run, rsync: prepared.rsync, store: prepared.store, scout: currentScout,
      tracker: createProgressTracker(startedAt), work: createWorkSum(startedAt), bandwidth: createBandwidthShares(job.options.bandwidthLimit), totals: { ...noTotals }, notices: [], retries: [], units: new Set(), settled: noneSettled(), hasLinks: false, lockedAtMs: 0, keeps: prepared.keeps, cutFiles: cutFilesOf(prepared),
      folders: noFolderNotes(), priority: request.closesAt === undefined || prepared.run === 0 ? byWeight : riskOrder(prepared.store, job.id),
      failure: null, cancelled, closed, warned: false, previewed: [], deleteLimit: job.options.deleteLimit,
      changedByTop: new Map(), countsChanges: false, alarmedTops: new Set(), trashFolder: null, heldTops: heldTopsOf(prepared),
      notice(notice) {
        made.notices.push(notice);
        emit({ type: 'notice', notice });
      },
      warn(message, hint) {
        made.warned = true;
        made.notice({ level: 'warning', message, ...(hint === undefined ? {} : { hint }) });
      },
      fail(error) {
        made.failure ??= error;
        pool.stop();
        dropScout();
      },
      waitForRoom: (error) => room.wait(made, error),
      fewerWorkers: () => steering?.fewer(),
    };
    return made;
  }

  /** Its window is over: running rsyncs end, and nothing new begins. What is being removed just then is not torn. */
  function closeWindow(): void {
    if (cancelled || !liveRunStates.includes(state)) return;
    closed = true;
    if (!live) return;
    live.closed = true;
    live.pool.stop();
    if (state === 'finishing') return;
    walkClosed = true;
    dropScout();
  }

  async function execute(): Promise<RunOutcome> {
    const endWindow = request.closesAt === undefined ? null : callAt(request.closesAt, () => clock.now(), closeWindow);
    let failure: ErrorData | null = null;
    let refusedRun: number | null = null;
    try {
      const prepared = await prepareRun({ ports, store, request, scout: currentScout(), answerMs });
      live = createContext(prepared);
      emit({ type: 'run-started', job: RunJob.parse(prepared.job), trigger: request.trigger, dryRun: request.dryRun });
      for (const notice of prepared.notices) live.notice(notice);
      tellHeldTops(live);
      if (prepared.refusal) throw new AppError(prepared.refusal);
      await work(live, prepared);
    } catch (thrown) {
      failure = toAppError(thrown).toData();
      if (!live && !cancelled) refusedRun = recordRefused({ ports, store, request }, failure, startedAt);
    }
    endWindow?.();
    // A walk that is ended for a reason fails as well; the reason is what counts.
    const outcome = end(cancelled ? null : live?.failure ?? (walkClosed ? null : failure));
    // They leave while the history is written.
    await leaving;
    return refusedRun === null ? outcome : { ...outcome, run: refusedRun };
  }

  async function work(context: RunContext, prepared: Prepared): Promise<void> {
    const { job, pool } = context;
    steering = steerRun(context, prepared, budget);
    measuring = measureRun(context, prepared, { startedAt, state: () => state, scouts: () => [scout, watcher].filter((each) => each !== null), steering });
    const tellFrame = () => emit({ type: 'progress', progress: context.tracker.frame(state, clock.now(), pool.size) });
    const frames = setInterval(tellFrame, frameEveryMs);
    const endWatch = watchMounts(currentWatcher, [job.source, job.destination], answerMs, (path, answers) => context.notice(answers
      ? { level: 'info', message: `${path} answers again.` }
      : { level: 'warning', message: `${path} does not answer; the run waits for it.`, hint: 'Check its server and network, or cancel the run.' }));
    let hold: Hold | null = null;
    try {
      move('plan');
      await askBeforeFirstMirror(context, prepared);
      const taking = request.dryRun || isEnding(context) ? null : holdDestination(context, prepared.destination, heldLocks);
      if (!context.isLocal && !isEnding(context)) context.pool.openLanes(availableParallelism());
      hold = await taking;
      if (hold && !isEnding(context)) await openTrash(context);
      if (!isEnding(context)) await copyAndFinish(context, prepared, hold);
    } finally {
      endWatch();
      watcher?.close();
      clearInterval(frames);
      if (state === 'running' || state === 'finishing') tellFrame();
      await giveBack(context, hold);
    }
  }

  async function copyAndFinish(context: RunContext, prepared: Prepared, hold: Hold | null): Promise<void> {
    move('run');
    const expected = expectedPlaces(prepared, hold);
    const places = watchPlaces({
      firstScout: currentScout(), scout: currentWatcher, expected, hold, source: context.job.source, destination: context.job.destination,
      everyMs: ports.tuning?.placesEveryMs, moved: (error) => stopAsMoved(context, error),
    });
    await places.first;
    if (isEnding(context)) return;
    const planned = await copyAll(context, prepared).catch(unlessClosed).finally(() => places.end());
    if (state === 'paused') move('resume');
    if (context.cancelled || context.failure || (request.dryRun && closed)) return;
    move('finish');
    if (request.dryRun) return previewBrake(context);
    const passports = await samePlace(context, expected, hold);
    if (!passports) return;
    await raiseAlarms(context);
    // What was done by the end of the window counts; the rest, deletions among it, is for the next one.
    if (!planned || isEnding(context)) return;
    const hasRemoved = context.job.options.mirror && await removeVanished(context, passports);
    const hasLinked = await linkAcrossUnits(context, planned.nextId);
    // What was written since the last look is not proven by it.
    if ((hasRemoved || hasLinked) && !(await samePlace(context, expected, hold))) return;
    if (isEnding(context)) return;
    learn(context, planned.isFull);
    rememberSize(context, passports, planned.isFull, steering?.settled() ?? null);
    if ([...context.units].some((unit) => unit.state === 'failed')) return;
    await Promise.all([expireTrash(context), clearCutFiles(context)]);
  }

  async function copyAll(context: RunContext, prepared: Prepared): Promise<Planned> {
    const planned = await planAndCopy(context, prepared.source, prepared.destination);
    await tryAgainAlone(context);
    await Promise.all(context.retries);
    return planned;
  }

  /** A walk that the end of the window ended has not failed. */
  function unlessClosed(thrown: unknown): null {
    if (closed) return null;
    throw thrown;
  }

  /** What was copied by then may not be where it should. */
  function stopAsMoved(context: RunContext, error: ErrorData): void {
    if (isEnding(context)) return;
    unproven = !request.dryRun && (context.settled.count > 0 || [...context.units].some(({ attempts }) => attempts > 0));
    context.fail(error);
  }

  /** Looks at both ends again: their passports when all is well, which are learned, or null. */
  async function samePlace(context: RunContext, expected: Passports, hold: Hold | null): Promise<Passports | null> {
    if (context.cancelled || context.failure) return null;
    const ends = { source: context.job.source, destination: context.job.destination };
    const now = await currentScout().ask({ op: 'places-now', ...ends, holder: hold?.holder ?? null }, { path: `${ends.source} or ${ends.destination}`, answerMs });
    const source = now.source.passport;
    const destination = now.destination.passport;
    const moved = whatMovedSince(expected, { source, destination }, now.isLocked);
    context.folders.isChecked = moved === null;
    if (moved) {
      unproven = true;
      context.failure ??= moved;
      return null;
    }
    if (source && destination) context.store.learned.setPassports(context.job.id, { source, destination: learnedPlace(destination, hold, context.keeps) });
    return { source, destination };
  }

  function standStill(): void {
    if (state === 'running') move('pause');
    steering?.pause(true);
    live?.pool.pause();
  }

  function goOn(): void {
    if (state === 'paused') move('resume');
    steering?.pause(false);
    live?.pool.resume();
  }

  /** Releases the destination, gives its root folder the right time, and ends every process. */
  async function giveBack(context: RunContext, hold: Hold | null): Promise<void> {
    const { pool } = context;
    const isWell = !isEnding(context);
    if (isWell) pool.closeAllButOne();
    else await pool.close();
    if (hold) await Promise.race([closeTrash(context).then(() => hold.release()), new Promise((resolve) => setTimeout(resolve, releaseWithinMs).unref())]).catch(() => {});
    if (hold && isWell) await mendRoot(context);
    leaving = pool.close();
  }

  function end(failure: ErrorData | null): RunOutcome {
    const durationMs = clock.now() - startedAt;
    const { limitedBy, diagnosis } = measuring?.stop(durationMs) ?? { limitedBy: null, diagnosis: null };
    dropScout();
    const units = [...live?.units ?? []];
    const all = live ? unitCount(live) : 0;
    const totals = { ...noTotals, ...live?.totals, units: all };
    for (const notice of unitNotices(units)) live?.notice(notice);
    if (closed && !cancelled) live?.notice(windowNotice(units, all, live.tracker.waiting() !== null));
    const isWarned = live?.warned === true || units.some((unit) => unit.state === 'warned');
    const isFailed = failure !== null || units.some((unit) => unit.state === 'failed');
    const error = failure ?? (isFailed ? failedUnits(units, all) : null);
    state = endState({ state, cancelled, closed, unproven, isFailed, isHeld: (totals.held > 0 || (live?.heldTops.size ?? 0) > 0) && !request.dryRun, isWarned });
    remember({ state, totals, limitedBy, error }, diagnosis);
    emit({ type: 'run-ended', state, totals, durationMs, limitedBy, verdict: diagnosis?.verdict ?? null, error });
    return { run: live && live.run > 0 ? live.run : null, state, totals, durationMs, error };
  }

  /** A backup that was made is made, even where the history cannot be written. */
  function remember(ended: Pick<RunEnd, 'state' | 'totals' | 'limitedBy' | 'error'>, diagnosis: Diagnosis | null): void {
    if (!live || live.run === 0) return;
    try {
      concludeRun(live, { ...ended, at: clock.now() }, diagnosis);
    } catch (thrown) {
      const { message, hint } = toAppError(thrown);
      live.notice({ level: 'warning', message: `This run is not in the history: ${message}`, ...(hint === undefined ? {} : { hint }) });
    }
  }

  return {
    ended: execute(),
    cancel() {
      if (cancelled || !liveRunStates.includes(state)) return;
      cancelled = true;
      if (state !== 'cancelling') move('cancel');
      if (live) live.cancelled = true;
      live?.pool.stop();
      dropScout();
    },
    kill() {
      cancelled = true;
      if (live) live.cancelled = true;
      live?.pool.kill();
      dropScout();
    },
    pause() {
      if (!liveRunStates.includes(state) || state === 'cancelling') return;
      pausedByPerson = true;
      standStill();
    },
    resume() {
      pausedByPerson = false;
      room.tryNow();
      goOn();
    },
    setPoolSize: (size) => steering?.setSize(size),
    retryUnit(id) {
      const progress = [...live?.units ?? []].find(({ unit, state: now }) => unit.id === id && (now === 'failed' || now === 'warned'));
      if (!live || !progress || (state !== 'running' && state !== 'paused') || isEnding(live)) throw nothingToRetry(id);
      live.retries.push(retryUnit(live, progress));
    },
  };
}
