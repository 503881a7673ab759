/**
 * Makes a bare machine ready: Node 24, the dependencies, and what else a command needs.
 * Plain JavaScript without dependencies, because it runs before anything is installed, on Node 18 or later.
 * Tells each step in one line on stderr, and only when there is something to do.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAndCapture } from './run-child.mjs';
import { SetupError } from './setup-error.mjs';
import { withSetupLock } from './setup-lock.mjs';
import { ensureProgram, findOnPath } from './system-packages.mjs';

/** The Node that is installed where the system's is too old. Electron 45 carries the same. */
export const wantedNode = '24.21.0';

/** The folder that holds package.json. */
export const projectFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Settings that npm hands down to what it starts, and that would make an npm below it do something else. */
const handedDown = ['dry_run', 'global', 'include', 'json', 'local_prefix', 'loglevel', 'omit', 'only', 'prefix', 'production'];

/**
 * @typedef {object} Ready
 * @property {string} node The Node program to use.
 * @property {NodeJS.ProcessEnv} environment The environment for it: that Node comes first in PATH.
 */

/**
 * Makes `folder` ready and says which Node to use. Takes about 5 ms when there is nothing to do.
 * @param {object} [options]
 * @param {readonly string[]} [options.programs] Programs of the system the command needs, such as `rsync`.
 * @param {string} [options.folder] The checkout.
 * @param {string} [options.nodeVersion] Version of the Node that runs this.
 * @param {(line: string) => void} [options.say] Told one line per step.
 * @returns {Promise<Ready>}
 * @throws {SetupError} with what could not be done, and what to do by hand.
 */
export async function bootstrap({
  programs = [],
  folder = projectFolder,
  nodeVersion = process.versions.node,
  say = (line) => process.stderr.write(`${line}\n`),
} = {}) {
  const ownNode = isUsableNode(nodeVersion);
  const toolchain = path.join(folder, '.toolchain');
  const toolchainBin = path.join(toolchain, 'node_modules', '.bin');
  const node = ownNode ? process.execPath : path.join(toolchainBin, 'node');
  const environment = withFirstInPath(ownNode ? path.dirname(process.execPath) : toolchainBin);

  const steps = [
    {
      isDone: () => ownNode || hasToolchainNode(toolchain),
      run: () => installNode(toolchain, node, nodeVersion, say),
    },
    {
      isDone: () => hasDependencies(folder),
      run: async () => {
        say('Installing the dependencies (about 20 seconds)');
        await npm(['ci', '--include=dev'], folder, environment, 'The dependencies could not be installed.');
      },
    },
    ...programs.map((program) => ({
      isDone: () => findOnPath(program) !== null,
      run: () => ensureProgram(program, say),
    })),
  ];

  if (!steps.every((step) => step.isDone())) {
    await withSetupLock(path.join(toolchain, 'lock'), say, async () => {
      // Another start may have done a step while this one waited, so each is asked again.
      for (const step of steps) if (!step.isDone()) await step.run();
    });
  }
  return { node, environment };
}

/**
 * Whether this Node runs the product and its tools: 24.15 or later of 24, or 26 and later
 * (the `engines` of write-file-atomic and vitest, the strictest of ours, leave out 25).
 * @param {string} version
 */
export function isUsableNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 24 && minor >= 15) || major >= 26;
}

/**
 * Whether node_modules holds what package-lock.json asks for. Compared by content: a checkout changes file times
 * without need, and npm writes its record last, so that an interrupted `npm ci` counts as not done.
 * @param {string} folder
 */
export function hasDependencies(folder) {
  try {
    const wanted = readPackages(path.join(folder, 'package-lock.json'));
    const installed = readPackages(path.join(folder, 'node_modules', '.package-lock.json'));
    for (const [place, { version, integrity, optional }] of wanted) {
      const found = installed.get(place);
      // The empty name is the project itself; optional packages are mostly for other systems.
      if (place === '' || (optional && !found)) continue;
      if (found?.version !== version || found?.integrity !== integrity) return false;
    }
    return [...installed.keys()].every((place) => wanted.has(place));
  } catch {
    return false;
  }
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage
 * @param {string} file
 * @returns {Map<string, LockedPackage>}
 */
function readPackages(file) {
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages));
}

/** @param {string} toolchain */
function hasToolchainNode(toolchain) {
  try {
    // npm writes .package-lock.json last: without it an installation was interrupted.
    const { version } = JSON.parse(readFileSync(path.join(toolchain, 'node_modules', 'node', 'package.json'), 'utf8'));
    return version === wantedNode && existsSync(path.join(toolchain, 'node_modules', '.package-lock.json'))
      && existsSync(path.join(toolchain, 'node_modules', '.bin', 'node'));
  } catch {
    return false;
  }
}

/**
 * @param {string} toolchain
 * @param {string} node
 * @param {string} found
 * @param {(line: string) => void} say
 */
async function installNode(toolchain, node, found, say) {
  say(`Installing Node ${wantedNode} into .toolchain (this machine has ${found}; about 5 seconds)`);
  const failure = `Node ${wantedNode} could not be installed. With a Node 24 of your own in PATH this step is not needed.`;
  mkdirSync(toolchain, { recursive: true });
  writeFileSync(
    path.join(toolchain, 'package.json'),
    `${JSON.stringify({ private: true, allowScripts: { node: true }, dependencies: { node: wantedNode } }, null, 2)}\n`,
  );
  await npm(['install'], toolchain, process.env, failure);
  const version = await runAndCapture(node, ['--version']);
  if (version.output.trim() !== `v${wantedNode}`) throw new SetupError(failure, version.output);
}

/**
 * @param {string[]} argv
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} failure What to say when it does not work.
 */
async function npm(argv, folder, environment, failure) {
  const clean = { ...environment };
  for (const name of handedDown) delete clean[`npm_config_${name}`];
  const { code, output } = await runAndCapture('npm', [...argv, '--no-audit', '--no-fund', '--loglevel=notice'], { cwd: folder, env: clean });
  if (code !== 0) throw new SetupError(failure, `npm ${argv.join(' ')}, in ${folder}:\n${output}`);
}

/** @param {string} folder */
function withFirstInPath(folder) {
  const rest = (process.env.PATH ?? '').split(path.delimiter).filter((entry) => entry !== folder);
  return { ...process.env, PATH: [folder, ...rest].join(path.delimiter) };
}
