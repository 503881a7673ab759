import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RunEventData } from '../../src-shared/run-event.ts';
import { differingNames, readManifest } from '../../src-main/cli/demo/manifest.ts';
import { runDemo } from '../../src-main/cli/demo/demo-command.ts';
import type { Face } from '../../src-main/cli/face.ts';
import { createApp } from '../../src-main/core/app.ts';
import { createForkHost } from '../../src-main/fork-host.ts';
import { createFace } from '../doubles/cli-face.ts';
import { createPipe, createTerminal } from '../doubles/terminal.ts';
import { cliPath } from '../fixtures/cli.ts';
import { promised } from '../fixtures/pace.ts';

const isLinux = process.platform === 'linux';

let folder = '';
let source = '';
let destination = '';
const children = new Set<ChildProcess>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-cli-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  mkdirSync(source);
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
interface Started {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly ended: Promise<Ended>;
}

/** Starts the real command line, as the start script does. */
function start(argv: readonly string[], environment: Record<string, string> = {},
  command: readonly string[] = [process.execPath, cliPath]): Started {
  const [file = '', ...rest] = command;
  const child = spawn(file, [...rest, ...argv], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '', HOME: folder, LANG: 'C', TERM: 'xterm', DAYBREAK_HOME: join(folder, 'home'),
      DAYBREAK_CALLER_FOLDER: folder,
      ...environment,
    },
  });
  children.add(child);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text; });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      children.delete(child);
      resolve({ code, out, err });
    });
  });
  return { child, out: () => out, ended };
}

const daybreak = (argv: readonly string[], environment?: Record<string, string>): Promise<Ended> => start(argv,
  environment).ended;

function fill(root: string, files: number): void {
  for (const top of ['alpha', 'beta', 'omega']) {
    mkdirSync(join(root, top, 'deep'), { recursive: true });
    for (let file = 0; file < files; file++) writeFileSync(join(root, top, file % 2 === 0 ? 'deep' : '.', `file ${file}`),
      `${top} ${file}`);
  }
  writeFileSync(join(root, '-loose #1'), 'in the root');
  linkSync(join(root, 'alpha/deep/file 0'), join(root, 'omega/linked'));
  symlinkSync('../alpha', join(root, 'beta/link'));
  makeOld(root);
}

/** rsync compares whole seconds (rsync(1), --modify-window): what was made in the second of its copy keeps a wrong time. */
function makeOld(root: string): void {
  spawnSync('find', [root, '-exec', 'touch', '-h', '-t', '202401010000', '{}', '+']);
}

async function sameTrees(one: string, two: string): Promise<string[]> {
  const never = new AbortController().signal;
  return differingNames(await readManifest(one, never), await readManifest(two, never));
}

/** Command lines of the processes that have our folder in them, but for the host. */
function processesOfOurs(): string[] {
  return spawnSync('ps', ['-eo', 'args']).stdout.toString('utf8').split('\n')
    .filter((text) => text.startsWith('rsync') || text.includes('/rsync '))
    .filter((text) => text.includes(folder));
}

const jsonEvents = (out: string): RunEventData[] => out.trim().split('\n').map((text) => RunEventData.parse(JSON.parse(text)));

