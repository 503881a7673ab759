import { lastOf, parentOf, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import type { Turn } from './compare.ts';
import { isSame, type ComparisonBuilder } from './comparison.ts';
import { identityOf, isFolder, isSameVersion, type Facts } from './facts.ts';
import { createFolderTrail, targetOf, type HeldFolder } from './held-folder.ts';
import type { NativeCalls } from './native-calls.ts';
import { OnlyRsyncKnows } from './only-rsync.ts';
import { temporaryPrefix } from './temps.ts';

export interface JoinContext {
  readonly comparison: ComparisonBuilder;
  readonly calls: NativeCalls;
  readonly turn: Turn;
  /** Both roots. */
  readonly source: HeldFolder;
  readonly destination: HeldFolder;
}

/** A copy that others become names of. */
interface FirstCopy {
  readonly path: ByteName;
  readonly facts: Facts;
}

/** Folders between two turns: some milliseconds. */
const mostAtOnce = 64;

/**
 * Makes the names of one file at the source names of one file at the destination, where each unit has made a copy of its own, and compares
 * what is there then. Touches only copies that look like the source, and each is replaced in one moment. Folders get their times back. What
 * cannot be joined stays as it is, and differs: it is for rsync to link. Throws `OnlyRsyncKnows` where a folder cannot be opened.
 */
export async function joinLinks(call: CompareCall, { comparison, calls, turn, source, destination }: JoinContext): Promise<void> {
  const firsts = new Map<string, FirstCopy>();
  const ours = createFolderTrail(calls, source);
  const theirs = createFolderTrail(calls, destination);
  const theirFirsts = createFolderTrail(calls, destination);
  // Neighbours one after the other, so that little of the way is opened again.
  const groups = [...Map.groupBy(call.names, parentOf)].sort(([one], [other]) => (one < other ? -1 : 1));

  /** True where the folder of the name has changed. */
  function join(from: number, to: number, path: ByteName): boolean {
    const name = lastOf(path);
    const one = calls.look(from, name);
    const other = calls.look(to, name);
    if (!one || !other || isFolder(one) || one.links < 2 || !isSame(one, other, call)) return false;
    const first = firsts.get(identityOf(one));
    if (!first) {
      firsts.set(identityOf(one), { path, facts: other });
      return false;
    }
    // The source may have changed between the two copies, within the second that looks the same.
    if (identityOf(first.facts) === identityOf(other) || !isSameVersion(first.facts, other)) return false;
    return replace(to, name, first.path);
  }

  function replace(to: number, name: ByteName, first: ByteName): boolean {
    const temporary = temporaryName(name);
    const folder = theirFirsts.enter(parentOf(first));
    if (folder === null || !calls.link(folder, lastOf(first), to, temporary)) return false;
    if (!calls.rename(to, temporary, name)) calls.unlink(to, temporary);
    return true;
  }

  function joinIn(from: number, to: number, parent: ByteName, paths: readonly ByteName[]): void {
    const changed = paths.map((path) => join(from, to, path)).includes(true);
    // The root gets its time at the end of the run.
    if (changed && parent !== ROOT) calls.setTime(to, calls.lookAt(from));
  }

  function compareIn(from: number, to: number, parent: ByteName, paths: readonly ByteName[]): void {
    const names = paths.map(lastOf);
    const { symlinks } = comparison.names(parent, names, names.map((name) => calls.look(from, name)), names.map((name) => calls.look(to, name)), false);
    for (const name of symlinks) if (!targetOf(from, name).equals(targetOf(to, name))) comparison.tell(parent, name, { isInScope: false, changesFolder: true });
  }

  async function inEachFolder(work: typeof joinIn): Promise<void> {
    for (const [index, [parent, paths]] of groups.entries()) {
      if (index % mostAtOnce === 0) await turn();
      const from = ours.enter(parent);
      const to = theirs.enter(parent);
      if (from === null || to === null) throw new OnlyRsyncKnows();
      work(from, to, parent, paths);
    }
  }

  try {
    await inEachFolder(joinIn);
    await inEachFolder(compareIn);
  } finally {
    for (const trail of [ours, theirs, theirFirsts]) trail.close();
  }
}

/** One that is swept as rsync's are, should this process be killed right now (temps.ts). */
function temporaryName(name: ByteName): ByteName {
  return `${temporaryPrefix(name)}.${Math.random().toString(36).slice(2, 8).padEnd(6, '0')}` as ByteName;
}
