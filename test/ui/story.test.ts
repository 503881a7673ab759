import { AxeBuilder } from '@axe-core/playwright';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import { chromiumPath, launchBrowser, openWindow, type Window } from './browser.ts';
import { startHost, type ServingHost } from './host.ts';

let browser: Browser;
let folder: string;
let source: string;
let destination: string;
let host: ServingHost;
let window: Window;
let page: Page;

beforeAll(async () => {
  if (chromiumPath !== null) browser = await launchBrowser();
});
afterAll(async () => {
  if (chromiumPath !== null) await browser.close();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-ui-'));
  source = join(folder, 'production');
  destination = join(folder, 'backup');
  mkdirSync(destination);
  for (const project of ['alpha', 'beta', 'gamma']) {
    mkdirSync(join(source, project), { recursive: true });
    for (let file = 0; file < 40; file++) writeFileSync(join(source, project, `file ${file}`), `${project} ${file} `.repeat(2000));
  }
  execFileSync('find', [source, '-exec', 'touch', '-h', '-d', '2026-01-02 03:04:05.678', '{}', '+']);
  host = await startHost(join(folder, 'home'));
  // A host that is killed on purpose leaves its page with a broken socket.
  window = await openWindow(browser, { isExpected: (line) => line.includes('WebSocket connection') || line.includes('ERR_CONNECTION') || line.includes('401') });
  page = window.page;
  await page.goto(host.link);
});
afterEach(async () => {
  await window.context.close();
  await host.kill();
  rmSync(folder, { recursive: true, force: true });
});

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (name: string | RegExp) => page.getByRole('button', { name });

/** Creates a job by its four steps, as a person does. */
async function createJob({ mirror = false, limit = false } = {}): Promise<void> {
  await page.getByRole('link', { name: 'New job' }).first().click();
  await page.getByRole('textbox', { name: 'Source folder' }).fill(source);
  await page.keyboard.press('Enter');
  await page.getByText('gamma').first().waitFor();
  await button('Continue').click();
  await page.getByRole('textbox', { name: 'Destination folder' }).fill(destination);
  await page.keyboard.press('Enter');
  await button('Continue').click();
  if (mirror) await page.getByRole('radio', { name: 'Delete it in the backup too (mirror)' }).check();
  if (limit) {
    await page.getByRole('switch', { name: 'Limit the bandwidth' }).check({ force: true });
    await page.getByRole('textbox', { name: 'Bandwidth limit in MB/s' }).fill('0.2');
  }
  await button('Continue').click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Nightly');
  await button('Save and back up now').click();
}

describe.skipIf(chromiumPath === null)('in a browser', () => {
  test('a job is made by clicking, runs, and is found in the history; nothing breaks the page\'s policy', async () => {
    await heading('Backups that finish before morning').waitFor();
    await createJob();
    await heading('Nightly').waitFor();
    await page.getByText('Succeeded').first().waitFor();
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('table', { name: 'Runs' }).getByRole('link', { name: 'Nightly' }).click();
    await page.getByRole('img', { name: /^Timeline: / }).waitFor();
    await page.getByRole('region', { name: 'Units' }).getByRole('button').first().waitFor();
    expect(window.complaints).toEqual([]);
  });

  test('a run is watched over a reload, paused and cancelled; another survives as interrupted when the host is killed', async () => {
    await createJob({ limit: true });
    await page.getByText(/workers busy/).waitFor();
    await button('Pause').click();
    await page.getByText('Paused').first().waitFor();
    await page.reload();
    await page.getByText('Paused').first().waitFor();
    await button('Resume').click();
    await button('Cancel').click();
    await button('Cancel the run').click();
    await page.getByText('Cancelled').first().waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await button('Back up now: Nightly').click();
    await page.getByText(/workers busy/).waitFor();
    await host.kill();
    await page.getByText('Connection to Daybreak lost').waitFor();
    host = await startHost(join(folder, 'home'), host.port);
    await heading('This page needs a new link').waitFor();
    await page.goto(host.link);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('table', { name: 'Runs' }).getByText('Interrupted').waitFor();
    expect(window.complaints).toEqual([]);
  });

  test('too many deletions are held, looked at and approved', async () => {
    await createJob({ mirror: true });
    await page.getByText('Succeeded').first().waitFor();
    rmSync(join(source, 'beta'), { recursive: true });
    await page.getByRole('link', { name: 'Overview' }).click();
    await button('Back up now: Nightly').click();
    await page.getByText('41 deletions at the destination wait for your approval').waitFor();
    expect(readdirSync(join(destination, 'beta'))).toHaveLength(40);
    await button('Look at them').click();
    await page.getByText('beta/file 39').waitFor();
    await button(/^Approve: remove these 41/).click();
    await button('Remove 41').click();
    await page.getByText('Succeeded').first().waitFor();
    expect(readdirSync(destination).sort()).toEqual(['alpha', 'gamma']);
    expect(window.complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('axe finds nothing on any screen (%s)', async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    const findings: string[] = [];
    const look = async (screen: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, nodes } of violations) findings.push(`${screen}: ${id}: ${String(nodes[0]?.target)}`);
    };
    await heading('Backups that finish before morning').waitFor();
    await look('welcome');
    await createJob();
    await page.getByText('Succeeded').first().waitFor();
    await look('run');
    await page.getByRole('link', { name: 'Overview' }).click();
    await heading('All backups are good').waitFor();
    await look('overview');
    await button('More for Nightly').click();
    await page.getByRole('menuitem', { name: /^Delete/ }).click();
    await button('Delete the job').waitFor();
    await look('delete');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('table', { name: 'Runs' }).getByRole('link', { name: 'Nightly' }).waitFor();
    await look('history');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('rsync').first().waitFor();
    await look('settings');
    expect(findings).toEqual([]);
  });
});
