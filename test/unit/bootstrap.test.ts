import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bootstrap, isUsableNode, wantedNode } from '../../scripts/bootstrap.mjs';

/** A checkout and a PATH of our own: what is "installed" is what these hold. */
let folder: string;
let bin: string;
let log: string;
let said: string[];

beforeEach(() => {
  const top = mkdtempSync(path.join(tmpdir(), 'daybreak-bootstrap-'));
  [folder, bin, log] = [path.join(top, 'checkout'), path.join(top, 'bin'), path.join(top, 'log')];
  said = [];
  mkdirSync(folder);
  mkdirSync(bin);
  writeFileSync(log, '');
  for (const program of ['sh', 'env', 'sleep', 'seq', 'sed', 'mkdir', 'chmod', 'touch']) symlinkSync(`/bin/${program}`, path.join(bin, program));
  vi.stubEnv('PATH', bin);
  vi.stubEnv('LOG', log);
  writeLock('1.0.0');
  fakeNpm();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(path.dirname(folder), { recursive: true, force: true });
});

describe('the set-up', () => {
  it('does and says nothing where all is there', async () => {
    await start();
    clear();
    const { node, environment } = await start();
    expect(node).toBe(process.execPath);
    expect(environment.PATH?.split(':')[0]).toBe(path.dirname(process.execPath));
    expect([said, calls()]).toEqual([[], []]);
  });

  it('installs the dependencies where there are none, and tells it in one line', async () => {
    await start();
    expect(said).toEqual([expect.stringContaining('Installing the dependencies')]);
    expect(calls()).toEqual(['npm ci --include=dev']);
  });

  it('installs them again when the lock file asks for something else, not when only its time changed', async () => {
    await start();
    clear();
    utimesSync(path.join(folder, 'package-lock.json'), new Date(), new Date(Date.now() + 60_000));
    await start();
    expect(calls()).toEqual([]);
    writeLock('1.0.1');
    await start();
    expect(calls()).toEqual(['npm ci --include=dev']);
  });

  it('takes an interrupted installation for none', async () => {
    await start();
    clear();
    rmSync(path.join(folder, 'node_modules', '.package-lock.json'));
    await start();
    expect(calls()).toEqual(['npm ci --include=dev']);
  });

  it('shows the output of npm when it fails, and hides it otherwise', async () => {
    vi.stubEnv('FAIL', 'ci');
    await expect(start()).rejects.toMatchObject({
      message: 'The dependencies could not be installed.', detail: expect.stringContaining('npm error: no network') as string,
    });
    expect(said.join()).not.toContain('npm error');
  });

  it('says so where npm itself is missing', async () => {
    rmSync(path.join(bin, 'npm'));
    await expect(start()).rejects.toMatchObject({ detail: expect.stringContaining('npm: spawn npm ENOENT') as string });
  });

  it('brings its own Node where the system has an older one, and uses it for npm too', async () => {
    const { node, environment } = await start({ nodeVersion: '20.20.2' });
    const toolchain = path.join(folder, '.toolchain');
    expect(node).toBe(path.join(toolchain, 'node_modules', '.bin', 'node'));
    expect(environment.PATH?.split(':')[0]).toBe(path.dirname(node));
    expect(calls()).toEqual(['npm install', 'npm ci --include=dev']);
    expect(JSON.parse(readFileSync(path.join(toolchain, 'package.json'), 'utf8'))).toMatchObject({
      dependencies: { node: wantedNode }, allowScripts: { node: true },
    });
    expect(readFileSync(`${log}.path`, 'utf8').split(':')[0]).toBe(path.dirname(node));
    expect(said[0]).toContain('this machine has 20.20.2');
    clear();
    await start({ nodeVersion: '20.20.2' });
    expect([said, calls()]).toEqual([[], []]);
  });

  it('installs its Node again after an interrupted installation, or when another version is wanted', async () => {
    await start({ nodeVersion: '20.20.2' });
    clear();
    const modules = path.join(folder, '.toolchain', 'node_modules');
    rmSync(path.join(modules, '.package-lock.json'));
    await start({ nodeVersion: '20.20.2' });
    expect(calls()).toEqual(['npm install']);
    clear();
    writeFileSync(path.join(modules, 'node', 'package.json'), '{"version":"24.0.0"}');
    await start({ nodeVersion: '20.20.2' });
    expect(calls()).toEqual(['npm install']);
  });

  it('refuses a Node that was installed but does not run here', async () => {
    vi.stubEnv('FAIL', 'node');
    await expect(start({ nodeVersion: '20.20.2' })).rejects.toThrow(`Node ${wantedNode} could not be installed`);
  });

  it.each([['18.20.0', false], ['22.22.2', false], ['24.14.9', false], ['24.15.0', true], ['25.3.0', false], ['26.0.0', true]])(
    'knows whether Node %s will do: %s', (version, good) => {
      expect(isUsableNode(version)).toBe(good);
    },
  );
});

describe('two set-ups at once', () => {
  it('run each step once', async () => {
    // npm goes on only when the other one has said that it waits.
    vi.stubEnv('WAIT', '1');
    const lines = await Promise.all([startElsewhere(), startElsewhere()]);
    expect(calls()).toEqual(['npm ci --include=dev']);
    expect(lines.filter((text) => text.includes('Waiting for another start'))).toHaveLength(1);
    expect(existsSync(path.join(folder, '.toolchain', 'lock'))).toBe(false);
  });

  it('do not wait for one that was killed', async () => {
    const killed = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    const ended = new Promise((resolve) => killed.on('exit', resolve));
    mkdirSync(path.join(folder, '.toolchain'));
    const { hostname } = await import('node:os');
    writeFileSync(path.join(folder, '.toolchain', 'lock'), JSON.stringify({ pid: killed.pid, host: hostname() }));
    killed.kill('SIGKILL');
    await ended;
    const before = performance.now();
    await start();
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(calls()).toEqual(['npm ci --include=dev']);
  });
});

