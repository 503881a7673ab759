import { parentOf, ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { copyUnit, untried, type UnitProgress } from './copying.ts';
import { isEnding, type RunContext } from './context.ts';

/** Names that one rsync should have at least to link: starting it costs as much as so many. Where each call waits it is far fewer. */
const fewestNames = 1500;
const fewestNamesOfServer = 32;

/** All names of a file at the source that are to be one at the destination. */
export interface CrossingSet {
  readonly names: ByteName[];
  readonly bytes: number;
}

/**
 * Each hard-link set with names in more than one unit, or in one whose rsync could not link; without those that are one file at the
 * destination already.
 */
export function crossingLinks(units: Iterable<UnitProgress>): CrossingSet[] {
  const sets = new Map<string, CrossingSet & { firstUnit: number; crosses: boolean; theirs: string | null }>();
  for (const { unit, links, hardLinks } of units) {
    for (const { file, name, bytes, theirs } of links) {
      const set = sets.get(file);
      if (!set) {
        sets.set(file, { names: [name], bytes, firstUnit: unit.id, crosses: !hardLinks, theirs });
        continue;
      }
      set.names.push(name);
      set.crosses ||= set.firstUnit !== unit.id;
      if (set.theirs !== theirs) set.theirs = null;
    }
  }
  return [...sets.values()].filter((set) => set.crosses && set.theirs === null).map(({ names, bytes }) => ({ names, bytes }));
}

/**
 * Links at the destination what is linked at the source across units; each unit has linked the rest. On local disks workers do it themselves
 * where they can (worker/join-links.ts), else last rsyncs over every name of those sets, and over their folders, whose times they would change
 * otherwise. Several work side by side, each with sets of its own; a folder of more than one gets its time from the last. False where nothing
 * crosses.
 */
export async function linkAcrossUnits(context: RunContext, nextId: number): Promise<boolean> {
  const sets = crossingLinks(context.units);
  if (sets.length === 0 || isEnding(context)) return false;
  const isPlain = await linkable(context, sets.flatMap(({ names }) => names));
  const total = sets.reduce((sum, { names }) => sum + names.length, 0);
  const least = context.isLocal ? fewestNames : fewestNamesOfServer;
  const progresses = inShares(sets, Math.min(context.pool.size, Math.max(1, Math.floor(total / least)))).map((share, index) => {
    const names = share.flatMap((set) => set.names).filter(isPlain);
    const folders = [...new Set(names.map(parentOf))].filter((folder) => folder !== ROOT);
    const unit: Unit = {
      id: nextId + index, kind: 'links', folder: ROOT, names: [...folders, ...names], shares: [], entries: names.length,
      bytes: share.reduce((sum, { bytes }) => sum + bytes, 0), weight: 0, isNew: false, premade: 0, after: [],
    };
    return untried(unit);
  });
  context.tracker.known(progresses.map(({ unit }) => unit));
  for (const progress of progresses) context.units.add(progress);
  await Promise.all(progresses.map((progress) => copyUnit(context, progress)));
  return true;
}

/** Which names may be given to an rsync: through a symlink nothing is linked, and a folder in a name's place would end the whole call (see `judgeEnd`). */
async function linkable({ scout, job, units, isLocal }: RunContext, names: readonly ByteName[]): Promise<(name: ByteName) => boolean> {
  // Where all went well none of the names is a folder.
  const asked = [...units].every(({ state }) => state === 'done') ? [] : names;
  const { folders } = await scout().ask({ op: 'real-folders', destination: job.destination, isSlow: !isLocal, folders: [...new Set(names.map(parentOf)), ...asked] });
  const real = new Set(folders);
  return (name) => real.has(parentOf(name)) && !real.has(name);
}

/** Sets in so many shares of about as many names; those that follow one another stay together, as their folders mostly do. */
function inShares(sets: readonly CrossingSet[], count: number): CrossingSet[][] {
  const perShare = sets.reduce((sum, { names }) => sum + names.length, 0) / count;
  const shares: CrossingSet[][] = Array.from({ length: count }, () => []);
  let before = 0;
  for (const set of sets) {
    shares[Math.min(count - 1, Math.floor(before / perShare))]?.push(set);
    before += set.names.length;
  }
  return shares.filter((share) => share.length > 0);
}
