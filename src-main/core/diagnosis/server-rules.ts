import type { Advice, Cause } from '../../../src-shared/diagnosis.ts';
import type { PlaceFacts } from '../../../src-shared/run-meters.ts';
import { isSlow } from '../plan/cost.ts';
import { bytesText } from '../safety/words.ts';
import { amount, percent, type Finding, type Rules } from './finding.ts';
import { morePool, partGain, twiceAsFast } from './gains.ts';
import type { Picture } from './picture.ts';

/** Requests for content, at the most: rsync reads and writes 32 kB at the least, and asks a few times for each file. */
const requestsPerMb = 32;
const requestsPerFile = 4;
/** Requests for names and attributes of a new small file by one rsync, measured (docs/benchmarks.md). */
const callsPerEntry = { source: 17, destination: 34 } as const;
/** Waits so many times longer than latency alone explains are a queue: at the line, or at the server. */
const queueFactor = 3;
/** A link that carries this share of its speed is full. */
const fullLink = 0.8;

type Side = 'source' | 'destination';

/** What lies behind a network or FUSE mount: its latency, its line, the server itself. */
export const serverRules: Rules = (picture) => {
  if (picture.shares === null || picture.lanes === null) return linkFinding(picture);
  const sides = (['source', 'destination'] as const).map((side) => readSide(picture, side));
  const queued = sides.filter(({ isLineFull }) => isLineFull);
  const line = queued.reduce((sum, { data }) => sum + data, 0);
  return [
    ...(line > 0 ? [bandwidthFinding(picture, line, queued.map(({ place }) => place))] : linkFinding(picture)),
    ...sides.flatMap((side) => [serverFinding(picture, side)].filter((finding) => finding !== null)),
  ];
};

interface SideFacts {
  readonly side: Side;
  readonly place: PlaceFacts;
  /** Shares of the lane time. */
  readonly calls: number;
  readonly data: number;
  readonly isLineFull: boolean;
  readonly isServerFull: boolean;
  /** Mean wait of a lane, ms. */
  readonly msPerEntry: number;
}

function readSide(picture: Picture, side: Side): SideFacts {
  const { facts, shares, lanes, entriesPerSecond, bytesPerSecond } = picture;
  const place = facts[side];
  const at = side === 'source' ? { calls: 'sourceCalls', data: 'sourceData' } as const : { calls: 'destinationCalls', data: 'destinationData' } as const;
  const waiting = { calls: lanes?.[at.calls] ?? 0, data: lanes?.[at.data] ?? 0 };
  const seconds = Math.max(place.latencyMs, 0.05) / 1000;
  // Lanes that would wait if each request took just the latency that was seen before the run.
  const byLatency = {
    calls: entriesPerSecond * callsPerEntry[side] * seconds,
    data: (entriesPerSecond * requestsPerFile + (bytesPerSecond / 1e6) * requestsPerMb) * seconds,
  };
  const { roundTripMs } = picture[side];
  return {
    side, place, calls: shares?.[at.calls] ?? 0, data: shares?.[at.data] ?? 0,
    isLineFull: waiting.data > waiting.calls && waiting.data > queueFactor * byLatency.data,
    isServerFull: waiting.calls > 2 * byLatency.calls || (roundTripMs !== null && roundTripMs > queueFactor * Math.max(0.3, place.latencyMs)),
    msPerEntry: ((waiting.calls + waiting.data) * 1000) / Math.max(0.1, entriesPerSecond),
  };
}

function serverFinding(picture: Picture, facts: SideFacts): Finding | null {
  const { side, place, calls, data, isLineFull, isServerFull, msPerEntry } = facts;
  const share = calls + (isLineFull ? 0 : data);
  if (share === 0) return null;
  const cause: Cause = isServerFull && place.latencyMs > 0 ? 'remote-server' : side === 'source' ? 'source-latency' : 'destination-latency';
  return {
    cause, score: picture.inUnits * share,
    title: cause === 'remote-server' ? `The server behind ${place.path}` : `Latency of ${place.path}`,
    evidence: [
      `each worker waited ${percent(share)} of its time for answers of ${place.path}`,
      `${amount(msPerEntry)} ms for each entry, one look took ${amount(place.latencyMs)} ms before the run`,
      ...idleCpu(picture), `${amount(picture.busy)} of ${Math.round(picture.poolSize)} workers busy`,
      ...roundTrips(picture, side),
    ],
    advise: () => (cause === 'remote-server' ? serverAdvice(picture, share) : latencyAdvice(picture, share, place)),
  };
}

