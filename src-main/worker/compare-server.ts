import { readlink } from 'node:fs/promises';
import { joinName, type ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import type { CompareWalk, Turn } from './compare.ts';
import type { ComparedFolder, ComparisonBuilder } from './comparison.ts';
import { createInTurn, createLanes } from './in-parallel.ts';
import { createLookAll } from './look-all.ts';
import { using, type Named, type SafeFolder } from './safe-folder.ts';

/** Folders read side by side. */
const readers = 32;
/** Names looked at by threads at the same time, of both sides: they leave some threads to those who read folders (ports.ts). */
const looks = 48;

/** Where calls wait for a server many of them wait at the same time. */
export function createServerWalk(call: CompareCall, comparison: ComparisonBuilder, turn: Turn): CompareWalk {
  const lanes = createLanes(readers);
  const inTurn = createInTurn(looks);
  const lookAtSource = createLookAll(inTurn);
  const lookAtDestination = createLookAll(inTurn);
  let turned: Promise<void> | null = null;

  /** Compares names of one folder; returns those that are folders. `to` null: the destination has no such folder. */
  async function compareNames(from: SafeFolder, to: SafeFolder | null, names: readonly ByteName[], isInScope: boolean): Promise<ComparedFolder[]> {
    const [ours, theirs] = await Promise.all([lookAtSource(from, names), to === null ? [] : lookAtDestination(to, names)]);
    const { folders, symlinks } = comparison.names(from.path, names, ours, theirs, isInScope);
    if (to) {
      await Promise.all(symlinks.map(async (name) => {
        if (!(await isSameTarget(from, to, name))) comparison.tell(from.path, name, { isInScope, changesFolder: true });
      }));
    }
    return folders;
  }

  async function compareFolder(from: SafeFolder, to: SafeFolder | null, isDeep: boolean): Promise<void> {
    await (turned ??= turn().finally(() => {
      turned = null;
    }));
    const [found, there] = await Promise.all([from.names(), to === null ? [] : to.names()]);
    const wanted = found.filter(({ name, isFolder }) => comparison.isCompared(joinName(from.path, name), isFolder)).map(({ name }) => name);
    if (call.mirror) comparison.addStrangers(countStrangers(from.path, wanted, there));
    const folders = await compareNames(from, to, wanted, true);
    if (isDeep) await lanes.forEach(folders, ({ name, isThere }) => compareChild(from, isThere ? to : null, name, true));
  }

  function countStrangers(folder: ByteName, wanted: readonly ByteName[], there: readonly Named[]): number {
    if (there.length === 0) return 0;
    const known = new Set(wanted);
    return there.filter(({ name, isFolder }) => !known.has(name) && comparison.isCompared(joinName(folder, name), isFolder)).length;
  }

  function compareChild(from: SafeFolder, to: SafeFolder | null, name: ByteName, isDeep: boolean): Promise<void> {
    return using(from.enter(name), (child) => (to ? using(to.enter(name), (other) => compareFolder(child, other, isDeep)) : compareFolder(child, null, isDeep)));
  }

  return {
    async names(from, to, names) {
      const folders = await compareNames(from, to, names, false);
      if (call.depth !== 'flat') await lanes.forEach(folders, ({ name, isThere }) => compareChild(from, isThere ? to : null, name, call.depth === 'deep'));
    },
    root: (from, to) => compareFolder(from, to, call.depth === 'deep'),
  };
}

async function isSameTarget(from: SafeFolder, to: SafeFolder, name: ByteName): Promise<boolean> {
  const [one, other] = await Promise.all([from, to].map((folder) => readlink(folder.at(name), { encoding: 'buffer' }))) as [Buffer, Buffer];
  return one.equals(other);
}
