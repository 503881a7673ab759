import type { App } from '../app.ts';
import { receiptPage } from '../receipt/page.ts';
import { base } from './base.ts';

/** The calls for records of runs. */
export function receiptCalls(app: Pick<App, 'receipts'>) {
  const os = base.receipts;
  return {
    get: os.get.handler(({ input }) => app.receipts.get(input.run)),
    html: os.html.handler(({ input }) => ({ html: receiptPage(app.receipts.get(input.run)) })),
    verify: os.verify.handler(() => app.receipts.verify()),
  };
}
