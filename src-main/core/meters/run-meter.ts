import type { RunFacts, RunPhase, RunSample } from '../../../src-shared/run-meters.ts';
import { createLaneMeter, type LaneWorker } from './lane-meter.ts';
import { createMachineRates } from './machine-rates.ts';
import type { NumberedMount } from './place-facts.ts';
import { readProc } from './proc-file.ts';
import { readStat } from '../rsync/process-cpu.ts';

/** A sample tells of this time, ms. */
const sampleEveryMs = 1000;
/** Lanes are looked at as often as this, where few processes make that cheap, ms. */
const lookEveryMs = 200;
/** Share of a core that looking may cost. */
const mostCost = 0.012;
/** What is left at the end of a run is a sample of its own when it is at least so long, ms. */
const shortestMs = 200;

/** What a meter reads of a run. */
export interface MeteredRun {
  readonly facts: RunFacts;
  readonly mounts: Readonly<Record<'source' | 'destination', NumberedMount | null>>;
  readonly pool: { readonly size: number; readonly busy: number; readonly queued: number; workers(): LaneWorker[] };
  /** Pids of scouts that live. */
  readonly scouts: () => readonly number[];
  /** Sums of the whole run so far. */
  readonly done: () => { readonly entries: number; readonly bytes: number };
  readonly phase: () => RunPhase;
  /** Time since the run began, ms. */
  readonly elapsedMs: () => number;
}

export interface RunMeter {
  /** Ends it. What there was since the last sample is told before that. */
  stop(): void;
  /** CPU time that measuring has cost this process, ms. */
  readonly costMs: number;
}

/** Measures a run and its machine until it is stopped, and tells a sample about once a second. */
export function createRunMeter(run: MeteredRun, onSample: (sample: RunSample) => void): RunMeter {
  const lanes = process.platform === 'linux' ? createLaneMeter({ source: run.facts.source, destination: run.facts.destination, isLimited: run.facts.options.bandwidthLimit !== null }) : null;
  const machine = createMachineRates(run.facts, run.mounts);
  let lookedAt = performance.now();
  let sampledAt = lookedAt;
  /** Sums over the looks since the last sample, by their time. */
  let sums = noSums;
  let done = run.done();
  let own = process.cpuUsage();
  let scouts = scoutTimes();
  let costMs = 0;
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    const now = performance.now();
    const spanMs = now - lookedAt;
    lookedAt = now;
    lanes?.look(run.pool.workers(), spanMs);
    sums = {
      size: sums.size + run.pool.size * spanMs, busy: sums.busy + run.pool.busy * spanMs, queued: sums.queued + run.pool.queued * spanMs,
      running: sums.running + runnable() * spanMs,
    };
  }

  function sample(): void {
    const spanMs = Math.max(1, lookedAt - sampledAt);
    sampledAt = lookedAt;
    const rates = machine();
    const reading = lanes?.take(spanMs) ?? null;
    const before = { done, own, scouts };
    [done, own, scouts] = [run.done(), process.cpuUsage(), scoutTimes()];
    const hostMs = (own.user - before.own.user + own.system - before.own.system) / 1000;
    const workerMs = reading === null ? null : reading.workerMs + growth(before.scouts, scouts);
    const busyMs = rates.cores.reduce((sum, share) => sum + share, 0) * spanMs;
    const perSecond = (from: number, to: number): number => (Math.max(0, to - from) * 1000) / spanMs;
    onSample({
      ...rates, at: Math.max(0, run.elapsedMs() - (performance.now() - lookedAt)), spanMs, phase: run.phase(),
      copyCpu: reading === null ? null : Math.min(rates.cores.length, reading.copyMs / spanMs),
      workerCpu: workerMs === null ? null : Math.min(rates.cores.length, workerMs / spanMs),
      otherCpu: reading === null || workerMs === null ? null : Math.max(0, busyMs - reading.copyMs - workerMs - hostMs) / spanMs,
      runQueue: Number.isNaN(sums.running) ? null : sums.running / spanMs,
      poolSize: sums.size / spanMs, busy: sums.busy / spanMs, queued: sums.queued / spanMs, lanes: reading?.lanes ?? null,
      entriesPerSecond: perSecond(before.done.entries, done.entries), bytesPerSecond: perSecond(before.done.bytes, done.bytes),
    });
    sums = noSums;
  }

  function scoutTimes(): ReadonlyMap<number, number> {
    return lanes === null ? new Map() : new Map(run.scouts().map((pid) => [pid, readStat(pid)?.own ?? 0]));
  }

  function again(lookCostMs: number): void {
    const everyMs = lanes === null ? sampleEveryMs : Math.min(sampleEveryMs, Math.max(lookEveryMs, lookCostMs / mostCost));
    // So that a sample ends when its second does.
    const leftMs = Math.max(20, sampledAt + sampleEveryMs - performance.now());
    timer = setTimeout(tick, leftMs < 1.5 * everyMs ? leftMs : everyMs);
    timer.unref();
  }

  function tick(): void {
    const startedAt = cpuMs();
    look();
    const lookCostMs = cpuMs() - startedAt;
    if (lookedAt - sampledAt >= sampleEveryMs - lookEveryMs / 4) sample();
    costMs += cpuMs() - startedAt;
    again(lookCostMs);
  }

  again(0);
  return {
    stop() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      look();
      if (lookedAt - sampledAt >= shortestMs) sample();
    },
    get costMs() {
      return costMs;
    },
  };
}

const noSums = { size: 0, busy: 0, queued: 0, running: 0 };

/** CPU time of this process, ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** How much more CPU time processes have used, ms. */
function growth(before: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const [pid, time] of now) sum += Math.max(0, time - (before.get(pid) ?? 0));
  return sum;
}

/** Processes that run or are ready to, without this one: the fourth field of /proc/loadavg (proc_loadavg(5)). NaN where it is not told. */
function runnable(): number {
  const match = /^\S+ \S+ \S+ (\d+)\//u.exec(readProc('/proc/loadavg') ?? '');
  return match ? Math.max(0, Number(match[1]) - 1) : NaN;
}
