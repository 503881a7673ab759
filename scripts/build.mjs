/** `npm run build`: the node side, the preload and the page, into dist. Also run by npm before `npm pack`. */
import { bootstrap } from './bootstrap.mjs';
import { ensureBuilt, nodeBuild, pageBuild } from './builds.mjs';
import { runScript } from './setup-error.mjs';

await runScript(async () => {
  await ensureBuilt([nodeBuild, pageBuild], await bootstrap());
  return 0;
});
