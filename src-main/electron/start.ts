import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { AppState } from '../../src-shared/app-state.ts';
import { toAppError } from '../../src-shared/errors.ts';
import { createApp } from '../core/app.ts';
import { createRouter } from '../core/calls/router.ts';
import type { Tuning } from '../core/ports.ts';
import { dataFolder } from '../core/store/data-folder.ts';
import { windowStateFile } from '../core/store/window-state.ts';
import { setAppMenu } from './app-menu.ts';
import { createBridge } from './bridge.ts';
import { createDialogs } from './dialogs.ts';
import { lockDown } from './lock-down.ts';
import { createMainWindow, type MainWindow } from './main-window.ts';
import { createNotifier } from './notifier.ts';
import { registerPageScheme, servePage } from './page-scheme.ts';
import { stayAwake } from './power.ts';
import { createQuitting } from './quitting.ts';
import type { ElectronSurface } from './surface.ts';
import { isTraySure } from './tray-host.ts';
import { trayView } from './tray-view.ts';
import { createTray } from './tray.ts';
import { createUtilityHost } from './utility-host.ts';

/** The process the app runs in. */
export interface DesktopHost {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the user, absolute. */
  readonly home: string;
  readonly version: string;
  /** Folder of the bundle: worker, scout, preload, icons; the page lies beside it. */
  readonly bundle: string;
  now(): number;
  /** Tells that the system or a terminal ends this process. */
  onEndSignal(listener: () => void): void;
}

/** For processes to end when the app does, ms; after that the next start sweeps what is left. */
const endMs = 5_000;

/** Starts the desktop app; a second one for the same data folder only brings up the first one's window. */
export function startDesktop(electron: ElectronSurface, host: DesktopHost): void {
  const { app, dialog } = electron;
  const fail = (thrown: unknown): void => {
    const { message, hint, detail } = toAppError(thrown);
    dialog.showErrorBox('Daybreak could not start', [message, hint, detail].filter(Boolean).join('\n\n'));
    app.exit(1);
  };
  try {
    app.enableSandbox();
    registerPageScheme(electron);
    app.setAppUserModelId('org.daybreak.desktop');
    const folder = dataFolder(host.env, host.platform, host.home);
    const ownFolder = path.join(folder, 'desktop');
    mkdirSync(ownFolder, { recursive: true, mode: 0o700 });
    // Chromium's files lie with the data; the lock of the one instance lies there too.
    app.setPath('userData', ownFolder);
    if (!app.requestSingleInstanceLock()) {
      app.exit(0);
      return;
    }
    // A second start may come before the window can.
    let bringUp = (): void => undefined;
    app.on('second-instance', () => bringUp());
    app.on('activate', () => bringUp());
    app.whenReady().then(() => run(electron, host, folder)).then((window) => {
      bringUp = () => window.open();
      window.open();
    }).catch(fail);
  } catch (thrown) {
    fail(thrown);
  }
}

/** Everything that comes when Electron is ready. */
async function run(electron: ElectronSurface, host: DesktopHost, folder: string): Promise<MainWindow> {
  const { platform, env, bundle } = host;
  const icons = path.join(bundle, 'icons');
  const icon = path.join(icons, 'daybreak.png');
  const workerHost = createUtilityHost(electron, bundle, env);
  const tuning = env['DAYBREAK_TUNING'];
  const [core, isTrayKnown] = await Promise.all([
    createApp({
      workerHost, clock: { now: () => host.now() }, dataFolder: folder, env: withUsualFolders(env, platform),
      ...(tuning === undefined ? {} : { tuning: JSON.parse(tuning) as Tuning }),
    }),
    isTraySure(platform, env),
  ]);
  // Read now, so that a data folder that cannot be used is told before a window shows.
  core.settings();

  lockDown(electron);
  servePage(electron, path.join(bundle, '..', 'renderer'));
  const dialogs = createDialogs({ electron, platform, window: () => window.current() });
  const router = createRouter(core, { kind: 'desktop', version: host.version, ...dialogs });
  const watching = new AbortController();
  const quitting = createQuitting({
    electron, live: core.live, window: { current: () => window.current() },
    changed: () => tray.update(),
    async endAll() {
      window.remember();
      watching.abort();
      await Promise.race([core.close(), sleep(endMs)]);
      await workerHost.endAll(endMs);
      wakeful();
      tray.close();
    },
  });
  const mayStayInTray = (): boolean => core.settings().closeToTray ?? isTrayKnown;
  const window: MainWindow = createMainWindow({
    electron, bundle, icon, bridge: createBridge(electron, router), state: windowStateFile(path.join(folder, 'desktop')), now: () => host.now(),
    mayClose() {
      if (quitting.isEnding() || mayStayInTray()) return true;
      // With no tray to go to, closing the window is quitting.
      void quitting.request();
      return false;
    },
  });
  const notifier = createNotifier({ electron, live: core.live, icon, settings: () => core.settings(), open: (hash) => window.open(hash) });
  const wakeful = stayAwake(electron, core.live);

  const state: Pick<AppState, 'jobs' | 'live'> = { jobs: core.jobs.list(), live: [...core.live.list()] };
  const tray = createTray({
    electron, platform, icons,
    view: () => trayView(state.jobs, state.live, quitting.isWaiting()),
    backUp(jobId) {
      try {
        core.live.start({ jobId, trigger: 'manual' });
      } catch (thrown) {
        notifier.tellError('The backup did not start', thrown);
      }
    },
    open: () => window.open(),
    quit: () => void quitting.request(),
  });
  setAppMenu(electron, platform, () => void quitting.request());
  void follow(router, watching.signal, (frame) => {
    Object.assign(state, frame);
    tray.update();
  });
  core.scheduler.start();
  host.onEndSignal(() => void quitting.now());
  electron.powerMonitor.on('shutdown', () => void quitting.now());
  return window;
}

/** The state as every page gets it, for the tray. Ends with `stop`. */
async function follow(router: ReturnType<typeof createRouter>, stop: AbortSignal, take: (frame: Partial<Pick<AppState, 'jobs' | 'live'>>) => void): Promise<void> {
  const frames = await createRouterClient(router).feed.watch(undefined, { signal: stop });
  for await (const { jobs, live } of frames) {
    if (stop.aborted) return;
    take({ ...(jobs ? { jobs } : {}), ...(live ? { live } : {}) });
  }
}

/** Apps that are not started from a terminal lack the folders of Homebrew and MacPorts. */
function withUsualFolders(env: DesktopHost['env'], platform: NodeJS.Platform): DesktopHost['env'] {
  if (platform !== 'darwin') return env;
  const folders = [...(env['PATH'] ?? '').split(':').filter(Boolean), '/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin'];
  return { ...env, PATH: [...new Set(folders)].join(':') };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
