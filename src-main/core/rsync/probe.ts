import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import type { RsyncCall } from '../../../src-shared/worker-protocol.ts';

/** What the rsync on this machine can do. */
export interface RsyncAbilities {
  readonly hardLinks: boolean;
  readonly acls: boolean;
  readonly xattrs: boolean;
  /** Times of symlinks are kept. */
  readonly symlinkTimes: boolean;
  readonly preallocation: boolean;
  /** `--stop-after` and `--stop-at`. */
  readonly stopAt: boolean;
  /** Names for `--checksum-choice` and `--compress-choice`, best first. */
  readonly checksums: readonly string[];
  readonly compressions: readonly string[];
}

/** The rsync found on PATH. */
export interface RsyncProgram {
  /** Absolute path. */
  readonly program: string;
  readonly version: string;
  readonly protocol: number;
  readonly abilities: RsyncAbilities;
  /** How a started rsync is kept from outliving its worker, see `guardedCommand`. */
  readonly lifeline: RsyncCall['lifeline'];
}

type Env = Readonly<Record<string, string | undefined>>;

/** Oldest rsync with `--ignore-missing-args`, `--info` and `--stats` by kind of file (NEWS for 3.1.0, 2013). */
const oldestVersion = '3.1.0';
/** An rsync that says nothing for this long is on a mount that hangs. */
const answerWithinMs = 10_000;

/**
 * Finds rsync on the PATH of `env` and asks it what it is; one process (`rsync -VV`, 10 ms), a second one for an
 * rsync before 3.2.7, and beside it `setpriv --help` on Linux.
 * Throws `AppError`: rsync-missing where there is none, rsync-unsupported where it is too old or not the real one.
 */
export async function probeRsync(env: Env, platform: NodeJS.Platform = process.platform): Promise<RsyncProgram> {
  const program = await findOnPath('rsync', env);
  if (program === null) {
    throw new AppError({
      kind: 'rsync-missing', message: 'rsync is not installed, or not on PATH', hint: await installHint(env, platform),
    });
  }
  const [facts, lifeline] = await Promise.all([askRsync(program, env), chooseLifeline(env, platform)]);
  if (isOlder(facts.version, oldestVersion)) {
    throw new AppError({
      kind: 'rsync-unsupported',
      message: `${program} is rsync ${facts.version}; Daybreak needs ${oldestVersion} or newer`,
      hint: await installHint(env, platform),
    });
  }
  return { program, ...facts, lifeline };
}

/** The first executable of that name on PATH, absolute; null where there is none. */
async function findOnPath(name: string, env: Env): Promise<string | null> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = resolve(folder, name);
    try {
      await access(path, constants.X_OK);
      // A folder of that name can be searched, which is the same permission.
      if ((await stat(path)).isFile()) return path;
    } catch {
      // Look on in the next folder.
    }
  }
  return null;
}

type Facts = Pick<RsyncProgram, 'version' | 'protocol' | 'abilities'>;

async function askRsync(program: string, env: Env): Promise<Facts> {
  const json = await answerOf(program, ['-VV'], env);
  const facts = factsFromJson(json);
  if (facts) return facts;
  const text = await answerOf(program, ['--version'], env);
  if (/openrsync/iu.test(text)) {
    throw new AppError({
      kind: 'rsync-unsupported',
      message: `${program} is openrsync, the copy that comes with macOS; it lacks much of what Daybreak needs`,
      hint: 'Install the original: brew install rsync. Then put its folder before /usr/bin in PATH.',
    });
  }
  const old = factsFromText(text);
  if (old) return old;
  throw new AppError({
    kind: 'rsync-unsupported',
    message: `${program} does not answer as rsync does`,
    hint: `Run ${program} --version to see what it is.`,
    ...(text.trim() === '' ? {} : { detail: text.trim().slice(0, 2000) }),
  });
}

/** What a program prints, whatever its exit code; empty where it cannot be run at all. */
async function answerOf(program: string, args: readonly string[], env: Env): Promise<string> {
  // Not by execa, which takes 20 ms to load: every backup waits for this answer.
  const { promise: answer, resolve: end } = Promise.withResolvers<{ stdout: string; timedOut: boolean }>();
  const child = execFile(program, args, { env: { ...env, LC_ALL: 'C.UTF-8' }, timeout: answerWithinMs, killSignal: 'SIGKILL' }, (error, stdout) => {
    end({ stdout, timedOut: error?.killed === true });
  });
  // Nothing is to wait for what is never said.
  child.stdin?.on('error', () => {}).end();
  const { stdout, timedOut } = await answer;
  if (timedOut) {
    throw new AppError({
      kind: 'timeout', message: `${program} does not answer`,
      hint: 'It may lie on a disk or share that hangs: put another rsync first in PATH.',
    });
  }
  return stdout;
}