/** A processor that is busy with other things is no evidence. */
function idleCpu({ cpuBusy }: Picture): string[] {
  return cpuBusy < 0.7 ? [`CPU ${percent(cpuBusy)} busy`] : [];
}

function roundTrips(picture: Picture, side: Side): string[] {
  const { roundTripMs, retransmitsPerSecond } = picture[side];
  return [
    ...(roundTripMs === null ? [] : [`a call to the server took ${amount(roundTripMs)} ms on average`]),
    ...(retransmitsPerSecond === null || retransmitsPerSecond < 0.1 ? [] : [`${amount(retransmitsPerSecond)} calls a second had to be sent again`]),
  ];
}

function latencyAdvice(picture: Picture, share: number, place: PlaceFacts): Advice[] {
  const more = morePool(picture);
  const closer: Advice = { text: `A way to ${place.path} with half the latency`, gain: partGain(picture, share, 2), options: null };
  if (more === null) return [closer, { text: `More workers will not help: ${Math.round(picture.poolSize)} are enough here`, gain: 1, options: null }];
  return [{ text: `More workers: ${Math.round(picture.poolSize)} -> ${more.workers}`, gain: more.gain, options: { workers: more.workers } }, closer];
}

function serverAdvice(picture: Picture, share: number): Advice[] {
  return [
    { text: 'A server that answers more requests at once, or has less to do at this hour', gain: partGain(picture, share, 2), options: null },
    { text: 'More workers will not help: they would wait in the same queue', gain: 1, options: null },
  ];
}

function bandwidthFinding(picture: Picture, share: number, places: readonly PlaceFacts[]): Finding {
  const names = places.map(({ path }) => path).join(' and ');
  return {
    cause: 'network-bandwidth', score: picture.inUnits * share, title: `Bandwidth of the way to ${names}`,
    evidence: [
      `${bytesText(picture.bytesPerSecond)} a second in all, however many workers share it`,
      `each worker waited ${percent(share)} of its time for content, many times longer than latency explains`,
      ...linkEvidence(picture), ...idleCpu(picture),
    ],
    advise: () => [
      { text: `A line to ${names} twice as fast`, gain: twiceAsFast(picture, share), options: null },
      { text: 'More workers will not help: they share the same line', gain: 1, options: null },
    ],
  };
}

/** Share of the fastest link's speed that was used; null where none is known. */
function linkUse({ facts, networkPerSecond }: Picture): number | null {
  const speeds = facts.interfaces.flatMap(({ bytesPerSecond }) => (bytesPerSecond === null ? [] : [bytesPerSecond]));
  return networkPerSecond === null || speeds.length === 0 ? null : networkPerSecond / Math.max(...speeds);
}

function linkEvidence(picture: Picture): string[] {
  const use = linkUse(picture);
  return use === null || use < 0.1 ? [] : [`the network interface carried ${percent(use)} of its speed`];
}

/** A link of this machine that is full limits, whatever is known of the lanes. */
function linkFinding(picture: Picture): Finding[] {
  const { facts, shares } = picture;
  const use = linkUse(picture);
  const remote = [facts.source, facts.destination].filter(({ kind }) => kind === 'network' || kind === 'fuse');
  if (use !== null && use > fullLink && remote.length > 0) return [bandwidthFinding(picture, use, remote)];
  if (shares !== null) return [];
  // Without lanes: a machine that idles while many workers wait, behind a mount that was slow to answer.
  const slow = ([['source-latency', facts.source], ['destination-latency', facts.destination]] as const)
    .filter(([, { latencyMs }]) => isSlow(latencyMs)).sort(([, a], [, b]) => b.latencyMs - a.latencyMs)[0];
  if (!slow || picture.cpuBusy > 0.6) return [];
  const [cause, place] = slow;
  return [{
    cause, score: picture.inUnits * (1 - picture.cpuBusy) * 0.8, title: `Latency of ${place.path}`,
    evidence: [`CPU ${percent(picture.cpuBusy)} busy with ${amount(picture.busy)} workers`, `one look took ${amount(place.latencyMs)} ms before the run`],
    advise: () => latencyAdvice(picture, 1 - picture.cpuBusy, place),
  }];
}
