import type { BrowserWindow, Dialog, Menu, PowerSaveBlocker, Protocol, SafeStorage, Screen, Session, Shell, Tray, WebContents } from 'electron';

/**
 * The part of Electron that Daybreak uses, and no more: main.ts passes the real module in, the tests pass a double. A
 * call that is not named here cannot be used by mistake, and cannot be missing in the double.
 */
export interface ElectronSurface {
  readonly app: AppSurface;
  readonly BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => WindowSurface;
  readonly dialog: Pick<Dialog, 'showErrorBox'> & {
    showOpenDialog(parent: ParentSurface, options: Electron.OpenDialogOptions): Promise<Electron.OpenDialogReturnValue>;
    showOpenDialog(options: Electron.OpenDialogOptions): Promise<Electron.OpenDialogReturnValue>;
    showMessageBox(parent: ParentSurface, options: Electron.MessageBoxOptions): Promise<Pick<Electron.MessageBoxReturnValue, 'response'>>;
    showMessageBox(options: Electron.MessageBoxOptions): Promise<Pick<Electron.MessageBoxReturnValue, 'response'>>;
  };
  readonly ipcMain: { on(channel: string, listener: (event: IpcEventSurface, ...args: unknown[]) => void): unknown };
  readonly Menu: { buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): MenuSurface; setApplicationMenu(menu: MenuSurface | null): void };
  readonly Notification: { new (options: Electron.NotificationConstructorOptions): NotificationSurface; isSupported(): boolean };
  readonly powerMonitor: { on(event: 'shutdown' | 'resume', listener: () => void): unknown };
  readonly powerSaveBlocker: Pick<PowerSaveBlocker, 'start' | 'stop'>;
  readonly protocol: Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle'>;
  readonly safeStorage: Pick<SafeStorage, 'decryptStringAsync' | 'encryptStringAsync' | 'getSelectedStorageBackend' | 'isAsyncEncryptionAvailable'>;
  readonly screen: Pick<Screen, 'getAllDisplays' | 'getPrimaryDisplay'>;
  readonly session: { readonly defaultSession: SessionSurface };
  readonly shell: Pick<Shell, 'openExternal' | 'openPath' | 'showItemInFolder'>;
  readonly Tray: new (image: string) => TraySurface;
  readonly utilityProcess: { fork(script: string, args: string[], options: Electron.ForkOptions): UtilitySurface };
}

export interface AppSurface extends Pick<
  Electron.App, 'enableSandbox' | 'exit' | 'quit' | 'requestSingleInstanceLock' | 'setAppUserModelId' | 'setPath' | 'whenReady' | 'focus'
> {
  getLoginItemSettings(): Pick<Electron.LoginItemSettings, 'openAtLogin' | 'wasOpenedAtLogin'>;
  setLoginItemSettings(settings: Pick<Electron.Settings, 'openAtLogin' | 'args'>): void;
  on(event: 'activate' | 'second-instance' | 'window-all-closed', listener: () => void): unknown;
  on(event: 'before-quit', listener: (event: CancellableEvent) => void): unknown;
  on(event: 'web-contents-created', listener: (event: unknown, contents: ContentsSurface) => void): unknown;
}

export interface CancellableEvent {
  preventDefault(): void;
}

export interface WindowSurface extends Pick<
  BrowserWindow, 'close' | 'destroy' | 'focus' | 'getNormalBounds' | 'isDestroyed' | 'isMaximized' | 'isMinimized' | 'maximize' | 'restore' | 'show'
> {
  readonly webContents: ContentsSurface;
  on(event: 'close', listener: (event: CancellableEvent) => void): unknown;
  on(event: 'closed' | 'move' | 'resize' | 'maximize' | 'unmaximize', listener: () => void): unknown;
  once(event: 'ready-to-show', listener: () => void): unknown;
  loadURL(url: string): Promise<void>;
}

/** What a dialog belongs to. */
export type ParentSurface = Pick<WindowSurface, 'focus' | 'show'>;

export interface ContentsSurface extends Pick<WebContents, 'id' | 'isDestroyed' | 'reload' | 'send' | 'setWindowOpenHandler'> {
  on(event: 'will-frame-navigate' | 'will-redirect', listener: (details: CancellableEvent & { readonly url: string }) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: CancellableEvent) => void): unknown;
  on(event: 'did-start-navigation', listener: (details: { readonly isMainFrame: boolean; readonly isSameDocument: boolean }) => void): unknown;
  on(event: 'render-process-gone', listener: (event: unknown, details: { readonly reason: string }) => void): unknown;
  on(event: 'destroyed', listener: () => void): unknown;
}

export interface IpcEventSurface {
  readonly sender: Pick<WebContents, 'id'>;
  /** Null where the frame has gone meanwhile. */
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
}

export type MenuSurface = Pick<Menu, 'popup'>;

export interface NotificationSurface {
  show(): void;
  on(event: 'click' | 'close', listener: () => void): unknown;
}

export interface SessionSurface extends Pick<Session, 'setDevicePermissionHandler'> {
  setPermissionCheckHandler(handler: () => boolean): void;
  setPermissionRequestHandler(handler: (contents: unknown, permission: unknown, answer: (isGranted: boolean) => void) => void): void;
}

export interface TraySurface extends Pick<Tray, 'destroy' | 'setToolTip'> {
  on(event: 'click', listener: () => void): unknown;
  setImage(image: string): void;
  setContextMenu(menu: MenuSurface | null): void;
}

export interface UtilitySurface {
  readonly pid: number | undefined;
  readonly stderr: NodeJS.ReadableStream | null;
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'spawn', listener: () => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  on(event: 'error', listener: (type: 'FatalError', location: string, report: string) => void): unknown;
}
