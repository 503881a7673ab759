import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { CompareCall } from '../../../src-shared/worker-protocol.ts';
import { linkScanFor, unitCall, type CallContext } from '../rsync/args.ts';
import { compareCall } from '../rsync/compare.ts';
import { fillCall, seedCall, type SeedFacts } from '../rsync/seed.ts';
import type { Task } from './pool.ts';

export interface UnitMessageFacts extends SeedFacts {
  readonly remembers: CompareCall['remembers'];
  /** Both sides may be compared first: it has not failed before. */
  readonly mayCompare: boolean;
  /** Null: all of it. */
  readonly only: readonly ByteName[] | null;
  readonly isRoot: boolean;
  readonly scansLinks: boolean;
}

/** What a worker is asked to do for a unit: its rsync, with what goes before it where that pays. */
export function unitMessage(
  unit: Unit, call: CallContext, { isLocal, latencyMs, seedEntries, remembers, mayCompare, only, isRoot, scansLinks }: UnitMessageFacts,
): Omit<ReturnType<Task['message']>, 'cut' | 'reportChanges' | 'countChanges'> {
  const seedFacts = { isLocal, latencyMs, seedEntries };
  const fill = fillCall(unit, { ...call, ...seedFacts });
  const seed = seedCall(unit, { ...call, ...seedFacts });
  const compare = mayCompare ? compareCall(unit, { ...call, isLocal, remembers, isRoot, isFilled: fill !== null || seed !== null }) : null;
  return {
    call: unitCall(unit, call),
    fill,
    compare: compare && only ? { ...compare, names: [...only], depth: 'flat', mirror: false } : compare,
    seed,
    linkScan: scansLinks ? linkScanFor(unit, call) : null,
  };
}
