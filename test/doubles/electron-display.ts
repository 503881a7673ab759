import type { Browser, Page, Route } from 'playwright-core';
import type { AppCalls, DisplayCalls, NewWindow, Remote } from './electron-wire.ts';

/** What is behind an address that is not the app's: a page somewhere on the net. */
export const elsewhere = 'A page somewhere on the net';

/** The windows of one app of the double, as pages in a browser. */
export interface Display {
  /** What the app may ask. */
  readonly calls: DisplayCalls;
  /** The page of the window that is open; null where there is none. */
  page(): Page | null;
  /** Pages that the browser opened beside it. */
  popups(): number;
  /** Errors, breaches of the Content-Security-Policy, failed requests: one line each. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Opens windows in `browser` for the app behind `app`, whose scheme stands for `https://HOST.SCHEME.invalid` there. */
export function createDisplay(browser: Browser, app: () => Remote<AppCalls>): Display {
  let page: Page | null = null;
  const popups: Page[] = [];
  /** Of the popups, so many are to go: word of them may come before they do. */
  let denied = 0;
  const complaints: string[] = [];
  /** The app itself loads something: it is not asked whether it may. */
  let isLoading = false;
  /** The next page that shows is a new document, not another place in the same one. */
  let isNewDocument = false;
  let lastSent: Promise<unknown> = Promise.resolve();

  function must(): Page {
    if (page === null) throw new Error('There is no window');
    return page;
  }

  async function answer(made: Page, route: Route): Promise<void> {
    const request = route.request();
    const url = toAppUrl(request.url());
    if (request.isNavigationRequest()) {
      const isOfPopup = request.frame().page() !== made;
      if (!isOfPopup && !isLoading && !(await app().mayNavigate(url))) return route.abort('aborted');
      const isMainFrame = request.frame() === made.mainFrame();
      if (isMainFrame) isNewDocument = true;
      if (!isOfPopup) void app().navigates(isMainFrame, false).catch(() => undefined);
    }
    if (url === request.url()) return route.fulfill({ contentType: 'text/html', body: `<title>${elsewhere}</title>` });
    return route.fulfill(await app().request(url, request.method()));
  }

  async function openWindow({ width, height, preload, granted }: NewWindow): Promise<void> {
    const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(20_000);
    // It is made one of the context before anything is loaded into it.
    const made = await context.newPage();
    page = made;
    await context.grantPermissions([...granted]);
    await context.exposeBinding('electronSend', ({ frame }, channel: string, args: unknown[]) =>
      void app().message({ frame: { url: toAppUrl(frame.url()), isMain: frame === made.mainFrame() } }, channel, args).catch(() => undefined));
    await made.addInitScript(preloadScript(preload));
    await context.route('**/*', (route) => answer(made, route).catch(() => route.abort().catch(() => undefined)));
    const session = await context.newCDPSession(made);
    await session.send('Page.enable');
    session.on('Page.windowOpen', ({ url }) => {
      void app().mayOpenWindow(toAppUrl(url)).then((isAllowed) => {
        if (isAllowed) return;
        denied += 1;
        closeDenied();
      }).catch(() => undefined);
    });
    context.on('page', (popup) => {
      popups.push(popup);
      closeDenied();
    });
    made.on('framenavigated', (frame) => {
      if (frame !== made.mainFrame()) return;
      if (!isNewDocument) void app().navigates(true, true).catch(() => undefined);
      isNewDocument = false;
    });
    made.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()}`);
    });
    made.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  }

  function closeDenied(): void {
    const going = popups.splice(0, denied);
    denied -= going.length;
    for (const popup of going) void popup.close().catch(() => undefined);
  }

  async function whileLoading(load: () => Promise<unknown>): Promise<void> {
    isLoading = true;
    try {
      await load();
    } finally {
      isLoading = false;
    }
  }

  async function close(): Promise<void> {
    const closing = page?.context();
    page = null;
    popups.length = 0;
    denied = 0;
    await closing?.close();
  }

  return {
    calls: {
      openWindow,
      load: (url) => whileLoading(() => must().goto(toWebUrl(url))),
      reload: () => whileLoading(() => must().reload()),
      send(channel, args) {
        const to = must();
        // One after the other, so that they arrive in their order.
        lastSent = lastSent.then(() => to.evaluate(
          ([name, values]) => (window as unknown as Arriving).electronArrive?.(name, values), [channel, [...args]] as [string, unknown[]],
        )).catch(() => undefined);
      },
      closeWindow: close,
    },
    page: () => page,
    popups: () => popups.length,
    complaints,
    close,
  };
}

interface Arriving {
  electronArrive?(channel: string, args: unknown[]): void;
}

/** The preload as a script of the main frame, with what a sandboxed one may require, which is `electron` alone here. */
function preloadScript(text: string): string {
  return `if (window === window.top) {
    const listeners = new Map();
    const electron = {
      ipcRenderer: {
        send: (channel, ...args) => void window.electronSend(channel, structuredClone(args)),
        on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
      },
      contextBridge: {
        exposeInMainWorld(name, api) {
          if (name in window) throw new Error('Cannot bind an API on top of an existing property');
          Object.defineProperty(window, name, { value: Object.freeze(api), enumerable: true });
        },
      },
    };
    window.electronArrive = (channel, args) => (listeners.get(channel) ?? []).forEach((listener) => listener({}, ...args));
    (function (require) { ${text}
    })((name) => {
      if (name === 'electron') return electron;
      throw new Error('module not found: ' + name);
    });
  }`;
}

function toWebUrl(url: string): string {
  return url.replace(/^(?!https?:)(\w+):\/\/([^/]+)/u, 'https://$2.$1.invalid');
}

function toAppUrl(url: string): string {
  return url.replace(/^https:\/\/([^/]+)\.(\w+)\.invalid/u, '$2://$1');
}
