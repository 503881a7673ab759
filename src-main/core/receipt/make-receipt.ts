import { hostname, userInfo } from 'node:os';
import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { Job } from '../../../src-shared/job.ts';
import type { FolderRun } from '../../../src-shared/protection.ts';
import type { Receipt } from '../../../src-shared/receipt.ts';
import type { Ports } from '../ports.ts';
import { display } from '../rsync/byte-name.ts';
import type { RunRow } from '../store/runs.ts';
import { unprotectedOf } from './unprotected.ts';

/** What a receipt is made of. */
export interface ReceiptFacts {
  readonly run: RunRow;
  readonly job: Job;
  readonly host: Receipt['host'];
  /** Of rsync, without its name; empty where none was called. */
  readonly argv: readonly string[];
  /** Named by `ByteName`. */
  readonly folders: readonly FolderRun[];
  readonly failures: Receipt['failures'];
}

/** Failures told in a receipt; their number is in the notices. */
const mostFailures = 1000;

/** Who made a run: this process. */
export function hostFacts({ version = 'unknown' }: Pick<Ports, 'version'>): Receipt['host'] {
  return { name: hostname(), user: userInfo().username, isRoot: process.getuid?.() === 0, daybreak: version };
}

/** The receipt of a run that has ended. */
export function makeReceipt({ run, job, host, argv, folders, failures }: ReceiptFacts): Receipt {
  const told = [...failures].sort((a, b) => Number(b.isNew) - Number(a.isNew)).slice(0, mostFailures);
  const made: Omit<Receipt, 'unprotected'> = {
    version: 1, run: run.id, trigger: run.trigger, state: run.state, startedAt: run.startedAt, endedAt: run.endedAt ?? run.startedAt,
    job: { id: job.id, name: job.name, source: run.source, destination: run.destination, options: job.options },
    host, rsync: { version: run.rsyncVersion, argv: [...argv] }, totals: run.totals,
    folders: folders.map((row) => ({ ...row, folder: row.folder === '' ? '' : display(row.folder as ByteName) })),
    failures: told, notices: [...run.notices], limitedBy: run.limitedBy, error: run.error,
  };
  return { ...made, unprotected: unprotectedOf(made, job.options) };
}
