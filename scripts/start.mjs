/**
 * `npm start`: the desktop app, or the same interface in a browser where that cannot run.
 * `npm start -- <command>`: the command line. Both on a machine that is made ready first.
 */
import { bootstrap, projectFolder } from './bootstrap.mjs';
import { ensureBuilt, nodeBuild, pageBuild } from './builds.mjs';
import { findElectron, here, runDesktop, whyNoDesktop } from './desktop.mjs';
import { runCheckout } from './run-checkout.mjs';
import { runScript } from './setup-error.mjs';

await runScript(() => {
  const argv = process.argv.slice(2);
  return argv.length === 0 ? startInterface() : runCheckout(argv, callerFolder());
});

async function startInterface() {
  const ready = await bootstrap({ programs: ['rsync'] });
  const problem = await tryDesktop(ready);
  if (typeof problem === 'number') return problem;
  say(`The desktop app cannot run here because ${problem}: opening Daybreak in a browser instead.`);
  return runCheckout(['serve', '--open'], callerFolder());
}

/**
 * @param {import('./bootstrap.mjs').Ready} ready
 * @returns {Promise<number | string>} The exit code of the app, or why there is none.
 */
async function tryDesktop(ready) {
  const where = here();
  const reason = whyNoDesktop(where);
  if (reason !== null) return reason;
  const electron = await findElectron(ready.node, say, where);
  if (electron === null) return "Electron's runtime is not there and cannot be fetched";
  await ensureBuilt([nodeBuild, pageBuild], ready, say);
  return (await runDesktop(electron, ready.environment, projectFolder)) ?? 'it ended at once';
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/** npm runs scripts in the project's folder, and says in INIT_CWD where the user called it from. */
function callerFolder() {
  const folder = process.cwd();
  return folder === projectFolder ? (process.env.INIT_CWD ?? folder) : folder;
}
