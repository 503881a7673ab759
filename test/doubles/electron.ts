/**
 * A double of the module `electron` for a process of its own, which has to have an IPC channel to a test. Windows are
 * pages of a Chromium that the test holds (electron-display.ts); the rest of a desktop is kept here and looked at from
 * there. What Electron refuses, because it is too early, too late or not safe, it refuses too.
 */
import { EventEmitter } from 'node:events';
import type { BrowserWindowConstructorOptions, CustomScheme, Display, ForkOptions, Rectangle } from 'electron';
import type { ElectronSurface } from '../../src-main/electron/surface.ts';
import { AppDouble } from './electron-app.ts';
import { createDesktop } from './electron-desktop.ts';
import { UtilityDouble } from './electron-utility.ts';
import { WindowDouble, type ContentsDouble } from './electron-window.ts';
import { createWire, type AppCalls, type DisplayCalls } from './electron-wire.ts';

/** Of those that Electron gives to any page unless the app says no. */
const permissions = ['geolocation', 'notifications', 'clipboard-read', 'camera'] as const;

type Handler = Parameters<ElectronSurface['protocol']['handle']>[1];

const application = new AppDouble();
const desktop = createDesktop(application);
const power = new EventEmitter();
const ipc = new EventEmitter();
const privileged = new Set<string>();
const refused: string[] = [];
const schemes = new Map<string, Handler>();
let mayRequest = (_contents: unknown, _permission: unknown, answer: (isGranted: boolean) => void): void => answer(true);
let mayHave = (): boolean => true;

/** The one window, or none. */
function window(): WindowDouble | null {
  const [only = null] = application.windows;
  return only;
}

function mustWindow(): WindowDouble {
  const found = window();
  if (found === null) throw new Error('There is no window');
  return found;
}

function granted(contents: ContentsDouble): string[] {
  return permissions.filter((permission) => {
    let isGranted = false;
    mayRequest(contents, permission, (answer) => { isGranted = answer; });
    return isGranted && mayHave();
  });
}

function mayNavigate(url: string): boolean {
  let isAllowed = true;
  mustWindow().webContents.emit('will-frame-navigate', { url, preventDefault: () => { isAllowed = false; } });
  if (!isAllowed) refused.push(url);
  return isAllowed;
}

function mayOpenWindow(url: string): boolean {
  const { action } = mustWindow().webContents.windowOpenHandler({
    url, frameName: '', features: '', disposition: 'foreground-tab', referrer: { url: '', policy: 'no-referrer' },
  });
  if (action === 'deny') refused.push(url);
  return action === 'allow';
}

const own: AppCalls = {
  async request(url, method) {
    const scheme = new URL(url).protocol.slice(0, -1);
    const handle = schemes.get(scheme);
    if (handle === undefined || !privileged.has(scheme)) throw new Error(`Nothing handles ${url}`);
    const { status, headers, body } = await toResponse(handle, url, method);
    return { status, headers, body };
  },
  mayNavigate,
  mayOpenWindow,
  navigates: (isMainFrame, isSameDocument) => void window()?.webContents.emit('did-start-navigation', { isMainFrame, isSameDocument }),
  message({ frame, contents }, channel, args) {
    const id = contents ?? window()?.webContents.id;
    const senderFrame = frame === null ? null : { url: frame.url, parent: frame.isMain ? null : {} };
    if (id !== undefined) ipc.emit(channel, { sender: { id }, senderFrame }, ...args);
  },
  desktop() {
    const found = window();
    return {
      ...desktop.look(), refused,
      window: found === null ? null : { isVisible: found.isVisible, isMaximized: found.isMaximized(), bounds: found.getNormalBounds() },
    };
  },
  closeWindow: () => mustWindow().close(),
  placeWindow: (bounds: Rectangle) => mustWindow().place(bounds),
  maximizeWindow: () => mustWindow().maximize(),
  crashPage: (reason) => void mustWindow().webContents.emit('render-process-gone', {}, { reason }),
  clickTray: desktop.clickTray,
  clickTrayMenu: desktop.clickTrayMenu,
  clickAppMenu: desktop.clickAppMenu,
  clickNotification: desktop.clickNotification,
  answerDialog: desktop.answerDialog,
  quit: () => application.quit(),
  endSession: () => void power.emit('shutdown'),
  wakeUp: () => void power.emit('resume'),
};

async function toResponse(handle: Handler, url: string, method: string): Promise<{ status: number; headers: Record<string, string>; body: Buffer }> {
  const response = await handle(new Request(url, { method }));
  return { status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.from(await response.arrayBuffer()) };
}

const display = createWire<DisplayCalls>(process, own);
// A test that has gone leaves no app behind.
process.on('disconnect', () => process.exit(1));

const area = { x: 0, y: 0, width: 1920, height: 1040 };
const monitor = { id: 1, workArea: area, bounds: { ...area, height: 1080 } } as Display;

/** What main.ts imports. */
const double = {
  ...desktop.electron,
  app: application,
  BrowserWindow: class extends WindowDouble {
    constructor(options: BrowserWindowConstructorOptions) {
      super({ app: application, display, granted }, options);
    }
  },
  ipcMain: ipc,
  powerMonitor: power,
  protocol: {
    registerSchemesAsPrivileged(added: CustomScheme[]) {
      application.needEarly('protocol.registerSchemesAsPrivileged');
      for (const { scheme } of added) privileged.add(scheme);
    },
    handle(scheme: string, handler: Handler) {
      application.needReady('protocol.handle');
      if (schemes.has(scheme)) throw new Error(`${scheme} is handled already`);
      schemes.set(scheme, handler);
    },
  },
  safeStorage: {
    getSelectedStorageBackend: () => 'gnome_libsecret',
    isAsyncEncryptionAvailable() {
      application.needReady('safeStorage');
      return Promise.resolve(true);
    },
    // Not safe, but no one who greps for the text finds it.
    encryptStringAsync: (text: string) => Promise.resolve(Buffer.from(`v11${Buffer.from(text).toString('hex')}`)),
    decryptStringAsync: (encrypted: Buffer) => Promise.resolve({
      shouldReEncrypt: false, result: Buffer.from(encrypted.toString().replace(/^v11/u, ''), 'hex').toString(),
    }),
  },
  screen: {
    getAllDisplays() {
      application.needReady('screen');
      return [monitor];
    },
    getPrimaryDisplay() {
      application.needReady('screen');
      return monitor;
    },
  },
  session: {
    get defaultSession() {
      application.needReady('session');
      return {
        setPermissionRequestHandler(handler: typeof mayRequest) {
          mayRequest = handler;
        },
        setPermissionCheckHandler(handler: typeof mayHave) {
          mayHave = handler;
        },
        setDevicePermissionHandler() {
          // No device is offered by the double.
        },
      };
    },
  },
  utilityProcess: { fork: (script: string, args: string[], options: ForkOptions) => new UtilityDouble(application, script, args, options) },
} satisfies ElectronSurface;

export const {
  app, BrowserWindow, dialog, ipcMain, Menu, Notification, powerMonitor, powerSaveBlocker, protocol, safeStorage, screen, session, shell, Tray,
  utilityProcess,
} = double;
