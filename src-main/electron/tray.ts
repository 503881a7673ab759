import path from 'node:path';
import type { PauseChoice } from '../../src-shared/pause-end.ts';
import type { ElectronSurface } from './surface.ts';
import type { TrayIcon, TrayView } from './tray-view.ts';

export interface TrayParts {
  readonly electron: Pick<ElectronSurface, 'Tray' | 'Menu'>;
  readonly platform: NodeJS.Platform;
  /** Folder of the tray's pictures. */
  readonly icons: string;
  readonly view: () => TrayView;
  readonly backUp: (jobId: string) => void;
  /** All schedules; null: go on. */
  readonly pauseAll: (choice: PauseChoice | null) => void;
  readonly open: () => void;
  readonly quit: () => void;
}

/** The icon beside the clock. */
export interface DesktopTray {
  /** Shows what `view` says now. */
  update(): void;
  close(): void;
}

/** Puts the icon into the tray. The app has to be ready. */
export function createTray({ electron: { Tray, Menu }, platform, icons, view, backUp, pauseAll, open, quit }: TrayParts): DesktopTray {
  let shown = view();
  const tray = new Tray(imageOf(shown.icon));
  tray.on('click', () => {
    // On macOS a click opens the menu, which has its own way to the window.
    if (platform !== 'darwin') open();
  });
  show(shown);

  /** The system chooses the size by the endings of the names, and on macOS the colour by `Template`. */
  function imageOf(icon: TrayIcon): string {
    return path.join(icons, platform === 'darwin' ? `${icon}Template.png` : `${icon}.png`);
  }

  function show({ status, tooltip, jobs, isPaused }: TrayView): void {
    tray.setToolTip(tooltip);
    tray.setContextMenu(Menu.buildFromTemplate([
      { label: status, enabled: false },
      { type: 'separator' },
      {
        label: 'Back up now', enabled: jobs.length > 0,
        submenu: jobs.map(({ id, label, isRunning }) => ({ label: plain(isRunning ? `${label} (running)` : label), enabled: !isRunning, click: () => backUp(id) })),
      },
      isPaused ? { label: 'Resume schedules', click: () => pauseAll(null) } : {
        label: 'Pause all schedules',
        submenu: [{ label: 'For 1 hour', click: () => pauseAll('hour') }, { label: 'Until tomorrow', click: () => pauseAll('tomorrow') }],
      },
      { type: 'separator' },
      { label: 'Open Daybreak', click: open },
      { label: 'Quit', click: quit },
    ]));
  }

  return {
    update() {
      const next = view();
      if (next.icon !== shown.icon) tray.setImage(imageOf(next.icon));
      if (next.tooltip !== shown.tooltip) tray.setToolTip(next.tooltip);
      const isSameMenu = next.status === shown.status && next.isPaused === shown.isPaused && JSON.stringify(next.jobs) === JSON.stringify(shown.jobs);
      shown = next;
      if (!isSameMenu) show(next);
    },
    close: () => tray.destroy(),
  };
}

/** A lone `&` would mark the next letter as a key. */
function plain(label: string): string {
  return label.replaceAll('&', '&&');
}