/** Kept open on purpose: abilities come and go between versions. */
const VersionJson = z.object({
  program: z.literal('rsync'),
  version: z.string(),
  protocol: z.string(),
  capabilities: z.record(z.string(), z.unknown()),
  checksum_list: z.array(z.string()),
  compress_list: z.array(z.string()),
});

/** `rsync -VV` (3.2.7 and newer). Null where it is not that. */
export function factsFromJson(text: string): Facts | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = VersionJson.safeParse(value);
  if (!parsed.success) return null;
  const { version, protocol, capabilities, checksum_list: checksums, compress_list: compressions } = parsed.data;
  const has = (name: string): boolean => capabilities[name] === true;
  const abilities = {
    hardLinks: has('hardlinks'), acls: has('ACLs'), xattrs: has('xattrs'), symlinkTimes: has('symtimes'),
    preallocation: has('prealloc'), stopAt: has('stop_at'),
    checksums: checksums.filter((name) => name !== 'none'), compressions: compressions.filter((name) => name !== 'none'),
  };
  return { version, protocol: parseInt(protocol, 10), abilities };
}

/** `rsync --version` of any version of the real rsync. Null where it is not that. */
export function factsFromText(text: string): Facts | null {
  const first = /^rsync +version v?(?<version>\d\S*) +protocol version (?<protocol>\d+)/mu.exec(text)?.groups;
  if (!first) return null;
  const listed = (section(text, 'Capabilities') ?? '').split(/,\s*/u).map((name) => name.trim());
  const words = (title: string): string[] => (section(text, title) ?? '').split(/\s+/u).filter(
    (word) => /^[a-z]\w*$/u.test(word) && word !== 'none',
  );
  const checksums = words('Checksum list');
  const compressions = words('Compress list');
  const abilities = {
    hardLinks: listed.includes('hardlinks'), acls: listed.includes('ACLs'), xattrs: listed.includes('xattrs'),
    symlinkTimes: listed.includes('symtimes'), preallocation: listed.includes('prealloc'), stopAt: listed.includes('stop-at'),
    // Before 3.2.0 there was no choice and no list.
    checksums: checksums.length > 0 ? checksums : ['md5'], compressions: compressions.length > 0 ? compressions : ['zlib'],
  };
  return { version: first['version'] ?? '', protocol: Number(first['protocol']), abilities };
}

/** The indented lines below a title. */
function section(text: string, title: string): string | undefined {
  return new RegExp(`^${title}:\\n((?:[ \\t]+.*\\n?)+)`, 'mu').exec(text)?.[1]?.replaceAll('\n', ' ');
}

/** True when version `one` (`3.1.0`, `3.2.7pre1`, ...) is older than `other`. */
export function isOlder(one: string, other: string): boolean {
  const [left, right] = [one, other].map((version) => version.split('.').map((part) => parseInt(part, 10) || 0));
  for (let index = 0; index < 3; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** setpriv of util-linux knows --pdeathsig (setpriv(1)) in its newer versions; that of BusyBox does not. */
async function chooseLifeline(env: Env, platform: NodeJS.Platform): Promise<RsyncCall['lifeline']> {
  if (platform !== 'linux') return 'shell';
  const setpriv = await findOnPath('setpriv', env);
  if (setpriv === null) return 'shell';
  return (await answerOf(setpriv, ['--help'], env)).includes('--pdeathsig') ? 'pdeathsig' : 'shell';
}

const installCommands: readonly (readonly [manager: string, command: string])[] = [
  ['apt-get', 'sudo apt-get install rsync'],
  ['dnf', 'sudo dnf install rsync'],
  ['yum', 'sudo yum install rsync'],
  ['zypper', 'sudo zypper install rsync'],
  ['pacman', 'sudo pacman -S rsync'],
  ['apk', 'sudo apk add rsync'],
  ['pkg', 'sudo pkg install rsync'],
];

/** How to get a current rsync on this machine. */
async function installHint(env: Env, platform: NodeJS.Platform): Promise<string> {
  if (platform === 'darwin') return 'Install it: brew install rsync';
  if (platform === 'win32') return 'Run Daybreak inside WSL, and install rsync there.';
  for (const [manager, command] of installCommands) {
    if ((await findOnPath(manager, env)) !== null) return `Install it: ${command}`;
  }
  return 'Install the package rsync with the package manager of your system.';
}
