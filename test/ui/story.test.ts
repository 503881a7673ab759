import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diffManifest, readManifest, withoutOwnFolder } from '../fixtures/manifest.ts';
import { leftAfter, until } from '../fixtures/processes.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { writeTree } from '../fixtures/tree.ts';
import { chromiumPath, launchBrowser, openWindow, type Window } from './browser.ts';
import { startHost, type ServingHost } from './host.ts';
import { interfaceOn, type Interface } from './pages.ts';

let browser: Browser;
let folder: string;
let source: string;
let destination: string;
let host: ServingHost;
let window: Window;
let page: Page;
let ui: Interface;

// Three projects of 40 files each with 13 kB, and a little below: 1.7 MB, so that a limit of 0.2 MB/s lasts for seconds.
const tree = plainTree({ folders: 3, files: 40, bytes: 13_000 });

/** Lines of a browser that had a host taken away. */
const isOfLostHost = (line: string): boolean => /WebSocket connection|ERR_CONNECTION|status of 401/u.test(line);

describe.skipIf(chromiumPath === null)('a backup by point and click', () => {
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => { await browser.close(); });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daybreak-ui-'));
    source = join(folder, 'production');
    destination = join(folder, 'backup');
    writeTree(source, tree);
    host = await startHost(join(folder, 'home'));
    window = await openWindow(browser, { isExpected: isOfLostHost });
    page = window.page;
    ui = interfaceOn(page);
    await page.goto(host.link);
    await ui.heading('Backups that finish before morning').waitFor();
  });

  afterEach(async () => {
    await window.context.close();
    await host.stop();
    expect(await leftAfter(folder, 5_000)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
    expect(window.complaints).toEqual([]);
  });

  it('is set up, watched, reloaded, cancelled, finished, and found in the history', async () => {
    await page.getByRole('link', { name: 'Set up the first job' }).click();
    await ui.fillJob({ name: 'Nightly', source, newDestination: destination, limitMbPerSecond: '0.1' });
    // The split that the first step showed is what the last one tells.
    await page.getByText('about 1.7 MB in 136 entries').waitFor();
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: /^Source/u }).click();
    expect(await page.getByRole('region', { name: 'Folders found' }).getByRole('rowheader').allTextContents())
      .toEqual(['project-0', 'project-1', 'project-2', 'files in the folder itself']);
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: /^Name and start/u }).click();
    await ui.button('Save and back up now').click();

    await ui.heading('Nightly').waitFor();
    await page.getByText(/[1-9]\d* of \d+ workers busy/u).waitFor();
    const lanes = page.getByRole('img', { name: /^Timeline: /u });
    const [picture, share] = [await ui.pictureOf(lanes), await ui.percentDone()];
    await expect.poll(() => ui.percentDone(), { timeout: 10_000 }).toBeGreaterThan(share);
    expect(await ui.pictureOf(lanes)).not.toBe(picture);

    const [address, before] = [page.url(), await ui.percentDone()];
    await page.reload();
    await page.getByText(/[1-9]\d* of \d+ workers busy/u).waitFor();
    await ui.heading('Nightly').waitFor();
    expect(page.url()).toBe(address);
    expect(await ui.percentDone()).toBeGreaterThanOrEqual(before);

    await ui.goTo('Overview');
    await ui.heading('1 backup running').waitFor();
    const meters = page.getByRole('region', { name: 'This machine' });
    await meters.getByText(/^\d+ %$/u).waitFor();
    const curve = meters.locator('path').first();
    const drawn = await curve.getAttribute('d');
    await expect.poll(() => curve.getAttribute('d'), { timeout: 10_000 }).not.toBe(drawn);

    await page.getByRole('link', { name: 'Watch' }).click();
    await ui.button('Cancel').click();
    await ui.button('Cancel the run').click();
    await ui.ended('Cancelled');
    expect(withoutOwnFolder(readManifest(destination)).size).toBeLessThan(readManifest(source).size);

    await ui.goTo('Overview');
    await page.getByRole('link', { name: 'Nightly' }).click();
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: /^How/u }).click();
    await page.getByRole('switch', { name: 'Limit the bandwidth' }).uncheck({ force: true });
    await ui.button('Save').click();
    await ui.button('Back up now: Nightly').click();
    await ui.ended('Succeeded');
    expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);

    await ui.goTo('History');
    await ui.historyRow('Cancelled').waitFor();
    await ui.historyRow('Succeeded').getByRole('link', { name: 'Nightly' }).click();
    await page.getByText(/^Run 2, /u).waitFor();
    await page.getByRole('img', { name: /^Timeline: /u }).waitFor();
    await page.getByRole('region', { name: 'Units' }).getByRole('row').nth(1).getByRole('button').click();
    await page.getByRole('dialog').getByText('rsync ended with 0').waitFor();
  });

  it('runs by its schedule with nobody watching, and is shown to whoever comes later', async () => {
    await page.getByRole('link', { name: 'Set up the first job' }).click();
    await ui.fillJob({ name: 'Nightly', source, newDestination: destination });
    const steps = page.getByRole('navigation', { name: 'Steps' });
    await steps.getByRole('button', { name: /^When/u }).click();
    await page.getByRole('radiogroup', { name: 'It starts by itself' }).getByText('Cron').click();
    // Far enough away for the clicks that are left.
    const due = new Date(Date.now() + 10_000);
    await page.getByRole('textbox', { name: 'In cron’s words' }).fill(`${due.getSeconds()} ${due.getMinutes()} ${due.getHours()} * * *`);
    await steps.getByRole('button', { name: /^Name and start/u }).click();
    await ui.button(/^Save$/u).click();
    await page.getByRole('row').filter({ hasText: 'Nightly' }).waitFor();
    await page.goto('about:blank');
    await until('the end of the copy', 30_000, () => existsSync(destination) && diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination))).length === 0);

    await page.goto(`http://127.0.0.1:${host.port}/`);
    await page.getByRole('region', { name: 'Jobs' }).getByRole('row').filter({ hasText: 'Nightly' }).getByText('Succeeded').waitFor();
    await ui.goTo('History');
    await ui.historyRow('Succeeded').getByRole('link', { name: 'Nightly' }).click();
    await page.getByText(/^Run 1, .* started by its schedule/u).waitFor();
  });

  it('goes on after its host was killed: the run is told as interrupted, and the next one finishes it', async () => {
    mkdirSync(destination);
    await ui.goTo('New job');
    await ui.fillJob({ name: 'Nightly', source, destination, limitMbPerSecond: '0.5' });
    await ui.button('Save and back up now').click();
    await page.getByText(/[1-9]\d* of \d+ workers busy/u).waitFor();

    await host.kill();
    await page.getByText('Connection to Daybreak lost').waitFor();
    host = await startHost(join(folder, 'home'), host.port);
    await ui.heading('This page needs a new link').waitFor();
    await page.goto(host.link);
    await ui.heading('1 backup needs you').waitFor();
    await ui.goTo('History');
    await ui.historyRow('Interrupted').getByRole('link', { name: 'Nightly' }).click();
    await ui.ended('Interrupted');

    await ui.goTo('Overview');
    await ui.button('Back up now: Nightly').click();
    await ui.ended('Succeeded');
    expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);
  });

  it('mirrors: shows what it would delete, asks before the first time, and holds too many deletions until they are approved', async () => {
    mkdirSync(destination);
    writeFileSync(join(destination, 'stray'), 'of somebody else');
    await ui.goTo('New job');
    await ui.fillJob({ name: 'Mirror', source, destination, mirror: true });
    await ui.button('Save and see what would change').click();
    await ui.heading('What would change: Mirror').waitFor();
    await ui.ended('Succeeded');
    await page.getByText(/^delete {2}stray\n/u).waitFor();
    expect(readdirSync(destination)).toEqual(['stray']);

    await ui.goTo('Overview');
    await ui.button('Back up now: Mirror').click();
    const question = page.getByRole('alertdialog');
    await question.getByText('stray', { exact: true }).waitFor();
    await ui.button('Yes, delete 1 and mirror').click();
    await ui.ended('Succeeded');
    expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);

    rmSync(join(source, 'project-1'), { recursive: true });
    await ui.goTo('Overview');
    await ui.button('Back up now: Mirror').click();
    await ui.ended('Deletions held');
    expect(readdirSync(join(destination, 'project-1'))).toHaveLength(41);
    await ui.goTo('Overview');
    await ui.heading('Deletions wait for your approval').waitFor();
    await page.getByRole('link', { name: 'Look at what is held' }).click();
    await ui.button('Look at them').click();
    await page.getByText('project-1/file-39').waitFor();
    await ui.button('Approve: remove these 45').click();
    await ui.button('Remove 45').click();
    await ui.ended('Succeeded');
    expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);
  });

  it('names what could not be copied, and tries it again on a click', async () => {
    // A folder that is not empty stands where a file must go.
    const obstacle = join(destination, 'project-0', 'file-7');
    mkdirSync(join(obstacle, 'in the way'), { recursive: true });
    await ui.goTo('New job');
    await ui.fillJob({ name: 'Nightly', source, destination });
    await ui.button('Save and back up now').click();
    await ui.ended('With warnings');
    await page.getByRole('list', { name: 'Notices' }).getByText('project-0/file-7').waitFor();
    rmSync(obstacle, { recursive: true });
    await ui.button('Try again').click();
    await ui.ended('Succeeded');
    expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);
  });
});
