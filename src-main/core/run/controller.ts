import type { Signals } from './signals.ts';
import { addLook, isAbove, isKnown, noRate, type Rate } from './rate.ts';

/** What the controller looks at, five times a second. Shares are 0 to 1. */
export interface Load extends Signals {
  /** Share of all cores that was idle since the last look. */
  readonly cpuIdle: number;
  /** Share of time some process waited for a core (/proc/pressure/cpu "some", Linux kernel doc accounting/psi); 0 where unknown. */
  readonly cpuPressure: number;
  readonly freeMemoryBytes: number;
  /** Lanes that work now, and tasks that wait for one. */
  readonly busy: number;
  readonly queued: number;
  /** Work done since the run began, in any unit. */
  readonly work: number;
}

/** An automatic pool's size, and what was found out about it. */
export interface Control {
  readonly size: number;
  /** Looks in which idle cores alone make it grow, without waiting for what that brings. */
  readonly quickLooks: number;
  /** Looks until a change of the size can be seen in the work. */
  readonly settling: number;
  /** Looks until other sizes are tried, and how long the next such rest will be. */
  readonly resting: number;
  readonly nextRest: number;
  /** Of the load, smoothed. */
  readonly idle: number;
  readonly pressure: number;
  /** Work done at the last look; null before the first. */
  readonly work: number | null;
  /** At this size. */
  readonly rate: Rate;
  /** Another size is being tried: the one it is compared with, and the rate there. */
  readonly trial: { readonly from: number; readonly rate: Rate } | null;
  /** Rungs of the ladder that the next trial goes. */
  readonly stride: 1 | 2;
  /** The trial in this direction brought nothing. */
  readonly noUp: boolean;
  readonly noDown: boolean;
  /** Looks at which the size was no trial, all lanes worked and tasks waited. */
  readonly steadyLooks: number;
}

export const startSize = 8;
export const largestSize = 64;
/** Sizes that trials go to. */
const ladder = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, largestSize];
/** What a worker and its three rsyncs need of their own. */
const workerBytes = 30 * 1024 * 1024;
/** With less memory free than this nothing is added. */
const spareMemoryBytes = 512 * 1024 * 1024;
/** Below this share of idle cores the processor is the limit, and no storage can tell how many workers it likes. */
const leastIdle = 0.15;
const leastIdleToTry = 0.05;
/** From this share on of lanes that wait for the same line or disk, more of them are only tried, one step at a time. */
const mostSaturated = 0.7;
/** Share of time in which processes wait for memory: from the first on nothing is added, from the second on fewer are tried. */
const shortMemory = 0.1;
const veryShortMemory = 0.25;
/** More workers must bring this, and fewer may lose this, or the size stays. */
const worthGrowing = 1.05;
const worthKeeping = 0.97;
/** In looks: a growth forks workers first, a smaller pool is at once what it will be. */
const settlingUp = 5;
const settlingDown = 3;
const settlingQuick = 10;
const quickFor = 15;
const firstRest = 75;
const longestRest = 600;
/** Looks that make a size worth remembering: 5 s. */
const steadyEnough = 25;

/** The part of a remembered size that there is memory for, but not less than a pool would begin with: `usual`. */
export function rememberedFor(remembered: number, usual: number, freeMemoryBytes: number): number {
  const room = Math.floor((freeMemoryBytes - spareMemoryBytes) / workerBytes);
  return Math.min(remembered, largestSize, Math.max(usual, room));
}

/** `quick`: file calls wait for a server, so that more workers nearly always help. `isGiven`: the size was found before, and is kept for a while. */
export function beginControl(size: number, { quick, isGiven }: { quick: boolean; isGiven: boolean }): Control {
  return {
    size, quickLooks: quick && !isGiven ? quickFor : 0, settling: settlingUp, resting: isGiven ? firstRest : 0, nextRest: firstRest,
    idle: 0, pressure: 0, work: null, rate: noRate, trial: null, stride: isGiven ? 1 : 2, noUp: false, noDown: false, steadyLooks: 0,
  };
}

/**
 * The next state of an automatic pool. Idle cores and a queue mean that workers wait for storage: on a server the pool doubles
 * at once, unless its lanes wait for a line or a disk that is busy already. From then on it climbs by trials: another size is
 * kept when more work gets done there, or as much by fewer workers; else it is taken back, and not tried again for a while. Only
 * fewer are tried where processes wait for a core or for memory.
 */
