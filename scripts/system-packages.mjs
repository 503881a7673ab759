import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { runAndCapture } from './run-child.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * @typedef {object} PackageManager
 * @property {string} program
 * @property {string[]} install The package's name follows.
 * @property {string[]} [refresh] How to load the package lists.
 * @property {() => boolean} [isEmpty] Whether there are no lists yet.
 * @property {boolean} [asUser] Must not run as root.
 */

/** @type {readonly PackageManager[]} */
const managers = [
  {
    program: 'apt-get',
    install: ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'],
    refresh: ['update'],
    isEmpty: () => !fileNames('/var/lib/apt/lists').some((name) => name.includes('_Packages')),
  },
  { program: 'dnf', install: ['install', '-y'] },
  { program: 'yum', install: ['install', '-y'] },
  { program: 'zypper', install: ['--non-interactive', 'install'], refresh: ['--non-interactive', 'refresh'] },
  { program: 'pacman', install: ['-S', '--noconfirm'], refresh: ['-Sy'], isEmpty: () => fileNames('/var/lib/pacman/sync').length === 0 },
  { program: 'apk', install: ['add', '--no-cache'] },
  { program: 'brew', install: ['install'], asUser: true },
];

/** What Chromium is called where it is installed; the first is also its package. */
export const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * The path of a program, or null when PATH does not lead to it.
 * @param {string} program
 */
export function findOnPath(program) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder || '.', program);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not here: the next folder.
    }
  }
  return null;
}

/**
 * Installs a program that is missing with the system's package manager, where that needs no password.
 * @param {string} program Also the name of its package.
 * @param {(line: string) => void} say
 * @param {() => boolean} [isThere] For a package that is no program.
 * @throws {SetupError} with the exact command for the user, where it cannot be done from here.
 */
export async function ensureProgram(
  program, say, isThere = () => [program, ...(program === chromiumNames[0] ? chromiumNames : [])].some(findOnPath),
) {
  if (isThere()) return;
  const manager = managers.find((candidate) => findOnPath(candidate.program));
  if (!manager) throw new SetupError(`${program} is missing. Install it with this system's package manager, then start again.`);

  const isRoot = process.getuid?.() === 0;
  const byHand = commandLine(manager, program, isRoot);
  const prefix = await rightsPrefix(manager, isRoot);
  if (!prefix) throw new SetupError(`${program} is missing. Install it, then start again:\n  ${byHand}`);

  say(`${program} is missing: installing it with ${manager.program}`);
  if (manager.refresh && manager.isEmpty?.()) await runManager(prefix, manager, manager.refresh);
  let attempt = await runManager(prefix, manager, [...manager.install, program]);
  if (attempt.code !== 0 && manager.refresh) {
    // Old lists name versions that the mirror no longer has.
    await runManager(prefix, manager, manager.refresh);
    attempt = await runManager(prefix, manager, [...manager.install, program]);
  }
  if (attempt.code !== 0 || !isThere()) {
    throw new SetupError(`${program} could not be installed. Try by hand, then start again:\n  ${byHand}`, attempt.output);
  }
}

/**
 * What must stand before the package manager's command: nothing, or sudo. Null: it would ask for a password.
 * @param {PackageManager} manager
 * @param {boolean} isRoot
 */
async function rightsPrefix(manager, isRoot) {
  if (manager.asUser) return isRoot ? null : [];
  if (isRoot) return [];
  const { code } = await runAndCapture('sudo', ['-n', 'true']);
  return code === 0 ? ['sudo', '-n'] : null;
}

/**
 * @param {PackageManager} manager
 * @param {string} program
 * @param {boolean} isRoot
 */
function commandLine(manager, program, isRoot) {
  const sudo = isRoot || manager.asUser ? '' : 'sudo ';
  const refresh = manager.refresh && manager.isEmpty?.() ? `${sudo}${manager.program} ${manager.refresh.join(' ')} && ` : '';
  // Only the words a person would type: `apt-get install rsync`, `pacman -S rsync`.
  const verb = manager.install.find((word) => /^[a-z]+$|^-S$/.test(word));
  return `${refresh}${sudo}${manager.program} ${verb} ${program}`;
}

/**
 * @param {string[]} prefix
 * @param {PackageManager} manager
 * @param {string[]} argv
 */
function runManager(prefix, manager, argv) {
  const [program = '', ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', manager.program, ...argv];
  return runAndCapture(program, rest);
}

/** @param {string} folder */
function fileNames(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
