import { parentOf, ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { copyUnit, untried, type UnitProgress } from './copying.ts';
import { isEnding, type RunContext } from './context.ts';

/**
 * Every name of each hard-link set with names in more than one unit, or in one whose rsync could not link; without the sets that
 * are one file at the destination already.
 */
export function crossingLinks(units: Iterable<UnitProgress>): { names: ByteName[]; bytes: number } {
  const sets = new Map<string, { names: ByteName[]; bytes: number; firstUnit: number; crosses: boolean; theirs: string | null }>();
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
  const crossing = [...sets.values()].filter((set) => set.crosses && set.theirs === null);
  return { names: crossing.flatMap((set) => set.names), bytes: crossing.reduce((sum, set) => sum + set.bytes, 0) };
}

/**
 * Links at the destination what is linked at the source across units: one last rsync over every name of those sets, and
 * over their folders, whose times it would change otherwise. Each unit's own rsync has linked the rest. False where nothing crosses.
 */
export async function linkAcrossUnits(context: RunContext, nextId: number): Promise<boolean> {
  const crossing = crossingLinks(context.units);
  if (crossing.names.length === 0 || isEnding(context)) return false;
  const { names } = crossing;
  const parents = [...new Set(names.map(parentOf))];
  const { folders } = await context.scout().ask({ op: 'real-folders', destination: context.job.destination, folders: [...parents, ...names] });
  const real = new Set(folders);
  // Through a symlink nothing is linked, and a folder in a name's place would end the whole call (see `judgeEnd`).
  const linked = names.filter((name) => real.has(parentOf(name)) && !real.has(name));
  const listed = parents.filter((folder) => folder !== ROOT && real.has(folder));
  const unit: Unit = {
    id: nextId, kind: 'links', folder: ROOT, names: [...listed, ...linked], shares: [], entries: linked.length,
    bytes: crossing.bytes,
    weight: 0, isNew: false, premade: 0, after: [],
  };
  const progress = untried(unit);
  context.tracker.known([unit]);
  context.units.add(progress);
  await copyUnit(context, progress);
  return true;
}
