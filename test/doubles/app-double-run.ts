import type { Job } from '../../src-shared/job.ts';
import type { Lane, Progress } from '../../src-shared/run-event.ts';
import type { LiveRun, Outcome, TimelineBar, UnitLog, UnitView } from '../../src-shared/run-view.ts';
import { noTotals, type Notice, type RunState, type Trigger } from '../../src-shared/run.ts';
import { verdictOf } from './app-double-meters.ts';
import { shareOf, unitName } from './app-double-names.ts';

export interface SimulatedRunOptions {
  readonly key: string;
  readonly run: number | null;
  readonly job: Job;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  readonly lanes: number;
  readonly units: number;
  /** Ms. */
  readonly meanUnitMs: number;
  /** Ms since the epoch; may lie in the past. */
  readonly startedAt: number;
  /** One unit of so many fails; 0: none does. */
  readonly failsEvery: number;
  /** How it ends where nothing fails. */
  readonly ending: RunState;
  /** Deletions of a first mirror run it asks about before it starts; 0: none. */
  readonly asksAbout: number;
}

/** A run that moves by the clock and copies nothing. Times in ms since the epoch. */
export interface SimulatedRun {
  /** Lets pass what happened until `now`. */
  step(now: number): void;
  view(): LiveRun;
  isLive(): boolean;
  pause(now: number): void;
  resume(now: number): void;
  cancel(now: number): void;
  answer(yes: boolean, now: number): void;
  setPoolSize(size: number): void;
  retry(unit: number): void;
  bars(): readonly TimelineBar[];
  /** Ended units in the order they ended, then those at work. */
  units(): UnitView[];
  log(unit: number, attempt: number): UnitLog | null;
}

interface Work {
  readonly unit: number;
  readonly lane: number;
  readonly attempt: number;
  startedAt: number;
  endsAt: number;
}

