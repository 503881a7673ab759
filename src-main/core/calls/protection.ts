import { shownAlarm } from '../store/alarms.ts';
import type { Store } from '../store/open-store.ts';
import { base } from './base.ts';

export interface ProtectionCallParts {
  readonly store: () => Store;
  readonly now: () => number;
}

/** The calls for what is and what is not protected. `changed` is told when a job's alarms change. */
export function protectionCalls({ store, now }: ProtectionCallParts, changed: () => void) {
  const os = base.protection;
  return {
    alarms: os.alarms.handler(({ input }) => store().alarms.open(input.jobId).map(shownAlarm)),
    clearAlarm: os.clearAlarm.handler(({ input }) => {
      store().alarms.clear(input.alarm, now());
      changed();
      return {};
    }),
  };
}
