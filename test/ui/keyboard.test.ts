import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diffManifest, readManifest, withoutOwnFolder } from '../fixtures/manifest.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { writeTree } from '../fixtures/tree.ts';
import { chromiumPath, launchBrowser, openWindow } from './browser.ts';
import { startHost } from './host.ts';
import { interfaceOn } from './pages.ts';

let browser: Browser;

/** Presses Tab until what has the focus is called this; fails when it is nowhere on the page. */
async function tabTo(page: Page, name: string): Promise<void> {
  const met: string[] = [];
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const labels = element instanceof HTMLInputElement ? [...element.labels ?? []].map((label) => label.textContent).join(' ') : '';
      return [element?.getAttribute('aria-label'), labels, element?.textContent?.trim()].find((words) => words) ?? '';
    });
    met.push(focused);
    if (focused.startsWith(name)) return;
  }
  throw new Error(`"${name}" is not reached by Tab, only: ${[...new Set(met)].join(' | ')}`);
}

describe.skipIf(chromiumPath === null)('without a mouse', () => {
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => { await browser.close(); });

  it('a job is set up, run, and found in the history', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybreak-keyboard-'));
    const [source, destination] = [join(folder, 'production'), join(folder, 'backup')];
    writeTree(source, plainTree({ folders: 2, files: 5, bytes: 1000 }));
    mkdirSync(destination);
    const host = await startHost(join(folder, 'home'));
    const { context, page, complaints } = await openWindow(browser);
    const ui = interfaceOn(page);
    const press = (key: string): Promise<void> => page.keyboard.press(key);
    await page.goto(host.link);
    await ui.heading('Backups that finish before morning').waitFor();

    await tabTo(page, 'Set up the first job');
    await press('Enter');
    await ui.heading('New backup job').waitFor();
    await tabTo(page, 'Source folder');
    await page.keyboard.type(source);
    await press('Enter');
    await page.getByRole('region', { name: 'Folders found' }).waitFor();
    await tabTo(page, 'Continue');
    await press('Enter');
    await tabTo(page, 'Destination folder');
    await page.keyboard.type(destination);
    await press('Enter');
    await page.getByRole('region', { name: 'Checks' }).waitFor();
    await tabTo(page, 'Continue');
    await press('Enter');
    await tabTo(page, 'Continue');
    await press('Enter');
    // A schedule is chosen by the arrows, and taken back.
    await tabTo(page, 'By hand');
    await press('ArrowRight');
    await page.getByLabel('At', { exact: true }).waitFor();
    await press('ArrowLeft');
    await tabTo(page, 'Continue');
    await press('Enter');
    await tabTo(page, 'Save and back up now');
    await press('Enter');
    await ui.ended('Succeeded');
    expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);

    await tabTo(page, 'History');
    await press('Enter');
    await ui.historyRow('Succeeded').waitFor();
    await tabTo(page, 'production');
    await press('Enter');
    await page.getByText(/^Run 1, /u).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  });
});
