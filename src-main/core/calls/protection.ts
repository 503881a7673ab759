import { ROOT } from '../../../src-shared/byte-name.ts';
import type { Places } from '../places/places.ts';
import { display } from '../rsync/byte-name.ts';
import type { Store } from '../store/open-store.ts';
import { base } from './base.ts';

/** The calls for what is and what is not protected. */
export function protectionCalls(store: () => Store, places: Pick<Places, 'accept'>) {
  const os = base.protection;
  return {
    folders: os.folders.handler(({ input }) => store().protection.folders(input.jobId)
      .map((row) => ({ ...row, folder: row.folder === ROOT ? '' : display(row.folder) }))),
    acceptPlaces: os.acceptPlaces.handler(async ({ input }) => {
      await places.accept(input.jobId);
      return {};
    }),
  };
}
