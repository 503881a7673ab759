import type { TimelineBar } from '../../../src-shared/run-view.ts';

/** A bar in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The picture's measures: what it must hold, and where it is drawn. Times in ms from the start of the run, sizes in pixels. */
export interface Scale {
  readonly totalMs: number;
  readonly lanes: number;
  readonly width: number;
  readonly height: number;
}

/** Lanes keep this much apart while there is room. */
const gap = 1;

/** Where a unit of `lane` is drawn. Even the shortest one can be seen. */
export function boxOf(lane: number, startMs: number, durationMs: number, { totalMs, lanes, width, height }: Scale): Box {
  const laneHeight = height / Math.max(1, lanes);
  const perMs = width / Math.max(1, totalMs);
  const x = startMs * perMs;
  return { x, y: lane * laneHeight, width: Math.max(1, Math.min(width - x, durationMs * perMs)), height: Math.max(1, laneHeight - (laneHeight > 3 ? gap : 0)) };
}

/** The bar at a point of the picture, or null between bars. The last drawn is the one that is seen. */
export function barAt(bars: readonly TimelineBar[], x: number, y: number, scale: Scale): TimelineBar | null {
  return bars.findLast(([, lane, start, duration]) => {
    const box = boxOf(lane, start, duration, scale);
    return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
  }) ?? null;
}

/** The time the picture covers: it grows in steps, so that it does not have to be drawn anew for every frame. */
export function coveredMs(neededMs: number): number {
  let covered = 5000;
  while (covered < neededMs) covered *= 1.5;
  return covered;
}

/** Lanes and bars in one sentence, for those who do not see the picture. */
export function summaryOf(bars: readonly TimelineBar[], lanes: number): string {
  const failed = bars.filter(([, , , , state]) => state === 'failed').length;
  return `${lanes} ${lanes === 1 ? 'lane' : 'lanes'}, ${bars.length} units ended${failed > 0 ? `, ${failed} of them failed` : ''}. The table below has them all.`;
}
