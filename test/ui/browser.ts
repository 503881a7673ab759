import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { chromiumNames, findOnPath } from '../../scripts/system-packages.mjs';

/** The system's Chromium; null where there is none, and tests in a browser are skipped. */
export const chromiumPath: string | null = chromiumNames.map(findOnPath).find((found) => found !== null) ?? null;

/** A window, and all that its pages complained about. */
export interface Window {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors, breaches of the Content-Security-Policy, failed requests: one line each. */
  readonly complaints: string[];
}

export function launchBrowser(): Promise<Browser> {
  // Its sandbox needs rights that a container does not give; only our own page is opened.
  return chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
}

/** A window of its own cookies, 1280 wide. `isExpected` leaves out complaints that belong to what is tested. */
export async function openWindow(
  browser: Browser, { theme = 'light', isExpected = () => false }: { theme?: 'light' | 'dark'; isExpected?: (line: string) => boolean } = {},
): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: theme, reducedMotion: 'reduce' });
  // What waits for so long waits for ever, also where a machine is busy.
  context.setDefaultTimeout(45_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  const complain = (line: string): void => {
    if (!isExpected(line)) complaints.push(line);
  };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complain(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complain(`uncaught: ${error.message}`));
  return { context, page, complaints };
}
