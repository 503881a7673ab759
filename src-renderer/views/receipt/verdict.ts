import type { Receipt } from '../../../src-shared/receipt.ts';
import { formatBytes, formatCount, formatNumberOf } from '../../format.ts';

/** What a receipt says in one sentence: first of all whether everything is protected. */
export function verdictOf({ state, failures, folders, totals, error }: Receipt): string {
  const gaps = gapsIn(folders);
  const isNew = failures.filter((each) => each.isNew).length;
  const failed = failures.length === 0 ? '' : ` ${formatNumberOf(failures.length, 'name')} failed, ${isNew === 0 ? 'all of them known' : `${formatCount(isNew)} of them new`}.`;
  switch (state) {
    case 'succeeded': return gaps === 0 ? `Everything is protected: ${formatCount(totals.entries)} entries, ${formatBytes(totals.bytes)}.` : `${gapWords(gaps)}.${failed}`;
    case 'warned': return `${gaps === 0 ? 'Everything that could be read is protected' : gapWords(gaps)}.${failed}`;
    case 'held': return `Everything is copied; ${formatNumberOf(totals.held, 'deletion')} ${totals.held === 1 ? 'waits' : 'wait'} for approval.${failed}`;
    case 'stopped': return `The window ended first: ${formatCount(folders.filter((each) => each.state === 'not-reached').length)} of ${formatNumberOf(folders.length, 'folder')} were not reached.${failed}`;
    case 'skipped': return `Nothing was copied: ${error?.message ?? 'the run was skipped.'}`;
    case 'cancelled': return `The run was cancelled. ${gaps === 0 ? 'What was copied until then stays.' : `${gapWords(gaps)}.`}`;
    case 'unproven': return 'rsync said that all went well, but a check after the run did not: take nothing of it as protected.';
    case 'interrupted': return 'Daybreak or the machine ended in the middle of the run: take nothing of it as protected.';
    case 'failed': return `The run failed: ${error?.message ?? 'nothing says why.'}`;
    case 'queued':
    case 'planning':
    case 'running':
    case 'paused':
    case 'finishing':
    case 'cancelling': return 'The run is still going on.';
  }
}

/** Top folders that the run did not protect. */
export function gapsIn(folders: Receipt['folders']): number {
  return folders.filter((each) => each.state === 'failed' || each.state === 'not-reached' || (each.state === 'held' && each.entries === 0)).length;
}

function gapWords(count: number): string {
  return `${formatNumberOf(count, 'folder')} ${count === 1 ? 'is' : 'are'} not protected`;
}
