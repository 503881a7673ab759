import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../../src-shared/errors.ts';
import { serviceDataFolder } from '../../local/socket-path.ts';
import { launchdLabel, launchdPlist } from './launchd-plist.ts';
import { systemUnit, userUnit } from './systemd-unit.ts';

/** What a service runs: absolute paths. */
export interface ServiceProgram {
  readonly node: string;
  readonly bundle: string;
}

export type ServiceScope = 'user' | 'system';

/** The machine, as far as installing a service needs it; tests put a folder in the place of `/`. */
export interface ServiceMachine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the user, absolute. */
  readonly home: string;
  readonly userName: string;
  readonly uid: number;
  /** Folder that stands for `/`. */
  readonly root: string;
  readonly program: ServiceProgram;
  /** Runs a program to its end. Code null: it could not be started. */
  readonly run: (argv: readonly [string, ...string[]]) => Promise<{ readonly code: number | null; readonly output: string }>;
}

/** The file that makes a service, and who reads it. */
export interface ServicePlace {
  readonly manager: 'systemd' | 'launchd';
  /** Absolute, below the machine's root. */
  readonly file: string;
  readonly text: string;
}

/** Where the service of `scope` is defined, and how. Throws `AppError` invalid-input for paths that cannot be written there. */
export function servicePlace(machine: ServiceMachine, scope: ServiceScope): ServicePlace {
  const { platform, program, root, home, env } = machine;
  const chosen = env['DAYBREAK_HOME'] ?? null;
  if (platform === 'darwin') {
    const isSystem = scope === 'system';
    return {
      manager: 'launchd',
      file: path.join(root, isSystem ? '/Library/LaunchDaemons' : path.join(home, 'Library/LaunchAgents'), `${launchdLabel}.plist`),
      text: launchdPlist({
        program, dataFolder: isSystem ? serviceDataFolder(platform) : chosen,
        logFile: isSystem ? '/var/log/daybreak.log' : path.join(home, 'Library/Logs/Daybreak.log'),
      }),
    };
  }
  if (scope === 'system') return { manager: 'systemd', file: path.join(root, '/etc/systemd/system/daybreak.service'), text: systemUnit(program) };
  const config = env['XDG_CONFIG_HOME']?.startsWith('/') === true ? env['XDG_CONFIG_HOME'] : path.join(home, '.config');
  return { manager: 'systemd', file: path.join(root, config, 'systemd/user/daybreak.service'), text: userUnit(program, chosen) };
}

/** This Node and the built command line. Throws `AppError` not-found where it was not built. */
export function ownProgram(): ServiceProgram {
  const isSource = import.meta.url.endsWith('.ts');
  const bundle = fileURLToPath(new URL(isSource ? '../../../dist/node/cli.js' : './cli.js', import.meta.url));
  if (existsSync(bundle)) return { node: process.execPath, bundle };
  throw new AppError({ kind: 'not-found', message: `There is no ${bundle}: Daybreak was not built.`, hint: 'In the checkout: npm run build' });
}

/** The first of the service's own files that somebody but root could change, and so become root; null where there is none. */
export function foreignFile({ node, bundle }: ServiceProgram): string | null {
  const places = [node, bundle].flatMap((file) => [file, path.dirname(file)]);
  return places.find((place) => {
    const { uid, mode } = statSync(place);
    return uid !== 0 || (mode & 0o022) !== 0;
  }) ?? null;
}
