import { realpath } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors.ts';
import type { Passport } from '../../src-shared/passport.ts';
import type { Change } from '../../src-shared/rsync-result.ts';
import type { ScoutAnswer } from '../../src-shared/scout-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { reasonOf } from './errno.ts';
import { createLanes, inFlight } from './in-parallel.ts';
import { openKept } from './kept-files.ts';
import { checkListed, untold } from './removal-check.ts';
import { removalTree } from './removal-tree.ts';
import { watchRemoval } from './removal-watch.ts';
import { removeListed, type Removing } from './removal-work.ts';
import { holdRoot, usualHold, type HoldBy, type SafeFolder } from './safe-folder.ts';

/**
 * How listed removals stand on both sides now, in the order they were given. No symlink is followed below the roots: what
 * lies behind a symlink at the source is not in the transfer, so it counts as gone.
 *
 * `goneAtSource` is true only where the source surely lacks the name, or has a folder where something else was listed or
 * the reverse; when the source cannot be read there it is false. `there` is false where the destination has no such name,
 * or of the other type: then there is nothing to remove. `bytes` is the size at the destination, of files only.
 *
 * `emptied`: folders that are not listed but of which every name is listed and gone at the source. That is what an
 * empty listing from a sick server looks like.
 *
 * Throws `AppError` (source-missing, destination-unreachable) where a root cannot be opened, and (internal) for a name
 * that leads out of the root.
 */
export async function checkRemovals(
  source: string,
  destination: string,
  removals: readonly Pick<Change, 'name' | 'isFolder'>[],
  by: HoldBy = usualHold(),
): Promise<ScoutAnswer<'check-removals'>> {
  const { root } = removalTree(removals);
  const sourceRoot = await openSide(source, 'source', by);
  try {
    const destinationRoot = await openSide(destination, 'destination', by);
    try {
      const { checks, emptied } = await checkListed(root, destinationRoot, sourceRoot);
      return { checks: removals.map(({ name }) => checks.get(name) ?? untold(name)), emptied };
    } finally {
      await destinationRoot.close();
    }
  } finally {
    await sourceRoot.close();
  }
}

/** What is to be removed, and how. */
export interface RemoveRequest {
  readonly source: string;
  readonly destination: string;
  readonly removals: readonly Change[];
  /** Absolute folder into which files are moved instead of being removed, or null. */
  readonly backupDir: string | null;
  /** With `--backup` and no backup folder: files stay beside their place as `name~`. */
  readonly keepBeside?: boolean | undefined;
  /** How both sides were mounted when the run began (null: not known); without them, as when this call begins. */
  readonly passports?: { readonly source: Passport | null; readonly destination: Passport | null } | undefined;
}

/**
 * Removes exactly the listed names from the destination, what lies deepest first.
 *
 * A name is removed only if, right before, the source lacks it (or has it as the other of folder and not-a-folder) and
 * the destination has it as it was listed (folder or not). A name that is gone from the destination already is passed
 * over in silence. Folders are removed only when empty. No symlink is followed on either side below the roots, even one
 * put there meanwhile; the root itself and `.daybreak` are never touched.
 *
 * With `backupDir` what is not a folder is moved to the same path below it, over what was kept there before; folders are
 * made there only to hold something, with the mode and owner of the original (as rsync does with --backup-dir); both must
 * lie on one file system. With `keepBeside` it is renamed to `name~` (rsync --backup); a folder that holds such files
 * stays without being a failure.
 *
 * What cannot be removed is in `failed`, with the reason. Folders that lost
 * a name and still stand have a new time afterwards: copying their level once more gives them the source's again. Without
 * root, a folder of ours without owner write is made writable meanwhile, as rsync does.
 *
 * Throws `AppError` and stops at once: source-missing, source-empty, destination-unreachable; passport-mismatch when a
 * root is another folder than when the call began, or a mount at or inside it is not as in the passports; internal for a
 * name that leads out of the root (then nothing was touched). The detail tells how many names had been removed.
 */
export async function remove(request: RemoveRequest, by: HoldBy = usualHold()): Promise<ScoutAnswer<'remove'>> {
  const { root, refused } = removalTree(request.removals);
  const source = await openSide(request.source, 'source', by);
  try {
    await refuseEmpty(source, request.source);
    const destination = await openSide(request.destination, 'destination', by);
    try {
      const kept = request.backupDir === null ? null : await openKept(request.backupDir, request.destination, by);
      try {
        const watch = await watchRemoval([
          await sideOf('source', request, source),
          await sideOf('destination', request, destination),
        ]);
        const run: Removing = {
          watch,
          kept,
          keepBeside: request.keepBeside ?? false,
          failed: [],
          removed: 0,
          stop: null,
          lanes: createLanes(inFlight),
        };
        for (const name of refused) run.failed.push({ name, reason: "it is Daybreak's own" });
        await removeListed(run, {
          node: root,
          folder: destination,
          source: { folder: source, missing: null },
          kept: kept?.place ?? null,
        });
        if (run.stop) throw stopped(run.stop, run.removed);
        return { removed: run.removed, failed: run.failed };
      } finally {
        await kept?.place.close();
      }
    } finally {
      await destination.close();
    }
  } finally {
    await source.close();
  }
}

async function openSide(path: string, word: 'source' | 'destination', by: HoldBy): Promise<SafeFolder> {
  return holdRoot(path, by).catch((error: unknown) => {
    throw new AppError({
      kind: word === 'source' ? 'source-missing' : 'destination-unreachable',
      message: `The ${word} ${path} cannot be opened: ${reasonOf(error)}; nothing was removed`,
      hint: `Check that the disk or share of the ${word} is mounted, then run again.`,
    });
  });
}

async function sideOf(word: 'source' | 'destination', { passports, ...request }: RemoveRequest, held: SafeFolder) {
  return { word, held, path: request[word], realPath: await realpath(request[word]), passport: passports?.[word] ?? null };
}

/** An empty source wipes a mirror: whatever was decided before, nothing is removed on its word. */
async function refuseEmpty(source: SafeFolder, path: string): Promise<void> {
  const names = await source.names();
  if (names.some(({ name }) => name !== OWN_FOLDER && name !== 'lost+found')) return;
  throw new AppError({
    kind: 'source-empty',
    message: `The source ${path} is empty; nothing was removed`,
    hint: 'Check that its disk or share is mounted.',
  });
}

function stopped(error: AppError, removed: number): AppError {
  const data = error.toData();
  const count = `${removed} ${removed === 1 ? 'name' : 'names'} had been removed before.`;
  return new AppError({ ...data, detail: data.detail === undefined ? count : `${count}\n${data.detail}` });
}
