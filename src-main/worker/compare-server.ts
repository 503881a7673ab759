import { readlink } from 'node:fs/promises';
import { joinName, type ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import type { CompareWalk, Turn } from './compare.ts';
import type { ComparedNames, ComparisonBuilder } from './comparison.ts';
import { createInTurn, createLanes } from './in-parallel.ts';
import { createLookAll } from './look-all.ts';
import type { ListedName } from './list-names.ts';
import type { FindNativeCalls } from './native-calls.ts';
import { using, type SafeFolder } from './safe-folder.ts';

/** Folders read side by side. */
const readers = 32;
/** Names looked at by threads at the same time, of both sides: they leave some threads to those who read folders (ports.ts). */
const looks = 48;

/** Where calls wait for a server many of them wait at the same time. */
export function createServerWalk(call: CompareCall, comparison: ComparisonBuilder, turn: Turn, calls: FindNativeCalls): CompareWalk {
  const lanes = createLanes(readers);
  const inTurn = createInTurn(looks);
  const lookAtSource = createLookAll(inTurn, calls, { remembers: call.remembers.source });
  const lookAtDestination = createLookAll(inTurn, calls, { remembers: call.remembers.destination });
  let turned: Promise<void> | null = null;

  /** Compares names of one folder. `to` null: the destination has no such folder. */
  async function compareNames(from: SafeFolder, to: SafeFolder | null, names: readonly ByteName[], isInScope: boolean): Promise<ComparedNames> {
    const [ours, theirs] = await Promise.all([lookAtSource(from, names), to === null ? [] : lookAtDestination(to, names)]);
    const compared = comparison.names(from.path, names, ours, theirs, isInScope);
    if (to) {
      await Promise.all(compared.symlinks.map(async (name) => {
        if (!(await isSameTarget(from, to, name))) comparison.tell(from.path, name, { isInScope, changesFolder: true });
      }));
    }
    return compared;
  }

  async function compareFolder(from: SafeFolder, to: SafeFolder | null, isDeep: boolean): Promise<void> {
    await (turned ??= turn().finally(() => {
      turned = null;
    }));
    const [found, there] = await Promise.all([from.names(), to === null ? [] : to.names()]);
    const isMeant = ({ name, isFolder }: ListedName) => comparison.isCompared(joinName(from.path, name), isFolder);
    const wanted = (comparison.takesAll(from.path) ? found : found.filter(isMeant)).map(({ name }) => name);
    const { folders, there: both } = await compareNames(from, to, wanted, true);
    if (call.mirror && there.length > both) {
      const known = new Set(wanted);
      comparison.addStrangers(there.filter((each) => !known.has(each.name) && isMeant(each)).length);
    }
    if (isDeep) await lanes.forEach(folders, ({ name, isThere }) => compareChild(from, isThere ? to : null, name, true));
  }

  function compareChild(from: SafeFolder, to: SafeFolder | null, name: ByteName, isDeep: boolean): Promise<void> {
    return using(from.holdBelow(name), (child) => (to ? using(to.holdBelow(name), (other) => compareFolder(child, other, isDeep)) : compareFolder(child, null, isDeep)));
  }

  return {
    async names(from, to, names) {
      const { folders } = await compareNames(from, to, names, false);
      if (call.depth !== 'flat') await lanes.forEach(folders, ({ name, isThere }) => compareChild(from, isThere ? to : null, name, call.depth === 'deep'));
    },
    root: (from, to) => compareFolder(from, to, call.depth === 'deep'),
  };
}

async function isSameTarget(from: SafeFolder, to: SafeFolder, name: ByteName): Promise<boolean> {
  const [one, other] = await Promise.all([from, to].map((folder) => readlink(folder.at(name), { encoding: 'buffer' }))) as [Buffer, Buffer];
  return one.equals(other);
}
