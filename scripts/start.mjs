/** `npm start -- <command>`: the command line, from source, on a machine that is made ready first. */
import { projectFolder } from './bootstrap.mjs';
import { runFromSource } from './run-from-source.mjs';
import { runScript } from './setup-error.mjs';

await runScript(() => runFromSource(process.argv.slice(2), callerFolder()));

/** npm runs scripts in the project's folder, and says in INIT_CWD where the user called it from. */
function callerFolder() {
  const here = process.cwd();
  return here === projectFolder ? (process.env.INIT_CWD ?? here) : here;
}
