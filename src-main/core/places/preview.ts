import { ROOT, topOf } from '../../../src-shared/byte-name.ts';
import type { SplitPreview } from '../../../src-shared/place.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { hasLeft, pause } from '../live/pause.ts';
import { guessCost, isSlow, unitWeights } from '../plan/cost.ts';
import type { WorkerHost } from '../ports.ts';
import { OWN_FOLDER } from '../rsync/args.ts';
import { display, fromText } from '../rsync/byte-name.ts';
import { compileExcludes } from '../rsync/filter.ts';
import { startScout } from '../run/scout-client.ts';

/** The state is told at most this often, ms. */
const frameEveryMs = 250;
/** A source that has not answered for so long is said to hang, ms. */
const answerMs = 8000;
/** Top folders told one by one; the others are added up in the whole alone. */
const mostFolders = 2000;

/**
 * How `source` would be split for a first copy, as far as the walk has come: by a scout of its own, which ends with the
 * stream. Nothing is made anywhere. Throws `AppError` for a source that cannot be read.
 */
export async function* previewSplit(
  workerHost: WorkerHost, source: string, excludes: readonly string[], stop: AbortSignal | undefined,
): AsyncGenerator<SplitPreview, void> {
  const scout = startScout(workerHost);
  const tops = new Map<string, { name: string; entries: number; bytes: number; units: number }>();
  const whole = { entries: 0, bytes: 0, units: 0 };

  function add(name: string, entries: number, bytes: number, units: number): void {
    const entry = tops.get(name) ?? { name, entries: 0, bytes: 0, units: 0 };
    if (!tops.has(name) && tops.size >= mostFolders) return;
    tops.set(name, { name, entries: entry.entries + entries, bytes: entry.bytes + bytes, units: entry.units + units });
  }

  function take(units: readonly Unit[]): void {
    for (const unit of units) {
      whole.units++;
      whole.entries += unit.entries;
      whole.bytes += unit.bytes;
      spread(unit, add);
    }
    for (const unit of units) scout.credit(unit);
  }

  /** A source that is one unit as a whole: what its top folders hold is counted. */
  async function countTops(): Promise<void> {
    const { folders } = await scout.ask({ op: 'list-folders', path: source }, { path: source, answerMs });
    const isExcluded = compileExcludes(excludes);
    const names = folders.filter((folder) => !folder.isOpaque).map(({ name }) => fromText(name)).filter((name) => !isExcluded(name, true) && name !== OWN_FOLDER);
    const { counts } = await scout.ask({ op: 'count', destination: source, tops: [ROOT, ...names.slice(0, mostFolders)] });
    tops.clear();
    for (const { top, entries, bytes } of counts) add(top === ROOT ? '' : display(top), entries, bytes, 1);
  }

  const frame = (isWhole: boolean): SplitPreview => ({ folders: [...tops.values()], ...whole, isWhole });
  try {
    const { latencyMs } = await scout.ask({ op: 'look', path: source }, { path: source, answerMs });
    const facts = { sourceLatencyMs: latencyMs, destinationLatencyMs: 0, isSpared: excludes.length === 0 };
    const weights = unitWeights({ ...facts, isFull: true });
    let isWhole = false;
    const walk = scout.plan({
      op: 'plan',
      plan: {
        source, destination: `${source}/.daybreak/none`, excludes: [...excludes], ...weights, lanes: 4, records: [], mayHaveLinks: true, prepare: false,
        isRoot: process.getuid?.() === 0, mirror: false, isSlow: isSlow(latencyMs), fills: false,
        cost: guessCost({ ...facts, isFull: true }),
      },
    }, take).then(async () => {
      if (whole.units === 1 && tops.has('')) await countTops();
      isWhole = true;
    });
    // Awaited below; until then a failure must not count as nobody's.
    walk.catch(() => undefined);
    while (!hasLeft(stop)) {
      yield frame(isWhole);
      if (isWhole) return;
      await Promise.race([walk, pause(frameEveryMs, stop)]);
    }
  } finally {
    scout.close();
  }
}

/** Adds a unit to the top folders it lies in; a group of several top folders by their shares. */
function spread(unit: Unit, add: (name: string, entries: number, bytes: number, units: number) => void): void {
  const nameOf = (path: Unit['folder']) => (path === ROOT ? '' : display(topOf(path)));
  if (unit.folder !== ROOT || unit.kind !== 'group' || unit.names[0] === ROOT) return add(nameOf(unit.folder), unit.entries, unit.bytes, 1);
  for (const [index, name] of unit.names.entries()) {
    const entries = unit.shares[index] ?? 1;
    add(nameOf(name), entries, unit.entries > 0 ? (unit.bytes * entries) / unit.entries : 0, 1);
  }
}
