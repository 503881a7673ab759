import path from 'node:path';
import type { WindowStateFile } from '../core/store/window-state.ts';
import type { Bridge } from './bridge.ts';
import { pageUrl } from './page-scheme.ts';
import type { ElectronSurface, WindowSurface } from './surface.ts';
import { leastSize, placeWindow } from './window-place.ts';

/** The place is written when the window has been still for so long, ms. */
const stillMs = 500;

/** A page that crashes again within this time is not loaded a third time by itself, ms. */
const crashesWithinMs = 60_000;

export interface MainWindowParts {
  readonly electron: Pick<ElectronSurface, 'app' | 'BrowserWindow' | 'dialog' | 'screen'>;
  /** Folder of the bundle, with the preload script. */
  readonly bundle: string;
  readonly icon: string;
  readonly bridge: Bridge;
  readonly state: WindowStateFile;
  readonly now: () => number;
  /** Asked when a person closes the window; where it answers false, the window stays. */
  readonly mayClose: () => boolean;
}

/** The one window, which is there or not. */
export interface MainWindow {
  /** Brings it up, on `hash` (an address within the page, '#/...') where one is given. */
  open(hash?: string): void;
  current(): WindowSurface | null;
  /** Writes where it is. */
  remember(): void;
}

/** A window that can be opened once the app is ready. */
export function createMainWindow({ electron, bundle, icon, bridge, state, now, mayClose }: MainWindowParts): MainWindow {
  let window: WindowSurface | null = null;
  let stillTimer: NodeJS.Timeout | undefined;
  let crashedAt = Number.NEGATIVE_INFINITY;

  function remember(): void {
    clearTimeout(stillTimer);
    if (window === null || window.isDestroyed()) return;
    const { x, y, width, height } = window.getNormalBounds();
    try {
      state.write({ x, y, width, height, isMaximized: window.isMaximized() });
    } catch {
      // A full disk must not keep the window from closing.
    }
  }

  function create(hash: string): WindowSurface {
    const remembered = state.read();
    const main = electron.screen.getPrimaryDisplay();
    const others = electron.screen.getAllDisplays().filter((each) => each.id !== main.id);
    const made = new electron.BrowserWindow({
      ...placeWindow(remembered, [main, ...others].map((each) => each.workArea)),
      minWidth: leastSize.width,
      minHeight: leastSize.height,
      title: 'Daybreak',
      icon,
      show: false,
      autoHideMenuBar: true,
      webPreferences: {
        preload: path.join(bundle, 'preload.cjs'),
        sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, spellcheck: false, webviewTag: false, navigateOnDragDrop: false,
      },
    });
    bridge.attach(made.webContents);
    made.once('ready-to-show', () => {
      if (remembered?.isMaximized === true) made.maximize();
      made.show();
    });
    const later = (): void => {
      clearTimeout(stillTimer);
      stillTimer = setTimeout(remember, stillMs);
    };
    for (const event of ['move', 'resize', 'maximize', 'unmaximize'] as const) made.on(event, later);
    made.on('close', (event) => {
      remember();
      if (!mayClose()) event.preventDefault();
    });
    made.on('closed', () => {
      clearTimeout(stillTimer);
      window = null;
    });
    made.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit') void recover(made, reason);
    });
    // What cannot be loaded shows as such; a window that closes meanwhile is none of it.
    made.loadURL(`${pageUrl}${hash}`).catch(() => undefined);
    return made;
  }

  /** Runs go on without the page: it comes back by itself once, and after that when a person says so. */
  async function recover(made: WindowSurface, reason: string): Promise<void> {
    const isAgain = now() - crashedAt < crashesWithinMs;
    crashedAt = now();
    if (isAgain) {
      const { response } = await electron.dialog.showMessageBox({
        type: 'error', message: 'The window of Daybreak crashed again.', detail: `Backups that run go on. (${reason})`,
        buttons: ['Load it again', 'Close the window'], defaultId: 0, cancelId: 1,
      });
      if (response !== 0) {
        if (!made.isDestroyed()) made.destroy();
        return;
      }
    }
    if (!made.isDestroyed()) made.webContents.reload();
  }

  return {
    open(hash) {
      if (window === null) {
        window = create(hash ?? '');
        return;
      }
      // Another hash of the same page: it goes there without loading anew.
      if (hash !== undefined) window.loadURL(`${pageUrl}${hash}`).catch(() => undefined);
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      electron.app.focus({ steal: true });
    },
    current: () => window,
    remember,
  };
}
