import path from 'node:path';
import { bootstrap, projectFolder } from './bootstrap.mjs';
import { ensureBuilt, pageBuild } from './builds.mjs';
import { runChild } from './run-child.mjs';

/** Commands that run rsync, so that it must be there before they start. `doctor` must be able to say that it is not. */
const needRsync = new Set(['backup', 'demo', 'serve']);

/**
 * Runs the command line from its TypeScript source, and makes the machine ready first.
 * @param {readonly string[]} argv
 * @param {string} caller The folder that relative paths start from.
 * @returns {Promise<number>} Its exit code.
 */
export async function runFromSource(argv, caller) {
  const asksForHelp = argv.some((word) => word === '--help' || word === '-h');
  const programs = needRsync.has(argv[0] ?? '') && !asksForHelp ? ['rsync'] : [];
  const ready = await bootstrap({ programs });
  if (argv[0] === 'serve' && !asksForHelp) await ensureBuilt([pageBuild], ready);
  const { node, environment } = ready;
  return runChild(node, [path.join(projectFolder, 'src-main', 'cli', 'main.ts'), ...argv], {
    ...environment,
    DAYBREAK_CALLER_FOLDER: caller,
    // Compiled code is kept: types need not be stripped again at each start.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(projectFolder, '.toolchain', 'cache'),
  });
}
