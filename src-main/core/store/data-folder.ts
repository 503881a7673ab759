import { join, normalize } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';

/** Environment variables as a host sees them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where Daybreak keeps its own data, the same for all its faces: `DAYBREAK_HOME` where set, else
 * `~/Library/Application Support/Daybreak` on macOS, `$XDG_DATA_HOME/daybreak` or `~/.local/share/daybreak` elsewhere.
 * A relative XDG_DATA_HOME is ignored, as the XDG Base Directory Specification asks.
 * Throws `AppError` invalid-input when DAYBREAK_HOME is relative, or when nothing says where the home folder is.
 */
export function dataFolder(env: Environment, platform: NodeJS.Platform, home: string): string {
  const chosen = env['DAYBREAK_HOME'];
  if (chosen) {
    if (chosen.startsWith('/')) return withoutSlash(chosen);
    throw new AppError({
      kind: 'invalid-input',
      message: `DAYBREAK_HOME is "${chosen}", which is not an absolute path.`,
      hint: 'Set it to a path that begins with /, or unset it to use the default folder.',
    });
  }
  const xdg = env['XDG_DATA_HOME'];
  if (platform !== 'darwin' && xdg?.startsWith('/')) return withoutSlash(join(xdg, 'daybreak'));
  if (!home.startsWith('/')) {
    throw new AppError({
      kind: 'invalid-input',
      message: 'There is no home folder to keep the history in.',
      hint: 'Set HOME, or set DAYBREAK_HOME to a folder for Daybreak\'s data.',
    });
  }
  return platform === 'darwin' ? join(home, 'Library/Application Support/Daybreak') : join(home, '.local/share/daybreak');
}

function withoutSlash(path: string): string {
  const plain = normalize(path);
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
}
