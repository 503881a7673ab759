import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHeadless } from '../../src-main/headless/server.ts';
import { createAppDouble } from '../doubles/app-double.ts';
import { chromiumPath, launchBrowser, openWindow } from './browser.ts';
import { interfaceOn } from './pages.ts';

let browser: Browser;

/** Over made-up data: a source that takes three seconds to walk. */
describe.skipIf(chromiumPath === null)('the steps of a new job', () => {
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => { await browser.close(); });

  it('tell the size of a source, and whether it fits, also to who did not wait for it', async () => {
    const now = (): number => Date.now();
    const double = createAppDouble({ jobs: 1, historyRows: 1, lanes: 1, units: 1, unitMs: 20_000, doneShare: 0.6, now });
    const host = await startHeadless({ router: double.router, pageFolder: fileURLToPath(new URL('../../dist/renderer', import.meta.url)), port: 0, now });
    const { context, page, complaints } = await openWindow(browser);
    try {
      await page.goto(host.newLink());
      const ui = interfaceOn(page);
      await ui.goTo('New job');
      await ui.fillJob({ name: 'Nightly', source: '/data/production', destination: '/mnt/backup' });
      await page.getByText(/^about .+ in [\d ,.]+ entries, /u).waitFor();
      await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: /^Destination/u }).click();
      await page.getByText(/it has about|the source has about/u).waitFor();
    } finally {
      await context.close();
      double.close();
      await host.close();
    }
    expect(complaints).toEqual([]);
  });
});
