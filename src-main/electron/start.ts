import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { FeedFrame } from '../../src-shared/app-state.ts';
import type { Calls } from '../../src-shared/contract/contract.ts';
import { toAppError } from '../../src-shared/errors.ts';
import { pauseEnd } from '../../src-shared/pause-end.ts';
import { createApp } from '../core/app.ts';
import { ownerRouter } from '../core/calls/local.ts';
import { createRouter } from '../core/calls/router.ts';
import type { Tuning } from '../core/ports.ts';
import { dataFolder } from '../core/store/data-folder.ts';
import { windowStateFile } from '../core/store/window-state.ts';
import { listenLocally } from '../local/listen.ts';
import { followService } from '../local/service-link.ts';
import { hostSocket, serviceSocket } from '../local/socket-path.ts';
import { setAppMenu } from './app-menu.ts';
import { createBridge } from './bridge.ts';
import { createDialogs } from './dialogs.ts';
import { lockDown } from './lock-down.ts';
import { isStartedByLogin, setLaunchAtLogin } from './login.ts';
import { createMainWindow, type MainWindow } from './main-window.ts';
import { createNotifier } from './notifier.ts';
import { registerPageScheme, servePage } from './page-scheme.ts';
import { stayAwake } from './power.ts';
import { createQuitting } from './quitting.ts';
import { desktopSecrets } from './secrets.ts';
import type { ElectronSurface } from './surface.ts';
import { isTraySure } from './tray-host.ts';
import { trayView, type TrayFacts } from './tray-view.ts';
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
  readonly argv: readonly string[];
  /** What starts the app: a program with its words, absolute. */
  readonly program: readonly string[];
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
    app.whenReady().then(() => run(electron, host, folder)).then(({ window, isHidden }) => {
      bringUp = () => window.open();
      if (!isHidden) window.open();
    }).catch(fail);
  } catch (thrown) {
    fail(thrown);
  }
}

/** Everything that comes when Electron is ready. */
async function run(electron: ElectronSurface, host: DesktopHost, folder: string): Promise<{ window: MainWindow; isHidden: boolean }> {
  const { platform, env, bundle } = host;
  const icons = path.join(bundle, 'icons');
  const icon = path.join(icons, 'daybreak.png');
  const workerHost = createUtilityHost(electron, bundle, env);
  const tuning = env['DAYBREAK_TUNING'];
  const [core, isTrayKnown] = await Promise.all([
    createApp({
      workerHost, clock: { now: () => host.now() }, dataFolder: folder, env: withUsualFolders(env, platform), version: host.version,
      secrets: desktopSecrets(electron, platform, folder),
      ...(tuning === undefined ? {} : { tuning: JSON.parse(tuning) as Tuning }),
    }),
    isTraySure(platform, env),
  ]);
  // Read now, so that a data folder that cannot be used is told before a window shows.
  core.settings();

  lockDown(electron);
  servePage(electron, path.join(bundle, '..', 'renderer'));
  const dialogs = createDialogs({ electron, platform, window: () => window.current() });
  const service = followService(serviceSocket(env));
  const router = createRouter(core, { kind: 'desktop', version: host.version, ...dialogs, service });
  const calls: Calls = createRouterClient(router);
  const watching = new AbortController();
  const quitting = createQuitting({
    electron, live: core.live, window: { current: () => window.current() },
    changed: () => tray.update(),
    async endAll() {
      window.remember();
      watching.abort();
      service.close();
      await listener.close();
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
  const notifier = createNotifier({ electron, live: core.live, notify: core.notify, icon, settings: () => core.settings(), open: (hash) => window.open(hash) });
  core.notify.start();
  const wakeful = stayAwake(electron, core.live);

  const listener = await listenLocally({ path: hostSocket(folder), router: ownerRouter(router, null), isShared: false }, (problem) => {
    notifier.tellError('No local socket', new Error(problem));
  });

  const state: TrayFacts = { jobs: core.jobs.list(), live: [...core.live.list()], scheduler: { owner: 'none', pausedUntil: null, asks: [] } };
  const tray = createTray({
    electron, platform, icons,
    view: () => trayView(state, quitting.isWaiting()),
    backUp(jobId) {
      try {
        core.live.start({ jobId, trigger: 'manual' });
      } catch (thrown) {
        notifier.tellError('The backup did not start', thrown);
      }
    },
    pauseAll(choice) {
      const until = choice === null ? null : pauseEnd(choice, host.now());
      calls.schedule.pauseAll({ until }).catch((thrown: unknown) => notifier.tellError('The schedules were not paused', thrown));
    },
    open: () => window.open(),
    quit: () => void quitting.request(),
  });
  setAppMenu(electron, platform, () => void quitting.request());
  void follow(calls, watching.signal, ({ jobs, live, scheduler, settings }) => {
    Object.assign(state, { ...(jobs ? { jobs } : {}), ...(live ? { live } : {}), ...(scheduler ? { scheduler } : {}) });
    tray.update();
    if (settings) launchAtLogin(settings.launchAtLogin);
  });
  core.scheduler.start();
  host.onEndSignal(() => void quitting.now());
  electron.powerMonitor.on('shutdown', () => void quitting.now());
  electron.powerMonitor.on('resume', onResume);
  return { window, isHidden: mayStayInTray() && isStartedByLogin(electron, platform, host.argv) };

  /** The machine has slept: what waits for a time, for the network or for another process looks again. */
  function onResume(): void {
    core.scheduler.lookAgain();
    core.notify.wake();
    service.lookAgain();
  }

  function launchAtLogin(isOn: boolean): void {
    try {
      setLaunchAtLogin({ electron, platform, env, home: host.home, program: host.program }, isOn);
    } catch (thrown) {
      notifier.tellError('The start at login was not changed', thrown);
    }
  }
}

/** The state as every page gets it, for the tray. Ends with `stop`. */
async function follow(calls: Calls, stop: AbortSignal, take: (frame: FeedFrame) => void): Promise<void> {
  for await (const frame of await calls.feed.watch(undefined, { signal: stop })) {
    if (stop.aborted) return;
    take(frame);
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
