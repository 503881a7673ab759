/** What is built from the sources, and whether that is still what the sources say. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectFolder } from './bootstrap.mjs';
import { runAndCapture } from './run-child.mjs';
import { SetupError } from './setup-error.mjs';
import { withSetupLock } from './setup-lock.mjs';

/**
 * @typedef {object} Build
 * @property {string} name For people.
 * @property {readonly string[]} configs Vite configurations, one after the other into the same folder.
 * @property {string} folder What it makes.
 * @property {readonly string[]} sources Files and folders it depends on.
 */

/** @type {Build} */
export const pageBuild = {
  name: 'the page',
  configs: ['src-renderer/vite.config.ts'],
  folder: 'dist/renderer',
  sources: ['src-renderer', 'src-shared', 'package-lock.json'],
};

/** @type {Build} */
export const nodeBuild = {
  name: 'the node side',
  configs: ['src-main/vite.config.ts', 'src-main/electron/vite.config.ts'],
  folder: 'dist/node',
  sources: ['src-main', 'src-shared', 'package.json', 'package-lock.json'],
};

/** Written last into a folder that was built: from what. */
const STAMP = 'built-from.txt';

/**
 * Makes the builds whose sources are not what they were built from. Takes about 10 ms where all are.
 * @param {readonly Build[]} builds
 * @param {import('./bootstrap.mjs').Ready} ready
 * @param {(line: string) => void} [say] Told one line per build.
 * @param {string} [folder] The checkout.
 * @throws {SetupError} with what the build said.
 */
export async function ensureBuilt(builds, ready, say = (line) => process.stderr.write(`${line}\n`), folder = projectFolder) {
  if (builds.every((build) => isCurrent(build, folder))) return;
  await withSetupLock(path.join(folder, '.toolchain', 'build-lock'), say, async () => {
    for (const build of builds) {
      // Another start may have built it while this one waited.
      if (isCurrent(build, folder)) continue;
      say(`Building ${build.name} (a few seconds)`);
      await makeBuild(build, ready, folder);
    }
  });
}

/**
 * @param {Build} build
 * @param {import('./bootstrap.mjs').Ready} ready
 * @param {string} folder
 */
async function makeBuild(build, { node, environment }, folder) {
  const sources = hashOf(build.sources, folder);
  const target = path.join(folder, build.folder);
  // Beside its place, so that a host that runs never serves half a page.
  const made = `${target}.new`;
  rmSync(made, { recursive: true, force: true });
  const vite = path.join(folder, 'node_modules', 'vite', 'bin', 'vite.js');
  for (const [place, config] of build.configs.entries()) {
    const argv = [vite, 'build', '--config', path.join(folder, config), '--outDir', made, place === 0 ? '--emptyOutDir' : '--emptyOutDir=false', '--logLevel', 'warn'];
    const { code, output } = await runAndCapture(node, argv, { cwd: folder, env: environment });
    if (code !== 0) throw new SetupError(`${build.name} could not be built (${config}).`, output);
  }
  writeFileSync(path.join(made, STAMP), sources);
  rmSync(target, { recursive: true, force: true });
  renameSync(made, target);
}

/**
 * By content: a checkout changes file times without need.
 * @param {Build} build
 * @param {string} folder
 */
function isCurrent(build, folder) {
  const stamp = path.join(folder, build.folder, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashOf(build.sources, folder);
}

/**
 * @param {readonly string[]} sources
 * @param {string} folder
 */
function hashOf(sources, folder) {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesIn(path.join(folder, source)))) {
    hash.update(`${path.relative(folder, file)}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} place A file or a folder.
 * @returns {string[]} Sorted.
 */
function filesIn(place) {
  if (!statSync(place).isDirectory()) return [place];
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => path.join(place, name)).filter((file) => statSync(file).isFile());
}
