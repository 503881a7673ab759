import { AxeBuilder } from '@axe-core/playwright';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHeadless } from '../../src-main/headless/server.ts';
import { createAppDouble } from '../doubles/app-double.ts';
import { chromiumPath, launchBrowser, openWindow, type Window } from './browser.ts';
import { interfaceOn, type Interface } from './pages.ts';

let browser: Browser;
let window: Window;
let page: Page;
let ui: Interface;
let stop: () => Promise<void>;

/** What axe finds on a screen, in both themes. */
async function findings(): Promise<string[]> {
  const found: string[] = [];
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    const axe = new AxeBuilder({ page }).setLegacyMode();
    // The rest is the same in both themes.
    const { violations } = await (theme === 'light' ? axe : axe.withRules(['color-contrast', 'link-in-text-block'])).analyze();
    found.push(...violations.map(({ id, nodes }) => `${theme}: ${id} at ${String(nodes[0]?.target)}: ${nodes[0]?.failureSummary ?? ''}`));
  }
  return found;
}

/** Over made-up data: what limits a run, and a Lab with many figures, would take minutes to make. */
describe.skipIf(chromiumPath === null)('what makes a backup slow, and what would make it faster', () => {
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => { await browser.close(); });

  beforeEach(async () => {
    const now = (): number => Date.now();
    const double = createAppDouble({ jobs: 12, historyRows: 200, lanes: 8, units: 400, unitMs: 20_000, doneShare: 0.6, labStepMs: 60, now });
    const host = await startHeadless({ router: double.router, pageFolder: fileURLToPath(new URL('../../dist/renderer', import.meta.url)), port: 0, now });
    stop = async () => {
      double.close();
      await host.close();
    };
    window = await openWindow(browser);
    page = window.page;
    ui = interfaceOn(page);
    await page.goto(host.newLink());
    await page.getByRole('region', { name: 'Jobs' }).waitFor();
  });

  afterEach(async () => {
    await window.context.close();
    await stop();
    expect(window.complaints).toEqual([]);
  });

  it('is told while a run is live; an advice is followed by a click, in the run and in the job', async () => {
    await page.getByRole('link', { name: 'Watch' }).first().click();
    const verdict = page.getByRole('region', { name: 'What limited it' });
    await verdict.getByRole('heading', { name: 'Latency of /data/production' }).waitFor();
    await verdict.getByRole('list', { name: 'Evidence' }).getByText('A round trip takes 1.1 ms').waitFor();
    const advice = verdict.getByRole('list', { name: 'What would help' }).getByRole('listitem');
    expect(await advice.first().textContent()).toContain('about 2.6x as fast');
    expect(await advice.last().textContent()).toContain('would not help');

    await ui.button('Use 24 workers now').click();
    await page.getByText('Use 24 workers: this run does so from now on. The job is as it was.').waitFor();
    await page.getByText(/of 24 workers busy/u).waitFor();
    // The next advice is for the run as it is now.
    await ui.button('Keep for the job').click();
    await page.getByText(/^Use \d+ workers: set for “Production”/u).waitFor();
    await verdict.getByText('Set for the job').waitFor();
  });

  it('is seen in one picture with one axis: the pointer and the arrows tell of any moment', async () => {
    await page.getByRole('link', { name: 'Watch' }).first().click();
    const picture = page.getByRole('region', { name: 'What happened when' });
    const lanes = picture.getByRole('img', { name: /^Timeline: 8 lanes/u });
    await picture.getByRole('img', { name: /^What workers do\. On a core: mean \d/u }).waitFor();
    const boxes = await Promise.all((await picture.getByRole('img').all()).map((each) => each.boundingBox()));
    expect(boxes.length).toBeGreaterThan(7);
    expect(new Set(boxes.map((box) => `${box?.x} ${box?.width}`)).size).toBe(1);
    expect(await findings()).toEqual([]);

    await picture.getByText('Figures: now').waitFor();
    await lanes.hover({ position: { x: 200, y: 30 } });
    await picture.getByText(/^Unit \d+, lane 2: .*, done$/u).waitFor();
    await picture.getByText(/^Figures: at \d/u).waitFor();
    await page.mouse.move(0, 0);
    await picture.getByText('Figures: now').waitFor();

    const moment = picture.getByRole('slider', { name: 'Moment in the picture' });
    await moment.focus();
    const first = await moment.getAttribute('aria-valuetext');
    for (let presses = 0; presses < 20; presses++) await page.keyboard.press('ArrowLeft');
    const told = await moment.getAttribute('aria-valuetext');
    expect(told).not.toBe(first);
    expect(told).toMatch(/^\d+ min.*; Speed: Data .*; CPU: rsync, cp, tar \d.*Source: nfs4: Read /u);
  });

  it('stays with a run of the history, and two of them are compared from a page or from the list', async () => {
    await page.getByRole('region', { name: 'Jobs' }).getByRole('link', { name: 'Succeeded' }).nth(1).click();
    await page.getByRole('img', { name: /^What workers do/u }).waitFor();
    await page.getByText('Figures: mean of the run').waitFor();
    expect(await findings()).toEqual([]);
    await ui.button('Compare').click();
    await page.getByRole('region', { name: 'What explains it' }).getByText('It promised about 2.6x as fast, and brought').waitFor();
    await page.getByRole('region', { name: 'Differences' }).getByRole('row', { name: /^Settings Workers 8 24 2\.4x as fast/u }).waitFor();
    expect(await findings()).toEqual([]);

    await ui.goTo('History');
    expect(await ui.button('Compare two runs').isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: 'Compare run 197' }).check();
    await page.getByRole('checkbox', { name: 'Compare run 199' }).check();
    await page.getByRole('checkbox', { name: 'Compare run 200' }).check();
    expect(await page.getByRole('checkbox', { name: 'Compare run 197' }).isChecked()).toBe(false);
    await ui.button('Compare 199 and 200').click();
    await ui.heading(/^Run 200 (?:took|was) .* as run 199$/u).waitFor();

    await page.goto(`${new URL(page.url()).origin}/#/history/187`);
    await page.getByText(/^Nothing was measured in this run/u).waitFor();
  });

  it('is measured in the Lab: figures come, it can be cancelled, and the winner is set by a click', async () => {
    await ui.goTo('Lab');
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByRole('heading', { name: /^Pool of 16: / }).waitFor();
    expect(await findings()).toEqual([]);
    await ui.button(/^Pool of 16/u).click();
    await ui.button('Copy: What runs').waitFor();

    await ui.button('Sample and time').click();
    await page.getByRole('textbox', { name: 'Rounds' }).fill('2');
    await page.getByText(/, 2 times in each way, for 5 minutes at most/u).waitFor();
    await ui.button('Measure').click();
    await page.getByRole('progressbar', { name: 'Progress of the Lab' }).waitFor();
    await page.getByRole('img', { name: /^Speed by workers\. 1: / }).waitFor();
    await ui.button('Cancel').click();
    await page.getByRole('status').getByText('Cancelled.').waitFor();

    await ui.button('Measure').click();
    await page.getByRole('row', { name: /shown above/u }).waitFor();
    // The figures of before are shown until those of this time are there.
    await expect.poll(() => page.getByRole('region', { name: 'Measurements' }).getByRole('row').count(), { timeout: 10_000 }).toBe(4);
    await ui.button('Use 16 workers for “Production”').click();
    await page.getByText('Use 16 workers: set for “Production”, from its next run on.').waitFor();
    await result.getByText('Set for “Production”').waitFor();

    await page.getByText('Two folders', { exact: true }).click();
    await page.getByRole('heading', { name: 'Nothing measured yet' }).waitFor();
    expect(await ui.button('Measure').isDisabled()).toBe(true);
    for (const [field, path] of [['Source folder', '/data/none'], ['Destination folder', '/mnt/backup']] as const) {
      await page.getByRole('textbox', { name: field }).fill(path);
      await page.keyboard.press('Enter');
    }
    await ui.button('Measure').click();
    await page.getByRole('alert').getByText('There is no folder /data/none').waitFor();
    expect(await findings()).toEqual([]);
  });
});
