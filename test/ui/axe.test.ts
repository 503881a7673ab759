import { AxeBuilder } from '@axe-core/playwright';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser, openWindow } from './browser.ts';
import { startHost } from './host.ts';
import { tour } from './tour.ts';

let browser: Browser;
/** What is in order needs no telling, which takes a tenth of the time (axe-core, doc/API.md). */
const justViolations = { resultTypes: ['violations' as const] };

describe.skipIf(chromiumPath === null)('every screen', () => {
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => { await browser.close(); });

  it('is read and used without eyes and without a mouse, in both themes: axe finds nothing', async () => {
    const home = mkdtempSync(join(tmpdir(), 'daybreak-axe-'));
    const host = await startHost(home);
    const { context, page } = await openWindow(browser);
    const findings: string[] = [];
    const screens: string[] = [];
    try {
      await tour({
        page, host, home,
        async look(screen) {
          screens.push(screen);
          const note = (theme: string, violations: Awaited<ReturnType<AxeBuilder['analyze']>>['violations']): void => {
            for (const { id, nodes } of violations) findings.push(`${screen}, ${theme}: ${id} at ${String(nodes[0]?.target)}: ${nodes[0]?.failureSummary ?? ''}`);
          };
          await page.emulateMedia({ colorScheme: 'light' });
          note('light', (await new AxeBuilder({ page }).setLegacyMode().options(justViolations).analyze()).violations);
          // The rest is the same in both themes.
          await page.emulateMedia({ colorScheme: 'dark' });
          note('dark', (await new AxeBuilder({ page }).setLegacyMode().options({ ...justViolations, runOnly: ['color-contrast', 'link-in-text-block'] }).analyze()).violations);
        },
      });
    } finally {
      // A tour that stops half-way has not stopped its host.
      await host.kill();
      await context.close();
      rmSync(home, { recursive: true, force: true });
    }
    expect(screens.length).toBeGreaterThan(20);
    expect(findings).toEqual([]);
  }, 480_000);
});
