import {
  app, BrowserWindow, dialog, ipcMain, Menu, Notification, powerMonitor, powerSaveBlocker, protocol, safeStorage, screen, session, shell,
  Tray, utilityProcess,
} from 'electron';
import { homedir } from 'node:os';
import path from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { startDesktop } from './start.ts';

/** The one file that takes Electron itself; everything else gets it as `ElectronSurface`. */
startDesktop({
  app, BrowserWindow, dialog, ipcMain, Menu, Notification, powerMonitor, powerSaveBlocker, protocol, safeStorage, screen, session, shell,
  Tray, utilityProcess,
}, {
  platform: process.platform,
  env: process.env,
  home: homedir(),
  version: packageJson.version,
  bundle: import.meta.dirname,
  argv: process.argv,
  // An AppImage is mounted anew at each start: only its own file stays where it is.
  program: app.isPackaged ? [process.env['APPIMAGE'] ?? process.execPath] : [process.execPath, path.join(import.meta.dirname, 'desktop.js')],
  now: () => Date.now(),
  onEndSignal(listener) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener);
  },
});
