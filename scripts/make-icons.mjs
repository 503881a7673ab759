/**
 * `node scripts/make-icons.mjs`: draws the icons of the desktop app, which are checked in (src-main/electron/public/icons).
 * The app's is the page's own favicon; those of the tray add a mark of the state, told apart by shape as well as colour.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { projectFolder } from './bootstrap.mjs';
import { chromiumNames, findOnPath } from './system-packages.mjs';

const folder = path.join(projectFolder, 'src-main', 'electron', 'public', 'icons');
const picture = readFileSync(path.join(projectFolder, 'src-renderer', 'public', 'favicon.svg'), 'utf8');

/** Marks on a 32 px picture, in a disk at its lower right. */
const marks = {
  idle: '',
  running: '<path d="M25 28v-8M21.500 23l3.500-3.500l3.500 3.500" fill="none" stroke="INK" stroke-width="2.600" stroke-linecap="round" stroke-linejoin="round"/>',
  warning: '<path d="M25 19.500v5" stroke="INK" stroke-width="2.800" stroke-linecap="round"/><circle cx="25" cy="28.200" r="1.600" fill="INK"/>',
  failed: '<path d="M22.200 21.200l5.600 5.600M27.800 21.200l-5.600 5.600" stroke="INK" stroke-width="2.800" stroke-linecap="round"/>',
};
const grounds = {
  idle: '',
  running: '<circle cx="25" cy="24" r="7.500" fill="#2563eb"/>',
  warning: '<path d="M25 14.500l8 15.500a1 1 0 0 1-1 1.500h-14a1 1 0 0 1-1-1.500z" fill="#fbbf24"/>',
  failed: '<circle cx="25" cy="24" r="7.500" fill="#dc2626"/>',
};

/** @param {keyof typeof marks} state */
function coloured(state) {
  const ink = state === 'warning' ? '#1c1917' : '#fff';
  return picture.replace('</svg>', `${grounds[state]}${marks[state].replaceAll('INK', ink)}</svg>`);
}

/**
 * For macOS, which colours it: black where there is ink. The mark has a free edge around it.
 * @param {keyof typeof marks} state
 */
function template(state) {
  const hole = state === 'idle' ? '' : '<circle cx="25" cy="24" r="8.500" fill="#000"/>';
  const sun = '<path d="M7 21a9 9 0 0 1 18 0z"/><path d="M4 25h24M16 5v4M6.500 9.500l2.400 2.400M25.500 9.500l-2.400 2.400" fill="none" stroke="#000" stroke-width="2.600" stroke-linecap="round"/>';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><mask id="m"><rect width="32" height="32" fill="#fff"/>${hole}</mask>`
    + `<g mask="url(#m)">${sun}</g>${marks[state].replaceAll('INK', '#000')}</svg>`;
}

const browser = await chromium.launch({ executablePath: chromiumNames.map(findOnPath).find(Boolean) ?? '', args: ['--no-sandbox'] });
const page = await browser.newPage();

/**
 * @param {string} name
 * @param {string} svg
 * @param {number} size
 */
async function draw(name, svg, size) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  writeFileSync(path.join(folder, name), await page.screenshot({ omitBackground: true }));
}

mkdirSync(folder, { recursive: true });
await draw('daybreak.png', picture, 512);
for (const state of /** @type {(keyof typeof marks)[]} */ (Object.keys(marks))) {
  for (const [ending, size] of /** @type {const} */ ([['', 22], ['@2x', 44]])) {
    await draw(`${state}${ending}.png`, coloured(state), size);
    await draw(`${state}Template${ending}.png`, template(state), Math.round(size * 18 / 22));
  }
}
await browser.close();
