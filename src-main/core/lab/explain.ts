import type { LabFigure } from '../../../src-shared/lab.ts';

/** What is known when the figures are in. Times in ms. */
export interface ExplainFacts {
  readonly figures: readonly LabFigure[];
  readonly cores: number;
  /** Of one look at a name. */
  readonly sourceLatencyMs: number;
  readonly destinationLatencyMs: number;
  /** File calls of an end wait for a server. */
  readonly isSlow: boolean;
  readonly isCold: boolean;
  /** Both ends lie in memory: there is nothing cold. */
  readonly isMemory: boolean;
  readonly isWhole: boolean;
  readonly current: string;
  readonly isAutomatic: boolean;
  readonly winner: string | null;
  /** Until all was up that starts the rsyncs of a way. */
  readonly startMs: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

type Measured = LabFigure & { readonly medianMs: number };

/** Below this, figures of two ways are the same for people. */
const same = 0.1;
/** From this share on the cores are busy. */
const busy = 0.8;
/** Rounds that differ by more are not quiet. */
const noisy = 0.2;

/** What the figures mean, in plain sentences: what was asked most comes first. */
export function explain(facts: ExplainFacts): string[] {
  return [
    ...winnerLines(facts), ...poolLines(facts), ...workerLines(facts), ...engineLines(facts), ...multisyncLines(facts), ...compressLines(facts),
    ...deltaLines(facts), ...conditionLines(facts), ...facts.notes,
  ];
}

function find({ figures }: ExplainFacts, id: string): Measured | null {
  const found = figures.find(({ way }) => way.id === id);
  return found && found.medianMs !== null ? (found as Measured) : null;
}

function pools({ figures }: ExplainFacts): (Measured & { size: number })[] {
  return figures.flatMap((figure) => {
    const size = /^pool-(\d+)$/u.exec(figure.way.id)?.[1];
    return size === undefined || figure.medianMs === null ? [] : [{ ...(figure as Measured), size: Number(size) }];
  });
}

function fastest<Figure extends Measured>(all: readonly Figure[]): Figure | null {
  return all.toSorted((a, b) => a.medianMs - b.medianMs)[0] ?? null;
}

function winnerLines(facts: ExplainFacts): string[] {
  const now = find(facts, facts.current);
  const winner = facts.winner === null ? null : find(facts, facts.winner);
  if (!now) return [];
  if (!winner) return [`What the job does now (${now.way.label}) is as fast as anything measured here that it can be set to, or nearly.`];
  const by = `${winner.way.label}: ${factor(now.medianMs / winner.medianMs)} as fast as what the job does now (${now.way.label}).`;
  return [facts.isAutomatic ? `${by} A run with automatic workers begins with that many and looks for a better number while it goes on; a set number begins there.` : by];
}

function poolLines(facts: ExplainFacts): string[] {
  const one = find(facts, 'one-rsync');
  const best = fastest(pools(facts));
  if (!one || !best) return [];
  const ratio = one.medianMs / best.medianMs;
  if (ratio < 1 + same) {
    return [`No pool was clearly faster than one rsync on this sample. ${isBusy(facts, one)
      ? 'One rsync already keeps the cores busy: it is three processes.' : 'One rsync already takes what the disk gives.'}`];
  }
  return [`The fastest pool (${best.size} ${best.size === 1 ? 'worker' : 'workers'}) was ${factor(ratio)} as fast as one rsync, which works on one file after the other.`];
}

/** Whether more workers than cores help, and why. */
function workerLines(facts: ExplainFacts): string[] {
  const { cores, isSlow, sourceLatencyMs, destinationLatencyMs } = facts;
  const few = fastest(pools(facts).filter(({ size }) => size <= cores));
  const many = fastest(pools(facts).filter(({ size }) => size > cores));
  if (!few || !many) return [];
  const gain = few.medianMs / many.medianMs;
  const waits = `a file call waits ${milliseconds(sourceLatencyMs)} at the source and ${milliseconds(destinationLatencyMs)} at the destination`;
  if (gain >= 1 + same) {
    const reason = isSlow ? `${waits}, and while one worker waits the others go on` : 'while one rsync starts or waits for the disk, the others use the cores';
    return [`More workers than the ${count(cores, 'core')} helped: with ${many.size} it was ${factor(gain)} as fast as with ${few.size}, because ${reason}.`];
  }
  const reason = isBusy(facts, few) ? `the cores were busy (${percent(shareOf(facts, few))}) with ${few.size} already`
    : isSlow ? `though ${waits}, something else is the limit here: the server, the line, or a sample with few files`
      : 'the cores were not busy, so the disk is what they wait for, and it serves no faster when more ask';
  return [`More workers than the ${count(cores, 'core')} did not help: ${reason}.`];
}

/** The question of threads, processes and one process. */
function engineLines(facts: ExplainFacts): string[] {
  const ways = (['event-loop', 'processes', 'threads'] as const).map((id) => find(facts, id));
  const there = ways.filter((each) => each !== null);
  if (there.length < 2) return [];
  const times = there.map(({ way, medianMs }) => `${nameOfEngine[way.id] ?? way.id} ${seconds(medianMs)}`).join(', ');
  const medians = there.map(({ medianMs }) => medianMs);
  const range = Math.max(...medians) / Math.min(...medians) - 1;
  const noise = Math.max(...there.map(({ spread }) => spread ?? 0));
  const starts = there.flatMap(({ way: { id } }) => (facts.startMs[id] === undefined ? [] : [`${nameOfEngine[id] ?? id} ${seconds(facts.startMs[id])}`]));
  const reason = 'rsync does the work in processes of its own, so what starts it hardly matters';
  const verdict = range <= same ? `within ${percent(range)}. ${capital(reason)}.`
    : range <= 2 * noise ? `${percent(range)} apart, but rounds of one and the same way were ${percent(noise)} apart as well. ${capital(reason)}.`
      : `${percent(range)} apart. That is more than usual: ${reason}, unless units are very short.`;
  return [
    `The same rsyncs, started from: ${times}; ${verdict}`,
    ...(starts.length > 0 ? [`Before the first rsync can start, once in a run and not in the figures: ${starts.join(', ')}.`] : []),
  ];
}

const nameOfEngine: Readonly<Record<string, string>> = { 'event-loop': 'one event loop', processes: 'forked processes', threads: 'worker threads' };

function multisyncLines(facts: ExplainFacts): string[] {
  const multi = find(facts, 'multisync');
  const one = find(facts, 'one-rsync');
  const best = fastest(pools(facts));
  if (!multi || !one || !best) return [];
  const toOne = one.medianMs / multi.medianMs;
  const first = toOne >= 1 + same ? `${factor(toOne)} as fast as one rsync` : toOne <= 1 / (1 + same) ? `slower than one rsync (${factor(1 / toOne)} the time)` : 'as fast as one rsync';
  const toBest = multi.medianMs / best.medianMs;
  const second = toBest >= 1 + same ? `; the fastest pool was ${factor(toBest)} as fast as multisync, which compresses between two ends of one machine and lasts as long as its largest folder` : '';
  return [`One rsync per top folder (multisync) was ${first}${second}.`];
}

function compressLines(facts: ExplainFacts): string[] {
  const packed = find(facts, 'compress');
  const size = /(\d+) worker/u.exec(packed?.way.label ?? '')?.[1];
  const plain = size === undefined ? null : find(facts, `pool-${size}`);
  if (!packed || !plain) return [];
  const ratio = packed.medianMs / plain.medianMs;
  if (ratio >= 1 + same) return [`Compression (-z) took ${factor(ratio)} the time: both ends are on this machine, so what it packs it unpacks again, and no line gets shorter.`];
  if (ratio <= 1 / (1 + same)) return [`With compression (-z) it was ${factor(1 / ratio)} as fast. Both ends are on this machine, so that is not the line; look at the spread before you believe it.`];
  return ['Compression (-z) made no difference that can be told from chance.'];
}

function deltaLines(facts: ExplainFacts): string[] {
  const whole = find(facts, 'whole-file');
  const delta = find(facts, 'delta');
  if (!whole || !delta) return [];
  const ratio = delta.medianMs / whole.medianMs;
  if (ratio >= 1 + same) return [`When files have changed, looking for what differs in them took ${factor(ratio)} the time of copying them whole: it reads both sides in full, and on mounted folders reading costs as much as it saves.`];
  if (ratio <= 1 / (1 + same)) return [`When files have changed, copying only what differs in them was ${factor(1 / ratio)} as fast as copying them whole: writing is what costs here.`];
  return ['When files have changed, copying them whole or only what differs took the same time.'];
}

function conditionLines({ figures, isCold, isMemory, isWhole }: ExplainFacts): string[] {
  return [
    isMemory ? 'Both ends are in memory: a disk or a server would give other figures.'
      : isCold ? 'Caches were empty before each measurement, as they are in a night.'
        : 'The caches were warm, as only root may empty them: a run at night reads more from disks and servers, and takes longer.',
    ...noiseLines(figures),
    ...(isWhole ? ['The sample is the whole source.'] : []),
  ];
}

/** Where rounds of one and the same way differ much, smaller differences between ways say nothing. */
function noiseLines(figures: readonly LabFigure[]): string[] {
  const spreads = figures.flatMap(({ spread, rounds }) => (spread === null || rounds.length < 2 ? [] : [spread])).sort((a, b) => a - b);
  const middle = spreads[Math.floor(spreads.length / 2)] ?? 0;
  return middle < noisy ? [] : [`Rounds of one and the same way differed by ${percent(middle)}: something else was at work on this machine. Take smaller differences between ways for chance.`];
}

function shareOf({ cores }: ExplainFacts, { cpuMs, medianMs }: Measured): number {
  return cpuMs === null ? 0 : cpuMs / (medianMs * cores);
}

function isBusy(facts: ExplainFacts, figure: Measured): boolean {
  return shareOf(facts, figure) >= busy;
}

/** `2.4 times`, as in "2.4 times as fast". */
function factor(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} times`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 1000 ? 2 : 1)} s`;
}

function milliseconds(ms: number): string {
  return `${ms < 1 ? ms.toFixed(2) : ms.toFixed(1)} ms`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
