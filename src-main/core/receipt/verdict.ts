import type { Receipt } from '../../../src-shared/receipt.ts';
import { isCopied } from './unprotected.ts';

/** Whether a run protected what it was for: first word and sentence of its receipt. */
export interface Verdict {
  readonly level: 'good' | 'partly' | 'none';
  readonly title: string;
  readonly sentence: string;
}

/** Judges a receipt: `good` only where every folder was copied and checked and no name failed. */
export function verdictOf(receipt: Receipt): Verdict {
  const { folders, failures, job, state } = receipt;
  const copied = folders.filter(isCopied).length;
  if (copied === 0) {
    const [first] = receipt.unprotected;
    return { level: 'none', title: 'Not protected by this run', sentence: first ? `${first.name}: ${first.reason}` : 'Nothing was copied.' };
  }
  const missing = folders.length - copied;
  const hasFailed = failures.length > 0 || folders.some((folder) => folder.state === 'warned' || folder.state === 'failed');
  if (missing === 0 && !hasFailed && (state === 'succeeded' || state === 'warned' || state === 'held')) {
    return {
      level: 'good', title: 'Protected',
      sentence: `All of ${job.source}, but for what the job leaves out, is in ${job.destination} as it was when the run began.`,
    };
  }
  const failed = failures.length === 0 ? '' : `${failures.length === 1 ? '1 name' : `${failures.length} names`} failed. `;
  return {
    level: 'partly', title: 'Protected in part',
    sentence: `${copied} of ${folders.length} top folders of ${job.source} were copied to ${job.destination}. ${failed}`
      + 'What is missing stands below, with the reason.',
  };
}