describe('a program of the system', () => {
  beforeEach(async () => {
    await start();
    clear();
    vi.spyOn(process, 'getuid').mockReturnValue(0);
  });

  it('is left alone where it is there', async () => {
    fake('rsync', 'exit 0');
    await start({ programs: ['rsync'] });
    expect([said, calls()]).toEqual([[], []]);
  });

  it('is installed by root, with fresh package lists where the old ones do not do', async () => {
    fakeAptGet();
    await start({ programs: ['rsync'] });
    expect(said).toEqual(['rsync is missing: installing it with apt-get']);
    expect(calls().map((call) => call.replace(/ -.*(?= rsync)/, ''))).toEqual(
      expect.arrayContaining(['apt-get update', 'apt-get install rsync']),
    );
    expect(statSync(path.join(bin, 'rsync')).isFile()).toBe(true);
  });

  it('is installed with sudo where that asks for no password', async () => {
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    fakeAptGet();
    fake('sudo', 'echo sudo >> "$LOG"; shift; [ "$1" = true ] || exec "$@"');
    await start({ programs: ['rsync'] });
    expect(calls()[0]).toBe('sudo');
    expect(statSync(path.join(bin, 'rsync')).isFile()).toBe(true);
  });

  it.each([
    ['apt-get', 'sudo apt-get install rsync'], ['dnf', 'sudo dnf install rsync'], ['zypper', 'sudo zypper install rsync'],
    ['pacman', 'sudo pacman -S rsync'], ['apk', 'sudo apk add rsync'],
  ])('is left to the user where %s needs a password, with the command to type', async (manager, command) => {
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    fake(manager, 'echo ran >> "$LOG"');
    fake('sudo', 'exit 1');
    await expect(start({ programs: ['rsync'] })).rejects.toThrow(command);
    expect(calls()).toEqual([]);
  });

  it('is left to the user where there is no package manager we know', async () => {
    await expect(start({ programs: ['rsync'] })).rejects.toThrow('rsync is missing. Install it with');
  });

  it('tells why where the package manager fails, and what to try', async () => {
    fake('dnf', 'echo "Error: no mirror"; exit 1');
    await expect(start({ programs: ['rsync'] })).rejects.toMatchObject({
      message: expect.stringContaining('dnf install rsync') as string, detail: expect.stringContaining('no mirror') as string,
    });
  });
});

function start(options: { programs?: string[]; nodeVersion?: string } = {}): ReturnType<typeof bootstrap> {
  return bootstrap({ folder, nodeVersion: '24.21.0', say: (line) => said.push(line), ...options });
}

/** The same in a process of its own. Gives what it wrote on stderr. */
function startElsewhere(): Promise<string> {
  const script = path.join(import.meta.dirname, '..', '..', 'scripts', 'bootstrap.mjs');
  const code = `const { bootstrap } = await import(${JSON.stringify(script)}); await bootstrap({ folder: ${JSON.stringify(folder)}, nodeVersion: '24.21.0' });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += String(chunk);
    if (text.includes('Waiting')) writeFileSync(`${log}.waits`, '');
  });
  return new Promise((resolve) => child.on('close', () => resolve(text)));
}

function clear(): void {
  said = [];
  writeFileSync(log, '');
}

/** What the stand-ins were called with, without npm's options about its own output. */
function calls(): string[] {
  const lines = readFileSync(log, 'utf8').split('\n').filter((line) => line !== '');
  return lines.map((line) => line.replace(' --no-audit --no-fund --loglevel=notice', ''));
}

function writeLock(version: string): void {
  const packages = { '': {}, 'node_modules/a': { version }, 'node_modules/for-other-systems': { version, optional: true } };
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify({ packages }));
}

function fake(program: string, script: string): void {
  writeFileSync(path.join(bin, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** An npm that leaves behind what the real one does: for `ci` the record of what is installed, for `install` a Node. */
function fakeNpm(): void {
  fake('npm', `
    echo "npm $*" >> "$LOG"
    echo "$PATH" > "$LOG.path"
    for tick in $(seq 1 200); do [ -z "$WAIT" ] || [ -e "$LOG.waits" ] || sleep 0.1; done
    if [ "$FAIL" = "$1" ]; then echo "npm error: no network" >&2; exit 1; fi
    echo noise
    mkdir -p node_modules/.bin node_modules/node
    if [ "$1" = ci ]; then
      echo '{"packages":{"node_modules/a":{"version":"'$(sed -n 's/.*a":{"version":"\\([0-9.]*\\)".*/\\1/p' package-lock.json)'"}}}' > node_modules/.package-lock.json
    else
      echo '{"version":"${wantedNode}"}' > node_modules/node/package.json
      printf '#!/bin/sh\\n[ "$FAIL" != node ] && echo v${wantedNode}\\n' > node_modules/.bin/node
      chmod +x node_modules/.bin/node
      echo '{}' > node_modules/.package-lock.json
    fi`);
}

/** An apt-get that knows of no package before it was told to update. */
function fakeAptGet(): void {
  fake('apt-get', `
    echo "apt-get $*" >> "$LOG"
    if [ "$1" = update ]; then touch "$LOG.updated"; exit 0; fi
    if [ ! -e "$LOG.updated" ]; then echo "E: Unable to locate package rsync" >&2; exit 100; fi
    echo '#!/bin/sh' > "${bin}/rsync"; chmod +x "${bin}/rsync"`);
}
