import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/builds.mjs';
import { findElectron, runDesktop, whyNoDesktop } from '../../scripts/desktop.mjs';

/** A checkout of our own. */
let folder: string;
let said: string[];
const say = (line: string): void => void said.push(line);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'daybreak-start-'));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string, mode = 0o644): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text, { mode });
}

describe('the desktop app', () => {
  it.each([
    ['on a desktop', { DISPLAY: ':0' }, 'linux', false, null],
    ['on a Wayland desktop', { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', false, null],
    ['on a Mac', {}, 'darwin', false, null],
    ['on a server', {}, 'linux', false, 'there is no display'],
    ['on a server with an empty DISPLAY', { DISPLAY: '' }, 'linux', false, 'there is no display'],
    ['as root', { DISPLAY: ':0' }, 'linux', true, 'it does not run as root'],
  ])('knows whether it can run %s', (_what, env, platform, isRoot, reason) => {
    expect(whyNoDesktop({ folder, env, platform, isRoot })).toBe(reason);
  });
});

describe("Electron's runtime", () => {
  let mirror: Server | null = null;
  const where = (env: NodeJS.ProcessEnv) => ({ folder, env: { PATH: process.env['PATH'], ...env }, platform: 'linux', isRoot: false });
  const home = 'node_modules/electron';

  beforeEach(() => write(`${home}/package.json`, '{"version":"45.4.1"}'));
  afterEach(() => {
    mirror?.close();
    mirror = null;
  });

  async function startMirror(status: number): Promise<string> {
    const made = createServer((request, response) => {
      response.statusCode = request.url === '/v45.4.1/SHASUMS256.txt' ? status : 500;
      response.end();
    });
    mirror = made;
    await new Promise<void>((resolve) => { made.listen(0, '127.0.0.1', resolve); });
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}/v`;
  }

  it('is taken from where it is', async () => {
    write(`${home}/path.txt`, 'electron');
    write(`${home}/dist/electron`, '');
    expect(await findElectron(process.execPath, say, where({}))).toBe(path.join(folder, home, 'dist/electron'));
    expect(said).toEqual([]);
  });

  it('is not waited for where it cannot be fetched', async () => {
    write(`${home}/install.js`, 'require("node:fs").writeFileSync("ran", "")');
    const before = performance.now();
    expect(await findElectron(process.execPath, say, where({ ELECTRON_MIRROR: 'http://127.0.0.1:1/v' }))).toBeNull();
    expect(await findElectron(process.execPath, say, where({ ELECTRON_MIRROR: await startMirror(404) }))).toBeNull();
    expect(performance.now() - before).toBeLessThan(8_000);
    expect(said).toEqual([]);
  });

  it('is fetched where that works, and that is told', async () => {
    write(`${home}/install.js`, `const fs = require('node:fs'); fs.mkdirSync(__dirname + '/dist');
      fs.writeFileSync(__dirname + '/dist/electron', ''); fs.writeFileSync(__dirname + '/path.txt', 'electron');`);
    expect(await findElectron(process.execPath, say, where({ ELECTRON_MIRROR: await startMirror(200) }))).toBe(path.join(folder, home, 'dist/electron'));
    expect(said).toEqual([expect.stringContaining('Fetching Electron')]);
  });

  it('is given up where the download fails', async () => {
    write(`${home}/install.js`, 'process.exit(1)');
    expect(await findElectron(process.execPath, say, where({ ELECTRON_MIRROR: await startMirror(200) }))).toBeNull();
  });

  it.each([
    ['its exit code', 'exit 0', 0],
    ['nothing where it failed at once', 'echo no sandbox >&2; exit 1', null],
    ['nothing where it crashed at once', 'kill -SEGV $$', null],
  ])('run as the app gives %s', async (_what, script, code) => {
    write('electron', `#!/bin/sh\n${script} 2>/dev/null\n`, 0o755);
    expect(await runDesktop(path.join(folder, 'electron'), process.env, folder)).toBe(code);
  });

  it('gives nothing where it cannot be started', async () => {
    expect(await runDesktop(path.join(folder, 'not-there'), process.env, folder)).toBeNull();
  });
});

describe('a build', () => {
  const build = { name: 'the page', configs: ['page/vite.config.ts'], folder: 'dist/page', sources: ['page', 'lock.json'] };
  const ready = { node: process.execPath, environment: process.env };
  const make = () => ensureBuilt([build], ready, say, folder);

  beforeEach(() => {
    write('page/main.ts', 'one');
    write('page/vite.config.ts', '');
    write('lock.json', '{}');
    // Stands in for Vite: the folder is the word after --outDir.
    write('node_modules/vite/bin/vite.js', `const fs = require('node:fs'); const out = process.argv[process.argv.indexOf('--outDir') + 1];
      const text = fs.readFileSync('page/main.ts', 'utf8');
      if (text === 'wrong') { console.error('main.ts: 1: no'); process.exit(1); }
      fs.mkdirSync(out, { recursive: true }); fs.writeFileSync(out + '/index.html', text);`);
  });

  it('is made once, and again when a source says something else', async () => {
    await make();
    await make();
    expect(said).toEqual(['Building the page (a few seconds)']);
    write('page/main.ts', 'two');
    await make();
    expect(said).toHaveLength(2);
    expect(readFileSync(path.join(folder, 'dist/page/index.html'), 'utf8')).toBe('two');
    write('page/more.ts', '');
    await make();
    expect(said).toHaveLength(3);
  });

  it('is made again where it was removed or not ended', async () => {
    await make();
    rmSync(path.join(folder, 'dist/page/built-from.txt'));
    await make();
    expect(said).toHaveLength(2);
  });

  it('that fails tells why, and leaves what was there', async () => {
    await make();
    write('page/main.ts', 'wrong');
    await expect(make()).rejects.toMatchObject({ message: expect.stringContaining('the page could not be built') as string, detail: expect.stringContaining('main.ts: 1: no') as string });
    expect(readFileSync(path.join(folder, 'dist/page/index.html'), 'utf8')).toBe('one');
  });

  it('is made once where two starts want it', async () => {
    await Promise.all([make(), make()]);
    expect(said.filter((line) => line.startsWith('Building'))).toHaveLength(1);
    expect(existsSync(path.join(folder, 'dist/page/index.html'))).toBe(true);
  });
});
