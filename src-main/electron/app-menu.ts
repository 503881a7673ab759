import type { ElectronSurface } from './surface.ts';

/** The menu of the app: what keys for editing, zoom and full screen need. No developer tools. */
export function setAppMenu({ Menu }: Pick<ElectronSurface, 'Menu'>, platform: NodeJS.Platform, quit: () => void): void {
  const isMac = platform === 'darwin';
  Menu.setApplicationMenu(Menu.buildFromTemplate([
    ...(isMac ? [{ role: 'appMenu' } as const] : [{ label: '&File', submenu: [{ role: 'close' } as const, { label: '&Quit', accelerator: 'Ctrl+Q', click: quit }] }]),
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'reload' }, { type: 'separator' }, { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { type: 'separator' }, { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
  ]));
}
