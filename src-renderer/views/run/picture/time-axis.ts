const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
  hour, 2 * hour, 4 * hour, 6 * hour, 12 * hour, 24 * hour,
];

/** Round times from 0 to `totalMs`, at most `most` and the start. */
export function ticksOf(totalMs: number, most: number): number[] {
  const days = Math.ceil(totalMs / (24 * hour) / most);
  const step = steps.find((each) => totalMs / each <= most) ?? days * 24 * hour;
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, place) => place * step);
}

/** A time on the axis: "0", "30 s", "2:30 min", "1:30 h". */
export function tickLabel(ms: number): string {
  if (ms === 0) return '0';
  if (ms < second) return `${ms} ms`;
  if (ms < minute) return `${ms / second} s`;
  const [large, small, unit] = ms < hour ? [Math.floor(ms / minute), Math.round((ms % minute) / second), 'min'] : [Math.floor(ms / hour), Math.round((ms % hour) / minute), 'h'];
  return small === 0 ? `${large} ${unit}` : `${large}:${String(small).padStart(2, '0')} ${unit}`;
}
