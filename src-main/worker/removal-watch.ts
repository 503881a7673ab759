import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors.ts';
import type { Mount, Passport } from '../../src-shared/passport.ts';
import { errnoOf, reasonOf } from './errno.ts';
import { mountOf, mountsInside, readMounts } from './mounts.ts';
import { sameFolder, type SafeFolder } from './safe-folder.ts';

/** Looks again whether source and destination are still what they were when a removal began. */
export interface RemovalWatch {
  /**
   * Resolves when both are, by a look that began after this call. Rejects with `AppError` (source-missing,
   * destination-unreachable or passport-mismatch) when a root is gone or another folder stands in its place, or when
   * a mount at or inside one of them is gone or changed: then what looks deleted may only be unmounted.
   */
  confirm(): Promise<void>;
}

interface Side {
  readonly word: 'source' | 'destination';
  /** As the caller named it. */
  readonly path: string;
  readonly held: SafeFolder;
  readonly realPath: string;
  readonly mounts: readonly Mount[];
}

/**
 * Remembers how both sides are mounted: by their passports, where there are any, else as it is now. Rejects like
 * `confirm` where they are not mounted like their passports.
 */
export async function watchRemoval(
  sides: readonly { word: Side['word']; path: string; realPath: string; held: SafeFolder; passport: Passport | null }[],
): Promise<RemovalWatch> {
  const { mounts, mark } = await readMarked();
  const remembered = sides.map(({ passport, ...side }): Side => {
    const now = mountsOf(side.realPath, mounts);
    const expected = { ...side, mounts: passport ? [passport.mount, ...passport.inside] : now };
    confirmMounts(expected, now);
    return expected;
  });
  let knownMark = mark;
  const check = async (): Promise<void> => {
    await Promise.all(remembered.map(confirmRoot));
    // Comparing the text saves reading it closely each time; it seldom changes.
    const text = await mountText();
    if (text !== null && text === knownMark) return;
    const now = await readMarked();
    for (const side of remembered) confirmMounts(side, mountsOf(side.realPath, now.mounts));
    knownMark = now.mark;
  };

  let running: Promise<void> | null = null;
  let waiting: Promise<void> | null = null;
  const start = (): Promise<void> => {
    const mine = check().finally(() => {
      if (running === mine) running = null;
    });
    running = mine;
    return mine;
  };
  return {
    // One look serves all who asked before it began: on a network mount a look is what costs.
    confirm: () => {
      if (!running) return start();
      waiting ??= running
        .catch(() => {})
        .then(() => {
          waiting = null;
          return start();
        });
      return waiting;
    },
  };
}

async function confirmRoot({ word, path, held }: Side): Promise<void> {
  const now = await stat(path, { bigint: true }).catch((error: unknown) => {
    const isGone = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
    throw new AppError({
      kind: word === 'source' ? 'source-missing' : 'destination-unreachable',
      message: `The ${word} ${path} ${isGone ? 'is gone' : `does not answer properly: ${reasonOf(error)}`}; removing was stopped`,
      hint: `Check that the disk or share of the ${word} is mounted, then run again.`,
    });
  });
  if (!sameFolder({ device: now.dev, inode: now.ino }, await held.identity())) throw changed(word, path);
}

function confirmMounts(side: Side, now: readonly Mount[]): void {
  for (const mount of side.mounts) {
    const same = now.find(({ point }) => point === mount.point);
    if (same && same.type === mount.type && same.source === mount.source && same.root === mount.root) continue;
    throw changed(side.word, side.path, mount.point);
  }
}

function changed(word: Side['word'], path: string, point: string = path): AppError {
  return new AppError({
    kind: 'passport-mismatch',
    message:
      point === path
        ? `The ${word} ${path} is not the same folder any more; removing was stopped`
        : `${point} at the ${word} ${path} was unmounted or changed; removing was stopped`,
    hint: 'Mount it again, then run again: what is only unmounted must not be taken for deleted.',
  });
}

function mountsOf(realPath: string, mounts: readonly Mount[]): Mount[] {
  const own = mountOf(realPath, mounts);
  return [...(own ? [own] : []), ...mountsInside(realPath, mounts)];
}

async function readMarked(): Promise<{ mounts: Mount[]; mark: string | null }> {
  const mark = await mountText();
  return { mounts: await readMounts(), mark };
}

/** The text of /proc/self/mountinfo; null where there is none. */
async function mountText(): Promise<string | null> {
  return process.platform === 'linux' ? readFile('/proc/self/mountinfo', 'latin1') : null;
}
