import type { JobOptions } from '../../../src-shared/job.ts';
import type { LabFigure } from '../../../src-shared/lab.ts';
import type { Measurement } from './measure.ts';
import type { PlannedWay } from './ways.ts';

/** What was measured of one way so far. */
export interface Tries {
  readonly planned: PlannedWay;
  readonly good: Measurement[];
  /** Why it is not measured any more, or was not in every round. */
  note: string | null;
  /** It failed: its figures say nothing. */
  isBroken: boolean;
}

/** A way has to be faster by so much to be worth a change. */
const worth = 1.1;

export function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** The figures of a report, as far as they are known. */
export function figuresOf(all: readonly Tries[]): LabFigure[] {
  const one = all.find(({ planned }) => planned.way.id === 'one-rsync');
  const base = one && !one.isBroken ? medianOf(one.good.map(({ durationMs }) => durationMs)) : null;
  return all.map(({ planned, good, note, isBroken }) => {
    const rounds = isBroken ? [] : good.map(({ durationMs }) => durationMs);
    const medianMs = medianOf(rounds);
    const cpu = good.flatMap(({ cpuMs }) => cpuMs ?? []);
    return {
      way: planned.way, rounds, medianMs, note,
      spread: medianMs === null || medianMs === 0 ? null : Math.max(...rounds.map((each) => Math.abs(each - medianMs))) / medianMs,
      cpuMs: isBroken || cpu.length === 0 ? null : cpu.reduce((sum, each) => sum + each, 0) / cpu.length,
      // An update is another work than a copy.
      speed: medianMs === null || medianMs === 0 || base === null || planned.over === 'update' ? null : base / medianMs,
    };
  });
}

/** The way that a job with these options takes now. `usual`: workers an automatic pool begins with. */
export function currentWay({ workers, compress }: Pick<JobOptions, 'workers' | 'compress'>, usual: number): string {
  return compress ? 'compress' : `pool-${workers === 'auto' ? usual : workers}`;
}

/**
 * The fastest way that a job can be set to, where it is faster by a tenth than what the job does now, and even its slowest round was
 * faster than that; null where there is none. Compression is measured to be seen: between two ends that are mounted here no line gets
 * shorter by it, so where it was faster that was chance.
 */
export function winnerOf(figures: readonly LabFigure[], current: string): string | null {
  const now = figures.find(({ way }) => way.id === current)?.medianMs ?? null;
  const able = figures.filter((figure): figure is LabFigure & { medianMs: number } => figure.way.options !== null && figure.way.options.compress !== true && figure.medianMs !== null);
  const [best] = able.toSorted((a, b) => a.medianMs - b.medianMs);
  if (!best || now === null || best.way.id === current) return null;
  return now >= best.medianMs * worth && Math.max(...best.rounds) < now ? best.way.id : null;
}