describe('bad input', () => {
  const fakeRsync = (script: string): string => {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/rsync'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'bin/rsync'), 0o755);
    return `${join(folder, 'bin')}:/usr/bin:/bin`;
  };
  it.each<[string, string[], number, RegExp]>([
    ['an unknown option', ['backup', 'source', 'destination', '--worker', '3'], 2,
      /^daybreak: unknown option '--worker'\n {2}Did you mean --workers\?/u],
    ['no command', [], 2, /^$/u],
    ['an unknown command', ['bakup', 'source', 'destination'], 2,
      /^daybreak: unknown command 'bakup'\n {2}Did you mean backup\?/u],
    ['a missing argument', ['backup', 'source'], 2,
      /^daybreak: missing required argument 'DEST'\n {2}See daybreak backup --help\n$/u],
    ['workers that are no number', ['backup', 'source', 'destination', '--workers', 'many'], 2,
      /^daybreak: --workers many is not a number from 1 to 64\n/u],
    ['a bad rate', ['backup', 'source', 'destination', '--bwlimit', 'fast'], 2, /^daybreak: --bwlimit fast is not a rate\n/u],
    ['a remote source', ['backup', 'nas:/x', 'destination'], 2, /^daybreak: SRC nas:\/x is on another machine/u],
    ['a remote destination', ['backup', 'source', 'rsync://nas/x'], 2, /^daybreak: DEST rsync:\/\/nas\/x is on another machine/u],
    ['an empty path', ['backup', '', 'destination'], 2, /^daybreak: SRC is empty\n/u],
    ['no such folder', ['backup', 'nothing', 'destination'], 1,
      /^daybreak: The source \S+\/nothing does not exist\n {2}Check the path/u],
    ['a file as source', ['backup', 'a file', 'destination'], 2, /^daybreak: The source \S+\/a file is not a folder\n {2}\S/u],
    ['a destination inside the source', ['backup', 'source', 'source/copy'], 2,
      /^daybreak: The destination \S+ lies inside the source/u],
    ['a run that is not there', ['history', '7'], 1, /^daybreak: .*7/u],
    ['a run that is no number', ['history', 'last'], 2, /^daybreak: RUN last is not a whole number/u],
  ])('%s: one clear message, the exit code, nothing written', async (_, argv, code, message) => {
    writeFileSync(join(folder, 'a file'), '');
    const ended = await daybreak(argv);
    expect(ended.err).toMatch(message);
    expect(ended.err).not.toMatch(/^ +at /mu);
    expect(ended.err.split('\n').length).toBeLessThanOrEqual(3);
    expect(ended.code).toBe(code);
    if (argv[0] !== 'history') expect(readdirSync(folder).sort()).toEqual(['a file', 'source']);
    expect(readdirSync(source)).toEqual([]);
  });

  it('a damaged history: said with the file, left as it is', async () => {
    const home = join(folder, 'home');
    await daybreak(['history']);
    const file = readdirSync(home).find((name) => name.endsWith('.db') || name.endsWith('.sqlite'))!;
    for (const name of readdirSync(home)) rmSync(join(home, name), { recursive: true });
    writeFileSync(join(home, file), 'this is no database, '.repeat(500));
    const ended = await daybreak(['history']);
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/^daybreak: .*\n {2}\S/u);
    expect(ended.err).toContain(home);
    expect(ended.err).not.toMatch(/^ +at /mu);
    expect((await daybreak(['doctor'])).code).toBe(1);
  });

  it('an rsync that is too old, or none', async () => {
    const PATH = fakeRsync('echo "rsync  version 2.6.9  protocol version 29"');
    for (const environment of [{ PATH }, { PATH: join(folder, 'nothing') }]) {
      const ended = await daybreak(['backup', 'source', 'destination'], environment);
      expect(ended.code).toBe(1);
      expect(ended.err).toMatch(/^daybreak: .*rsync.*\n {2}\S/u);
      expect(ended.err).not.toMatch(/^ +at /mu);
      expect(existsSync(destination)).toBe(false);
      const doctor = await daybreak(['doctor'], environment);
      expect(doctor.code).toBe(1);
      expect(doctor.out).toMatch(/^problem +rsync/mu);
    }
  });
});