export function nextControl(before: Control, load: Load, most = largestSize): Control {
  const done = load.work - (before.work ?? load.work);
  const smooth = (old: number, now: number): number => 0.8 * old + 0.2 * now;
  const control = { ...before, work: load.work, idle: smooth(before.idle, load.cpuIdle), pressure: smooth(before.pressure, load.cpuPressure) };
  const settling = Math.max(0, control.settling - 1);
  // Where lanes are free the work says nothing about their number.
  if (load.busy < control.size || load.queued === 0) return { ...control, settling };
  if (control.quickLooks > 0) {
    const size = Math.min(most, quickSize(control.size, load));
    const quickLooks = control.quickLooks - 1;
    return size > control.size ? { ...control, ...freshAt(size, settlingQuick), quickLooks } : { ...control, settling, quickLooks };
  }
  if (control.settling > 0) return { ...control, settling };
  const measured = { ...control, rate: addLook(control.rate, done) };
  return control.trial ? judge(measured, control.trial) : look({ ...measured, steadyLooks: control.steadyLooks + 1 }, load, most);
}

/** The size to remember for the next run: the last one that was not a trial; null before it had its time. */
export function settledSize({ size, trial, steadyLooks }: Control): number | null {
  return steadyLooks >= steadyEnough ? trial?.from ?? size : null;
}

function quickSize(size: number, load: Load): number {
  const { cpuIdle, saturated } = load;
  if (!hasMemory(load) || cpuIdle <= leastIdle || saturated > mostSaturated) return size;
  return cpuIdle > 0.4 ? size * 2 : size + 2;
}

function hasMemory({ freeMemoryBytes, memoryPressure }: Load): boolean {
  return freeMemoryBytes > spareMemoryBytes && memoryPressure < shortMemory;
}

/** Nothing is known of a new size. */
function freshAt(size: number, settling: number): Pick<Control, 'size' | 'settling' | 'rate' | 'trial' | 'noUp' | 'noDown'> {
  return { size, settling, rate: noRate, trial: null, noUp: false, noDown: false };
}

function judge(control: Control, { from, rate }: NonNullable<Control['trial']>): Control {
  const isUp = control.size > from;
  const isWorth = isAbove(control.rate, rate, isUp ? worthGrowing : worthKeeping);
  if (isWorth === null) return control;
  // The size it came from is no better, so it goes on the same way.
  if (isWorth) return { ...control, trial: null, stride: 2, noUp: !isUp, noDown: isUp, nextRest: firstRest };
  return {
    ...control, ...freshAt(from, isUp ? settlingDown : settlingUp), rate,
    noUp: isUp || control.noUp, noDown: !isUp || control.noDown,
  };
}

/** Looks for a better size, once the rate at this one is known. */
function look(control: Control, load: Load, most: number): Control {
  const { size, stride, noUp, noDown, resting, nextRest } = control;
  if (resting > 0) return { ...control, resting: resting - 1 };
  if (!isKnown(control.rate)) return control;
  const isShort = (control.idle < 0.08 && control.pressure > 0.6) || load.memoryPressure > veryShortMemory;
  const trial = { from: size, rate: control.rate };
  const up = Math.min(most, rung(size, stride));
  if (!noUp && up > size && control.idle > leastIdleToTry && hasMemory(load)) {
    return { ...control, ...freshAt(up, settlingUp), noDown, trial };
  }
  // Four lanes hide the moments in which an rsync sleeps while it starts.
  const down = isShort ? Math.max(4, rung(size, -1)) : rung(size, -stride);
  if (!noDown && down < size && (control.idle > leastIdle || isShort)) return { ...control, ...freshAt(down, settlingDown), noUp, trial };
  if (control.idle <= leastIdleToTry && !noDown) return control;
  if (stride === 2) return { ...control, stride: 1, noUp: false, noDown: false };
  return { ...control, noUp: false, noDown: false, resting: nextRest, nextRest: Math.min(longestRest, 2 * nextRest) };
}

/** The size so many rungs above (or below) this one, which need not be on the ladder. */
function rung(size: number, steps: number): number {
  const higher = ladder.filter((each) => each > size);
  const lower = ladder.filter((each) => each < size).reverse();
  const way = steps > 0 ? higher : lower;
  return way[Math.min(Math.abs(steps), way.length) - 1] ?? size;
}
