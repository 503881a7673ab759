import { chmod, lstat, open, readdir, rm, rmdir, unlink, utimes } from 'node:fs/promises';
import { errnoOf } from '../errno.ts';
import { createLanes, inFlight, type Lanes } from '../in-parallel.ts';

/** The time that older versions of files are given: 2001-09-09. */
const oldTime = new Date(1_000_000_000_000);
/** So much of the start of a file is another in its older version, bytes. */
const changedBytes = 4096;

/** Removes what is in a folder of ours, many names at once; only the names directly in it that are to be kept stay. Follows no symlink. */
export async function emptyFolder(folder: string, keep: readonly string[]): Promise<void> {
  await emptyIn(Buffer.from(folder), new Set(keep), createLanes(inFlight));
}

async function emptyIn(folder: Buffer, keep: ReadonlySet<string>, lanes: Lanes): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  await lanes.forEach(entries.filter(({ name }) => !keep.has(name.toString('latin1'))), async (entry) => {
    const path = below(folder, entry.name);
    if (!entry.isDirectory()) return gone(unlink(path));
    await makeWritable(path);
    await emptyIn(path, new Set(), lanes).catch(unlessGone);
    // Something may have been written there meanwhile.
    await gone(rmdir(path).catch((error: unknown) => {
      if (errnoOf(error) !== 'ENOTEMPTY') throw error;
      return rm(path, { recursive: true, force: true });
    }));
  });
}

/** Without root, a copied folder that may not be written cannot be emptied. */
async function makeWritable(path: Buffer): Promise<void> {
  if (process.getuid?.() !== 0) await chmod(path, 0o700);
}

function gone(work: Promise<void>): Promise<void> {
  return work.catch(unlessGone);
}

function unlessGone(error: unknown): void {
  if (errnoOf(error) !== 'ENOENT') throw error;
}

/** Calls `use` for every name below a folder that is no folder itself, many at once. */
async function forEachFile(folder: Buffer, lanes: Lanes, use: (path: Buffer) => Promise<void>): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  await lanes.forEach(entries, (entry) => {
    const path = below(folder, entry.name);
    return entry.isDirectory() ? forEachFile(path, lanes, use) : use(path);
  });
}

/** What is in a folder. `files`: all that is no folder. `old`: regular files with the time of an older version. */
export async function countFiles(folder: string): Promise<{ files: number; bytes: number; old: number }> {
  const count = { files: 0, bytes: 0, old: 0 };
  await forEachFile(Buffer.from(folder), createLanes(inFlight), async (path) => {
    const facts = await lstat(path);
    count.files++;
    if (!facts.isFile()) return;
    count.bytes += facts.size;
    if (facts.mtimeMs === oldTime.getTime()) count.old++;
  });
  return count;
}

/** Makes every regular file an older version of itself: its start is another, its size the same, its time `oldTime`. */
export async function ageFiles(folder: string): Promise<void> {
  await forEachFile(Buffer.from(folder), createLanes(inFlight), async (path) => {
    const facts = await lstat(path);
    if (!facts.isFile()) return;
    if ((facts.mode & 0o200) === 0) await chmod(path, 0o600);
    const file = await open(path, 'r+');
    try {
      const start = Buffer.alloc(Math.min(changedBytes, facts.size), 'x');
      if (start.length > 0) await file.write(start, 0, start.length, 0);
    } finally {
      await file.close();
    }
    await utimes(path, oldTime, oldTime);
  });
}

function below(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name]);
}
