import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { factsFromJson, factsFromText, isOlder, probeRsync } from '../../src-main/core/rsync/probe.ts';
import { captured, capturedVersions } from '../fixtures/rsync/captured.ts';

const rsync313 = `rsync  version 3.1.3  protocol version 31
Copyright (C) 1996-2018 by Andrew Tridgell, Wayne Davison, and others.
Web site: http://rsync.samba.org/
Capabilities:
    64-bit files, 64-bit inums, 64-bit timestamps, 64-bit long ints,
    socketpairs, hardlinks, symlinks, IPv6, batchfiles, inplace,
    append, no ACLs, xattrs, iconv, symtimes, prealloc

rsync comes with ABSOLUTELY NO WARRANTY.
`;
const rsync269 = rsync313.replace('3.1.3  protocol version 31', '2.6.9  protocol version 29');
const openrsync = 'openrsync: protocol version 29\nrsync version 2.6.9 compatible\n';

/** A program that says `json` to -VV, or refuses that option as an older rsync does, and `text` to --version. */
function script(text: string, json?: string): string {
  const answer = json === undefined ? 'echo "rsync: -VV: unknown option" >&2; exit 1' : `cat <<'END'\n${json}\nEND`;
  return `#!/bin/sh\ncase "$1" in\n-VV)\n${answer}\n;;\n--version)\ncat <<'END'\n${text}END\n;;\nesac\n`;
}

let folder = '';
let counter = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-probe-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder for PATH with these programs, and the tools the scripts need. */
function programs(files: Record<string, string>): { PATH: string; folder: string } {
  const bin = join(folder, `bin-${counter++}`);
  mkdirSync(bin);
  const all: Record<string, string> = { cat: '#!/bin/sh\nwhile IFS= read -r line; do printf "%s\\n" "$line"; done\n', ...files };
  for (const [name, content] of Object.entries(all)) {
    writeFileSync(join(bin, name), content);
    chmodSync(join(bin, name), 0o755);
  }
  return { PATH: bin, folder: bin };
}

describe('the rsync of this machine', () => {
  test('is found, with what it can do', async () => {
    const { program, version, protocol, abilities } = await probeRsync(process.env);
    expect(program).toMatch(/^\/.*rsync$/u);
    expect(isOlder(version, '3.1.0')).toBe(false);
    expect(protocol).toBeGreaterThanOrEqual(31);
    expect(abilities.hardLinks).toBe(true);
    expect(abilities.checksums).toContain('md5');
  });
});

describe.each(capturedVersions)('rsync %s', (version) => {
  const text = captured(version, 'version').stdout;
  const json = captured(version, 'version as JSON').stdout;

  test('says the same as text and as JSON', () => {
    expect(factsFromJson(json)).toMatchObject({
      version, abilities: { hardLinks: true, acls: true, xattrs: true, symlinkTimes: true, stopAt: true },
    });
    expect(factsFromText(text)).toEqual(factsFromJson(json));
  });

  test('is asked once', async () => {
    const { PATH, folder: bin } = programs({
      rsync: script(text, json).replace('#!/bin/sh\n', '#!/bin/sh\necho "$1" >> "$CALLS"\n'),
    });
    const calls = join(folder, `calls-${version}`);
    const found = await probeRsync({ PATH, CALLS: calls }, 'darwin');
    expect(found).toMatchObject({ program: join(bin, 'rsync'), version, lifeline: 'shell' });
    expect(readFileSync(calls, 'utf8')).toBe('-VV\n');
  });
});