describe('a backup', () => {
  it('is what one rsync makes, tells it in plain lines, and is in the history', async () => {
    fill(source, 40);
    const ended = await daybreak(['backup', 'source/', `${destination}/`]);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toMatch(/^Backing up: \S+\/source -> \S+\/destination\n/u);
    expect(ended.out).toMatch(/\nDone: .*\n.*12[12] files copied.*\n/u);
    expect(ended.out).toMatch(/\nDetails: daybreak history 1\n$/u);
    expect(ended.out).toMatch(/^[ -~\n]+$/u);
    spawnSync('rsync', ['-aH', '--', `${source}/`, `${folder}/one-rsync/`]);
    expect(await sameTrees(join(folder, 'one-rsync'), destination)).toEqual([]);
    const list = await daybreak(['history']);
    expect(list.out).toMatch(/^ +1 .* succeeded /mu);
    const one = await daybreak(['history', '1']);
    expect(one.out).toContain(`destination  ${destination}\n`);
    expect(JSON.parse((await daybreak(['history', '1', '--json'])).out)).toMatchObject({ run: { id: 1, state: 'succeeded' } });
    expect((await daybreak(['doctor'])).code).toBe(0);
  });

  it('says its progress and its lanes as JSON lines, each as documented, and nothing else', async () => {
    fill(source, 40);
    const ended = await daybreak(['backup', 'source', 'destination', '--json']);
    expect(ended).toMatchObject({ code: 0, err: '' });
    const events = jsonEvents(ended.out);
    expect(events[0]).toMatchObject({ type: 'run-started', dryRun: false, job: { source, destination } });
    expect(events.at(-1)).toMatchObject({ type: 'run-ended', state: 'succeeded', error: null });
    expect(events.some((event) => event.type === 'unit-ended')).toBe(true);
    const refused = await daybreak(['backup', 'nothing', 'destination', '--json']);
    expect(jsonEvents(refused.out)).toMatchObject([{ type: 'run-ended', state: 'failed', error: { kind: 'source-missing' } }]);
    expect(refused.code).toBe(1);
  });

  it('is silent with --quiet, and tells every name with --verbose', async () => {
    fill(source, 4);
    expect(await daybreak(['backup', 'source', 'destination', '-q'])).toEqual({ code: 0, out: '', err: '' });
    writeFileSync(join(source, 'alpha/new\nline'), '');
    const verbose = await daybreak(['backup', 'source', 'destination', '-v']);
    expect(verbose.out).toContain('\ncreate alpha/new\\#012line\n');
    expect(verbose.out).toMatch(/^unit \d+ done: /mu);
  });

  it('is only shown with --dry-run, deletions first', async () => {
    fill(source, 10);
    await daybreak(['backup', 'source', 'destination']);
    rmSync(join(source, 'beta/file 1'));
    writeFileSync(join(source, 'alpha/added'), 'x');
    spawnSync('cp', ['-a', destination, `${destination}.before`]);
    const ended = await daybreak(['backup', 'source', 'destination', '--delete', '-n']);
    expect(ended.code).toBe(0);
    const lines = ended.out.split('\n');
    expect(lines[lines.findIndex((text) => /^(?:delete|create|update|attributes) /u.test(text))]).toBe('delete beta/file 1');
    expect(lines).toContain('create alpha/added');
    expect(ended.out).toMatch(/1 would be created, 1 would be deleted/u);
    expect(await sameTrees(`${destination}.before`, destination)).toEqual([]);
    expect((await daybreak(['history'])).out.trim().split('\n')).toHaveLength(2);
  });

  it('holds what would delete too much, and lets it go by the very command it suggests', async () => {
    fill(source, 10);
    await daybreak(['backup', 'source', 'destination', '--delete']);
    rmSync(join(source, 'omega'), { recursive: true });
    makeOld(source);
    const held = await daybreak(['backup', 'source', 'destination', '--delete']);
    expect(held.code).toBe(4);
    expect(held.err).toMatch(/would be deleted: .*omega/u);
    expect(existsSync(join(destination, 'omega/linked'))).toBe(true);
    const limit = /--max-delete (?<limit>\d+) /u.exec(held.err)?.groups?.['limit'] ?? 'missing';
    const done = await daybreak(['backup', 'source', 'destination', '--delete', '--max-delete', limit]);
    expect(done.code).toBe(0);
    expect(await sameTrees(source, destination)).toEqual([]);
  });

  it('asks before a first mirror: without a terminal that is a no, and the tree is untouched', async () => {
    fill(source, 10);
    fill(destination, 10);
    mkdirSync(join(destination, 'beta/precious'));
    const refused = await daybreak(['backup', 'source', 'destination', '--delete']);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('This is the first mirror into');
    expect(refused.err).toContain('beta/precious');
    expect(refused.err).toContain('--yes');
    expect(existsSync(join(destination, 'beta/precious'))).toBe(true);
    const yes = await daybreak(['backup', 'source', 'destination', '--delete', '--yes']);
    expect(yes.code).toBe(0);
    expect(existsSync(join(destination, 'beta/precious'))).toBe(false);
  });

  it('goes on when the reader of its output leaves', async () => {
    fill(source, 200);
    const shell = `'${process.execPath}' '${cliPath}' backup source destination -v; echo "code $?" >&2`;
    const ended = await start([], {}, ['bash', '-c', `( ${shell} ) | head -n 1`]).ended;
    expect(ended.out.split('\n')).toHaveLength(2);
    expect(ended.err).toBe('code 0\n');
    expect(await sameTrees(source, destination)).toEqual([]);
  });
});

describe('signals', () => {
  /** A backup that takes long: 4 MB at 400 kB/s. */
  function startSlow(more: readonly string[] = ['--json']): Started {
    fill(source, 20);
    writeFileSync(join(source, 'omega/big'), Buffer.alloc(4_000_000, 'x'));
    makeOld(source);
    return start(['backup', 'source', 'destination', '--bwlimit', '400', ...more]);
  }
  const untilCopying = (run: Started): Promise<unknown> => vi.waitFor(() => {
    expect(run.out()).toContain('"state":"running"');
    expect(processesOfOurs().length).toBeGreaterThan(0);
  }, { timeout: 20_000, interval: 50 });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends everything within 2 s, and the next run finishes', async (signal) => {
    const run = startSlow();
    await untilCopying(run);
    const at = performance.now();
    run.child.kill(signal);
    const ended = await run.ended;
    expect(performance.now() - at).toBeLessThan(promised(2000));
    expect(ended.code).toBe(130);
    expect(ended.err).toContain('Cancelling');
    expect(jsonEvents(ended.out).at(-1)).toMatchObject({ type: 'run-ended', state: 'cancelled' });
    expect(processesOfOurs()).toEqual([]);
    if (signal !== 'SIGINT') return;
    expect((await daybreak(['backup', 'source', 'destination'])).code).toBe(0);
    expect(await sameTrees(source, destination)).toEqual([]);
  });

  it.runIf(isLinux)('Ctrl-Z stops every rsync and the host; going on ends well', async () => {
    const run = startSlow();
    await untilCopying(run);
    const stateOf = (pid: number | undefined): string => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.[0] ?? '';
    run.child.kill('SIGTSTP');
    await vi.waitFor(() => expect(stateOf(run.child.pid)).toBe('T'), { timeout: 5000 });
    const states = spawnSync('ps', ['-eo', 'stat,args']).stdout.toString('utf8').split('\n')
      .filter((text) => text.includes('rsync -aH') && text.includes(folder));
    expect(states.length).toBeGreaterThan(0);
    expect(states.filter((text) => !text.startsWith('T'))).toEqual([]);
    run.child.kill('SIGCONT');
    await vi.waitFor(() => expect(stateOf(run.child.pid)).not.toBe('T'), { timeout: 5000 });
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    expect(processesOfOurs()).toEqual([]);
  });
});

