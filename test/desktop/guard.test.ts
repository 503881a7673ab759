import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { channels } from '../../src-shared/desktop-bridge.ts';
import { elsewhere } from '../doubles/electron-display.ts';
import { chromiumPath, launchBrowser } from '../ui/browser.ts';
import { interfaceOn } from '../ui/pages.ts';
import type { DesktopApp } from './desktop-app.ts';
import { meetPerson, type Person } from './person.ts';

let browser: Browser;
let person: Person;
let app: DesktopApp;
let page: Page;

/** What breaches of the policy leave in the console is what these tests look for. */
const isBreach = (line: string): boolean => /Content Security Policy|Content-Security-Policy|net::ERR/u.test(line);

/** A call as the page would send it, that makes a job. */
const createJob = (name: string): string => JSON.stringify({
  i: '999', p: { u: '/jobs/create', b: { json: { name, source: '/a', destination: '/b', options: {} } } },
});

/** What the double gives to every frame, as a page that broke out of its world would have it. */
interface WithIpc {
  electronSend(channel: string, args: unknown[]): Promise<void>;
}

/** Names of the jobs, asked through the page's own connection: it is alive. */
async function jobNames(): Promise<string[]> {
  await page.reload();
  await interfaceOn(page).heading(/./u).waitFor();
  return page.getByRole('region', { name: 'Jobs' }).getByRole('row').getByRole('link').allTextContents();
}

describe.skipIf(chromiumPath === null)('the window', () => {
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => { await browser.close(); });
  beforeEach(async () => {
    person = meetPerson(browser);
    app = person.start();
    page = await app.shownPage();
    await interfaceOn(page).heading('Backups that finish before morning').waitFor();
  });
  afterEach(async () => { await person.leave(isBreach); });

  it('stays where it is, and opens no other', async () => {
    const at = page.url();
    await page.evaluate(() => { location.href = 'https://example.invalid/'; });
    await page.evaluate(() => void window.open('https://example.invalid/popup'));
    await page.evaluate(() => {
      const link = Object.assign(document.createElement('a'), { href: 'https://rsync.samba.org/', target: '_blank', rel: 'noopener' });
      document.body.append(link);
      link.click();
    });
    const { refused } = await app.desktopWhere('three refusals', (desktop) => desktop.refused.length === 3);
    expect(refused.toSorted()).toEqual(['https://example.invalid/', 'https://example.invalid/popup', 'https://rsync.samba.org/']);
    await expect.poll(() => app.display.popups(), { timeout: 10_000 }).toBe(0);
    await interfaceOn(page).heading('Backups that finish before morning').waitFor();
    expect(page.url()).toBe(at);
    expect(await page.title()).not.toBe(elsewhere);
    // A link to the manual of rsync opens in the system's browser.
    expect((await app.hands.desktop()).openedOutside).toEqual(['https://rsync.samba.org/']);
    for (const url of ['http://rsync.samba.org/', 'file:///etc/passwd', 'https://rsync.samba.org.example.invalid/', 'javascript:alert(1)']) {
      expect(await app.hands.mayOpenWindow(url)).toBe(false);
      expect(await app.hands.mayNavigate(url)).toBe(false);
    }
    expect((await app.hands.desktop()).openedOutside).toHaveLength(1);
  });

  it('runs no script but ours, and reaches nothing else', async () => {
    const injected = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.wasRun = true';
      document.body.append(script);
      document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://example.invalid/frame' }));
      const fetched = await fetch('https://example.invalid/').then(() => 'fetched', () => 'refused');
      return { wasRun: 'wasRun' in window, fetched, hasNode: 'require' in window || 'process' in window, bridge: Object.keys((window as unknown as { daybreak: object }).daybreak) };
    });
    expect(injected).toEqual({ wasRun: false, fetched: 'refused', hasNode: false, bridge: ['send', 'onMessage'] });
    expect(await Promise.all(page.frames().map((frame) => frame.title()))).not.toContain(elsewhere);
    for (const directive of ['script-src', 'connect-src', 'default-src']) {
      await expect.poll(() => app.display.complaints.join('\n'), { timeout: 10_000 }).toMatch(new RegExp(`directive:? ["']${directive} `, 'u'));
    }
  });

  it('gets no permission', async () => {
    const states = await page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera'] as const;
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state));
    });
    expect(states).not.toContain('granted');
  });

  it('serves the built page alone, and only to be read', async () => {
    const status = async (url: string, method = 'GET'): Promise<number> => (await app.hands.request(url, method)).status;
    expect(await status('daybreak://app/')).toBe(200);
    expect(await status('daybreak://app/', 'POST')).toBe(405);
    for (const url of ['daybreak://app/../node/desktop.js', 'daybreak://app/%2e%2e/node/desktop.js', 'daybreak://app/..%2fnode%2fdesktop.js', 'daybreak://other/', 'daybreak://app/nothing']) {
      expect(await status(url), url).toBe(404);
    }
  });

  it('alone is listened to: calls of other frames, other contents and of no form are not looked at', async () => {
    const ours = { url: 'daybreak://app/', isMain: true };
    const say = (from: Parameters<typeof app.hands.message>[0], ...args: unknown[]): Promise<void> => app.hands.message(from, channels.toHost, args);
    await say({ frame: { url: 'https://example.invalid/', isMain: true } }, 'doc', createJob('from elsewhere'));
    await say({ frame: { ...ours, isMain: false } }, 'doc', createJob('from a frame within'));
    await page.evaluate(() => document.body.append(document.createElement('iframe')));
    const within = await page.locator('iframe').elementHandle().then((element) => element?.contentFrame());
    await within?.evaluate(([channel, call]) => (window as unknown as WithIpc).electronSend(channel ?? '', ['doc', call]), [channels.toHost, createJob('from a real frame within')]);
    expect(within?.url()).toBe('about:blank');
    await say({ frame: null }, 'doc', createJob('from nowhere'));
    await say({ frame: ours, contents: 4711 }, 'doc', createJob('from other contents'));
    for (const message of [undefined, null, 7, {}, '', 'no json', '{}', '[]', 'x'.repeat(2_000_000)]) await say({ frame: ours }, 'doc', message);
    await say({ frame: ours }, { id: 'doc' }, createJob('without a document'));
    await say({ frame: ours }, 'doc', JSON.stringify({ i: '1', p: { u: '/no/such/call', b: {} } }));
    await say({ frame: ours }, 'doc', JSON.stringify({ i: '2', p: { u: '/jobs/create', b: { json: { name: '', source: 'relative' } } } }));
    expect(await jobNames()).toEqual([]);
    // The same call from where it may come from is taken: what was refused above was refused for where it came from.
    await say({ frame: ours }, 'another document', createJob('from our page'));
    await expect.poll(jobNames, { timeout: 10_000 }).toEqual(['from our page']);
  });
});
