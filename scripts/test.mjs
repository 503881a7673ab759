/**
 * `npm test [-- <words>]`: types, lint, then the tests. A step that fails does not stop the next ones, so that one run
 * tells all there is to mend. Words choose test files (and options go to vitest as they are); coverage is then left out.
 * `--full` runs the same tests with larger counts.
 */
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bootstrap, projectFolder } from './bootstrap.mjs';
import { ensureBuilt, nodeBuild, pageBuild } from './builds.mjs';
import { readCoverage } from './coverage.mjs';
import { runAndCapture, runChild } from './run-child.mjs';
import { runScript, SetupError } from './setup-error.mjs';
import { withSetupLock } from './setup-lock.mjs';
import { chromiumNames, ensureProgram, findOnPath } from './system-packages.mjs';

/** A folder in memory (Linux, tmpfs(5)) and what must be free there, in bytes: the tests make and remove many small trees. */
const memoryFolder = '/dev/shm';
const memoryNeeded = 4e9;

/** The least part of the lines of src-main/core that the tests must run. */
const leastCoverage = 90;

await runScript(async () => {
  const words = process.argv.slice(2).filter((word) => word !== '--full');
  const isFull = process.argv.includes('--full');
  const ready = await bootstrap({ programs: ['rsync'] });
  const { node, environment } = ready;
  process.chdir(projectFolder);

  const problems = [...(await checkTypes(node, environment)), ...(await lint(node, environment))];
  if (needsInterface(words)) problems.push(...(await prepareInterface(ready)));
  const tests = await runTests(node, words, {
    ...environment,
    ...(isFull ? { DAYBREAK_FULL: '1' } : {}),
    // Functions from a compile cache are missing in coverage (Node documentation, "Module compile cache").
    NODE_DISABLE_COMPILE_CACHE: '1',
  });
  problems.push(...tests.problems);

  say(problems.length === 0 ? 'All is well.' : `To mend: ${problems.join('; ')}.`);
  // A run that failed for another reason than a test must not end with "0 failed".
  const failed = tests.failed === 0 ? problems.length : tests.failed;
  say(`${tests.passed} passed, ${failed} failed, ${tests.skipped} skipped`);
  return problems.length === 0 ? 0 : 1;
});

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * @param {string} node
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string[]>} What is to mend.
 */
async function checkTypes(node, environment) {
  const projects = findProjects();
  say(`Types of ${projects.length} layers`);
  const tsc = path.join('node_modules', 'typescript', 'bin', 'tsc');
  const checks = await Promise.all(projects.map(async (project) => {
    const { code, output } = await runAndCapture(node, [tsc, '--project', project, '--pretty', 'false'], { env: environment });
    return { layer: path.dirname(project), code, output };
  }));
  const wrong = checks.filter(({ code }) => code !== 0);
  // A file is checked with each layer that imports it: its errors are shown once.
  const lines = new Set(wrong.flatMap(({ output }) => output.trimEnd().split('\n')));
  for (const line of lines) say(`  ${line}`);
  return wrong.length === 0 ? [] : [`types in ${wrong.map(({ layer }) => layer).join(', ')}`];
}

/** All tsconfig.json files of the product, the tests and the scripts: a new layer is found by its file. */
function findProjects() {
  const tops = readdirSync('.').filter((name) => name.startsWith('src-') || name === 'test' || name === 'scripts');
  return tops.flatMap((top) => {
    const names = readdirSync(top, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => path.basename(name) === 'tsconfig.json').map((name) => path.join(top, name));
  }).sort();
}

/**
 * @param {string} node
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string[]>} What is to mend.
 */
async function lint(node, environment) {
  say('Lint');
  const oxlint = path.join('node_modules', 'oxlint', 'bin', 'oxlint');
  const { code, output } = await runAndCapture(node, [oxlint, '--format', 'unix'], { env: environment });
  if (code === 0) return [];
  say(output.trimEnd().replace(/^/gm, '  '));
  return ['lint'];
}

/**
 * Whether tests in a browser are among those that are asked for.
 * @param {readonly string[]} words
 */
function needsInterface(words) {
  const files = ['ui', 'desktop'].flatMap((kind) => {
    const folder = path.join('test', kind);
    return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
  });
  return words.length === 0 || files.some((file) => words.some((word) => file.includes(word)));
}

/**
 * Builds what tests in a browser open, and sees that there is a browser.
 * @param {import('./bootstrap.mjs').Ready} ready
 * @returns {Promise<string[]>} What is to mend.
 */
async function prepareInterface(ready) {
  if (!chromiumNames.some(findOnPath)) {
    try {
      await withSetupLock(path.join('.toolchain', 'lock'), say, () => ensureProgram('chromium', say));
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      say(`SKIPPED: tests in a browser. ${error.message}`);
    }
  }
  try {
    await ensureBuilt([nodeBuild, pageBuild], ready, say);
    return [];
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.detail.trimEnd().replace(/^/gm, '  '));
    return [error.message.replace(/\.$/, '')];
  }
}

/**
 * @param {string} node
 * @param {readonly string[]} words
 * @param {NodeJS.ProcessEnv} environment
 */
async function runTests(node, words, environment) {
  const isWhole = words.length === 0;
  say(isWhole ? 'Tests, and how much of src-main/core they run' : `Tests: ${words.join(' ')}`);
  const folder = mkdtempSync(path.join(hasMemoryFolder() ? memoryFolder : tmpdir(), 'daybreak-test-'));
  // Some tests work as another user, who must get at their own files in it, as in any folder for temporary files.
  chmodSync(folder, 0o1777);
  try {
    const report = path.join(folder, 'counts.json');
    const argv = [
      path.join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', path.join('test', 'vitest.config.ts'),
      ...(isWhole ? ['--coverage'] : []), ...words,
    ];
    // Written by test/count-reporter.ts.
    const code = await runChild(node, argv, { ...environment, TMPDIR: folder, DAYBREAK_TEST_COUNTS: report });
    const counts = readJson(report) ?? { passed: 0, failed: 0, skipped: 0 };
    const problems = counts.failed > 0 ? [counts.failed === 1 ? '1 failed test' : `${counts.failed} failed tests`] : [];
    if (code !== 0 && counts.failed === 0) problems.push(`the test run itself (vitest ended with ${code})`);
    if (isWhole) problems.push(...judgeCoverage());
    return { ...counts, problems };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function hasMemoryFolder() {
  try {
    const { bavail, bsize } = statfsSync(memoryFolder);
    return bavail * bsize >= memoryNeeded;
  } catch {
    return false;
  }
}

/** @returns {string[]} What is to mend. */
function judgeCoverage() {
  const summary = readJson(path.join('coverage', 'coverage-summary.json'));
  if (!summary) return ['no coverage was measured'];
  const { percent, worst } = readCoverage(summary, 5);
  say(`Lines of src-main/core run by the tests: ${percent} % (coverage/index.html shows which)`);
  if (percent >= leastCoverage) return [];
  for (const entry of worst) say(`  ${entry.missing} lines missing: ${path.relative('.', entry.file)} (${entry.percent} %)`);
  return [`coverage below ${leastCoverage} %`];
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