describe.runIf(isLinux)('on a terminal', () => {
  /** Runs the command line on a real pseudo-terminal of the given size, and shows what a person would see at the end. */
  async function onTerminal(argv: string, columns: number,
    input = ''): Promise<{ lines: string[]; raw: string; hidden: boolean }> {
    const command = `stty cols ${columns} rows 24; '${process.execPath}' '${cliPath}' ${argv}; echo "code $?"`;
    const run = start([], {}, ['script', '-qec', command, '/dev/null']);
    if (input !== '') {
      await vi.waitFor(() => expect(run.out()).toContain('[y/N]'), { timeout: 20_000, interval: 50 });
      run.child.stdin?.write(input);
    }
    const { out } = await run.ended;
    const screen = createTerminal(columns, 24);
    screen.write(out);
    return { lines: screen.lines(), raw: out, hidden: screen.cursorHidden() };
  }

  it('of 40 columns the picture changes in place and leaves the summary alone', async () => {
    fill(source, 20);
    writeFileSync(join(source, 'omega/big'), Buffer.alloc(700_000, 'x'));
    const { lines, raw, hidden } = await onTerminal('backup source destination --bwlimit 1m', 40);
    expect(raw.split('\u001b[?2026h').length).toBeGreaterThan(4);
    expect(hidden).toBe(false);
    const shown = lines.join('\n');
    expect(shown).toContain('Backing up:');
    expect(shown).toContain('Done:');
    expect(shown).toContain('code 0');
    // No frame is left behind.
    expect(shown).not.toMatch(/units$|so far$|about .* left|#{3}/mu);
  });

  it('the first mirror asks, and a no changes nothing', async () => {
    fill(source, 4);
    mkdirSync(destination);
    writeFileSync(join(destination, 'precious'), 'x');
    const { lines, hidden } = await onTerminal('backup source destination --delete', 80, 'n\n');
    const shown = lines.join('\n');
    expect(shown).toContain('  precious\n');
    expect(shown).toContain('Nothing was changed');
    expect(shown).toContain('code 1');
    expect(hidden).toBe(false);
    expect(readdirSync(destination)).toEqual(['precious']);
  });
});

describe('the demo', () => {
  const openApp: Face['openApp'] = ({ dataFolder = join(folder, 'home') } = {}) => createApp({
    workerHost: createForkHost(), clock: { now: () => Date.now() }, dataFolder, env: process.env,
  });

  it('makes both backups, finds them the same, tells the comparison and leaves nothing', async () => {
    const output = createPipe();
    const face = createFace(() => openApp(),
      { output, env: { ...process.env, DAYBREAK_DEMO_FOLDER: folder }, openApp });
    expect(await runDemo(face, { share: 0.05 })).toBe(0);
    const said = output.text();
    expect(said).toContain('alpha, beta, gamma, delta, kappa, sigma, omega');
    expect(said).toContain('Both copies are the same, and the same as the source');
    expect(said).toMatch(/one rsync +Daybreak\nround 1 +\d+\.\d\d s +\d+\.\d\d s\nround 2/u);
    expect(said).toContain('What limited it:');
    expect(said).toContain('backup SRC DEST');
    expect(readdirSync(folder)).toEqual(['source']);
  });

  it('ends at Ctrl-C and leaves nothing', async () => {
    const run = start(['demo'], { DAYBREAK_DEMO_FOLDER: folder });
    await vi.waitFor(() => expect(readdirSync(folder).length).toBeGreaterThan(1), { timeout: 20_000, interval: 10 });
    run.child.kill('SIGINT');
    const ended = await run.ended;
    expect(ended.err).toContain('daybreak: The demo was cancelled');
    expect(ended.code).toBe(130);
    expect(readdirSync(folder)).toEqual(['source']);
  });
});
