import type { ByteName } from '../../../src-shared/byte-name.ts';
import { display } from '../rsync/byte-name.ts';
import { entriesText } from './words.ts';

/** What a run changed in one top folder. Numbers of files, `entries` of all that lies there. */
export interface FolderChange {
  /** '' for the files directly in the root. */
  readonly folder: ByteName;
  readonly entries: number;
  /** Files that were there before and whose content was sent again. */
  readonly rewritten: number;
  /** The extension that most new files have; null where there is none. */
  readonly gained: GainedExtension | null;
}

/** An extension of new files, dot included. */
export interface GainedExtension {
  readonly extension: ByteName;
  /** New files that have it. */
  readonly files: number;
  /** Files with and without it in the folder now, the new ones among them. */
  readonly filesWithIt: number;
  readonly filesInAll: number;
  /** Those of them that were there before the run: of a folder that is new nothing can be said. */
  readonly filesBefore: number;
}

/** Fewer rewritten files than this, and a smaller share, are everyday work. */
export const leastRewritten = 20;
const leastShare = 0.25;
/** From which share on rewritten files raise an alarm in a folder of which too little is known. */
const shareWhenUnknown = 0.5;
/** Runs from which on a folder's usual share is known. */
const leastKnownRuns = 3;
/** How much larger than ever a share must be. */
const farAbove = 5;
/** A folder that held fewer files had no usual extensions. */
const leastBefore = 20;
/** Fewer new files of one extension than this, and a smaller share of the folder, mean nothing. */
export const leastGained = 50;
const leastGainedShare = 0.1;
/** An extension of so many files before is known there. */
const knownShare = 0.01;

/**
 * Why what a run changed in a top folder looks like nothing before, as a sentence; null where it does not. `last`: its last
 * runs, of which those count that know how many files were rewritten.
 *
 * - Rewritten files: at least 20 and a quarter of the folder, and more than five times the largest share of those runs.
 *   Where fewer than three of them are known: at least half of the folder.
 * - One new extension: at least 50 files and a tenth of the folder's files gained one that less than 1 % had before,
 *   and the folder held at least 20 files before.
 */
export function judgeMassChange(
  now: FolderChange, last: readonly { readonly entries: number; readonly rewritten: number | null }[],
): string | null {
  return judgeExtension(now) ?? judgeRewritten(now, last);
}

function judgeExtension({ folder, gained }: FolderChange): string | null {
  if (!gained || gained.filesBefore < leastBefore || gained.files < leastGained || gained.files < leastGainedShare * gained.filesInAll) return null;
  const before = Math.max(0, gained.filesWithIt - gained.files);
  // Of those that were there before, and of the folder as it is: new files may have taken the place of old ones.
  if (before >= knownShare * gained.filesInAll) return null;
  return `${folderName(folder)}: ${gained.files} files gained the extension ${display(gained.extension)}, which ${before === 0 ? 'no file' : 'hardly any'} there had before`;
}

function judgeRewritten({ folder, entries, rewritten }: FolderChange, last: readonly { readonly entries: number; readonly rewritten: number | null }[]): string | null {
  const share = rewritten / Math.max(1, entries);
  if (rewritten < leastRewritten || share < leastShare) return null;
  const known = last.filter((run) => run.rewritten !== null);
  const what = `${folderName(folder)}: ${rewritten} of ${entriesText(entries)} (${percent(share)}) were rewritten`;
  if (known.length < leastKnownRuns) {
    return share >= shareWhenUnknown ? `${what}, half or more of a folder of which little is known yet` : null;
  }
  const highest = Math.max(...known.map((run) => (run.rewritten ?? 0) / Math.max(1, run.entries)));
  return share > farAbove * highest ? `${what}, far above the ${percent(highest)} of the ${known.length} runs before` : null;
}

/** A top folder in a message; the files directly in the root have no name of their own. */
export function folderName(folder: ByteName): string {
  return folder === '' ? 'Files in the root' : display(folder);
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}
