import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isStartedByLogin, setLaunchAtLogin, type LoginParts } from '../../src-main/electron/login.ts';
import { pauseEnd } from '../../src-shared/pause-end.ts';

let home: string;
let items: unknown[];
const file = (): string => path.join(home, '.config/autostart/daybreak.desktop');
const text = (): string => readFileSync(file(), 'utf8');

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'daybreak-login-'));
  items = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function parts(more: Partial<LoginParts> = {}): LoginParts {
  const app = {
    getLoginItemSettings: () => ({ openAtLogin: items.length % 2 === 1, wasOpenedAtLogin: true }),
    setLoginItemSettings: (settings: unknown) => items.push(settings),
  } as unknown as LoginParts['electron']['app'];
  return { electron: { app }, platform: 'linux', env: {}, home, program: ['/opt/Daybreak/daybreak'], ...more };
}

describe('launch at login', () => {
  it('is a file for the desktop, that is made, moved along with the app, and removed', () => {
    setLaunchAtLogin(parts(), true);
    expect(text().split('\n')).toEqual(expect.arrayContaining(['[Desktop Entry]', 'Type=Application', 'Exec="/opt/Daybreak/daybreak" "--hidden"']));
    setLaunchAtLogin(parts({ program: ['/new/daybreak'] }), true);
    expect(text()).toContain('Exec="/new/daybreak" "--hidden"\n');
    // What the desktop's own settings wrote into it stays.
    writeFileSync(file(), text().replace('enabled=true', 'enabled=false'));
    setLaunchAtLogin(parts({ program: ['/new/daybreak'] }), true);
    expect(text()).toContain('enabled=false');
    setLaunchAtLogin(parts(), false);
    setLaunchAtLogin(parts(), false);
    expect(existsSync(file())).toBe(false);
  });

  it('keeps the data folder, and quotes as the specification asks', () => {
    setLaunchAtLogin(parts({ program: ['/opt/electron', '/home/me/a "b" 100% $x\\'], env: { DAYBREAK_HOME: '/data/day break', XDG_CONFIG_HOME: path.join(home, '.config') } }), true);
    expect(text()).toContain(String.raw`Exec="env" "DAYBREAK_HOME=/data/day break" "/opt/electron" "/home/me/a \\"b\\" 100%% \\$x\\\\" "--hidden"` + '\n');
  });

  it('leaves a file of somebody else as it is', () => {
    mkdirSync(path.dirname(file()), { recursive: true });
    writeFileSync(file(), 'mine');
    setLaunchAtLogin(parts(), true);
    setLaunchAtLogin(parts(), false);
    expect(text()).toBe('mine');
  });

  it('is a login item on a Mac, asked for only when it changes', () => {
    const mac = parts({ platform: 'darwin' });
    setLaunchAtLogin(mac, false);
    setLaunchAtLogin(mac, true);
    setLaunchAtLogin(mac, true);
    setLaunchAtLogin(mac, false);
    expect(items).toEqual([{ openAtLogin: true, args: ['--hidden'] }, { openAtLogin: false, args: ['--hidden'] }]);
    expect(existsSync(file())).toBe(false);
    expect(isStartedByLogin(mac.electron, 'darwin', [])).toBe(true);
    expect(isStartedByLogin(mac.electron, 'linux', ['/opt/daybreak'])).toBe(false);
    expect(isStartedByLogin(mac.electron, 'linux', ['/opt/daybreak', '--hidden'])).toBe(true);
  });
});

describe('a pause', () => {
  it.each([
    ['in the afternoon', '2026-06-10T15:00:00', '2026-06-11T06:00:00'],
    ['at night', '2026-06-30T23:59:00', '2026-07-01T06:00:00'],
    ['over the change of clocks', '2026-10-24T22:00:00', '2026-10-25T06:00:00'],
  ])('until tomorrow, %s, ends after the night', (_what, now, end) => {
    expect(new Date(pauseEnd('tomorrow', new Date(now).getTime()))).toEqual(new Date(end));
  });

  it('for an hour lasts an hour', () => expect(pauseEnd('hour', 1000)).toBe(3_601_000));
});
