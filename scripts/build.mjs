/** Builds the node side into dist/node, for packing: run by npm before `npm pack` and `npm install -g <tarball>`. */
import path from 'node:path';
import { bootstrap, projectFolder } from './bootstrap.mjs';
import { runChild } from './run-child.mjs';
import { runScript } from './setup-error.mjs';

await runScript(async () => {
  const { node, environment } = await bootstrap();
  const vite = path.join(projectFolder, 'node_modules', 'vite', 'bin', 'vite.js');
  const config = path.join(projectFolder, 'src-main', 'vite.config.ts');
  return runChild(node, [vite, 'build', '--config', config, '--logLevel', 'warn'], environment);
});
