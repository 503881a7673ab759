import { randomUUID } from 'node:crypto';
import { lstat, mkdir, rm, rmdir, stat, utimes } from 'node:fs/promises';
import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { KeptAttributes } from '../../../src-shared/kept-attributes.ts';
import type { LabAnswer } from '../../../src-shared/lab-protocol.ts';
import type { LockHolder } from '../../../src-shared/scout-protocol.ts';
import { OWN_FOLDER } from '../../core/rsync/args.ts';
import { errnoOf } from '../errno.ts';
import { lock, unlock } from '../lock.ts';
import { isStale, readHolder, writeHolder } from '../lock-file.ts';
import { holdRoot, type SafeFolder, withFolder } from '../safe-folder.ts';
import { emptyFolder } from './many-files.ts';
import { startGuard, type Guard } from './guard.ts';

/** In a scratch folder: who made it. Its time tells other machines that it is in use. */
const ownerName = 'owner' as ByteName;
const labName = 'lab' as ByteName;
const ownFolder = OWN_FOLDER as ByteName;
const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;

/** A scratch folder beside the data of a destination, on the same file system. */
export interface Scratch {
  /** Absolute. */
  readonly folder: string;
  /** A backup runs into the destination. */
  isLocked(): Promise<boolean>;
  /** Shows other machines that it is in use. */
  renew(): Promise<void>;
  /** Takes all away but the folders that are named. */
  clear(keep: readonly string[]): Promise<void>;
  /** Removes it, and the folders above it that are empty then. */
  remove(): Promise<void>;
}

export type Opened = { readonly state: 'open'; readonly scratch: Scratch; readonly keeps: KeptAttributes } | Extract<LabAnswer<'open'>, { state: 'held' }>;

/**
 * Makes `DEST/.daybreak/lab/ID`, where no backup runs into the destination and no other Lab is at work there; what Labs left that
 * are gone is removed first. Nothing else at the destination is touched: a `.daybreak` that was not there is gone again afterwards,
 * and the time of the root folder is what it was. Throws `AppError` as `lock` does.
 */
export async function openScratch(destination: string, holder: LockHolder): Promise<Opened> {
  const root = await holdRoot(destination);
  try {
    const before = await stat(root.at('.' as ByteName), { bigint: true });
    const taken = await lock(destination, holder);
    if (taken.state === 'held-by-other') return { state: 'held', by: 'run', holder: taken.holder };
    try {
      return await open(destination, root, holder, { rootTime: taken.madeFolder ? touchTime(before.mtimeNs) : null, keeps: taken.keeps });
    } finally {
      await unlock(destination, holder);
    }
  } finally {
    await root.close();
  }
}

async function open(destination: string, root: SafeFolder, holder: LockHolder, { rootTime, keeps }: { rootTime: string | null; keeps: KeptAttributes }): Promise<Opened> {
  return withFolder(root, ownFolder, async (own) => {
    await mkdir(own.at(labName), { mode: 0o700 }).catch(unlessThere);
    const lab = await own.enter(labName);
    try {
      const other = await sweepIn(lab, holder);
      if (other) return { state: 'held', by: 'lab', holder: other };
      const id = randomUUID() as string as ByteName;
      await mkdir(lab.at(id), { mode: 0o700 });
      const guard = await startGuard(lab, id, rootTime);
      const folder = `${destination}/${OWN_FOLDER}/${labName}/${id}`;
      try {
        const inside = await lab.enter(id);
        try {
          await writeHolder(inside, ownerName, holder);
        } finally {
          await inside.close();
        }
      } catch (thrown) {
        await guard.remove();
        throw thrown;
      }
      return { state: 'open', scratch: scratchAt(destination, folder, guard), keeps };
    } finally {
      await lab.close();
    }
  });
}

function scratchAt(destination: string, folder: string, guard: Guard): Scratch {
  return {
    folder,
    isLocked: () => lstat(`${destination}/${OWN_FOLDER}/lock`).then(() => true, () => false),
    async renew() {
      const now = new Date();
      await utimes(`${folder}/${ownerName}`, now, now);
    },
    clear: (keep) => emptyFolder(folder, [...keep, ownerName]),
    async remove() {
      // Many at once, where the guard would take one name after the other.
      await emptyFolder(folder, [ownerName]).catch(() => {});
      await guard.remove();
    },
  };
}

/** Removes what Labs left at this destination whose processes are gone. Touches nothing else there. */
export async function sweepScratch(destination: string, holder: LockHolder): Promise<void> {
  const root = await holdRoot(destination);
  try {
    const before = await stat(root.at('.' as ByteName));
    await withFolder(root, `${ownFolder}/${labName}` as ByteName, (lab) => sweepIn(lab, holder)).catch(unlessGone);
    await withFolder(root, ownFolder, (own) => rmdirEmpty(own, labName)).catch(unlessGone);
    if (await rmdirEmpty(root, ownFolder)) await utimes(root.at('.' as ByteName), before.atime, before.mtime);
  } finally {
    await root.close();
  }
}

/** Removes scratch folders of the dead; answers with who is at work in another one. */
async function sweepIn(lab: SafeFolder, holder: LockHolder): Promise<LockHolder | null> {
  for (const { name, isFolder } of await lab.names()) {
    if (!isFolder || !idPattern.test(name)) continue;
    const inside = await lab.enter(name).catch(() => null);
    if (!inside) continue;
    try {
      const owner = await readHolder(inside, ownerName);
      const mtimeMs = owner?.mtimeMs ?? (await stat(inside.at('.' as ByteName))).mtimeMs;
      if (!isStale({ holder: owner?.holder ?? null, mtimeMs }, holder, Date.now())) {
        if (owner?.holder) return owner.holder;
        continue;
      }
      await emptyFolder(inside.at('.' as ByteName).toString(), []);
    } finally {
      await inside.close();
    }
    await rm(lab.at(name), { recursive: true, force: true });
  }
  return null;
}

async function rmdirEmpty(folder: SafeFolder, name: ByteName): Promise<boolean> {
  return rmdir(folder.at(name)).then(() => true, () => false);
}

/** As touch(1) reads it with TZ=UTC, to the nanosecond. */
function touchTime(mtimeNs: bigint): string {
  const seconds = mtimeNs / 1_000_000_000n;
  const rest = (mtimeNs % 1_000_000_000n).toString().padStart(9, '0');
  return new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/u, `.${rest}Z`);
}

function unlessThere(error: unknown): void {
  if (errnoOf(error) !== 'EEXIST') throw error;
}

function unlessGone(error: unknown): void {
  if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR' && errnoOf(error) !== 'ELOOP') throw error;
}
