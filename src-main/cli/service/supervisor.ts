import { existsSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import { shellWords } from '../../core/rsync/shell-words.ts';
import { launchdLabel } from './launchd-plist.ts';
import type { ServiceMachine, ServicePlace, ServiceScope } from './service-place.ts';

type Argv = readonly [string, ...string[]];

/** systemd or launchd, told of our service. The calls throw `AppError` internal with what it said. */
export interface Supervisor {
  /** What `start` and `stop` run, for people. */
  readonly starting: readonly Argv[];
  readonly stopping: readonly Argv[];
  /** Whether it can be told anything here. */
  isRunning(): boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** After the file is gone. */
  forget(): Promise<void>;
  state(): Promise<{ readonly isActive: boolean; readonly words: string }>;
}

/** The supervisor that reads `place`. */
export function createSupervisor(machine: ServiceMachine, scope: ServiceScope, place: ServicePlace): Supervisor {
  return place.manager === 'systemd' ? systemd(machine, scope) : launchd(machine, scope, place.file);
}

const unit = 'daybreak.service';

function systemd({ run, root }: ServiceMachine, scope: ServiceScope): Supervisor {
  const systemctl = (...words: string[]): Argv => ['systemctl', ...(scope === 'user' ? ['--user'] : []), ...words];
  // Not `enable --now`: a service that runs already has to take up the new file.
  const starting = [systemctl('daemon-reload'), systemctl('enable', unit), systemctl('restart', unit)];
  const stopping = [systemctl('disable', '--now', unit)];
  return {
    starting, stopping,
    // As sd_booted(3) finds out.
    isRunning: () => existsSync(path.join(root, '/run/systemd/system')),
    start: () => all(run, starting),
    stop: () => all(run, stopping),
    forget: () => all(run, [systemctl('daemon-reload')]),
    async state() {
      const { code, output } = await run(systemctl('is-active', unit));
      return { isActive: code === 0, words: output.trim() };
    },
  };
}

function launchd({ run, uid, root }: ServiceMachine, scope: ServiceScope, file: string): Supervisor {
  const domain = scope === 'system' ? 'system' : `gui/${uid}`;
  const starting: Argv[] = [['launchctl', 'bootstrap', domain, file]];
  const stopping: Argv[] = [['launchctl', 'bootout', `${domain}/${launchdLabel}`]];
  const isLoaded = async (): Promise<boolean> => (await run(['launchctl', 'print', `${domain}/${launchdLabel}`])).code === 0;
  const stop = async (): Promise<void> => {
    if (await isLoaded()) await all(run, stopping);
  };
  return {
    starting, stopping, stop,
    isRunning: () => existsSync(path.join(root, '/bin/launchctl')),
    async start() {
      // One that runs already has to take up the new file.
      await stop();
      await all(run, starting);
    },
    forget: () => Promise.resolve(),
    async state() {
      const isActive = await isLoaded();
      return { isActive, words: isActive ? 'loaded' : 'not loaded' };
    },
  };
}

async function all(run: ServiceMachine['run'], calls: readonly Argv[]): Promise<void> {
  for (const argv of calls) {
    const { code, output } = await run(argv);
    if (code === 0) continue;
    throw new AppError({
      kind: 'internal', message: `${shellWords(argv)} failed${code === null ? ': it could not be started' : ` with ${code}`}.`,
      hint: 'The file is written; try this again by hand, or see its log.', detail: output,
    });
  }
}
