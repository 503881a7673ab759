import { ROOT } from '../../../src-shared/byte-name.ts';
import { display } from '../rsync/byte-name.ts';
import type { Store } from '../store/open-store.ts';
import { base } from './base.ts';

/** The calls that tell what is protected. */
export function protectionCalls(store: () => Store) {
  const os = base.protection;
  return {
    folders: os.folders.handler(({ input }) => store().protection.folders(input.jobId)
      .map((row) => ({ ...row, folder: row.folder === ROOT ? '' : display(row.folder) }))),
  };
}
