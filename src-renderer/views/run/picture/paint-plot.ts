import type { Plot, Series } from './plot.ts';

/** The time a sample stands for, ms since the run began. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface PlotSize {
  readonly width: number;
  readonly height: number;
  readonly totalMs: number;
}

type Point = readonly [x: number, y: number];

/** Draws the curves of a plot, the areas first. */
export function paintPlot(pen: CanvasRenderingContext2D, { series, top }: Plot, spans: readonly Span[], { width, height, totalMs }: PlotSize): void {
  pen.clearRect(0, 0, width, height);
  const xOf = (ms: number): number => (ms / Math.max(1, totalMs)) * width;
  const yOf = (value: number, edge: number): number => height - Math.min(1, value / edge) * height;
  const base = spans.map(() => 0);
  for (const each of series.filter(({ shape }) => shape === 'area')) {
    const lower = edgePoints(spans, base, xOf, (value) => yOf(value, top));
    each.values.forEach((value, place) => {
      base[place] = (base[place] ?? 0) + (value ?? 0);
    });
    const upper = edgePoints(spans, base, xOf, (value) => yOf(value, top));
    fillBetween(pen, upper, lower, each.color);
  }
  for (const each of series) {
    if (each.shape !== 'area') strokeLine(pen, each, spans, xOf, (value) => Math.min(height - 1, Math.max(1, yOf(value, each.top ?? top))));
  }
}

/** Points in the middle of each sample, and at both ends of the whole. */
function edgePoints(spans: readonly Span[], values: readonly number[], xOf: (ms: number) => number, yOf: (value: number) => number): Point[] {
  const points = spans.map(({ from, to }, place): Point => [xOf((from + to) / 2), yOf(values[place] ?? 0)]);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [];
  return [[xOf(spans[0]!.from), first[1]], ...points, [xOf(spans.at(-1)!.to), last[1]]];
}

function fillBetween(pen: CanvasRenderingContext2D, upper: readonly Point[], lower: readonly Point[], color: string): void {
  pen.beginPath();
  for (const [x, y] of upper) pen.lineTo(x, y);
  for (const [x, y] of lower.toReversed()) pen.lineTo(x, y);
  pen.closePath();
  pen.globalAlpha = 0.72;
  pen.fillStyle = color;
  pen.fill();
  pen.globalAlpha = 1;
}

/** A line with gaps where nothing is known. */
function strokeLine(
  pen: CanvasRenderingContext2D, { values, color, shape }: Series, spans: readonly Span[], xOf: (ms: number) => number, yOf: (value: number) => number,
): void {
  pen.beginPath();
  let wasKnown = false;
  spans.forEach(({ from, to }, place) => {
    const value = values[place] ?? null;
    if (value !== null) {
      const y = yOf(value);
      if (!wasKnown) pen.moveTo(xOf(from), y);
      pen.lineTo(xOf((from + to) / 2), y);
      if (place === spans.length - 1) pen.lineTo(xOf(to), y);
    }
    wasKnown = value !== null;
  });
  pen.setLineDash(shape === 'dashes' ? [4, 4] : []);
  pen.strokeStyle = color;
  pen.lineWidth = 1.5;
  pen.lineJoin = 'round';
  pen.stroke();
  pen.setLineDash([]);
}
