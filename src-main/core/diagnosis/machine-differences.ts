import type { RunDifference } from '../../../src-shared/diagnosis.ts';
import type { PlaceFacts } from '../../../src-shared/run-meters.ts';
import { bytesText } from '../safety/words.ts';
import type { ComparedRun } from './compare.ts';
import { amount, percent } from './finding.ts';
import { pictureOf, type Picture } from './picture.ts';

/** One look at a name differs by this from itself. */
const latencySame = 1.5;
/** Shorter ones are answered from memory, ms. */
const leastLatency = 0.1;
/** Load of others that differs by less, as a share of the machine, is the same. */
const loadSame = 0.15;

/** What was not the same about the machine, its load and both places. */
export function machineDifferences(earlier: ComparedRun, later: ComparedRun): RunDifference[] {
  const versions = plain('rsync', earlier.run.rsyncVersion ?? 'unknown', later.run.rsyncVersion ?? 'unknown');
  if (!earlier.meters || !later.meters) return versions;
  const [before, after] = [earlier.meters.facts, later.meters.facts];
  const picture = pictureOf(earlier.meters, earlier.work);
  return [
    ...plain('cores', `${before.cores}`, `${after.cores}`), ...plain('memory', bytesText(before.memoryBytes), bytesText(after.memoryBytes)),
    ...plain('the system', before.system, after.system), ...versions,
    ...places('source', before.source, after.source, picture), ...places('destination', before.destination, after.destination, picture),
    ...load(picture, pictureOf(later.meters, later.work)),
  ];
}

function plain(what: string, before: string, after: string): RunDifference[] {
  return before === after ? [] : [{ kind: 'machine', what, before, after, factor: null }];
}

function places(side: 'source' | 'destination', before: PlaceFacts, after: PlaceFacts, picture: Picture | null): RunDifference[] {
  const shown = ({ fileSystem, devices }: PlaceFacts): string => [fileSystem, ...devices].join(' ');
  const from = Math.max(leastLatency, before.latencyMs);
  const to = Math.max(leastLatency, after.latencyMs);
  const ratio = to / from;
  const shares = picture?.shares;
  // Waits for the server grow with its latency, all else stays.
  const waits = !shares ? null : side === 'source' ? shares.sourceCalls + shares.sourceData : shares.destinationCalls + shares.destinationData;
  return [
    ...plain(`what the ${side} lies on`, shown(before), shown(after)),
    ...(ratio < latencySame && ratio > 1 / latencySame ? [] : [{
      kind: 'machine' as const, what: `latency of the ${side}`, before: `${amount(before.latencyMs)} ms`, after: `${amount(after.latencyMs)} ms`,
      factor: waits === null || waits < 0.05 ? null : 1 - waits + waits * ratio,
    }]),
  ];
}

function load(before: Picture | null, after: Picture | null): RunDifference[] {
  const from = loadOf(before);
  const to = loadOf(after);
  if (before === null || after === null || from === null || to === null) return [];
  if (Math.abs(from - to) < loadSame) return [];
  // A run that wants all cores gets what others leave.
  const wantsAll = (before.cpuBusy + after.cpuBusy) / 2 > 0.8;
  return [{
    kind: 'machine', what: 'the load of other programs', before: `${percent(from)} of the cores`, after: `${percent(to)} of the cores`,
    factor: wantsAll ? Math.max(0.1, 1 - from) / Math.max(0.1, 1 - to) : null,
  }];
}

/** As a share of the machine. */
function loadOf(picture: Picture | null): number | null {
  return picture === null || picture.otherCpu === null ? null : picture.otherCpu / picture.facts.cores;
}
