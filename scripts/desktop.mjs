/** The desktop app from the checkout: whether it can run here, and Electron's runtime for it. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { projectFolder } from './bootstrap.mjs';
import { runAndCapture } from './run-child.mjs';

/** For a word from where Electron's runtime is fetched; the download itself may take long. */
const PROBE_MS = 4_000;
const FETCH_MS = 10 * 60_000;

/** An app that ends so soon with an error never showed its window. */
const START_MS = 8_000;

/**
 * @typedef {object} Where
 * @property {string} folder The checkout.
 * @property {NodeJS.ProcessEnv} env
 * @property {string} platform
 * @property {boolean} isRoot
 */

/** @returns {Where} */
export function here() {
  return { folder: projectFolder, env: process.env, platform: process.platform, isRoot: process.getuid?.() === 0 };
}

/**
 * Why the desktop app cannot run here, in words that follow "because"; null where nothing is known against it.
 * @param {Where} where
 */
export function whyNoDesktop({ env, platform, isRoot }) {
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no display';
  // Chromium's sandbox needs another user than root, and is not given up.
  return platform === 'linux' && isRoot ? 'it does not run as root' : null;
}

/**
 * The path of Electron's runtime, which is fetched where it is not there yet; null where that cannot be done.
 * @param {string} node
 * @param {(line: string) => void} say
 * @param {Where} where
 */
export async function findElectron(node, say, { folder, env }) {
  const home = path.join(folder, 'node_modules', 'electron');
  const found = installedElectron(home, env);
  if (found !== null) return found;
  if (!(await isReachable(env, home))) return null;
  say("Fetching Electron's runtime (about 120 MB, once)");
  const { code } = await runAndCapture('timeout', [`${FETCH_MS / 1000}`, node, path.join(home, 'install.js')], { env });
  return code === 0 ? installedElectron(home, env) : null;
}

/**
 * @param {string} home Of the package.
 * @param {NodeJS.ProcessEnv} env
 */
function installedElectron(home, env) {
  try {
    const name = readFileSync(path.join(home, 'path.txt'), 'utf8').trim();
    const file = path.join(env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(home, 'dist'), name);
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}

/**
 * Asked first, because a download into nowhere only ends after minutes.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} home
 */
async function isReachable(env, home) {
  const mirror = env.ELECTRON_MIRROR ?? env.npm_config_electron_mirror ?? 'https://github.com/electron/electron/releases/download/v';
  try {
    const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8'));
    await fetch(`${mirror}${version}/SHASUMS256.txt`, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) }).then((response) => {
      if (!response.ok) throw new Error(`${response.status}`);
    });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs the desktop app to its end. Null where it ended at once with an error, before it can have shown anything.
 * @param {string} electron
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} folder
 * @returns {Promise<number | null>} Its exit code.
 */
export function runDesktop(electron, environment, folder) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const child = spawn(electron, [folder], { env: environment, stdio: 'inherit' });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
    child.on('error', () => resolve(null));
    child.on('exit', (code, signal) => {
      const failedAtOnce = (code ?? 1) !== 0 && signal !== 'SIGINT' && signal !== 'SIGTERM' && performance.now() - startedAt < START_MS;
      resolve(failedAtOnce ? null : (code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
  });
}
