/** `npm run bench [-- options]`: measures Daybreak against one rsync and `xargs -P`, or in one of its modes something else; see docs/benchmarks.md, docs/scale.md, docs/lab.md, docs/diagnosis.md. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { bootstrap, projectFolder } from './bootstrap.mjs';
import { runChild } from './run-child.mjs';
import { runScript, SetupError } from './setup-error.mjs';
import { ensureProgram, findOnPath } from './system-packages.mjs';

/** @param {string} line */
const say = (line) => void process.stdout.write(`${line}\n`);

await runScript(async () => {
  const argv = process.argv.slice(2);
  const asksForHelp = argv.some((word) => word === '--help' || word === '-h');
  const { node, environment } = await bootstrap({ programs: asksForHelp ? [] : ['rsync', 'perl'] });
  const mode = asksForHelp ? undefined : ['page', 'scale', 'meters', 'lab', 'diagnosis'].find((word) => argv.includes(`--${word}`));
  if (mode === 'page') await ensureProgram('chromium', say);
  else if ((mode === undefined || mode === 'diagnosis') && !asksForHelp) await installPeers();
  const here = process.cwd();
  const built = asksForHelp ? 0 : await runChild(node, [path.join(projectFolder, 'scripts', 'build.mjs')], environment);
  if (built !== 0) return built;
  return runChild(node, [path.join(projectFolder, 'test', 'bench', mode === undefined ? 'main.ts' : path.join(mode, 'main.ts')), ...argv], {
    ...environment,
    // npm runs scripts in the project's folder, and says in INIT_CWD where the user called it from.
    DAYBREAK_CALLER_FOLDER: here === projectFolder ? (process.env.INIT_CWD ?? here) : here,
  });
});

/** What Daybreak is compared with, and what the stand-in for a NAS is built from; the bench says what it skips without them. */
async function installPeers() {
  const hasHeaders = () => existsSync('/usr/include/fuse3/fuse.h');
  /** @type {readonly (readonly [name: string, isThere?: () => boolean])[]} */
  const packages = [['fpart'], ['rclone'], ['pkg-config'], ['fuse3', () => findOnPath('fusermount3') !== null], ['libfuse3-dev', hasHeaders]];
  for (const [name, isThere] of packages) {
    try {
      await ensureProgram(name, say, isThere);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      say(error.message.split('\n')[0] ?? '');
    }
  }
}
