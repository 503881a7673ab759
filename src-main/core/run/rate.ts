/** How fast work goes, from what was done between looks at equal distances. The unit of work is the caller's. */
export interface Rate {
  readonly looks: number;
  readonly sum: number;
  readonly squares: number;
  /** Looks at which something had been done since the one before. */
  readonly moved: number;
}

export const noRate: Rate = { looks: 0, sum: 0, squares: 0, moved: 0 };

/** Older looks count less from here on: what storage did a minute ago says little. */
const mostLooks = 150;
/** Fewer say nothing: many units end at the same moment, and then none for a while. */
const fewestMoved = 4;
/** A difference that is not clear by then is taken as it stands; where little is seen to move, one waits longer. */
const enoughLooks = 20;
const longestLooks = 50;
/** Standard errors between two means that make a difference clear. */
const clearErrors = 1.5;
/** A mean whose standard error is below this share of it is known. */
const knownError = 0.06;

export function addLook(rate: Rate, done: number): Rate {
  const weight = rate.looks >= mostLooks ? 0.5 : 1;
  return {
    looks: rate.looks * weight + 1, sum: rate.sum * weight + done, squares: rate.squares * weight + done * done,
    moved: rate.moved * weight + (done > 0 ? 1 : 0),
  };
}

/** Whether the mean of `rate` is good enough to compare another one with. */
export function isKnown(rate: Rate): boolean {
  if (rate.looks >= longestLooks) return true;
  return rate.moved >= fewestMoved && (rate.looks >= enoughLooks || errorOf(rate) < knownError * meanOf(rate));
}

/** Whether `rate` is above `factor` times `reference`; null while that is not clear, and more looks would tell. */
export function isAbove(rate: Rate, reference: Rate, factor: number): boolean | null {
  const difference = meanOf(rate) - factor * meanOf(reference);
  const error = Math.hypot(errorOf(rate), factor * errorOf(reference));
  const isClear = rate.moved >= fewestMoved && (rate.looks >= enoughLooks || Math.abs(difference) > clearErrors * error);
  return isClear || rate.looks >= longestLooks ? difference > 0 : null;
}

function meanOf({ sum, looks }: Rate): number {
  return sum / Math.max(1, looks);
}

/** The standard error of the mean. */
function errorOf(rate: Rate): number {
  if (rate.looks < 2) return Infinity;
  const mean = meanOf(rate);
  return Math.sqrt(Math.max(0, rate.squares / rate.looks - mean * mean) / (rate.looks - 1));
}
