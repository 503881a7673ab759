import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchdPlist } from '../../src-main/cli/service/launchd-plist.ts';
import { runService, type ServiceAction, type ServiceOptions } from '../../src-main/cli/service/service-command.ts';
import type { ServiceMachine } from '../../src-main/cli/service/service-place.ts';
import { systemUnit, userUnit } from '../../src-main/cli/service/systemd-unit.ts';
import { createPipe } from '../doubles/terminal.ts';

const program = { node: process.execPath, bundle: '/opt/day break/100 %/$HOME/"cli".js' };

describe('the unit of the system service', () => {
  const lines = systemUnit(program).split('\n');

  it.each([
    'Type=exec', 'Restart=on-failure', 'KillMode=mixed', 'TimeoutStopSec=90', 'OOMPolicy=continue', 'NoNewPrivileges=yes', 'LockPersonality=yes',
    'RestrictRealtime=yes', 'RestrictNamespaces=yes', 'SystemCallArchitectures=native', 'SystemCallErrorNumber=EPERM',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK', 'StandardOutput=journal', 'StateDirectory=daybreak', 'StateDirectoryMode=0700',
    'RuntimeDirectory=daybreak', 'RuntimeDirectoryMode=0750', 'ExecStartPre=/bin/chgrp daybreak /run/daybreak', 'Environment="DAYBREAK_HOME=/var/lib/daybreak"',
    'WantedBy=multi-user.target',
  ])('has %s', (line) => expect(lines).toContain(line));

  it('keeps what owners and modes need of root, and no view of the files of its own', () => {
    const capabilities = lines.find((line) => line.startsWith('CapabilityBoundingSet='));
    for (const needed of ['CAP_CHOWN', 'CAP_DAC_READ_SEARCH', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_MKNOD', 'CAP_SETFCAP']) expect(capabilities).toContain(needed);
    expect(capabilities).not.toContain('CAP_SYS_ADMIN');
    // Each of these gives a service mounts of its own (systemd.exec(5)).
    const hiding = /^(ProtectSystem|ProtectHome|PrivateTmp|PrivateDevices|PrivateMounts|ProtectKernelTunables|ProtectKernelModules|ProtectKernelLogs|ProtectControlGroups|ProtectProc|ReadOnlyPaths|InaccessiblePaths|User|DynamicUser)=(?!no$)/u;
    expect(lines.filter((line) => hiding.test(line))).toEqual([]);
  });

  it('explains each group of settings and names absolute, quoted paths', () => {
    expect(lines).toContain(String.raw`ExecStart="${process.execPath}" "/opt/day break/100 %%/$$HOME/\"cli\".js" serve --service`);
    expect(lines.filter((line) => line.startsWith('#')).length).toBeGreaterThan(12);
    expect(() => systemUnit({ ...program, bundle: '/opt/a\nExecStart=/bin/evil' })).toThrow('cannot stand in a unit');
  });

  const hasVerify = spawnSync('systemd-analyze', ['--version']).status === 0;
  it.skipIf(!hasVerify)('passes systemd-analyze verify, as the unit of a user does', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'daybreak-unit-'));
    const file = path.join(folder, 'daybreak.service');
    try {
      for (const [scope, text] of [['--system', systemUnit(program)], ['--user', userUnit(program, '/home/me/my data')]] as const) {
        writeFileSync(file, text);
        const { status, stderr } = spawnSync('systemd-analyze', [scope, 'verify', '--man=no', file], { env: { ...process.env, XDG_RUNTIME_DIR: folder }, encoding: 'utf8' });
        expect({ scope, status, stderr: stderr.split('\n').filter((line) => line.includes('daybreak')) }).toEqual({ scope, status: 0, stderr: [] });
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('daybreak service', () => {
  let root: string;
  let ran: string[];
  let answers: Record<string, { code: number; output: string }>;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'daybreak-root-'));
    [ran, answers] = [[], {}];
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const systemFile = 'etc/systemd/system/daybreak.service';
  const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
  const boot = (): void => void mkdirSync(path.join(root, 'run/systemd/system'), { recursive: true });

  async function service(action: ServiceAction, options: ServiceOptions = {}, more: Partial<ServiceMachine> = {}): Promise<{ code: number; said: string }> {
    const output = createPipe();
    const code = await runService({ output, callName: 'daybreak' }, action, options, {
      platform: 'linux', env: {}, home: '/home/me', userName: 'me', uid: 0, root, program: { node: process.execPath, bundle: process.execPath },
      run(argv) {
        ran.push(argv.join(' '));
        return Promise.resolve(answers[argv.join(' ')] ?? { code: 0, output: '' });
      },
      ...more,
    });
    return { code, said: output.text() };
  }

  it('installs for the system: makes the group, writes the unit, starts it; removes all of it again', async () => {
    boot();
    answers['getent group daybreak'] = { code: 2, output: '' };
    const { code, said } = await service('install', {}, { env: { SUDO_USER: 'anna' } });
    expect(code).toBe(0);
    expect(ran).toEqual([
      'getent group daybreak', 'groupadd --system daybreak', 'systemctl daemon-reload', 'systemctl enable daybreak.service', 'systemctl restart daybreak.service',
    ]);
    expect(read(systemFile)).toContain('[Service]');
    expect((statSync(path.join(root, systemFile)).mode & 0o777).toString(8)).toBe('644');
    expect(said).toContain('usermod -aG daybreak anna');

    answers['systemctl is-active daybreak.service'] = { code: 0, output: 'active\n' };
    expect(await service('status')).toMatchObject({ code: 0, said: expect.stringMatching(/Installed: .*\nRunning\./u) as string });
    answers['systemctl is-active daybreak.service'] = { code: 3, output: 'failed\n' };
    expect(await service('status')).toMatchObject({ code: 1, said: expect.stringContaining('Not running: failed') as string });

    ran = [];
    expect((await service('uninstall')).code).toBe(0);
    expect(ran).toEqual(['systemctl disable --now daybreak.service', 'systemctl daemon-reload']);
    expect(existsSync(path.join(root, systemFile))).toBe(false);
    expect((await service('uninstall')).said).toContain('Nothing to remove');
    expect(await service('status')).toMatchObject({ code: 1, said: expect.stringContaining('Not installed') as string });
  });

  it('installs for a user, and says how it survives logging out', async () => {
    boot();
    const { said } = await service('install', {}, { uid: 1000, env: { DAYBREAK_HOME: '/data/day break' } });
    expect(ran).toEqual(['systemctl --user daemon-reload', 'systemctl --user enable daybreak.service', 'systemctl --user restart daybreak.service']);
    expect(read('home/me/.config/systemd/user/daybreak.service')).toContain('Environment="DAYBREAK_HOME=/data/day break"\n');
    expect(read('home/me/.config/systemd/user/daybreak.service')).toContain('WantedBy=default.target');
    expect(said).toContain('loginctl enable-linger me');
  });

  it('writes the file where systemd does not run, and says what to do where it does', async () => {
    const { code, said } = await service('install');
    expect([code, ran]).toEqual([0, ['getent group daybreak']]);
    expect(said).toContain('systemd does not run here');
    expect(said).toContain('  systemctl enable daybreak.service');
    expect(existsSync(path.join(root, systemFile))).toBe(true);
    // Again: it is ours.
    expect((await service('install')).code).toBe(0);
  });

  it('never overwrites or removes a file that it did not write', async () => {
    boot();
    mkdirSync(path.join(root, 'etc/systemd/system'), { recursive: true });
    writeFileSync(path.join(root, systemFile), '[Service]\nExecStart=/bin/mine\n# not Written by daybreak service install.\n');
    await expect(service('install')).rejects.toMatchObject({ kind: 'invalid-input', message: expect.stringContaining('was not written by Daybreak') });
    await expect(service('uninstall')).rejects.toMatchObject({ kind: 'invalid-input' });
    expect((await service('status')).said).toContain('(not written by Daybreak)');
    expect(read(systemFile)).toContain('/bin/mine');
    expect(ran).not.toContain('systemctl disable --now daybreak.service');
  });

  it('shows with --dry-run what it would do, and does nothing', async () => {
    boot();
    const { said } = await service('install', { dryRun: true, system: true }, { uid: 1000 });
    expect(said).toContain('CapabilityBoundingSet=');
    expect(said).toContain('systemctl restart daybreak.service');
    await service('install');
    ran = [];
    expect((await service('uninstall', { dryRun: true })).said).toContain('rm ');
    expect([ran, existsSync(path.join(root, systemFile))]).toEqual([[], true]);
  });

  it('refuses what cannot be: no root, both scopes; and tells what systemd said', async () => {
    boot();
    await expect(service('install', { system: true }, { uid: 1000 })).rejects.toMatchObject({ kind: 'permission', hint: expect.stringContaining('sudo daybreak service install --system') });
    await expect(service('install', { system: true, user: true })).rejects.toMatchObject({ kind: 'invalid-input' });
    answers['systemctl restart daybreak.service'] = { code: 1, output: 'Job failed.' };
    await expect(service('install')).rejects.toMatchObject({ message: 'systemctl restart daybreak.service failed with 1.', detail: 'Job failed.' });
    await expect(service('install', {}, { run: () => Promise.resolve({ code: 1, output: 'no' }) })).rejects.toMatchObject({ message: 'The group daybreak could not be made.' });
  });

  it('warns where others than root could change what root will run', async () => {
    const bundle = path.join(root, 'cli.js');
    writeFileSync(bundle, '', { mode: 0o666 });
    spawnSync('chmod', ['666', bundle]);
    expect((await service('install', {}, { program: { node: process.execPath, bundle } })).said).toContain(`others than root may change ${bundle}`);
  });

  it('is a property list on a Mac', async () => {
    mkdirSync(path.join(root, 'bin'));
    writeFileSync(path.join(root, 'bin/launchctl'), '');
    answers['launchctl print gui/501/org.daybreak.host'] = { code: 113, output: '' };
    await service('install', {}, { platform: 'darwin', uid: 501 });
    const file = path.join(root, 'home/me/Library/LaunchAgents/org.daybreak.host.plist');
    expect(ran).toEqual(['launchctl print gui/501/org.daybreak.host', `launchctl bootstrap gui/501 ${file}`]);
    expect((await service('uninstall', {}, { platform: 'darwin', uid: 501 })).said).toContain('Removed');
    const text = launchdPlist({ program: { ...program, bundle: '/a & b/<cli>.js' }, dataFolder: null, logFile: '/log' });
    expect(text).toContain('<string>/a &amp; b/&lt;cli&gt;.js</string>');
    expect(text).toMatch(/<key>KeepAlive<\/key>\s*<dict>\s*<key>SuccessfulExit<\/key>\s*<false\/>/u);
  });
});
