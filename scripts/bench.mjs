/** `npm run bench [-- options]`: measures Daybreak against one rsync and `xargs -P`, or with --page the interface; see docs/benchmarks.md. */
import path from 'node:path';
import { bootstrap, projectFolder } from './bootstrap.mjs';
import { runChild } from './run-child.mjs';
import { runScript } from './setup-error.mjs';
import { ensureProgram } from './system-packages.mjs';

await runScript(async () => {
  const argv = process.argv.slice(2);
  const asksForHelp = argv.some((word) => word === '--help' || word === '-h');
  const { node, environment } = await bootstrap({ programs: asksForHelp ? [] : ['rsync', 'perl'] });
  const ofPage = argv.includes('--page') && !asksForHelp;
  if (ofPage) await ensureProgram('chromium', (line) => void process.stdout.write(`${line}\n`));
  const here = process.cwd();
  const built = asksForHelp ? 0 : await runChild(node, [path.join(projectFolder, 'scripts', 'build.mjs')], environment);
  if (built !== 0) return built;
  return runChild(node, [path.join(projectFolder, 'test', 'bench', ofPage ? path.join('page', 'main.ts') : 'main.ts'), ...argv], {
    ...environment,
    // npm runs scripts in the project's folder, and says in INIT_CWD where the user called it from.
    DAYBREAK_CALLER_FOLDER: here === projectFolder ? (process.env.INIT_CWD ?? here) : here,
  });
});
