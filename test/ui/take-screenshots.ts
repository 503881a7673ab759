/** `npm run screenshots [-- FOLDER]`: pictures of every screen of the real app with the demo's data, both themes, two widths. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath, launchBrowser, openWindow } from './browser.ts';
import { startHost } from './host.ts';
import { tour } from './tour.ts';

const folder = process.argv[2] ?? join('docs', 'screenshots');
const widths = [1280, 800];

if (chromiumPath === null) throw new Error('There is no Chromium on this machine.');
// Its path is in the pictures.
const home = mkdtempSync(join(tmpdir(), 'daybreak-'));
// What lies in the home of whoever takes the pictures is nobody's business.
const userHome = join(home, 'anna');
const browser = await launchBrowser();
try {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['Documents', 'Projects', 'Videos']) mkdirSync(join(userHome, name), { recursive: true });
  const { page } = await openWindow(browser);
  await tour({
    page, host: await startHost(home, 0, { HOME: userHome }), home,
    async look(screen) {
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        // A window as high as the page: the bar at its foot would cover the middle of one long picture.
        const height = await page.evaluate('document.documentElement.scrollHeight') as number;
        await page.setViewportSize({ width, height: Math.min(2400, Math.max(800, height)) });
        for (const theme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme: theme });
          await page.screenshot({ path: join(folder, `${screen}-${theme}-${width}.png`), animations: 'disabled' });
        }
      }
      await page.setViewportSize({ width: 1280, height: 800 });
      process.stdout.write(`${screen}\n`);
    },
  });
} finally {
  await browser.close();
  rmSync(home, { recursive: true, force: true });
}
