import { renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Desktop } from '../doubles/electron-wire.ts';
import { diffManifest, readManifest, withoutOwnFolder } from '../fixtures/manifest.ts';
import { chromiumPath, launchBrowser } from '../ui/browser.ts';
import { interfaceOn } from '../ui/pages.ts';
import { meetPerson, type Person } from './person.ts';

let browser: Browser;
let person: Person;

/** The icon and the lines of the tray's menu. */
function trayOf({ tray }: Desktop): { icon: string; status: string | undefined; jobs: string[] } {
  const [status, backUp] = tray?.menu ?? [];
  return { icon: basename(tray?.image ?? '', '.png'), status: status?.label, jobs: backUp?.submenu.map(({ label }) => label) ?? [] };
}

describe.skipIf(chromiumPath === null)('the desktop app', () => {
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => { await browser.close(); });
  beforeEach(() => { person = meetPerson(browser); });
  afterEach(async () => { await person.leave(); });

  it('opens its window; a job is made by clicking, backed up, and told of', async () => {
    const { source, destination } = person;
    const app = person.start();
    const page = await app.shownPage();
    const ui = interfaceOn(page);
    await ui.heading('Backups that finish before morning').waitFor();
    expect(trayOf(await app.hands.desktop())).toEqual({ icon: 'idle', status: 'No jobs yet', jobs: [] });

    await ui.goTo('New job');
    await ui.button('System dialog').click();
    await app.desktopWhere('the dialog', ({ dialog }) => dialog?.text === 'Source folder');
    await app.hands.answerDialog(source);
    const field = page.getByRole('textbox', { name: 'Source folder' });
    await expect.poll(() => field.inputValue(), { timeout: 10_000 }).toBe(source);
    await ui.button('System dialog').click();
    await app.desktopWhere('the dialog where the first one ended', ({ dialog }) => dialog?.start === source);
    await app.hands.answerDialog(null);
    await app.desktopWhere('no dialog', ({ dialog }) => dialog === null);
    expect(await field.inputValue()).toBe(source);

    await ui.fillJob({ name: 'Nightly', source, newDestination: destination });
    await ui.button('Save and back up now').click();
    await ui.ended('Succeeded');
    expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);
    await ui.button('Open destination').click();
    await app.desktopWhere('the folder', ({ openedOutside }) => openedOutside.includes(destination));

    const desktop = await app.desktopWhere('the end', ({ blockers }) => blockers.length === 0);
    expect(desktop.notifications).toEqual([{ title: 'Nightly is backed up', body: expect.stringMatching(/^129 files copied \(1\.7 MB\) in \d+ s\.$/u) }]);
    await ui.goTo('Settings');
    await ui.heading('Settings').waitFor();
    await app.hands.clickNotification('Nightly is backed up');
    await ui.heading('Nightly').waitFor();
    await ui.ended('Succeeded');
    expect(page.url()).toContain('#/runs/');
  });

  it('lives in the tray without a window, backs up from there, and comes back', async () => {
    await person.haveJob({ bandwidthLimit: 600_000 });
    const app = person.start();
    const ui = interfaceOn(await app.shownPage());
    const desktop = await app.desktopWhere('the jobs', (each) => trayOf(each).jobs.length > 0);
    expect(desktop.tray?.menu.map(({ label }) => label)).toEqual(['1 job never ran', 'Back up now', 'Pause all schedules', 'Open Daybreak', 'Quit']);
    await ui.goTo('Settings');
    await ui.heading('Settings').waitFor();
    await app.display.page()?.getByRole('switch', { name: 'Closing the window keeps Daybreak in the tray' }).click({ force: true });
    await expect.poll(() => app.display.page()?.getByRole('switch', { name: /tray$/u }).isChecked(), { timeout: 10_000 }).toBe(true);
    await app.hands.closeWindow();
    expect(await app.hands.desktop()).toMatchObject({ window: null, blockers: [] });

    await app.hands.clickTrayMenu('Back up now', 'Nightly');
    const during = await app.desktopWhere('the run', (each) => trayOf(each).icon === 'running');
    expect(trayOf(during)).toEqual({ icon: 'running', status: 'Running: Nightly', jobs: ['Nightly (running)'] });
    expect(during.blockers).toEqual(['prevent-app-suspension']);
    await app.desktopWhere('how far it is', ({ tray }) => /^Daybreak: Running: Nightly \(\d+ %\)$/u.test(tray?.tooltip ?? ''));
    await expect(app.hands.clickTrayMenu('Back up now', 'Nightly (running)')).rejects.toThrow('to click');

    const after = await app.desktopWhere('the end of the run', (each) => trayOf(each).status === 'All backups are good' && each.blockers.length === 0);
    expect(trayOf(after)).toEqual({ icon: 'idle', status: 'All backups are good', jobs: ['Nightly'] });
    expect(diffManifest(readManifest(person.source), withoutOwnFolder(readManifest(person.destination)))).toEqual([]);
    expect(after.window).toBeNull();
    await app.hands.clickNotification('Nightly is backed up');
    await interfaceOn(await app.shownPage()).ended('Succeeded');

    await app.hands.closeWindow();
    const second = person.start();
    expect(await second.ended).toMatchObject({ code: 0, stderr: '' });
    await interfaceOn(await app.shownPage()).heading('All backups are good').waitFor();
    await app.hands.closeWindow();
    await app.hands.clickTray();
    await interfaceOn(await app.shownPage()).heading('All backups are good').waitFor();
  });

  it('tells in the tray and by a notification that a backup was not made', async () => {
    await person.haveJob({ settings: { notifications: 'problems' } });
    renameSync(person.source, `${person.source} away`);
    const app = person.start();
    await app.shownPage();
    await app.desktopWhere('the jobs', (each) => trayOf(each).jobs.length > 0);
    await app.hands.clickTrayMenu('Back up now', 'Nightly');
    const desktop = await app.desktopWhere('the end', (each) => trayOf(each).icon === 'failed');
    expect(trayOf(desktop).status).toBe('Not backed up: Nightly');
    expect(desktop.notifications).toEqual([{ title: 'Nightly is not backed up', body: expect.stringMatching(/does not exist\. Check the path\./u) }]);
  });

  it('opens its window where it was left; without a tray, closing the window quits', async () => {
    await person.haveJob({ settings: { closeToTray: false } });
    const first = person.start();
    await first.shownPage();
    const bounds = { x: 700, y: 40, width: 900, height: 700 };
    await first.hands.placeWindow(bounds);
    await first.hands.maximizeWindow();
    await first.hands.closeWindow();
    expect(await first.ended).toMatchObject({ code: 0, stderr: '' });

    const second = person.start();
    const page = await second.shownPage();
    expect((await second.hands.desktop()).window).toMatchObject({ bounds, isMaximized: true });
    expect(page.viewportSize()).toEqual({ width: 900, height: 700 });
  });

  it('says why it cannot start', async () => {
    writeFileSync(person.home, 'no folder');
    const { code, stderr } = await person.start().ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Daybreak could not start\n.*home/u)]);
  });

  it('loads a page that crashed by itself once, then asks', async () => {
    await person.haveJob();
    const app = person.start();
    const page = await app.shownPage();
    const ui = interfaceOn(page);
    await ui.heading('Nothing is protected yet').waitFor();
    const mark = (): Promise<unknown> => page.evaluate(() => Object.assign(window, { isMarked: true }));
    const isMarked = (): Promise<boolean> => page.evaluate(() => 'isMarked' in window);
    await mark();
    await app.hands.crashPage('crashed');
    await expect.poll(isMarked, { timeout: 10_000 }).toBe(false);
    await ui.button('Back up now: Nightly').click();
    await ui.ended('Succeeded');

    await mark();
    await app.hands.crashPage('oom');
    await app.desktopWhere('the question', ({ dialog }) => dialog?.buttons.includes('Load it again') === true);
    expect(await isMarked()).toBe(true);
    await app.hands.answerDialog('Load it again');
    await expect.poll(isMarked, { timeout: 10_000 }).toBe(false);
    await ui.ended('Succeeded');
  });
});
