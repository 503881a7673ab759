import { bootstrap } from '../scripts/bootstrap.mjs';
import { ensureBuilt, nodeBuild } from '../scripts/builds.mjs';

/** Tests start what users start: the built command line, workers and scouts. They are never older than the sources. */
export async function setup(): Promise<void> {
  await ensureBuilt([nodeBuild], await bootstrap());
}
