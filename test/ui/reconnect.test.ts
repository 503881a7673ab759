import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, WebSocketRoute } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainTree } from '../fixtures/tree-plain.ts';
import { writeTree } from '../fixtures/tree.ts';
import { chromiumPath, launchBrowser, openWindow } from './browser.ts';
import { startHost } from './host.ts';
import { interfaceOn } from './pages.ts';

let browser: Browser;

describe.skipIf(chromiumPath === null)('a connection that breaks off', () => {
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => { await browser.close(); });

  it('is told, comes back by itself, and the page catches up with what went on meanwhile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybreak-reconnect-'));
    const [source, destination] = [join(folder, 'production'), join(folder, 'backup')];
    writeTree(source, plainTree({ folders: 3, files: 40, bytes: 13_000 }));
    mkdirSync(destination);
    const host = await startHost(join(folder, 'home'));
    const { context, page } = await openWindow(browser, { isExpected: (line) => line.includes('WebSocket') });
    const ui = interfaceOn(page);
    let isCut = false;
    const sockets: WebSocketRoute[] = [];
    await page.routeWebSocket(/./u, (socket) => {
      if (isCut) return void socket.close();
      sockets.push(socket);
      socket.connectToServer();
    });
    await page.goto(host.link);
    await ui.goTo('New job');
    await ui.fillJob({ name: 'Nightly', source, destination, limitMbPerSecond: '0.3' });
    await ui.button('Save and back up now').click();
    await expect.poll(() => ui.percentDone(), { timeout: 15_000 }).toBeGreaterThan(0);

    isCut = true;
    for (const socket of sockets) await socket.close();
    await page.getByText('Connection to Daybreak lost').waitFor();
    await expect.poll(() => ui.button('Pause').isDisabled(), { timeout: 5_000 }).toBe(true);
    const before = await ui.percentDone();
    isCut = false;
    await page.getByText('Connection to Daybreak lost').waitFor({ state: 'hidden' });
    await expect.poll(() => ui.percentDone().catch(() => 100), { timeout: 15_000 }).toBeGreaterThan(before);
    await ui.ended('Succeeded');
    await context.close();
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  });
});
