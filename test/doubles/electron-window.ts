import type { BrowserWindowConstructorOptions, HandlerDetails, Rectangle, WindowOpenHandlerResponse } from 'electron';
import { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { AppDouble } from './electron-app.ts';
import type { DisplayCalls, Remote } from './electron-wire.ts';

/** Held by every window. */
export interface WindowWorld {
  readonly app: AppDouble;
  readonly display: Remote<DisplayCalls>;
  /** What the session gives to the page in `contents`. */
  readonly granted: (contents: ContentsDouble) => readonly string[];
}

let lastId = 0;

/** The contents of a window. */
export class ContentsDouble extends EventEmitter {
  readonly id = ++lastId;
  readonly #display: Remote<DisplayCalls>;
  #isDestroyed = false;
  windowOpenHandler: (details: HandlerDetails) => WindowOpenHandlerResponse = () => ({ action: 'allow' });

  constructor(display: Remote<DisplayCalls>) {
    super();
    this.#display = display;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  send(channel: string, ...args: unknown[]): void {
    this.#mustBeThere();
    void this.#display.send(channel, args).catch(() => undefined);
  }

  reload(): void {
    this.#mustBeThere();
    void this.#display.reload().catch(() => undefined);
  }

  setWindowOpenHandler(handler: (details: HandlerDetails) => WindowOpenHandlerResponse): void {
    this.windowOpenHandler = handler;
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.emit('destroyed');
  }

  #mustBeThere(): void {
    if (this.#isDestroyed) throw new Error('Object has been destroyed');
  }
}

/** A window of the double: what a window manager knows of it is kept here, its page is with the display. */
export class WindowDouble extends EventEmitter {
  readonly webContents: ContentsDouble;
  readonly #world: WindowWorld;
  readonly #isOpen: Promise<void>;
  #bounds: Rectangle;
  #isDestroyed = false;
  #isMaximized = false;
  #isMinimized = false;
  #isLoaded = false;
  isVisible: boolean;

  constructor(world: WindowWorld, options: BrowserWindowConstructorOptions) {
    super();
    world.app.needReady('BrowserWindow');
    this.#world = world;
    const { x = 320, y = 120, width = 800, height = 600, show = true, icon, webPreferences } = options;
    mustBeSafe(webPreferences, world.app.isSandboxed);
    mustBeThere(icon);
    this.#bounds = { x, y, width, height };
    this.isVisible = show;
    this.webContents = new ContentsDouble(world.display);
    world.app.windows.add(this);
    world.app.emit('web-contents-created', {}, this.webContents);
    this.#isOpen = world.display.openWindow({
      width, height, preload: readFileSync(webPreferences?.preload ?? '', 'utf8'), granted: world.granted(this.webContents),
    });
  }

  async loadURL(url: string): Promise<void> {
    this.#mustBeThere();
    await this.#isOpen;
    await this.#world.display.load(url);
    if (!this.#isLoaded && !this.#isDestroyed) this.emit('ready-to-show');
    this.#isLoaded = true;
  }

  getNormalBounds(): Rectangle {
    this.#mustBeThere();
    return this.#bounds;
  }

  /** By the window manager. */
  place(bounds: Rectangle): void {
    this.#bounds = bounds;
    this.emit('move');
    this.emit('resize');
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  isMaximized(): boolean {
    this.#mustBeThere();
    return this.#isMaximized;
  }

  isMinimized(): boolean {
    this.#mustBeThere();
    return this.#isMinimized;
  }

  maximize(): void {
    this.#mustBeThere();
    this.#isMaximized = true;
    this.emit('maximize');
  }

  restore(): void {
    this.#mustBeThere();
    this.#isMinimized = false;
  }

  show(): void {
    this.#mustBeThere();
    this.isVisible = true;
  }

  focus(): void {
    this.#mustBeThere();
  }

  close(): void {
    this.#mustBeThere();
    let isPrevented = false;
    this.emit('close', { preventDefault: () => { isPrevented = true; } });
    if (!isPrevented) this.destroy();
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#world.app.windows.delete(this);
    this.webContents.destroy();
    void this.#world.display.closeWindow().catch(() => undefined);
    this.emit('closed');
    this.#world.app.windowGone();
  }

  #mustBeThere(): void {
    if (this.#isDestroyed) throw new Error('Object has been destroyed');
  }
}

/** The preferences that keep a page from the machine; each must be stated. */
function mustBeSafe(preferences: BrowserWindowConstructorOptions['webPreferences'], isSandboxed: boolean): void {
  const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag, nodeIntegrationInSubFrames } = preferences ?? {};
  const isSafe = isSandboxed && sandbox === true && contextIsolation === true && nodeIntegration === false && webSecurity === true
    && webviewTag === false && nodeIntegrationInSubFrames !== true;
  if (!isSafe) throw new Error('The preferences of the window are not safe');
}

/** A picture that is missing shows as nothing in Electron, or not at all. */
export function mustBeThere(picture: unknown): void {
  if (typeof picture !== 'string' || !existsSync(picture)) throw new Error(`There is no picture ${String(picture)}`);
}
