import { lstat } from 'node:fs/promises';
import { ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { RemovalCheck } from '../../src-shared/scout-protocol.ts';
import { createLanes, forEachInParallel, inFlight, type Lanes } from './in-parallel.ts';
import { enterSource, isAbsence, leaveSource, namesBelow, type RemovalNode, type SourcePlace } from './removal-tree.ts';
import type { SafeFolder } from './safe-folder.ts';

/** Looks at all that is listed; what could not be looked at has no check. Both roots stay open. */
export async function checkListed(
  root: RemovalNode,
  destination: SafeFolder,
  source: SafeFolder,
): Promise<{ checks: Map<ByteName, RemovalCheck>; emptied: ByteName[] }> {
  const run: Checking = { checks: new Map(), emptied: [], lanes: createLanes(inFlight) };
  await checkFolder(run, root, destination, { folder: source, missing: null });
  return run;
}

/** What is said of a name that could not be looked at: it must stay. */
export function untold(name: ByteName): RemovalCheck {
  return { name, bytes: 0, goneAtSource: false, there: true };
}

interface Checking {
  readonly checks: Map<ByteName, RemovalCheck>;
  readonly emptied: ByteName[];
  readonly lanes: Lanes;
}

async function checkFolder(run: Checking, node: RemovalNode, folder: SafeFolder, source: SourcePlace): Promise<void> {
  await forEachInParallel([...node.entries], inFlight, async ([last, { name, isFolder }]) => {
    const [there, goneAtSource] = await Promise.all([
      lstat(folder.at(last)).catch((error: unknown) => (isAbsence(error) ? null : ('unknown' as const))),
      isGone(source, last, isFolder),
    ]);
    const isThere = there === 'unknown' || (there !== null && there.isDirectory() === isFolder);
    const bytes = there !== null && there !== 'unknown' && isThere && there.isFile() ? there.size : 0;
    run.checks.set(name, { name, goneAtSource, there: isThere, bytes });
  });
  if (node.path !== ROOT && (await isEmptied(run, node, folder))) run.emptied.push(node.path);
  await run.lanes.forEach(node.children, ([name, child]) => checkChild(run, child, name, folder, source));
}

/** Whether the folder stays and nothing in it does. */
async function isEmptied({ checks }: Checking, { entries, path }: RemovalNode, folder: SafeFolder): Promise<boolean> {
  const own = checks.get(path);
  if (entries.size === 0 || (own?.there && own.goneAtSource)) return false;
  const names = await folder.names().catch(() => null);
  return (
    names !== null
    && names.length > 0
    && names.every(({ name }) => {
      const entry = entries.get(name);
      return entry !== undefined && checks.get(entry.name)?.goneAtSource === true;
    })
  );
}

/** Never rejects: what cannot be looked at is left with what `untold` says. */
async function checkChild(
  run: Checking,
  child: RemovalNode,
  name: ByteName,
  folder: SafeFolder,
  source: SourcePlace,
): Promise<void> {
  let below: SafeFolder;
  try {
    below = await folder.enter(name);
  } catch (error) {
    if (isAbsence(error)) for (const gone of namesBelow(child)) run.checks.set(gone, { ...untold(gone), there: false });
    return;
  }
  try {
    const sourceBelow = await enterSource(source, name);
    try {
      await checkFolder(run, child, below, sourceBelow);
    } finally {
      await leaveSource(sourceBelow, source);
    }
  } catch {
    // The source does not tell: nothing below may be removed.
  } finally {
    await below.close();
  }
}

async function isGone(source: SourcePlace, last: ByteName, isFolder: boolean): Promise<boolean> {
  if (source.missing !== null) return true;
  try {
    await source.folder.confirm();
    return (await lstat(source.folder.at(last))).isDirectory() !== isFolder;
  } catch (error) {
    return isAbsence(error);
  }
}
