import { ROOT } from '../../src-shared/byte-name.ts';
import type { RsyncResult } from '../../src-shared/rsync-result.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import type { Comparison } from './comparison.ts';

/** The end of a unit in which nothing differs, as its rsync would have ended. */
export function sameResult(call: CompareCall, comparison: Comparison, durationMs: number, copiedBy: 'Daybreak itself' | 'cp and tar' | null): RsyncResult {
  const { strangers } = comparison;
  const first = copiedBy !== null ? `New files were copied by ${copiedBy}` : call.joins ? 'Names of the same file were linked' : null;
  const before = first === null ? 'Both sides were compared' : `${first}, then both sides were compared`;
  const note = strangers === 0
    ? `${before} and are the same: no rsync was needed.`
    : `${before}: the same, but for ${strangers === 1 ? '1 name' : `${strangers} names`} that only the destination has. No rsync was needed.`;
  return withComparison(call, comparison, {
    code: 0, signal: null, durationMs, lastLines: [note], ranInstead: [],
    stats: { entries: 0, files: 0, created: 0, createdFiles: 0, deleted: 0, filesTransferred: 0, totalBytes: 0, transferredBytes: 0, literalBytes: 0 },
    facts: { deletionsSkipped: 0, ioError: false, couldNotMakeWay: 0, failedNames: [], failedReasons: [], failedCount: 0, errno: null },
  });
}

/**
 * The result of an rsync that copied only what differs, as that of the whole unit: with all its entries, the folders above
 * them that rsync counts as well, and code 25 where a mirror has something to remove (rsync(1), --max-delete).
 */
export function withComparison(call: CompareCall, { entries, files, bytes, strangers, hasLinks }: Comparison, result: RsyncResult): RsyncResult {
  const { code, stats, facts } = result;
  return {
    ...result,
    code: code === 0 && strangers > 0 ? 25 : code,
    stats: stats && { ...stats, entries: entries + foldersAbove(call), files, totalBytes: bytes },
    facts: { ...facts, deletionsSkipped: strangers },
    ...(hasLinks ? { hasLinks } : {}),
  };
}

/** How many folders the names of a call lie in, without the root. */
export function foldersAbove({ names: [first = ROOT] }: Pick<CompareCall, 'names'>): number {
  return first.split('/').length - 1;
}
