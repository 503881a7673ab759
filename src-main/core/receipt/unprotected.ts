import type { JobOptions } from '../../../src-shared/job.ts';
import type { Receipt } from '../../../src-shared/receipt.ts';
import type { RunState } from '../../../src-shared/run.ts';
import { notKeptBy } from '../safety/kept-attributes.ts';

type Unprotected = Receipt['unprotected'];

/** What people call the root's own level. */
export const rootLevelName = '(files in the root)';

const whyNothing: Partial<Record<RunState, string>> = {
  skipped: 'The run was skipped.', cancelled: 'The run was cancelled before anything was copied and checked.',
  interrupted: 'The run was cut off; what it copied was not checked.', stopped: 'The window ended before anything was copied.',
  unproven: 'rsync reported success, but a check after the run failed.',
};

/** Everything a run did not protect, with the reason: what failed first, then what the job leaves out by its definition. */
export function unprotectedOf(receipt: Omit<Receipt, 'unprotected'>, options: JobOptions): Unprotected {
  const { folders, state, error, notices } = receipt;
  if (!folders.some(isCopied)) {
    const reason = error?.message ?? notices.find(({ level }) => level !== 'info')?.message ?? whyNothing[state] ?? 'Nothing was copied.';
    return [{ name: `Everything in ${receipt.job.source}`, reason }];
  }
  return [
    ...folders.flatMap((row): Unprotected => {
      const reason = whyNotFolder(row, receipt);
      return reason === null ? [] : [{ name: row.folder === '' ? rootLevelName : row.folder, reason }];
    }),
    ...receipt.failures.map(({ name, reason }) => ({ name: name === '' ? '(the root folder)' : name, reason })),
    ...notices.filter(({ message }) => message.startsWith('Held: '))
      .map(({ message }) => ({ name: 'Deletions that wait for approval', reason: message.slice('Held: '.length) })),
    ...leftOut(receipt, options),
  ];
}

/** The run leaves a copy of the folder behind that was checked, but perhaps for names that failed. */
export function isCopied({ state, entries }: Receipt['folders'][number]): boolean {
  return state === 'done' || state === 'warned' || (state === 'held' && entries > 0);
}

function whyNotFolder(row: Receipt['folders'][number], { state }: Omit<Receipt, 'unprotected'>): string | null {
  switch (row.state) {
    case 'failed': return 'Its copy failed: see the notices.';
    case 'not-reached': return state === 'stopped' ? 'Not reached before the window ended: the next run begins with it.'
      : 'Not copied to its end, or the run ended before the check that follows.';
    case 'held': return row.entries > 0 ? null : 'Held until someone has looked at it.';
    case 'done': case 'warned': return null;
  }
}

/** What no run of this job keeps. */
function leftOut({ host, notices }: Omit<Receipt, 'unprotected'>, { excludes, further }: JobOptions): Unprotected {
  return [
    ...excludes.map((pattern) => ({ name: pattern, reason: 'Left out by an exclude pattern.' })),
    ...(host.isRoot ? [] : [{ name: 'Owners', reason: `Not kept: only root can, and the run was made by ${host.user}.` }]),
    ...notKeptBy(notices),
    ...(further.includes('acls') ? [] : [{ name: 'Access control lists', reason: 'Not asked for (--acls).' }]),
    ...(further.includes('xattrs') ? [] : [{ name: 'Extended attributes', reason: 'Not asked for (--xattrs).' }]),
  ];
}
