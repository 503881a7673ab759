import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diffManifest, readManifest, withoutOwnFolder } from '../fixtures/manifest.ts';
import { chromiumPath, launchBrowser } from '../ui/browser.ts';
import type { DesktopApp } from './desktop-app.ts';
import { meetPerson, type Person } from './person.ts';

let browser: Browser;
let person: Person;

/** The app with a run that lasts for some seconds. */
async function running({ closeToTray } = { closeToTray: true }): Promise<DesktopApp> {
  await person.haveJob({ bandwidthLimit: 500_000, settings: { closeToTray } });
  const app = person.start();
  await app.shownPage();
  await app.desktopWhere('the job', ({ tray }) => tray?.menu[1]?.submenu.length === 1);
  await app.hands.clickTrayMenu('Back up now', 'Nightly');
  await app.desktopWhere('the run at work', ({ tray }) => /Running: Nightly \(\d+ %\)/u.test(tray?.tooltip ?? ''));
  return app;
}

const isAsking = (app: DesktopApp): Promise<unknown> => app.desktopWhere('the question', ({ dialog }) => dialog?.text === '"Nightly" is running.');

describe.skipIf(chromiumPath === null)('quitting during a run', () => {
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => { await browser.close(); });
  beforeEach(() => { person = meetPerson(browser); });
  afterEach(async () => { await person.leave(); });

  it('asks; "Wait" lets it finish, also without a window, and quits then', async () => {
    const app = await running();
    await app.hands.clickTrayMenu('Quit');
    await isAsking(app);
    await app.hands.answerDialog('Wait, then quit');
    await app.hands.closeWindow();
    expect(await app.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await person.runs()).toEqual(['succeeded']);
    expect(diffManifest(readManifest(person.source), withoutOwnFolder(readManifest(person.destination)))).toEqual([]);
  });

  it('asks, also where the window is closed and there is no tray; "Cancel" ends the run first', async () => {
    const app = await running({ closeToTray: false });
    await app.hands.closeWindow();
    await isAsking(app);
    expect((await app.hands.desktop()).window).not.toBeNull();
    await app.hands.answerDialog('Cancel and quit');
    expect(await app.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await person.runs()).toEqual(['cancelled']);
    expect(withoutOwnFolder(readManifest(person.destination)).size).toBeLessThan(readManifest(person.source).size);
  });

  it('asks; "Don\'t quit" changes nothing. The end of the session does not ask: what runs is cancelled', async () => {
    const app = await running();
    await app.hands.quit();
    await isAsking(app);
    await app.hands.answerDialog(null);
    const { tray, blockers, window } = await app.desktopWhere('no question', ({ dialog }) => dialog === null);
    expect([tray?.menu[0]?.label, blockers.length, window?.isVisible]).toEqual(['Running: Nightly', 1, true]);
    await app.hands.endSession();
    expect(await app.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await person.runs()).toEqual(['cancelled']);
  });

  it('does not ask when a signal comes: what runs is cancelled', async () => {
    const app = await running();
    app.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await person.runs()).toEqual(['cancelled']);
  });

  it('that cannot be done cleanly, by kill -9, leaves no process, and the next start tells of the run', async () => {
    const app = await running();
    app.kill('SIGKILL');
    expect((await app.ended).signal).toBe('SIGKILL');
    const next = person.start();
    await next.shownPage();
    await next.desktopWhere('the trouble', ({ tray }) => tray?.menu[0]?.label === 'Not backed up: Nightly');
    await next.hands.clickAppMenu('&File', '&Quit');
    await next.ended;
    expect(await person.runs()).toEqual(['interrupted']);
  });
});
