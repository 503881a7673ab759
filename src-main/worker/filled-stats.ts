import type { RsyncResult } from '../../src-shared/rsync-result.ts';

/** What has more than one name within a unit: files beyond the first name of each, and their bytes. */
export interface Repeats {
  readonly files: number;
  readonly bytes: number;
}

/**
 * The result of a unit whose new files were copied before its rsync, as rsync alone would have told it: all of the unit is new, but for
 * `made` folders, which were there. rsync counts a further name of a file as created, but not as transferred.
 * (Bytes of symlinks are in, as in rsync's total size.)
 */
export function filledResult(result: RsyncResult, made: number, repeats: Repeats): RsyncResult {
  const { stats } = result;
  if (!stats) return result;
  const filesTransferred = Math.max(0, stats.files - repeats.files - result.facts.failedCount);
  const transferredBytes = Math.max(0, stats.totalBytes - repeats.bytes);
  return {
    ...result,
    stats: {
      ...stats, created: Math.max(0, stats.entries - made), createdFiles: stats.files, filesTransferred, transferredBytes,
      literalBytes: transferredBytes,
    },
  };
}
