import type { Notifications } from '../notify/notifications.ts';
import { base } from './base.ts';

/** The calls for how people are told. */
export function notifyCalls(notify: Notifications) {
  const os = base.notify;
  return {
    get: os.get.handler(() => notify.get()),
    set: os.set.handler(async ({ input }) => {
      await notify.set(input.settings, input.mailPassword);
      return {};
    }),
    test: os.test.handler(async ({ input }) => ({ words: await notify.test(input.channel) })),
    outbox: os.outbox.handler(() => notify.outbox()),
  };
}
