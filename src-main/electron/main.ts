import {
  app, BrowserWindow, dialog, ipcMain, Menu, Notification, powerMonitor, powerSaveBlocker, protocol, safeStorage, screen, session, shell,
  Tray, utilityProcess,
} from 'electron';
import { homedir } from 'node:os';
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
  now: () => Date.now(),
  onEndSignal(listener) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener);
  },
});
