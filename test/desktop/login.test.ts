import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRouter } from '../../src-main/core/calls/router.ts';
import { groupRouter } from '../../src-main/core/calls/local.ts';
import { connectLocal } from '../../src-main/local/connect.ts';
import { listenLocally } from '../../src-main/local/listen.ts';
import { hostSocket } from '../../src-main/local/socket-path.ts';
import { JobOptions } from '../../src-shared/job.ts';
import { openEngine } from '../fixtures/engine.ts';
import { chromiumPath, launchBrowser } from '../ui/browser.ts';
import { meetPerson, type Person } from './person.ts';

let browser: Browser;
let person: Person;

describe.skipIf(chromiumPath === null)('the desktop app that stays on', () => {
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => { await browser.close(); });
  beforeEach(() => { person = meetPerson(browser); });
  afterEach(async () => { await person.leave(); });

  it('starts in the tray with the session once that is switched on, and shows its window when asked', async () => {
    await person.haveJob({ settings: { closeToTray: true } });
    const app = person.start({ argv: ['--hidden'] });
    const { window } = await app.desktopWhere('the tray', ({ tray }) => tray?.menu[1]?.submenu.length === 1);
    expect(window).toBeNull();
    const autostart = path.join(person.config, 'autostart/daybreak.desktop');
    expect(existsSync(autostart)).toBe(false);

    const { calls, close } = await connectLocal(hostSocket(person.home));
    const settings = await calls.settings.get();
    await calls.settings.set({ ...settings, launchAtLogin: true });
    await expect.poll(() => existsSync(autostart), { timeout: 10_000 }).toBe(true);
    expect(readFileSync(autostart, 'utf8')).toMatch(new RegExp(`^Exec="env" "DAYBREAK_HOME=${person.home}" .*desktop.js" "--hidden"$`, 'mu'));
    await calls.settings.set({ ...settings, launchAtLogin: false });
    await expect.poll(() => existsSync(autostart), { timeout: 10_000 }).toBe(false);
    expect(await calls.host.startLink()).toEqual({ link: null });
    close();

    await app.hands.clickTrayMenu('Open Daybreak');
    await app.desktopWhere('a window', (each) => each.window !== null);
  });

  it('opens its window all the same where there may be no tray to find it in', async () => {
    await person.haveJob({ settings: { closeToTray: false } });
    await person.start({ argv: ['--hidden'] }).shownPage();
  });

  it('shows the jobs of the system service after the machine has slept, when that came up meanwhile', async () => {
    await person.haveJob({ settings: { closeToTray: true } });
    const app = person.start({ argv: ['--hidden'] });
    await app.desktopWhere('the tray', ({ tray }) => tray !== null);
    const { calls, close } = await connectLocal(hostSocket(person.home));
    const feed = (await calls.feed.watch())[Symbol.asyncIterator]();
    expect((await feed.next()).value).toMatchObject({ service: { state: 'none', jobs: [] } });

    const folder = path.dirname(person.serviceSocket);
    mkdirSync(folder);
    const engine = await openEngine(folder);
    const router = createRouter(engine, { kind: 'browser', version: '1.2.3' });
    await createRouterClient(router).jobs.create({ name: 'Servers', source: person.source, destination: person.destination, options: JobOptions.parse({}) });
    const listener = await listenLocally({ path: person.serviceSocket, router: groupRouter(engine, router), isShared: false }, () => undefined);
    await app.hands.wakeUp();
    let service: unknown;
    while (service === undefined) ({ service } = (await feed.next()).value as { service?: unknown });
    expect(service).toMatchObject({ state: 'attached', version: '1.2.3', jobs: [{ job: { name: 'Servers' } }], live: [] });
    close();
    await listener.close();
    await engine.close();
  });
});
