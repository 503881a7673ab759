import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ElectronSurface } from './surface.ts';

/** With this word the app starts in the tray, without a window. */
export const hiddenWord = '--hidden';

export interface LoginParts {
  readonly electron: Pick<ElectronSurface, 'app'>;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the user, absolute. */
  readonly home: string;
  /** What starts the app: a program with its words, absolute. */
  readonly program: readonly string[];
}

/**
 * Makes the app start with the user's session, or not: on Linux by a file for the desktop (XDG Autostart), elsewhere by the
 * system's login items. A file that is not ours is left as it is. Throws what the file system says.
 */
export function setLaunchAtLogin({ electron: { app }, platform, env, home, program }: LoginParts, isOn: boolean): void {
  if (platform !== 'linux') {
    if (app.getLoginItemSettings().openAtLogin !== isOn) app.setLoginItemSettings({ openAtLogin: isOn, args: [hiddenWord] });
    return;
  }
  const config = env['XDG_CONFIG_HOME']?.startsWith('/') === true ? env['XDG_CONFIG_HOME'] : path.join(home, '.config');
  const file = path.join(config, 'autostart', 'daybreak.desktop');
  const found = existsSync(file) ? readFileSync(file, 'utf8') : null;
  if (found !== null && !found.includes(ownLine)) return;
  if (!isOn) {
    rmSync(file, { force: true });
    return;
  }
  const exec = `Exec=${execOf(program, env['DAYBREAK_HOME'])}`;
  // Desktops write their own switches into the file: it is made anew only when the app has moved.
  if (found?.split('\n').includes(exec) === true) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, entry(exec));
  renameSync(`${file}.new`, file);
}

/** Whether the session started the app, and not a person. */
export function isStartedByLogin({ app }: Pick<ElectronSurface, 'app'>, platform: NodeJS.Platform, argv: readonly string[]): boolean {
  return argv.includes(hiddenWord) || (platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin);
}

/** Tells our file from others. */
const ownLine = 'X-Daybreak-Autostart=true';

function entry(exec: string): string {
  return `[Desktop Entry]
Type=Application
Name=Daybreak
Comment=Parallel rsync backups, in the tray
${exec}
Terminal=false
X-GNOME-Autostart-enabled=true
${ownLine}
`;
}

/** The same data folder as now, also where the session does not know of it. */
function execOf(program: readonly string[], dataFolder: string | undefined): string {
  const words = [...(dataFolder === undefined ? [] : ['env', `DAYBREAK_HOME=${dataFolder}`]), ...program, hiddenWord];
  return words.map(quoted).join(' ');
}

/** A word as the Desktop Entry Specification reads it: quoted first, then escaped as a string; `%` begins a field code. */
function quoted(word: string): string {
  const inQuotes = word.replaceAll(/["`$\\]/gu, String.raw`\$&`).replaceAll('%', '%%');
  return `"${inQuotes.replaceAll('\\', '\\\\')}"`;
}
