import { stat } from 'node:fs/promises';
import { parentOf, lastOf, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import { createLocalWalk } from './compare-local.ts';
import { createServerWalk } from './compare-server.ts';
import { createComparison, isSame, type Comparison, type ComparisonBuilder } from './comparison.ts';
import type { FillContext } from './copy-file.ts';
import { factsOf } from './facts.ts';
import { createFillWalk } from './fill-local.ts';
import { heldFolder } from './held-folder.ts';
import { joinLinks } from './join-links.ts';
import type { FindNativeCalls, NativeCalls } from './native-calls.ts';
import { OnlyRsyncKnows, unlessOnlyRsyncKnows } from './only-rsync.ts';
import { holdRoot, using, withFolder, type SafeFolder } from './safe-folder.ts';

/** Awaited between folders: resolves when the comparison may go on, and rejects when it is to end. */
export type Turn = () => Promise<void>;

export interface CompareContext extends Omit<FillContext, 'calls'> {
  readonly calls: FindNativeCalls;
}

/** A way to look at both sides. */
export interface CompareWalk {
  /** Compares names of a folder, and what lies below those that are folders as deep as the call says. */
  names(from: SafeFolder, to: SafeFolder, names: readonly ByteName[]): Promise<void>;
  /** Compares all that lies in the root. */
  root(from: SafeFolder, to: SafeFolder): Promise<void>;
}

/**
 * Compares both sides of a unit, see `createComparison`; copies first what is new, or joins what are copies of one file, where the call says so.
 * Null where that cannot tell what rsync would do, and where something cannot be read. What `turn` rejects with is passed on.
 */
export async function compareUnit(call: CompareCall, context: CompareContext): Promise<Comparison | null> {
  const comparison = createComparison(call);

  async function compareRoot(walk: CompareWalk, from: SafeFolder, to: SafeFolder): Promise<void> {
    const [one, other] = await Promise.all([stat(call.source, { bigint: true }), stat(call.destination, { bigint: true })]);
    comparison.count(factsOf(one));
    if (call.depth !== 'flat') await walk.root(from, to);
    else if (!isSame(factsOf(one), factsOf(other), call)) comparison.differs(ROOT);
  }

  return unlessOnlyRsyncKnows(async () => {
    // At the destination all of the way must be real folders: nothing is read through a symlink.
    await using(holdRoot(call.source), (source) => using(holdRoot(call.destination), async (destination) => {
      if (call.joins) return joinLinks(call, { comparison, calls: nativeOf(context), turn: context.turn, source: heldFolder(source), destination: heldFolder(destination) });
      const walk = walkFor(call, comparison, context);
      for (const [parent, names] of Map.groupBy(call.names, (name) => (name === ROOT ? null : parentOf(name)))) {
        if (parent === null) await compareRoot(walk, source, destination);
        else await withFolder(source, parent, (from) => withFolder(destination, parent, (to) => walk.names(from, to, names.map(lastOf))));
      }
    }));
    return comparison.result();
  });
}

/** Throws `OnlyRsyncKnows` where there are none. */
function nativeOf({ calls }: Pick<CompareContext, 'calls'>): NativeCalls {
  const native = calls();
  if (native === null) throw new OnlyRsyncKnows();
  return native;
}

/** Throws `OnlyRsyncKnows` where there is none. */
function walkFor(call: CompareCall, comparison: ComparisonBuilder, { turn, calls, copied }: CompareContext): CompareWalk {
  if (!call.isLocal) return createServerWalk(call, comparison, turn, calls);
  const native = nativeOf({ calls });
  return call.fills ? createFillWalk(call, comparison, { turn, calls: native, copied }) : createLocalWalk(call, comparison, turn, native);
}
