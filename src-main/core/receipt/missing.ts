import type { Ports } from '../ports.ts';
import type { Store } from '../store/open-store.ts';
import { hostFacts, makeReceipt } from './make-receipt.ts';

/** A host that is alive writes the receipt of its run with its end: after so long, ms, none will follow. */
const settleMs = 60_000;

/**
 * Writes the receipts of runs that ended without one: skipped and refused ones, and those whose host was lost. They say what
 * the history knows. Throws `AppError` as the store does.
 */
export function writeMissingReceipts(store: Store, { clock, version }: Pick<Ports, 'clock' | 'version'>): void {
  for (const id of store.receipts.missing(clock.now() - settleMs)) {
    const run = store.runs.get(id);
    const job = store.jobs.find(run.jobId);
    if (!job) continue;
    store.receipts.append(makeReceipt({ run, job, host: hostFacts({ version }), argv: [], folders: store.protection.of(id), failures: [] }));
  }
}

/** The same where something else must go on: what cannot be written now is written by the next who asks for a receipt. */
export function tryToWriteReceipts(store: Store, ports: Pick<Ports, 'clock' | 'version'>): void {
  try {
    writeMissingReceipts(store, ports);
  } catch {
    // The history is locked or full; see above.
  }
}
