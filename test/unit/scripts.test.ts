import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCoverage } from '../../scripts/coverage.mjs';
import { findOnPath } from '../../scripts/system-packages.mjs';

const runChildScript = path.join(import.meta.dirname, '..', '..', 'scripts', 'run-child.mjs');

describe('the program that stands in front of the command line', () => {
  it.each([
    ['the exit code', 'exit 3', 3],
    ['success', 'exit 0', 0],
    ['a signal, as shells say it', 'kill -KILL $$', 137],
  ])('passes on %s', async (_what, command, code) => {
    expect(await runInFront(command, () => undefined)).toMatchObject({ code });
  });

  it('passes on a request to end, and waits for the answer', async () => {
    const ended = await runInFront('trap "echo ending; exit 7" TERM; echo ready; for tick in $(seq 100); do sleep 0.05; done', (child) => child.kill('SIGTERM'));
    expect(ended).toEqual({ code: 7, output: 'ready\nending\n' });
  });

  it('passes on an interrupt that comes from no terminal', async () => {
    const ended = await runInFront('trap "echo ending; exit 6" INT; echo ready; for tick in $(seq 100); do sleep 0.05; done', (child) => child.kill('SIGINT'));
    expect(ended).toEqual({ code: 6, output: 'ready\nending\n' });
  });

  it.skipIf(!findOnPath('script'))('leaves Ctrl-C at a terminal to the terminal, which tells the command as well', async () => {
    const code = `import("${runChildScript}").then((module) => process.exit(module.isTerminalTelling() ? 40 : 41))`;
    const child = spawn('script', ['-qec', `${process.execPath} -e '${code}'`, '/dev/null'], { stdio: 'ignore' });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(40);
  });
});

describe('the count of a test run', () => {
  it.each([
    ['each test for what it is', `
      it('a', () => {}); it('b', () => {}); it('c', () => { throw new Error('no'); }); it.skip('d', () => {}); it.todo('e');`,
    { passed: 2, failed: 1, skipped: 2 }],
    ['a file that cannot be loaded for a failure', `import './not-there.ts'; it('a', () => {});`, { passed: 0, failed: 1, skipped: 0 }],
    ['an error that no test caught for a failure', `it('a', () => { void Promise.reject(new Error('no')); });`, { passed: 1, failed: 1, skipped: 0 }],
  ])('takes %s', (_what, text, counts) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'daybreak-count-'));
    const report = path.join(folder, 'counts.json');
    const testFolder = path.join(import.meta.dirname, '..');
    writeFileSync(path.join(folder, 'a.test.ts'), text);
    writeFileSync(path.join(folder, 'vitest.config.mjs'), `
      import { createCountReporter } from '${testFolder}/count-reporter.ts';
      export default { test: { globals: true, reporters: [createCountReporter('${report}')] } };`);
    const vitest = path.join(testFolder, '..', 'node_modules', 'vitest', 'vitest.mjs');
    spawnSync(process.execPath, [vitest, 'run', '--root', folder], { cwd: folder });
    const read: unknown = JSON.parse(readFileSync(report, 'utf8'));
    rmSync(folder, { recursive: true });
    expect(read).toEqual(counts);
  });
});

describe('the coverage report', () => {
  it('names the files with most lines missing', () => {
    const lines = (total: number, covered: number) => ({ lines: { total, covered, pct: (100 * covered) / total } });
    const summary = { total: lines(100, 88), '/a.ts': lines(20, 18), '/b.ts': lines(60, 50), '/c.ts': lines(20, 20) };
    const { percent, worst } = readCoverage(summary, 2);
    expect(percent).toBe(88);
    expect(worst.map(({ file, missing }) => [file, missing])).toEqual([['/b.ts', 10], ['/a.ts', 2]]);
  });
});

/** Runs a shell command behind `runChild`, in a process of its own. `onReady` is called when it says "ready". */
function runInFront(command: string, onReady: (child: ReturnType<typeof spawn>) => void): Promise<{ code: number | null; output: string }> {
  // A session of its own has no terminal, wherever the tests run.
  const argv = ['--input-type=module', '-e', inFrontOf(command)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let output = '';
  child.stdout.on('data', (chunk) => {
    const wasReady = output.includes('ready');
    output += String(chunk);
    if (!wasReady && output.includes('ready')) onReady(child);
  });
  return new Promise((resolve) => child.on('close', (ended) => resolve({ code: ended, output })));
}

function inFrontOf(command: string): string {
  return `import { runChild } from "${runChildScript}"; process.exitCode = await runChild("sh", ["-c", ${JSON.stringify(command)}], process.env);`;
}
