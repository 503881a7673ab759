import type { Advice } from '../../../src-shared/diagnosis.ts';
import { checksumsInstead } from './checksums.ts';
import { amount, percent, type Finding, type Rules } from './finding.ts';
import { cpuRoom, morePool, partGain, wholeGain } from './gains.ts';
import type { Picture } from './picture.ts';

/** From this share on the processor is full: the rest goes to interrupts and to moments between processes. */
const fullCpu = 0.85;
/** Others count as the reason where they take so much of what the run could have. */
const othersShare = 0.4;
/** Processor time of a copy without -z, ms per MB, of all processes (measured in memory: 1.5 by one rsync, 0.5 where a worker copies itself; docs/diagnosis.md). */
const plainMsPerMb = 0.5;
/** And for a new file without content. */
const plainMsPerEntry = 0.06;
/** zlib at its slowest, before rsync knew zstd (rsync(1), --compress-choice). */
const dearestMsPerMb = 60;
/** Options are told as the reason from this gain on. */
const worthNaming = 1.3;
/** Text, which zstd compresses best and slowest, took 34 to 42 times the processor time for each MB, and 15 to 20 times as long; more is not promised. */
const mostOfCompression = 22;

/** The processor: one core, all cores, the load of others, or an option that is dear. */
export const cpuRules: Rules = (picture) => {
  const { cpuBusy, facts, busy, poolSize } = picture;
  const { needs, isFull } = cpuShares(picture);
  // Others are in the way only of lanes that want a core.
  if (isFull && hasOthers(picture)) return [othersFinding(picture, picture.inUnits * needs)];
  // Cores that the run itself fills limit it, whatever its lanes wait for at the same time.
  const score = picture.inUnits * (isFull ? Math.max(needs, 0.9 * cpuBusy * ownPart(picture)) : needs);
  const dear = dearOption(picture);
  if (dear) return [{ ...dear, score }];
  if (isFull) {
    return [{
      cause: 'cpu-all-cores', score, title: `CPU: all ${facts.cores} cores`, evidence: cpuEvidence(picture),
      advise: () => [
        { text: 'A machine with twice the cores', gain: partGain(picture, Math.max(needs, 0.8), 2), options: null },
        { text: 'More workers will not help: there is no core free for them', gain: 1, options: null },
      ],
    }];
  }
  if (busy > facts.cores && poolSize > facts.cores) return [];
  return [{
    cause: 'cpu-one-core', score, title: busy < 1.5 ? 'CPU: one core' : `CPU: ${amount(busy)} lanes on ${facts.cores} cores`,
    evidence: [`${amount(busy)} lanes worked, each of them ${percent(needs)} of the time on a core`, ...cpuEvidence(picture)],
    advise: () => moreLanes(picture),
  }];
};

/** `needs`: share of the lane time that goes to the processor, or to waiting for it. */
function cpuShares({ shares, cpuBusy }: Picture): { needs: number; isFull: boolean } {
  const isFull = cpuBusy > fullCpu;
  return { needs: shares === null ? (isFull ? 0.8 : 0.4 * cpuBusy) : shares.cpu + shares.core, isFull };
}

/** Share of the busy time that goes to this run. */
function ownPart({ ownCpu, otherCpu }: Picture): number {
  return ownCpu === null || otherCpu === null ? 1 : ownCpu / Math.max(0.01, ownCpu + otherCpu);
}

function hasOthers({ facts, otherCpu, ownCpu }: Picture): boolean {
  if (otherCpu === null || ownCpu === null) return false;
  // The daemon of a FUSE file system works for the run.
  if (facts.source.kind === 'fuse' || facts.destination.kind === 'fuse') return otherCpu > 0.7 * facts.cores;
  return otherCpu > othersShare * facts.cores;
}

function cpuEvidence({ cpuBusy, ownCpu, otherCpu, pressure, shares, facts }: Picture): string[] {
  return [
    `CPU ${percent(cpuBusy)} busy`,
    ...(ownCpu === null || otherCpu === null ? [] : [`${amount(ownCpu)} of ${facts.cores} cores by this run, ${amount(otherCpu)} by others`]),
    ...(shares === null || shares.core < 0.05 ? [] : [`lanes waited ${percent(shares.core)} of their time for a free core`]),
    ...(pressure === null || pressure.cpu < 0.3 ? [] : [`some process waited for a core ${percent(pressure.cpu)} of the time`]),
  ];
}

function othersFinding(picture: Picture, score: number): Finding {
  const { facts, ownCpu, otherCpu, shares } = picture;
  const own = Math.max(0.05, ownCpu ?? 0);
  // Without them lanes no longer wait for a core, as long as there are cores; nor does what comes before and after the units.
  const gain = Math.min((0.95 * facts.cores) / own, 1 / Math.max(0.05, 1 - (shares?.core ?? 1 - own / facts.cores)));
  return {
    cause: 'cpu-other-load', score, title: 'CPU: other programs', evidence: cpuEvidence(picture),
    advise: () => [
      { text: `Run it when the machine has less to do: other programs took ${amount(otherCpu ?? 0)} of ${facts.cores} cores`, gain: Math.max(1, gain), options: null },
      { text: 'More workers will not help: there is no core free for them', gain: 1, options: null },
    ],
  };
}

/** An option that most of the processor time goes to; null where there is none. */
function dearOption(picture: Picture): Omit<Finding, 'score'> | null {
  const { facts: { options } } = picture;
  const compress = options.compress ? compressionGain(picture) : 1;
  if (compress >= worthNaming) {
    return {
      cause: 'compression', title: 'Compression (-z)', evidence: [`${amount(cpuMsPerMb(picture) ?? 0)} ms of CPU for each MB, without -z about ${plainMsPerMb}`, ...cpuEvidence(picture)],
      advise: () => [
        { text: 'Drop -z: on one machine and on mounted shares nothing is sent that it would make smaller', gain: compress, options: { compress: false } },
        ...(cpuRoom(picture) < 1.2 ? [{ text: 'More workers will not help: there is no core free for them', gain: 1, options: null }] : moreLanes(picture)),
      ],
    };
  }
  return checksumsInstead(picture);
}

function moreLanes(picture: Picture): Advice[] {
  const { facts: { options }, poolSize } = picture;
  const more = options.workers === 'auto' ? null : morePool(picture);
  return more === null ? [] : [{ text: `More workers: ${Math.round(poolSize)} -> ${more.workers}`, gain: more.gain, options: { workers: more.workers } }];
}

/** Of the run's own processes; null where that is not known. */
function cpuMsPerMb({ ownCpu, bytesPerSecond, entriesPerSecond }: Picture): number | null {
  if (ownCpu === null || bytesPerSecond < 1e5) return null;
  return Math.max(0, ownCpu * 1000 - entriesPerSecond * plainMsPerEntry) / (bytesPerSecond / 1e6);
}

/** How much more processor time the run takes than it would without -z. */
function compressionGain(picture: Picture): number {
  const perMb = cpuMsPerMb(picture);
  if (perMb === null || picture.ownCpu === null) return 1;
  const megabytes = picture.bytesPerSecond / 1e6;
  const all = picture.ownCpu * 1000;
  // What no compressor takes goes to the entries, on a slower processor than ours.
  const plain = all - megabytes * Math.max(0, Math.min(perMb, dearestMsPerMb) - plainMsPerMb);
  return wholeGain(picture, Math.max(1, Math.min(mostOfCompression, all / Math.max(1, plain))));
}
