import { lstat, mkdir, open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { joinName, lastOf, parentOf, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import { AppError } from '../../src-shared/errors.ts';
import { isAtOrInside } from '../../src-shared/path-inside.ts';
import type { ScoutAnswer, ScoutRequest } from '../../src-shared/scout-protocol.ts';
import { errnoOf, reasonOf } from './errno.ts';
import { holdRoot, usualHold, type HoldBy, type SafeFolder } from './safe-folder.ts';
import { inTrash, refuseOutside } from './trash.ts';

/** Bytes compared at once. */
const block = 256 * 1024;

/** A walk through what is to be restored, with what stands in the target beside it. */
interface Planning {
  readonly skip: number;
  readonly most: number;
  readonly names: Set<ByteName>;
  files: number;
  kept: number;
  /** Files seen so far. */
  seen: number;
  isFull: boolean;
}

/** A folder of the trash and its place in the target: held, missing, or taken by something that is no folder. */
interface Pair {
  readonly trash: SafeFolder;
  readonly target: SafeFolder | 'missing' | 'taken';
}

/**
 * Works out what a restore would make: names that the target lacks, each folder before what lies in it. What is there as the
 * same file (by content, or where a link leads) needs nothing; what is not the same is counted as kept. Neither side is left
 * through a symlink. Throws `AppError`: invalid-input for names or targets that must not be, not-found for a name that is not
 * there, permission.
 */
export async function planRestore(
  { destination, folder, names, target, skip, most }: Extract<ScoutRequest, { op: 'plan-restore' }>, by: HoldBy = usualHold(),
): Promise<ScoutAnswer<'plan-restore'>> {
  for (const name of names) refuseOutside(name);
  await makeTarget(target, destination);
  const run: Planning = { skip, most, names: new Set(), files: 0, kept: 0, seen: 0, isFull: false };
  await inTrash(destination, folder, ROOT, by, async (trash) => {
    const root = await holdRoot(target, by);
    try {
      for (const name of outermost(names)) {
        if (run.isFull) break;
        await goDown(run, { trash, target: root }, parentOf(name), lastOf(name));
      }
    } finally {
      await root.close();
    }
  });
  return { names: [...run.names], files: run.files, kept: run.kept, next: run.seen, isAll: !run.isFull };
}

async function makeTarget(target: string, destination: string): Promise<void> {
  try {
    await mkdir(target, { recursive: true });
    if (!isAtOrInside(await realpath(target), await realpath(destination))) return;
  } catch (error) {
    throw new AppError({
      kind: errnoOf(error) === 'EEXIST' || errnoOf(error) === 'ENOTDIR' ? 'invalid-input' : 'permission',
      message: `${target} cannot be used: ${errnoOf(error) === 'EEXIST' ? 'it is not a folder' : reasonOf(error)}`,
      hint: 'Choose another folder.',
    });
  }
  throw new AppError({
    kind: 'invalid-input', message: `${target} lies in the backup itself.`, hint: 'Choose a folder outside of it: the next run could delete what is put there.',
  });
}

/** Names that no other name holds, in their order, so that nothing is met twice. */
function outermost(names: readonly ByteName[]): ByteName[] {
  const chosen = new Set(names);
  return [...chosen].sort().filter((name) => {
    for (let parent = parentOf(name); parent !== ROOT; parent = parentOf(parent)) if (chosen.has(parent)) return false;
    return true;
  });
}

/** Down to the folder a chosen name lies in; folders on the way that the target lacks are made as they are in the trash. */
async function goDown(run: Planning, pair: Pair, path: ByteName, last: ByteName): Promise<void> {
  if (path === ROOT) return visit(run, pair, ROOT, last);
  const parts = path.split('/') as ByteName[];
  const step = async (here: Pair, depth: number): Promise<void> => {
    const part = parts[depth];
    if (part === undefined) return visit(run, here, path, last);
    await below(run, here, parts.slice(0, depth).join('/') as ByteName, part, (next) => step(next, depth + 1));
  };
  return step(pair, 0);
}

/** One name in the folder `path`, with all below it. */
async function visit(run: Planning, pair: Pair, path: ByteName, last: ByteName): Promise<void> {
  if (run.isFull) return;
  const facts = await lstat(pair.trash.at(last), { bigint: true }).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new AppError({ kind: 'not-found', message: 'A name is not in the trash any more.', hint: 'Look at the trash again.' });
  });
  if (!facts.isDirectory()) return visitFile(run, pair, path, last, facts);
  await below(run, pair, path, last, async (next) => {
    const names = (await next.trash.names()).map(({ name }) => name).sort();
    for (const name of names) await visit(run, next, joinName(path, last), name);
  });
}

/** Enters a folder on both sides. It is noted where the target lacks it, once. */
async function below(run: Planning, { trash, target }: Pair, path: ByteName, last: ByteName, use: (pair: Pair) => Promise<void>): Promise<void> {
  const inner = await trash.enter(last);
  let place: Pair['target'] = target;
  try {
    if (typeof target !== 'string') {
      place = await target.enter(last).catch((error: unknown): Pair['target'] => {
        if (errnoOf(error) === 'ENOENT') return 'missing';
        if (errnoOf(error) === 'ENOTDIR' || errnoOf(error) === 'ELOOP') return 'taken';
        throw error;
      });
    }
    const name = joinName(path, last);
    if (place === 'missing' && !run.isFull) run.names.add(name);
    await use({ trash: inner, target: place });
  } finally {
    if (typeof place !== 'string') await place.close();
    await inner.close();
  }
}

async function visitFile(run: Planning, { trash, target }: Pair, path: ByteName, last: ByteName, facts: BigIntStats): Promise<void> {
  if (run.names.size >= run.most) {
    run.isFull = true;
    return;
  }
  run.seen++;
  if (run.seen <= run.skip) return;
  const there = typeof target === 'string' ? null : await lstat(target.at(last), { bigint: true }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (target === 'missing' || (target !== 'taken' && !there)) {
    run.names.add(joinName(path, last));
    run.files++;
  } else if (typeof target === 'string' || !there || !(await isSame(trash.at(last), facts, target.at(last), there))) {
    run.kept++;
  }
}

async function isSame(one: Buffer, facts: BigIntStats, other: Buffer, there: BigIntStats): Promise<boolean> {
  if (facts.isSymbolicLink() && there.isSymbolicLink()) {
    const [leads, alsoLeads] = await Promise.all([readlink(one, 'buffer'), readlink(other, 'buffer')]);
    return leads.equals(alsoLeads);
  }
  if (!facts.isFile() || !there.isFile() || facts.size !== there.size) return false;
  const first = await open(one, 'r');
  try {
    const second = await open(other, 'r');
    try {
      return await holdTheSame(first, second);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

async function holdTheSame(first: FileHandle, second: FileHandle): Promise<boolean> {
  const [one, other] = [Buffer.alloc(block), Buffer.alloc(block)];
  for (let at = 0; ; at += block) {
    const [read, alsoRead] = await Promise.all([first.read(one, 0, block, at), second.read(other, 0, block, at)]);
    if (read.bytesRead !== alsoRead.bytesRead || !one.subarray(0, read.bytesRead).equals(other.subarray(0, alsoRead.bytesRead))) return false;
    if (read.bytesRead < block) return true;
  }
}
