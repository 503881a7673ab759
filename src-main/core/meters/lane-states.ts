import type { LaneStates, PlaceFacts } from '../../../src-shared/run-meters.ts';
import type { Activity } from './activity.ts';
import type { Side } from './lane-processes.ts';

export type LaneState = keyof LaneStates;

/** Shares of a lane, 1 in all. */
export type Shares = Partial<Record<LaneState, number>>;

export const noLanes: Readonly<LaneStates> = {
  cpu: 0, core: 0, sourceDisk: 0, sourceCalls: 0, sourceData: 0, destinationDisk: 0, destinationCalls: 0, destinationData: 0, limit: 0, other: 0,
};

type End = Exclude<Side, 'both'>;
export type LanePlaces = Readonly<Record<End, Pick<PlaceFacts, 'kind' | 'latencyMs'>>> & {
  /** The job has a bandwidth limit. */
  readonly isLimited: boolean;
};

const bothEnds: readonly End[] = ['source', 'destination'];
const otherEnd: Readonly<Record<End, End>> = { source: 'destination', destination: 'source' };

/**
 * What a waiting process of a lane stands for; empty where it says nothing. One that works on both ends waits for the one that
 * can be meant, or where both can, for either as long as that takes to answer.
 */
export function sharesOf(activity: Activity, side: Side, places: LanePlaces): Shares {
  // rsync also sleeps until its other processes have ended (main.c, wait_process_with_flush); the limit is kept by its sender.
  if (activity.kind === 'limit') return places.isLimited && side === 'source' ? { limit: 1 } : {};
  if (activity.kind !== 'io') return {};
  const { by, what } = activity;
  const ends = side === 'both' ? fitting(by, places) : [by === 'server' && !isServer(places[side].kind) && isServer(places[otherEnd[side]].kind) ? otherEnd[side] : side];
  const known = ends.filter((end) => places[end].kind !== 'memory');
  const weight = (end: End): number => Math.max(0.001, places[end].latencyMs);
  const total = known.reduce((sum, end) => sum + weight(end), 0);
  return Object.fromEntries(known.map((end) => [stateOf(end, places[end].kind, what), weight(end) / total]));
}

/** Ends that who was to answer can mean. A page may be a server's as well as a disk's. */
function fitting(by: 'server' | 'disk' | null, places: LanePlaces): readonly End[] {
  const ends = bothEnds.filter((end) => by === null || (by === 'server') === isServer(places[end].kind));
  return ends.length > 0 ? ends : bothEnds;
}

function stateOf(end: End, kind: PlaceFacts['kind'], what: 'calls' | 'data'): LaneState {
  if (!isServer(kind)) return `${end}Disk`;
  return what === 'data' ? `${end}Data` : `${end}Calls`;
}

function isServer(kind: PlaceFacts['kind']): boolean {
  return kind === 'network' || kind === 'fuse';
}

/** What the processes of a lane wait for together, and how many of them; each of those that tell anything counts alike. */
export interface Waits {
  readonly count: number;
  readonly shares: Shares;
}

/** Null where none tells anything. */
export function together(all: readonly Shares[]): Waits | null {
  const telling = all.filter((shares) => Object.keys(shares).length > 0);
  if (telling.length === 0) return null;
  const sum: Shares = {};
  for (const shares of telling) for (const [state, share] of entriesOf(shares)) sum[state] = (sum[state] ?? 0) + share / telling.length;
  return { count: telling.length, shares: sum };
}

/** Sums up what lanes did, as time. */
export interface LaneSum {
  /**
   * A lane for `spanMs`: so long its processes were on a core, and so long ready for one, summed up; the rest it waited for `waits`
   * (null: nothing that is known). While one is on a core the lane is; those that are ready share the rest with those that wait.
   */
  add(spanMs: number, times: { readonly cpu: number; readonly ready: number }, waits: Waits | null): void;
  /** Mean numbers of lanes over `spanMs`, and begins anew. */
  take(spanMs: number): LaneStates;
}

export function createLaneSum(): LaneSum {
  let sum: LaneStates = { ...noLanes };
  return {
    add(spanMs, times, waits) {
      const cpu = Math.min(spanMs, Math.max(0, times.cpu));
      const ready = Math.max(0, times.ready) / Math.max(1, spanMs);
      const core = waits === null ? Math.min(spanMs - cpu, ready * spanMs) : ((spanMs - cpu) * ready) / (ready + waits.count);
      sum.cpu += cpu;
      sum.core += core;
      for (const [state, share] of entriesOf(waits?.shares ?? { other: 1 })) sum[state] += share * (spanMs - cpu - core);
    },
    take(spanMs) {
      const lanes = Object.fromEntries(entriesOf(sum).map(([state, time]) => [state, time / Math.max(1, spanMs)])) as LaneStates;
      sum = { ...noLanes };
      return lanes;
    },
  };
}

function entriesOf(shares: Shares): [LaneState, number][] {
  return Object.entries(shares) as [LaneState, number][];
}