export function createSimulatedRun(options: SimulatedRunOptions): SimulatedRun {
  const { job, lanes, units, startedAt } = options;
  let busy: Work[] = [];
  const ended: UnitView[] = [];
  const bars: TimelineBar[] = [];
  const again: number[] = [];
  const notices: Notice[] = [];
  let next = 0;
  let poolSize = lanes;
  let state: RunState = options.asksAbout > 0 ? 'planning' : 'running';
  let pausedAt: number | null = null;
  let asks = options.asksAbout > 0;
  let outcome: Outcome | null = null;
  let seenAt = startedAt;
  const done = { entries: 0, bytes: 0, units: 0 };
  const known = { entries: 0 };
  for (let unit = 0; unit < units; unit++) known.entries += entriesOf(unit);

  function begin(lane: number, at: number): void {
    const retried = again.shift();
    if (retried === undefined && next >= units) return;
    const unit = retried ?? next++;
    busy.push({ unit, lane, attempt: retried === undefined ? 1 : 2, startedAt: at, endsAt: at + durationOf(unit, units, options.meanUnitMs) });
  }

  function end(work: Work): void {
    const fails = options.failsEvery > 0 && work.attempt === 1 && work.unit % options.failsEvery === options.failsEvery - 1;
    const view = viewOf(work, fails ? 'failed' : 'done', work.endsAt - work.startedAt);
    ended.push(view);
    bars.push([work.unit, work.lane, work.startedAt - startedAt, view.durationMs, view.state]);
    done.entries += view.entries;
    done.bytes += view.bytesTransferred;
    if (work.attempt === 1) done.units++;
    if (fails && notices.length < 50) {
      notices.push({ level: 'problem', message: `${view.name}: 3 files could not be read (permission denied)`, hint: `${view.name}/take 07.mov, take 08.mov, take 09.mov. Run as a user who may read them, then retry.` });
    }
  }

  function finish(now: number, forced?: RunState): void {
    const failed = ended.some((unit) => unit.state === 'failed');
    state = forced ?? (failed ? 'warned' : options.ending);
    busy = [];
    outcome = {
      state, durationMs: now - startedAt, error: null, limitedBy: `latency of ${job.source}: disks idle, each worker waits 91 % of the time`,
      totals: {
        ...noTotals, entries: done.entries, bytes: done.bytes * 8, filesTransferred: Math.round(done.entries / 11), bytesTransferred: options.dryRun ? 0 : done.bytes,
        created: Math.round(done.entries / 40), held: state === 'held' ? 1240 : 0, units: done.units,
      },
    };
  }

  function viewOf(work: Work, unitState: UnitView['state'], durationMs: number): UnitView {
    const entries = entriesOf(work.unit);
    const bytes = entries * Math.round(20_000 + shareOf(work.unit, 5) * 400_000);
    return {
      unit: work.unit, kind: 'group', name: unitName(work.unit), state: unitState, attempt: work.attempt, lane: work.lane, startedAt: work.startedAt, durationMs,
      entries, bytes, filesTransferred: Math.round(entries / 11), bytesTransferred: Math.round(bytes / 8), code: unitState === 'running' ? null : unitState === 'failed' ? 23 : 0,
    };
  }

  function step(now: number): void {
    seenAt = Math.max(seenAt, now);
    if (outcome || asks || pausedAt !== null) return;
    for (let lane = 0; lane < poolSize; lane++) {
      if (!busy.some((work) => work.lane === lane)) begin(lane, bars.length === 0 ? startedAt : now);
    }
    for (;;) {
      const first = busy.reduce<Work | null>((least, work) => (least === null || work.endsAt < least.endsAt ? work : least), null);
      if (!first || first.endsAt > now) break;
      busy = busy.filter((work) => work !== first);
      end(first);
      if (first.lane < poolSize) begin(first.lane, first.endsAt);
    }
    if (busy.length === 0) finish(bars.reduce((last, [, , start, duration]) => Math.max(last, startedAt + start + duration), startedAt));
  }

  function progress(): Progress {
    const elapsedMs = (pausedAt ?? seenAt) - startedAt;
    const partly = busy.reduce((sum, work) => sum + entriesOf(work.unit) * Math.min(1, (seenAt - work.startedAt) / (work.endsAt - work.startedAt)), 0);
    const fraction = Math.min(1, (done.entries + partly) / Math.max(1, known.entries));
    const perSecond = 1000 / Math.max(1000, elapsedMs);
    return {
      state, elapsedMs, fraction: asks ? null : fraction, leftMs: fraction > 0.02 ? (elapsedMs * (1 - fraction)) / fraction : null,
      entriesDone: Math.round(done.entries + partly), entriesKnown: known.entries, bytesDone: done.bytes,
      bytesPerSecond: pausedAt === null ? done.bytes * perSecond * (0.92 + 0.16 * shareOf(Math.floor(seenAt / 500))) : 0,
      entriesPerSecond: pausedAt === null ? done.entries * perSecond : 0,
      unitsDone: done.units, unitsKnown: units, planning: false, poolSize,
      lanes: busy.map((work): Lane => ({
        lane: work.lane, unit: work.unit, kind: 'group', name: unitName(work.unit), entries: entriesOf(work.unit), bytes: viewOf(work, 'running', 0).bytes, startedAt: work.startedAt,
      })),
    };
  }

  return {
    step,
    isLive: () => outcome === null,
    view: () => ({
      key: options.key, run: options.run, jobId: job.id, jobName: job.name, source: job.source, destination: job.destination, trigger: options.trigger, dryRun: options.dryRun,
      startedAt, progress: progress(), notices: notices.slice(-50), question: asks ? { destination: job.destination, entries: options.asksAbout } : null,
      heldEntries: outcome?.totals.held ?? 0,
      changes: options.dryRun ? { delete: 38, create: Math.round(done.entries / 40), update: Math.round(done.entries / 11), attributes: 12 } : { delete: 0, create: 0, update: 0, attributes: 0 },
      outcome, verdict: options.dryRun || seenAt - startedAt < 4000 ? null : verdictOf(job, poolSize),
    }),
    pause(now) {
      step(now);
      if (outcome) return;
      pausedAt = now;
      state = 'paused';
    },
    resume(now) {
      if (pausedAt === null) return;
      for (const work of busy) {
        work.startedAt += now - pausedAt;
        work.endsAt += now - pausedAt;
      }
      pausedAt = null;
      state = 'running';
    },
    cancel(now) {
      asks = false;
      if (!outcome) finish(now, 'cancelled');
    },
    answer(yes, now) {
      asks = false;
      if (!yes) finish(now, 'cancelled');
      else state = 'running';
    },
    setPoolSize(size) {
      poolSize = size;
    },
    retry(unit) {
      again.push(unit);
    },
    bars: () => bars,
    units: () => [...ended, ...busy.map((work) => viewOf(work, 'running', Math.max(0, seenAt - work.startedAt)))],
    log(unit, attempt) {
      const view = ended.find((each) => each.unit === unit && each.attempt === attempt);
      if (!view) return null;
      return {
        unit: view, command: `rsync -aH --files-from=- --from0 -- ${job.source}/./ ${job.destination}/`,
        lastLines: view.state === 'failed' ? [`rsync: [sender] send_files failed to open "${job.source}/${view.name}/take 07.mov": Permission denied (13)`, 'rsync error: some files/attrs were not transferred (code 23)'] : [],
      };
    },
  };
}

function entriesOf(unit: number): number {
  return 40 + Math.round(shareOf(unit, 3) * 900);
}

/** Heaviest first, as the engine orders them. Ms. */
function durationOf(unit: number, units: number, meanMs: number): number {
  return meanMs * (0.3 + 2 * (1 - unit / units) ** 3 + 0.5 * shareOf(unit, 4));
}
