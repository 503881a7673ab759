import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { CompareCall } from '../../../src-shared/worker-protocol.ts';
import { linkScanFor, unitCall, type CallContext } from '../rsync/args.ts';
import { compareCall } from '../rsync/compare.ts';
import { fillCall, fillsItself, type FillFacts } from '../rsync/fill.ts';
import type { Task } from './pool.ts';

export interface UnitMessageFacts extends FillFacts {
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
  unit: Unit, call: CallContext, { isLocal, latencyMs, remembers, mayCompare, only, isRoot, scansLinks }: UnitMessageFacts,
): Omit<ReturnType<Task['message']>, 'cut' | 'reportChanges' | 'countChanges'> {
  const fill = fillCall(unit, { ...call, isLocal, latencyMs });
  const isFilled = fill ? 'by cp' : fillsItself(unit, call, isLocal) && 'by worker';
  const compare = mayCompare ? compareCall(unit, { ...call, isLocal, remembers, isRoot, isFilled }) : null;
  return {
    call: unitCall(unit, call),
    fill,
    compare: compare && only ? { ...compare, names: [...only], depth: 'flat', mirror: false } : compare,
    linkScan: scansLinks ? linkScanFor(unit, call) : null,
  };
}
