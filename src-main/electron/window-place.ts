import type { WindowState } from '../core/store/window-state.ts';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const usual = { width: 1280, height: 840 };
export const leastSize = { width: 800, height: 560 };

/** So much of the title bar must be on a screen that one can take hold of it, px. */
const graspable = { width: 120, height: 40 };

/**
 * Where the window opens: as it was left, if that is still on a screen (`areas`: what each has free, the main one first);
 * else in the usual size, in the middle of the main screen.
 */
export function placeWindow(remembered: WindowState | null, areas: readonly Rectangle[]): Partial<Rectangle> {
  const main = areas[0] ?? { x: 0, y: 0, ...usual };
  if (remembered === null) return fit(usual, main);
  const area = areas.find((each) => canGrasp(remembered, each));
  const { x, y, width, height } = remembered;
  return area === undefined ? fit({ width, height }, main) : { x, y, ...fit({ width, height }, area) };
}

function canGrasp(window: Rectangle, area: Rectangle): boolean {
  const wide = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  const isBarOn = window.y >= area.y && window.y + graspable.height <= area.y + area.height;
  return wide >= graspable.width && isBarOn;
}

function fit({ width, height }: { width: number; height: number }, area: Rectangle): { width: number; height: number } {
  return {
    width: Math.max(leastSize.width, Math.min(width, area.width)),
    height: Math.max(leastSize.height, Math.min(height, area.height)),
  };
}
