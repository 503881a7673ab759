import type { ErrorData } from '../../../src-shared/errors.ts';
import type { PathFacts } from '../../../src-shared/passport.ts';
import type { Notice } from '../../../src-shared/run.ts';
import { bytesText } from './words.ts';

/** What a scan of both sides found missing; the answer of the scout's `estimate`. Sizes in bytes. */
export interface Missing {
  readonly missingBytes: number;
  readonly missingEntries: number;
  readonly sharedLinkBytes: number;
  readonly replacedBytes: number;
}

/** `problem`: it cannot fit. `notice`: it may not. Neither: it fits, or nothing is known. */
export interface SpaceVerdict {
  readonly problem: ErrorData | null;
  readonly notice: Notice | null;
}

/** What a small file takes on most file systems, however few bytes it has. */
const blockBytes = 4096;

/**
 * Whether a run fits into the destination. Removals come last in a run, so they make no room for it.
 *
 * A problem where even the bytes that stay in the end (missing files, less what replaced ones give back) are more than
 * are free, or there are fewer free inodes than missing entries. A notice where it fits only when no file takes more than
 * its size: replaced files not yet given back, links held twice while copying in parallel, half a block lost per entry.
 * `keepsReplaced`: with --backup, replaced files stay and give nothing back.
 */
export function spaceVerdict(
  missing: Missing,
  destination: Pick<PathFacts, 'path' | 'freeBytes' | 'freeInodes'>,
  keepsReplaced: boolean,
): SpaceVerdict {
  const { path, freeBytes, freeInodes } = destination;
  const atLeast = missing.missingBytes - (keepsReplaced ? 0 : missing.replacedBytes);
  const atMost = missing.missingBytes + missing.sharedLinkBytes + missing.missingEntries * (blockBytes / 2);
  if (atLeast > freeBytes) {
    return {
      notice: null,
      problem: {
        kind: 'no-space',
        message: `Too little space at the destination ${path}: ${bytesText(atLeast)} needed, ${bytesText(freeBytes)} free`,
        hint: 'Make room there, exclude something, or choose another destination. Nothing was changed.',
      },
    };
  }
  if (missing.missingEntries > freeInodes) {
    return {
      notice: null,
      problem: {
        kind: 'no-space',
        message: `Too few free inodes at the destination ${path}: ${missing.missingEntries} needed, ${freeInodes} free`,
        hint: 'Remove files there that are not needed, or choose a destination made for many small files. Nothing was changed.',
      },
    };
  }
  if (atMost <= freeBytes) return { problem: null, notice: null };
  const links =
    missing.sharedLinkBytes > 0
      ? `, of it ${bytesText(missing.sharedLinkBytes)} for hard links that are held twice for a while`
      : '';
  return {
    problem: null,
    notice: {
      level: 'warning',
      message:
        `Space at the destination ${path} may run out: `
        + `up to ${bytesText(atMost)} needed${links}, ${bytesText(freeBytes)} free`,
      hint: 'Make room there. If it runs out, the run pauses and says so.',
    },
  };
}
