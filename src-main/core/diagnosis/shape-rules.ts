import type { RunWork } from '../../../src-shared/diagnosis.ts';
import { bytesText, durationText, entriesText } from '../safety/words.ts';
import { amount, percent, type Finding, type Rules } from './finding.ts';
import { firstGain, partGain, splitGain, unitsGain } from './gains.ts';
import { stalledShare, startMs, type Picture } from './picture.ts';

/** A limit on purpose is reached from this share of it on. */
const reached = 0.7;
/** The longest unit must have been the one that worked alone. */
const witness = 0.5;

/** How the run was cut and what it was told to do: one long unit, start-up, its own bandwidth limit. */
export const shapeRules: Rules = (picture) => [...aloneFinding(picture), ...startFinding(picture), ...limitFinding(picture)];

function aloneFinding(picture: Picture): Finding[] {
  const { alone, around, work, poolSize } = picture;
  if (alone === 0 || poolSize <= 1) return [];
  const longest = work?.longest ?? null;
  if (work !== null && (longest === null || longest.durationMs < witness * work.aloneMs)) return [];
  const name = longest === null ? 'one unit' : longest.name === '' ? 'the root folder' : longest.name;
  return [{
    cause: 'one-long-unit', score: (1 - around) * alone, title: `One long unit: ${name}`,
    evidence: [
      `one of ${Math.round(poolSize)} workers was busy alone ${percent(alone)} of the time`,
      ...(longest === null ? [] : [`${name} took ${durationText(longest.durationMs)}${longest.entries === 0 ? '' : ` for ${entriesText(longest.entries)}, ${bytesText(longest.bytes)}`}`]),
    ],
    advise: () => (work === null || longest === null ? [] : aloneAdvice(picture, work, longest)),
  }];
}

function aloneAdvice(picture: Picture, work: RunWork, longest: NonNullable<RunWork['longest']>): ReturnType<Finding['advise']> {
  const more = { text: 'More workers will not help: there is nothing for them to do', gain: 1, options: null };
  if (longest.isOneFile) {
    const gain = firstGain(picture, work);
    return [
      ...(gain > 1.1 ? [{ text: `Begin with ${longest.name}: the next run does so by itself`, gain, options: null }] : []),
      { text: `${longest.name} is one file, which one rsync has to copy`, gain: 1, options: null }, more,
    ];
  }
  const gain = splitGain(picture, work);
  // Where all cores were busy with it, several units would be no quicker.
  if (gain <= 1.1) return [more];
  return [{ text: `Split ${longest.name}: ${durationText(work.aloneMs)} of the run had one worker busy`, gain, options: null }, more];
}

function startFinding(picture: Picture): Finding[] {
  const { work, around, starts, stallAround } = picture;
  if (work === null) return [];
  const each = work.entries / Math.max(1, work.units);
  return [{
    cause: 'start-up', score: around * (1 - stalledShare(stallAround)) + (1 - around) * starts, title: starts > 0 ? 'Start-up of many small units' : 'Start-up',
    evidence: [
      ...(starts > 0 ? [`${work.units} units of ${amount(each)} entries took ${Math.round(work.laneMs / work.units)} ms each, and starting rsync alone takes ${startMs} or more`] : []),
      `${amount(work.beforeMs / 1000)} s before the first unit and ${amount(work.afterMs / 1000)} s after the last one, of ${amount(work.durationMs / 1000)} s`,
    ],
    advise: () => [
      ...(starts > 0 ? [{ text: `Fewer, larger units: ${amount(each)} entries each are too few`, gain: unitsGain(picture, work, starts), options: null }] : []),
      { text: 'More workers will not help: most of the time is start and end', gain: 1, options: null },
    ],
  }];
}

function limitFinding(picture: Picture): Finding[] {
  const { facts: { options: { bandwidthLimit } }, shares, bytesPerSecond, around, alone } = picture;
  if (bandwidthLimit === null) return [];
  const use = bytesPerSecond / bandwidthLimit;
  const waits = shares?.limit ?? 0;
  if (use < reached && waits < 0.3) return [];
  const share = Math.max(waits, Math.min(1, use));
  return [{
    cause: 'bandwidth-limit', score: (1 - around) * Math.max(1 - alone, waits) * share, title: 'The bandwidth limit of the job',
    evidence: [`${bytesText(bytesPerSecond)} of ${bytesText(bandwidthLimit)} a second were used`, ...(waits > 0 ? [`each worker stood still ${percent(waits)} of its time to keep it`] : [])],
    advise: () => [
      { text: 'A limit twice as high', gain: partGain(picture, share, 2), options: { bandwidthLimit: 2 * bandwidthLimit } },
      { text: 'More workers will not help: they share the limit', gain: 1, options: null },
    ],
  }];
}
