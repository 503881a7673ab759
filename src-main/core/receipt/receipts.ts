import type { ChainCheck, ChainedReceipt } from '../../../src-shared/receipt.ts';
import type { Ports } from '../ports.ts';
import type { Store } from '../store/open-store.ts';
import { tryToWriteReceipts, writeMissingReceipts } from './missing.ts';

/** The records of runs. */
export interface Receipts {
  /** Throws `AppError` not-found where the run has none: it is live, or was made before there were receipts. */
  get(run: number): ChainedReceipt;
  /** Looks at all of them, and names the first that was changed or is missing. */
  verify(): ChainCheck;
}

/** The receipts of `store`. */
export function createReceipts(store: () => Store, ports: Pick<Ports, 'clock' | 'version'>): Receipts {
  return {
    get(run) {
      tryToWriteReceipts(store(), ports);
      return store().receipts.get(run);
    },
    verify() {
      writeMissingReceipts(store(), ports);
      return store().receipts.verify();
    },
  };
}
