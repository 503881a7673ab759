import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import { JobOptions } from '../../src-shared/job.ts';
import type { Settings } from '../../src-shared/settings.ts';
import { openEngine } from '../fixtures/engine.ts';
import { leftAfter } from '../fixtures/processes.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { writeTree } from '../fixtures/tree.ts';
import { startDesktopApp, type DesktopApp, type DesktopStart } from './desktop-app.ts';

export interface Choices {
  /** Bytes per second of the job. */
  readonly bandwidthLimit?: number;
  readonly settings?: Partial<Settings>;
}

/** A person with files to back up and the desktop app. */
export interface Person {
  readonly source: string;
  readonly destination: string;
  /** Data folder of the app. */
  readonly home: string;
  /** Has the job "Nightly" from earlier. */
  haveJob(choices?: Choices): Promise<void>;
  /** States of the runs there were, newest first. */
  runs(): Promise<string[]>;
  /** `start`: how, where it is not by a click. */
  start(start?: DesktopStart): DesktopApp;
  /** The folder of what desktops keep for this person. */
  readonly config: string;
  /** Where the system service would listen. */
  readonly serviceSocket: string;
  /** Ends what still runs, and expects that nothing is left and no page complained. */
  leave(isExpected?: (complaint: string) => boolean): Promise<void>;
}

/** 1.7 MB in 136 entries: a limit of 0.4 MB/s lasts for some seconds. */
const tree = plainTree({ folders: 3, files: 40, bytes: 13_000 });

const endWithinMs = 15_000;

/** A person in a folder of their own. */
export function meetPerson(browser: Browser): Person {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-desktop-'));
  const [source, destination] = [join(folder, 'production'), join(folder, 'backup')];
  const home = join(folder, 'home');
  const [config, serviceSocket] = [join(folder, 'config'), join(folder, 'service', 'host.sock')];
  const started: DesktopApp[] = [];
  writeTree(source, tree);
  return {
    source, destination, home, config, serviceSocket,
    async haveJob({ bandwidthLimit, settings } = {}) {
      const engine = await openEngine(folder);
      engine.jobs.create({ name: 'Nightly', source, destination, options: JobOptions.parse({ bandwidthLimit }) });
      engine.setSettings({ ...engine.settings(), ...settings });
      await engine.close();
    },
    async runs() {
      const engine = await openEngine(folder);
      const states = engine.history(10).map(({ state }) => state);
      await engine.close();
      return states;
    },
    start({ argv = [], env = {} } = {}) {
      const app = startDesktopApp(browser, home, { argv, env: { XDG_CONFIG_HOME: config, DAYBREAK_SERVICE_SOCKET: serviceSocket, ...env } });
      started.push(app);
      return app;
    },
    async leave(isExpected = () => false) {
      for (const app of started) {
        await app.hands.endSession().catch(() => undefined);
        // One that does not end is a test that has failed already: nothing of it may stay.
        const late = setTimeout(() => app.kill('SIGKILL'), endWithinMs);
        await app.ended;
        clearTimeout(late);
      }
      expect(await leftAfter(folder, 5_000)).toEqual([]);
      rmSync(folder, { recursive: true, force: true });
      expect(started.flatMap(({ display }) => display.complaints).filter((line) => !isExpected(line))).toEqual([]);
    },
  };
}
