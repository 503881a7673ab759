/** `npm run screenshots [-- FOLDER]`: pictures of every screen into docs/screenshots; see test/ui/take-screenshots.ts. */
import path from 'node:path';
import { bootstrap, projectFolder } from './bootstrap.mjs';
import { ensureBuilt, nodeBuild, pageBuild } from './builds.mjs';
import { runChild } from './run-child.mjs';
import { runScript } from './setup-error.mjs';
import { ensureProgram } from './system-packages.mjs';

/** @param {string} line */
const say = (line) => void process.stdout.write(`${line}\n`);

await runScript(async () => {
  const ready = await bootstrap({ programs: ['rsync'] });
  await ensureProgram('chromium', say);
  process.chdir(projectFolder);
  await ensureBuilt([nodeBuild, pageBuild], ready, say);
  return runChild(ready.node, [path.join('test', 'ui', 'take-screenshots.ts'), ...process.argv.slice(2)], ready.environment);
});
