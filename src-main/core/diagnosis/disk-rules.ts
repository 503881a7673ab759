import type { Advice, Cause } from '../../../src-shared/diagnosis.ts';
import { bytesText } from '../safety/words.ts';
import { checksumsInstead } from './checksums.ts';
import { amount, percent, type Finding, type Rules } from './finding.ts';
import { twiceAsFast } from './gains.ts';
import { stalledShare, type Picture } from './picture.ts';

/** A disk that has requests for so much of the time has no time left. */
const fullDisk = 0.85;
/** Workers that one head can serve without moving to and fro all the time. */
const workersOfHead = 2;

/** Disks at either end, and memory. */
export const diskRules: Rules = (picture) => [
  ...(['source', 'destination'] as const).flatMap((side) => diskFinding(picture, side)),
  ...memoryFinding(picture),
];

function diskFinding(picture: Picture, side: 'source' | 'destination'): Finding[] {
  const { facts, shares, pressure } = picture;
  const place = facts[side];
  const { utilisation, awaitMs, readPerSecond, writePerSecond } = picture[side];
  const waits = shares === null ? Math.min(1 - picture.cpuBusy, pressure?.io ?? 1) * (utilisation ?? 0) : shares[side === 'source' ? 'sourceDisk' : 'destinationDisk'];
  if (waits <= 0) return [];
  const devices = place.devices.length === 0 ? '' : ` (${place.devices.join(', ')})`;
  const cause: Cause = side === 'source' ? 'source-disk' : 'destination-disk';
  const rate = side === 'source' ? readPerSecond : writePerSecond;
  return [{
    score: picture.inUnits * waits,
    ...(checksumsInstead(picture) ?? {
      cause, title: `Disk of ${place.path}${devices}`,
      evidence: [
        `each worker waited ${percent(waits)} of its time for this disk`,
        ...(utilisation === null ? [] : [`the disk had requests ${percent(utilisation)} of the time`]),
        ...(awaitMs === null ? [] : [`a request took ${amount(awaitMs)} ms`]),
        ...(rate === null ? [] : [`${bytesText(rate)} a second ${side === 'source' ? 'read' : 'written'}`]),
        `CPU ${percent(picture.cpuBusy)} busy`,
      ],
      advise: () => diskAdvice(picture, waits, side),
    }),
  }];
}

function diskAdvice(picture: Picture, waits: number, side: 'source' | 'destination'): Advice[] {
  const { facts, poolSize } = picture;
  const { utilisation } = picture[side];
  const { isRotational } = facts[side];
  const workers = Math.round(poolSize);
  return [
    { text: `A disk twice as fast at the ${side}`, gain: twiceAsFast(picture, waits), options: null },
    ...(isRotational === true && workers > workersOfHead
      ? [{ text: `Fewer workers: ${workers} -> ${workersOfHead}, so that the head of the disk moves less`, gain: null, options: { workers: workersOfHead } }] : []),
    { text: (utilisation ?? 1) > fullDisk ? 'More workers will not help: the disk is busy all the time' : 'More workers will not help: they would wait for the same disk', gain: 1, options: null },
  ];
}

function memoryFinding(picture: Picture): Finding[] {
  const { swapInPerSecond, memoryUsed } = picture;
  const stall = picture.stall ?? (memoryUsed > 0.95 ? 0.3 : 0);
  const score = stalledShare(stall);
  if (score === 0) return [];
  return [{
    cause: 'memory', score, title: 'Memory',
    evidence: [
      `processes stood still for lack of memory ${percent(stall)} of the time`, `memory ${percent(memoryUsed)} used`,
      ...(swapInPerSecond > 1e5 ? [`${bytesText(swapInPerSecond)} a second were read back that had just been dropped`] : []),
    ],
    advise: () => [
      // Thrashing ends all at once: by how much is not to be told from within.
      { text: 'More memory for it', gain: null, options: null },
      ...(picture.poolSize > 2 ? [{ text: `Fewer workers: ${Math.round(picture.poolSize)} -> ${Math.max(1, Math.round(picture.poolSize / 2))}`, gain: null, options: { workers: Math.max(1, Math.round(picture.poolSize / 2)) } }] : []),
      { text: 'More workers will not help: each needs memory of its own', gain: 1, options: null },
    ],
  }];
}
