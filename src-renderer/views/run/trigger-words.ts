import type { Trigger } from '../../../src-shared/run.ts';

/** What started a run. */
export const triggerWords: Readonly<Record<Trigger, string>> = {
  manual: 'started by hand', schedule: 'started by its schedule', 'catch-up': 'made up for a missed one', cli: 'started on the command line',
};
