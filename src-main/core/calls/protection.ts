import { ROOT } from '../../../src-shared/byte-name.ts';
import type { Places } from '../places/places.ts';
import { display } from '../rsync/byte-name.ts';
import { shownAlarm } from '../store/alarms.ts';
import type { Store } from '../store/open-store.ts';
import { base } from './base.ts';

export interface ProtectionCallParts {
  readonly store: () => Store;
  readonly now: () => number;
  readonly places: Pick<Places, 'accept'>;
}

/** The calls for what is and what is not protected. `changed` is told when a job's alarms change. */
export function protectionCalls({ store, now, places }: ProtectionCallParts, changed: () => void) {
  const os = base.protection;
  return {
    folders: os.folders.handler(({ input }) => store().protection.folders(input.jobId)
      .map((row) => ({ ...row, folder: row.folder === ROOT ? '' : display(row.folder) }))),
    acceptPlaces: os.acceptPlaces.handler(async ({ input }) => {
      await places.accept(input.jobId);
      return {};
    }),
    alarms: os.alarms.handler(({ input }) => store().alarms.open(input.jobId).map(shownAlarm)),
    clearAlarm: os.clearAlarm.handler(({ input }) => {
      store().alarms.clear(input.alarm, now());
      changed();
      return {};
    }),
  };
}
