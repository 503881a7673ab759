import { lstat, mkdir, realpath, rename, rmdir, unlink } from 'node:fs/promises';
import { joinName, lastOf, parentOf, type ByteName } from '../../src-shared/byte-name.ts';
import type { CutFile } from '../../src-shared/cut-file.ts';
import type { CutCall } from '../../src-shared/worker-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { toBytes } from '../core/rsync/byte-name.ts';
import { bootId } from '../core/rsync/process-identity.ts';
import { errnoOf } from './errno.ts';
import { filesWrittenBy } from './open-files.ts';
import { holdRoot, withFolder, type SafeFolder } from './safe-folder.ts';

/** What rsync appends to the name of a temporary file, after a dot: six letters or digits, as mkstemp(3) draws them. */
const temporaryName = /^\.(.+)\.[A-Za-z0-9]{6}$/su;

type Place = Pick<CutCall, 'source' | 'destination' | 'job'>;

function folderOf(job: string): ByteName {
  return `${OWN_FOLDER}/partial/${job}` as ByteName;
}

/**
 * Takes the large files that an rsync writes just now out of its reach, right before it is ended: it would remove its
 * temporary file, and leave one that it writes in place looking like a copy. It goes on writing to them until it has ended;
 * `sizeOf` tells how far it came. Never rejects: what cannot be kept begins anew.
 */
export async function setAside(pid: number, call: CutCall): Promise<Omit<CutFile, 'bytes'>[]> {
  const kept: Omit<CutFile, 'bytes'>[] = [];
  try {
    const names = await filesWrittenBy(pid, await realpath(call.destination));
    if (names.length === 0) return [];
    const root = await holdRoot(call.destination);
    try {
      for (const name of names) {
        const file = await keepAside(root, name, call);
        if (file) kept.push(file);
      }
    } finally {
      await root.close();
    }
  } catch {
    // Without it the file is copied from its beginning.
  }
  return kept;
}

async function keepAside(root: SafeFolder, written: ByteName, call: CutCall): Promise<Omit<CutFile, 'bytes'> | null> {
  const folder = parentOf(written);
  if (written.startsWith(`${OWN_FOLDER}/`)) return null;
  return withFolder(root, folder, async (held) => {
    const path = held.at(lastOf(written));
    const facts = await lstat(path);
    if (!facts.isFile() || facts.nlink !== 1 || facts.size < call.leastBytes) return null;
    const source = await originalOf(call.source, written, facts.size);
    if (!source || await isTaken(held, source.name, written)) return null;
    // The global one: node:crypto takes each worker 8 ms to load.
    const kept = crypto.randomUUID();
    await inPartialFolder(root, call.job, (aside) => rename(path, aside.at(kept as ByteName)));
    return { ...source, kept, bootId: bootId() };
  });
}

/** A file that was there before is not gone on with: what is kept is only ever put where nothing is. */
async function isTaken(folder: SafeFolder, name: ByteName, written: ByteName): Promise<boolean> {
  return name !== written && await sizeAt(folder.at(lastOf(name))) !== null;
}

/** The file at the source that is being copied: the name itself where it is written in place, else by rsync's temporary name. */
async function originalOf(source: string, written: ByteName, bytes: number): Promise<Pick<CutFile, 'name' | 'sourceBytes' | 'sourceMtimeNs'> | null> {
  const base = temporaryName.exec(lastOf(written))?.[1];
  // The leading dot of a hidden file is not doubled (get_tmpname in rsync's receiver.c).
  const names = base === undefined ? [] : [base, `.${base}`].map((name) => joinName(parentOf(written), name as ByteName));
  const found = [];
  for (const name of [written, ...names]) {
    const facts = await lstat(at(source, name), { bigint: true }).catch(() => null);
    if (facts?.isFile() === true && facts.size > bytes) found.push({ name, sourceBytes: Number(facts.size), sourceMtimeNs: String(facts.mtimeNs) });
  }
  return found.length === 1 ? found[0]! : null;
}

/** Bytes of a file that was set aside, once its rsync has ended; null where it is not there. */
export async function sizeOf({ destination, job }: Place, kept: string): Promise<number | null> {
  return inRoot(destination, (root) => withFolder(root, folderOf(job), (aside) => sizeAt(aside.at(kept as ByteName)))).catch(() => null);
}

/**
 * Puts a file that was set aside into its place, for rsync to go on with: true when it is there. Where the source has another
 * file by now, or something stands in its place, nothing is changed, but what was kept is removed: it has no use any more.
 */
export async function putBack(place: Place, file: CutFile): Promise<boolean> {
  try {
    return await inRoot(place.destination, (root) => withFolder(root, folderOf(place.job), async (aside) => {
      const path = aside.at(file.kept as ByteName);
      const source = await lstat(at(place.source, file.name), { bigint: true }).catch(() => null);
      const isSame = source?.isFile() === true && source.size === BigInt(file.sourceBytes) && String(source.mtimeNs) === file.sourceMtimeNs;
      if (!isSame || await sizeAt(path) !== file.bytes) {
        await unlink(path);
        return false;
      }
      return withFolder(root, parentOf(file.name), async (folder) => {
        const target = folder.at(lastOf(file.name));
        if (await sizeAt(target) !== null) {
          await unlink(path);
          return false;
        }
        await rename(path, target);
        return true;
      });
    }));
  } catch {
    return false;
  }
}

/** Removes what is kept for a job but these, and the folders that are empty then. Never passes a symlink. */
export async function clearKept(destination: string, job: string, keep: readonly string[]): Promise<void> {
  await inRoot(destination, async (root) => {
    await withFolder(root, folderOf(job), async (aside) => {
      for (const { name, isFolder } of await aside.names()) {
        if (!isFolder && !keep.includes(name)) await unlink(aside.at(name));
      }
    });
    await withFolder(root, parentOf(folderOf(job)), (partial) => removeEmpty(partial, job as ByteName));
    await withFolder(root, OWN_FOLDER as ByteName, (own) => removeEmpty(own, 'partial' as ByteName));
  }).catch((error: unknown) => {
    if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error))) throw error;
  });
}

async function removeEmpty(folder: SafeFolder, name: ByteName): Promise<void> {
  await rmdir(folder.at(name)).catch((error: unknown) => {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errnoOf(error))) throw error;
  });
}

/** Holds the job's folder for what was cut off; makes it, its owner's alone, but not Daybreak's own folder: a lock lies there. */
async function inPartialFolder(root: SafeFolder, job: string, use: (aside: SafeFolder) => Promise<void>): Promise<void> {
  const [own, partial] = folderOf(job).split('/') as [ByteName, ByteName];
  await withFolder(root, own, (folder) => makeIn(folder, partial));
  await withFolder(root, joinName(own, partial), (folder) => makeIn(folder, job as ByteName));
  await withFolder(root, folderOf(job), use);
}

async function makeIn(folder: SafeFolder, name: ByteName): Promise<void> {
  await mkdir(folder.at(name), { mode: 0o700 }).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw error;
  });
}

async function inRoot<Result>(destination: string, use: (root: SafeFolder) => Promise<Result>): Promise<Result> {
  const root = await holdRoot(destination);
  try {
    return await use(root);
  } finally {
    await root.close();
  }
}

/** The size of a regular file; -1 for anything else, null where there is nothing. */
async function sizeAt(path: Buffer): Promise<number | null> {
  const facts = await lstat(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  });
  return facts === null ? null : facts.isFile() && facts.nlink === 1 ? facts.size : -1;
}

function at(root: string, name: ByteName): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), toBytes(name)]);
}
