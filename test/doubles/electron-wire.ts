import type { Rectangle } from 'electron';

/** What the app asks of the display: the windows of the double are pages of a browser that the test holds. */
export interface DisplayCalls {
  openWindow(window: NewWindow): Promise<void>;
  /** Until the page is loaded. */
  load(url: string): Promise<void>;
  reload(): Promise<void>;
  /** A message for the preload script. */
  send(channel: string, args: readonly unknown[]): void;
  closeWindow(): Promise<void>;
}

/** A window as Chromium needs it. */
export interface NewWindow {
  readonly width: number;
  readonly height: number;
  /** Text of the preload script. */
  readonly preload: string;
  /** Permissions that the app gives to pages. */
  readonly granted: readonly string[];
}

/** What the display tells the app, and what the hands of a test do on its desktop. */
export interface AppCalls {
  /** A request under the app's own scheme. */
  request(url: string, method: string): Promise<PageAnswer>;
  /** A page wants to go elsewhere; false where that is refused. */
  mayNavigate(url: string): boolean;
  /** A page wants a window; false where that is refused. */
  mayOpenWindow(url: string): boolean;
  navigates(isMainFrame: boolean, isSameDocument: boolean): void;
  /** Of the page, or of what a test makes up. */
  message(from: Sender, channel: string, args: readonly unknown[]): void;

  desktop(): Desktop;
  /** The cross of the window. */
  closeWindow(): void;
  /** Drags the window by its border. */
  placeWindow(bounds: Rectangle): void;
  maximizeWindow(): void;
  crashPage(reason: string): void;
  clickTray(): void;
  clickTrayMenu(...labels: string[]): void;
  clickAppMenu(...labels: string[]): void;
  clickNotification(title: string): void;
  /** The path that is chosen, or null for "Cancel"; for a question the label of a button. */
  answerDialog(answer: string | null): void;
  /** Quits as the system's own menu does. */
  quit(): void;
  endSession(): void;
  /** The machine has slept. */
  wakeUp(): void;
}

export interface PageAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Who sends a message: a frame with its address, the main one or a frame within; null for a frame that has gone. */
export interface Sender {
  readonly frame: { readonly url: string; readonly isMain: boolean } | null;
  /** Id of its contents, where it is not the window's. */
  readonly contents?: number;
}

/** What can be seen of the app on its desktop now. */
export interface Desktop {
  readonly window: { readonly isVisible: boolean; readonly isMaximized: boolean; readonly bounds: Rectangle } | null;
  readonly tray: { readonly image: string; readonly tooltip: string; readonly menu: readonly MenuLine[] } | null;
  readonly appMenu: readonly MenuLine[];
  /** All of this run, oldest first. */
  readonly notifications: readonly { readonly title: string; readonly body: string }[];
  /** The dialog that waits for an answer. */
  readonly dialog: { readonly text: string; readonly start: string | null; readonly buttons: readonly string[] } | null;
  readonly blockers: readonly string[];
  /** Addresses and folders opened in other programs. */
  readonly openedOutside: readonly string[];
  /** Addresses that a page asked for, to go to or as a window of its own, and did not get. */
  readonly refused: readonly string[];
}

export interface MenuLine {
  readonly label: string;
  readonly isEnabled: boolean;
  readonly submenu: readonly MenuLine[];
}

/** The other side of a wire, whose calls all answer later. */
export type Remote<Calls> = {
  readonly [Name in keyof Calls]: Calls[Name] extends (...args: infer Args) => infer Result ? (...args: Args) => Promise<Awaited<Result>> : never;
};

/** The IPC channel between a process and its child, from either end. */
export interface IpcEnd {
  send?(message: unknown, callback: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly args: unknown[] }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly reason: string };

/** Calls the other end of an IPC channel, and answers what it calls. */
export function createWire<Other>(end: IpcEnd, own: object): Remote<Other> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;

  function fail(id: number, reason: string): void {
    waiting.get(id)?.reject(new Error(reason));
    waiting.delete(id);
  }
  const send = (message: Message): void => {
    end.send?.(message, (error) => {
      if (error !== null) fail(message.id, error.message);
    });
  };
  async function answer({ id, name, args }: Message & { kind: 'call' }): Promise<void> {
    try {
      const value: unknown = await (own as Record<string, (...given: unknown[]) => unknown>)[name]?.(...args);
      send({ kind: 'result', id, value });
    } catch (thrown) {
      send({ kind: 'failure', id, reason: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }
  end.on('message', (received) => {
    const message = received as Message;
    if (message.kind === 'call') return void answer(message);
    if (message.kind === 'failure') return fail(message.id, message.reason);
    waiting.get(message.id)?.resolve(message.value);
    waiting.delete(message.id);
  });
  end.on('disconnect', () => {
    for (const id of waiting.keys()) fail(id, 'The other process has ended');
  });
  return new Proxy({} as Remote<Other>, {
    get: (_target, name) => async (...args: unknown[]) => {
      const id = ++lastId;
      const result = Promise.withResolvers<unknown>();
      waiting.set(id, result);
      send({ kind: 'call', id, name: String(name), args });
      return result.promise;
    },
  });
}
