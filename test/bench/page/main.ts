/**
 * `npm run bench -- --page [--minutes N]`: how quick the interface is with much to show. A real Chromium, the built page
 * and the real headless server; behind them made-up data that moves (test/doubles/app-double.ts), because a backup of
 * 50,000 units would measure rsync instead.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { chromiumPath, launchBrowser, openWindow } from '../../ui/browser.ts';
import { meterOf, type PageUse } from './page-meter.ts';

const { values } = parseArgs({ options: { page: { type: 'boolean' }, minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0 && minutes <= 120)) throw new Error(`--minutes ${values.minutes} is not a number from 1 to 120`);
if (chromiumPath === null) throw new Error('There is no Chromium on this machine.');

interface Finding {
  readonly what: string;
  readonly found: string;
  readonly expected: string;
  readonly isReached: boolean;
}
const findings: Finding[] = [];
function judge(what: string, value: number, most: number, unit: string, digits = 1): void {
  findings.push({ what, found: `${value.toFixed(digits)} ${unit}`, expected: `at most ${most} ${unit}`, isReached: value <= most });
}

const browser = await launchBrowser();
const host = await startDouble(['--lanes', '64', '--units', '50000', '--unit-ms', '90000', '--done', '0.5']);
try {
  const { page } = await openWindow(browser);
  const meter = await meterOf(page, host.process.pid ?? 0);

  const opened = performance.now();
  await page.goto(await host.link());
  await page.getByRole('region', { name: 'Jobs' }).getByRole('button', { name: /^Back up now/u }).first().waitFor();
  judge('page usable after the host is up', performance.now() - opened, 1000, 'ms', 0);

  await wait(1000);
  judgeScrolling('200 jobs', await meter.during(() => scroll(page, 400)));
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'History' }).click();
  await page.getByRole('table', { name: 'Runs' }).getByRole('link').first().waitFor();
  await wait(500);
  judgeScrolling('100,000 history rows', await meter.during(() => scroll(page, 4000)));

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('link', { name: 'Watch' }).first().click();
  await page.getByRole('img', { name: /^Timeline: /u }).waitFor();
  await wait(5000);
  const run = await meter.during(() => wait(30_000));
  judge('a run of 64 lanes and 50,000 units: the page', run.pageShare * 100, 20, '% of a core');
  judge('a run of 64 lanes and 50,000 units: the host', run.hostShare * 100, 10, '% of a core');

  const first = await meter.heldBytes();
  process.stdout.write(`The run is watched for ${minutes} minutes\n`);
  await wait(minutes * 60_000);
  const last = await meter.heldBytes();
  process.stdout.write(`Memory of the page: ${megabytes(first)} MB, after ${minutes} minutes ${megabytes(last)} MB\n`);
  judge(`memory of the page over ${minutes} minutes: growth`, (last / first - 1) * 100, 10, '%');
} finally {
  host.process.kill('SIGTERM');
  await browser.close();
}
for (const { what, found, expected, isReached } of findings) process.stdout.write(`${isReached ? 'reached' : 'MISSED '}  ${what}: ${found}, expected ${expected}\n`);

function judgeScrolling(what: string, use: PageUse): void {
  judge(`scrolling ${what}: scripts`, use.scriptMsPerFrame, 6, 'ms a frame');
  judge(`scrolling ${what}: longest task (0: none of 50 ms)`, use.longestTaskMs, 50, 'ms', 0);
  process.stdout.write(`${what}: ${use.frames} frames in ${(use.wallMs / 1000).toFixed(1)} s\n`);
}

/** Turns the wheel for some seconds, down and up again; `step` pixels at a time. */
async function scroll(page: Page, step: number): Promise<void> {
  await page.mouse.move(700, 500);
  for (let turn = 0; turn < 150; turn++) {
    await page.mouse.wheel(0, turn < 100 ? step : -step);
    await wait(20);
  }
}

async function startDouble(words: readonly string[]): Promise<{ process: ChildProcess; link: () => Promise<string> }> {
  const script = fileURLToPath(new URL('../../ui/serve-double.ts', import.meta.url));
  const child = spawn(process.execPath, [script, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data') as [Buffer];
  return { process: child, link: () => Promise.resolve(line.toString().trim()) };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
