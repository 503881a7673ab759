import { medianOf, type Tries } from './figures.ts';
import type { Measurement } from './measure.ts';
import type { PlannedWay } from './ways.ts';

/** A way that takes so many times as long as the fastest is measured once where the time is short. */
const muchSlower = 4;

export interface RoundsParts {
  readonly ways: readonly PlannedWay[];
  readonly rounds: number;
  /** Moment at which the Lab is to be done, of `now`. */
  readonly endsAt: number;
  readonly now: () => number;
  readonly measure: (way: PlannedWay, limitMs: number, checks: boolean) => Promise<Measurement>;
  /** Counts runs that began in this host, and whether one is live. */
  readonly runs: () => { readonly live: boolean; readonly begun: number };
  readonly told: (doing: string, done: number, all: readonly Tries[]) => void;
}

/**
 * Measures all ways in rounds: each way once in a round, and each round begins with another one, so that what the machine does
 * meanwhile meets all of them alike. What no longer fits into the time is left out, and the slowest first.
 */
export async function measureRounds({ ways, rounds, endsAt, now, measure, runs, told }: RoundsParts): Promise<Tries[]> {
  const all: Tries[] = ways.map((planned) => ({ planned, good: [], note: planned.whyNot, isBroken: planned.whyNot !== null }));
  /** What a measurement took with all that is done before and after it. */
  const costs = new Map<Tries, number>();
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    const order = round === 0 ? all : rotated(all, round * Math.max(1, Math.floor(all.length / rounds)));
    const open = order.filter((each) => !each.isBroken);
    if (round > 0) leaveOutSlow(open, costs, endsAt - now());
    for (const each of order) {
      told(`${each.planned.way.label}: round ${round + 1} of ${rounds}`, done++, all);
      if (each.isBroken || (round > 0 && each.note?.startsWith(onceNote) === true)) continue;
      const leftMs = endsAt - now();
      if (leftMs <= 0 || (round > 0 && (costs.get(each) ?? 0) > leftMs)) {
        each.note ??= round === 0 ? 'The time was over before its turn.' : `Measured ${times(each.good.length)}: the time was over.`;
        continue;
      }
      const begin = now();
      const before = runs();
      const result = await measure(each.planned, leftMs, round === 0 || each.good.length === 0);
      costs.set(each, now() - begin);
      take(each, result, before.live || runs().live || runs().begun !== before.begun);
    }
  }
  told('', done, all);
  return all;
}

const onceNote = 'Measured once';

function take(each: Tries, result: Measurement, hasRun: boolean): void {
  if (result.isCut) {
    each.note ??= each.good.length === 0 ? 'It took longer than the time that was left.' : `Measured ${times(each.good.length)}: the time was over.`;
    each.isBroken = each.good.length === 0;
  } else if (result.problem !== null) {
    each.note = `It did not work: ${result.problem}.`;
    each.isBroken = true;
  } else if (hasRun || result.isLocked) {
    each.note = 'A backup ran at the same time: that round does not count.';
  } else {
    each.good.push(result);
  }
}

/** Where not all fits into the time, what is much slower than the best has told enough. */
function leaveOutSlow(open: readonly Tries[], costs: ReadonlyMap<Tries, number>, leftMs: number): void {
  const needed = open.reduce((sum, each) => sum + (costs.get(each) ?? 0), 0);
  if (needed <= leftMs) return;
  const copies = open.filter(({ planned }) => planned.over === 'copy');
  const medians = new Map(copies.map((each) => [each, medianOf(each.good.map(({ durationMs }) => durationMs)) ?? Infinity]));
  const best = Math.min(...medians.values());
  for (const [each, median] of medians) {
    if (median > muchSlower * best && each.good.length > 0) each.note ??= `${onceNote}: more than ${muchSlower} times as slow as the fastest.`;
  }
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

