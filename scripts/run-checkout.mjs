import path from 'node:path';
import { bootstrap, projectFolder } from './bootstrap.mjs';
import { ensureBuilt, nodeBuild, pageBuild } from './builds.mjs';
import { runChild } from './run-child.mjs';

/** Commands that run rsync, so that it must be there before they start. `doctor` must be able to say that it is not. */
const needRsync = new Set(['backup', 'demo', 'serve']);

/**
 * Runs the command line of this checkout, and makes the machine and the build ready first.
 * @param {readonly string[]} argv
 * @param {string} caller The folder that relative paths start from.
 * @returns {Promise<number>} Its exit code.
 */
export async function runCheckout(argv, caller) {
  const asksForHelp = argv.some((word) => word === '--help' || word === '-h');
  const programs = needRsync.has(argv[0] ?? '') && !asksForHelp ? ['rsync'] : [];
  const ready = await bootstrap({ programs });
  await ensureBuilt(argv[0] === 'serve' && !asksForHelp ? [nodeBuild, pageBuild] : [nodeBuild], ready);
  const { node, environment } = ready;
  return runChild(node, [path.join(projectFolder, 'dist', 'node', 'cli.js'), ...argv], {
    ...environment,
    DAYBREAK_CALLER_FOLDER: caller,
    // Compiled code is kept for the next start.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(projectFolder, '.toolchain', 'cache'),
  });
}