describe('another rsync', () => {
  test('without JSON is understood by its text', async () => {
    const found = await probeRsync(programs({ rsync: script(rsync313) }), 'linux');
    expect(found).toMatchObject({
      version: '3.1.3', protocol: 31, lifeline: 'shell',
      abilities: {
        hardLinks: true, acls: false, xattrs: true, symlinkTimes: true, stopAt: false, checksums: ['md5'], compressions: ['zlib'],
      },
    });
  });

  test('that is too old is refused, with its version and the way to a newer one', async () => {
    const { PATH } = programs({ 'rsync': script(rsync269), 'apt-get': '' });
    await expect(probeRsync({ PATH }, 'linux')).rejects.toMatchObject({
      kind: 'rsync-unsupported', message: `${PATH}/rsync is rsync 2.6.9; Daybreak needs 3.1.0 or newer`,
      hint: 'Install it: sudo apt-get install rsync',
    });
  });

  test('the one of macOS is refused, with what to install', async () => {
    const { PATH } = programs({ rsync: script(openrsync) });
    await expect(probeRsync({ PATH }, 'darwin')).rejects.toMatchObject({
      kind: 'rsync-unsupported', message: expect.stringContaining('openrsync'),
      hint: expect.stringContaining('brew install rsync'),
    });
  });

  test('that is something else is refused, with what it said', async () => {
    const { PATH } = programs({ rsync: script('a fine program\n') });
    await expect(probeRsync({ PATH }, 'linux')).rejects.toMatchObject({ kind: 'rsync-unsupported', detail: 'a fine program' });
  });

  test('that cannot be run is refused', async () => {
    const { PATH } = programs({ rsync: '#!/no/such/interpreter\n' });
    await expect(probeRsync({ PATH }, 'linux')).rejects.toMatchObject({ kind: 'rsync-unsupported' });
  });

  test.each<[NodeJS.Platform, Record<string, string>, string]>([
    ['linux', { dnf: '' }, 'Install it: sudo dnf install rsync'],
    ['linux', {}, 'Install the package rsync with the package manager of your system.'],
    ['darwin', {}, 'Install it: brew install rsync'],
    ['win32', {}, 'Run Daybreak inside WSL, and install rsync there.'],
  ])('that is missing: on %s with %j the hint is "%s"', async (platform, files, hint) => {
    const { PATH } = programs(files);
    await expect(probeRsync({ PATH }, platform)).rejects.toMatchObject({ kind: 'rsync-missing', hint });
    await expect(probeRsync({}, platform)).rejects.toMatchObject({ kind: 'rsync-missing' });
  });

  test('in a later folder is found, past folders that are not there and a folder of its name', async () => {
    const first = programs({});
    mkdirSync(join(first.folder, 'rsync'));
    const { PATH, folder: bin } = programs({ rsync: script(rsync313) });
    const found = await probeRsync({ PATH: ['/no/such/folder', '', first.PATH, PATH].join(delimiter) }, 'darwin');
    expect(found.program).toBe(join(bin, 'rsync'));
  });
});

describe('keeping an rsync from outliving its worker', () => {
  const utilLinux = '#!/bin/sh\necho " --pdeathsig keep|clear|<signame>"\n';
  const busyBox = '#!/bin/sh\necho "setpriv [OPTIONS] PROG [ARGS]" >&2\nexit 1\n';
  test.each<[string, NodeJS.Platform, Record<string, string>, string]>([
    ['the kernel does it', 'linux', { setpriv: utilLinux }, 'pdeathsig'],
    ['BusyBox cannot', 'linux', { setpriv: busyBox }, 'shell'],
    ['there is no setpriv', 'linux', {}, 'shell'],
    ['macOS cannot', 'darwin', { setpriv: utilLinux }, 'shell'],
  ])('%s', async (_, platform, files, lifeline) => {
    const { PATH } = programs({ rsync: script(rsync313), ...files });
    expect((await probeRsync({ PATH }, platform)).lifeline).toBe(lifeline);
  });
});

describe('versions', () => {
  test.each([
    ['3.0.9', '3.1.0', true],
    ['3.1.0', '3.1.0', false],
    ['3.10.0', '3.9.9', false],
    ['3.2.7pre1', '3.2.7', false],
    ['2.6.9', '3.1.0', true],
    ['3.1', '3.1.0', false],
    ['4', '3.1.0', false],
  ])('%s is older than %s: %s', (one, other, expected) => {
    expect(isOlder(one, other)).toBe(expected);
  });

  test('an answer that is not JSON, or not of rsync, is none', () => {
    expect(factsFromJson('{')).toBeNull();
    expect(factsFromJson('{"program":"rsync"}')).toBeNull();
    expect(factsFromText(openrsync)).toBeNull();
  });
});
