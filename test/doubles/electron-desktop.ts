import type { MenuItemConstructorOptions, MessageBoxOptions, NotificationConstructorOptions, OpenDialogOptions, OpenDialogReturnValue } from 'electron';
import { EventEmitter } from 'node:events';
import type { AppDouble } from './electron-app.ts';
import { mustBeThere } from './electron-window.ts';
import type { Desktop, MenuLine } from './electron-wire.ts';

/** A menu of the double. */
export class MenuDouble {
  readonly items: readonly MenuItemConstructorOptions[];

  constructor(items: readonly MenuItemConstructorOptions[]) {
    for (const { label, role, type } of items) {
      if (label === undefined && role === undefined && type === undefined) throw new Error('Invalid template for MenuItem');
    }
    this.items = items;
  }

  popup(): void {
    // Nothing in the double has a pointer to open it at.
  }

  lines(): MenuLine[] {
    return linesOf(this.items);
  }

  /** A click on the entry that `labels` lead to, from submenu to submenu. */
  click(labels: readonly string[]): void {
    let items = this.items;
    for (const [place, label] of labels.entries()) {
      const item = items.find((each) => each.label === label);
      if (item === undefined || item.enabled === false) throw new Error(`The menu has no "${label}" to click: ${JSON.stringify(linesOf(items))}`);
      if (place < labels.length - 1) items = item.submenu as MenuItemConstructorOptions[];
      else (item.click as () => void)();
    }
  }
}

function linesOf(items: readonly MenuItemConstructorOptions[]): MenuLine[] {
  return items.filter((item) => item.type !== 'separator').map(({ label, role, enabled, submenu }) => ({
    label: label ?? role ?? '', isEnabled: enabled !== false, submenu: Array.isArray(submenu) ? linesOf(submenu) : [],
  }));
}

/** An icon in the tray of the double. */
export class TrayDouble extends EventEmitter {
  tooltip = '';
  menu = new MenuDouble([]);
  image: string;
  isDestroyed = false;

  constructor(image: string) {
    super();
    mustBeThere(image);
    this.image = image;
  }

  setImage(image: string): void {
    this.#mustBeThere();
    mustBeThere(image);
    this.image = image;
  }

  setToolTip(tooltip: string): void {
    this.#mustBeThere();
    this.tooltip = tooltip;
  }

  setContextMenu(menu: unknown): void {
    this.#mustBeThere();
    this.menu = menu as MenuDouble;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  #mustBeThere(): void {
    if (this.isDestroyed) throw new Error('Tray is destroyed');
  }
}

/** A notification of the double. */
export class NotificationDouble extends EventEmitter {
  readonly title: string;
  readonly body: string;

  constructor({ title = '', body = '', icon }: NotificationConstructorOptions) {
    super();
    mustBeThere(icon);
    this.title = title;
    this.body = body;
  }
}

interface OpenDialog {
  readonly text: string;
  readonly start: string | null;
  readonly buttons: readonly string[];
  readonly answer: (answer: string | null) => void;
}

/** Everything of the desktop around the window, which a test sees and puts its hands on. */
export function createDesktop(app: AppDouble) {
  const shown: NotificationDouble[] = [];
  const openedOutside: string[] = [];
  const blockers = new Map<number, string>();
  let lastBlocker = 0;
  let tray: TrayDouble | null = null;
  let appMenu = new MenuDouble([]);
  let open: OpenDialog | null = null;

  function show<Result>(dialog: Omit<OpenDialog, 'answer'>, resultOf: (answer: string | null) => Result): Promise<Result> {
    app.needReady('dialog');
    if (open !== null) throw new Error('There is a dialog already');
    const { promise, resolve } = Promise.withResolvers<Result>();
    open = { ...dialog, answer: (answer) => { open = null; resolve(resultOf(answer)); } };
    return promise;
  }

  /** The parent may be left out. */
  function showOpenDialog(...args: [OpenDialogOptions] | [unknown, OpenDialogOptions]): Promise<OpenDialogReturnValue> {
    const { title = '', defaultPath } = args.at(-1) as OpenDialogOptions;
    return show({ text: title, start: defaultPath ?? null, buttons: [] }, (answer) => ({ canceled: answer === null, filePaths: answer === null ? [] : [answer] }));
  }

  function showMessageBox(...args: [MessageBoxOptions] | [unknown, MessageBoxOptions]): Promise<{ response: number }> {
    const { message, buttons = [], cancelId = 0 } = args.at(-1) as MessageBoxOptions;
    return show({ text: message, start: null, buttons }, (answer) => ({ response: answer === null ? cancelId : buttons.indexOf(answer) }));
  }

  return {
    electron: {
      dialog: {
        showOpenDialog, showMessageBox,
        // Where Electron has no display yet, it does the same.
        showErrorBox: (title: string, content: string) => void process.stderr.write(`${title}\n${content}\n`),
      },
      Menu: {
        buildFromTemplate: (template: MenuItemConstructorOptions[]) => new MenuDouble(template),
        setApplicationMenu(menu: unknown) {
          appMenu = menu as MenuDouble;
        },
      },
      Notification: class extends NotificationDouble {
        static isSupported(): boolean {
          return true;
        }

        show(): void {
          shown.push(this);
        }
      },
      powerSaveBlocker: {
        start(kind: string) {
          blockers.set(++lastBlocker, kind);
          return lastBlocker;
        },
        stop(id: number) {
          if (!blockers.delete(id)) throw new Error(`No blocker ${id} was started`);
          return true;
        },
      },
      shell: {
        openExternal: (url: string) => Promise.resolve(void openedOutside.push(url)),
        openPath(place: string) {
          openedOutside.push(place);
          return Promise.resolve('');
        },
        showItemInFolder: (place: string) => void openedOutside.push(place),
      },
      Tray: class extends TrayDouble {
        constructor(image: string) {
          app.needReady('Tray');
          super(image);
          // eslint-disable-next-line typescript/no-this-alias -- the one icon is looked at from outside
          tray = this;
        }
      },
    },

    look: (): Omit<Desktop, 'window' | 'refused'> => ({
      tray: tray === null || tray.isDestroyed ? null : { image: tray.image, tooltip: tray.tooltip, menu: tray.menu.lines() },
      appMenu: appMenu.lines(),
      notifications: shown.map(({ title, body }) => ({ title, body })),
      dialog: open === null ? null : { text: open.text, start: open.start, buttons: open.buttons },
      openedOutside, blockers: [...blockers.values()],
    }),
    clickTray: () => void tray?.emit('click'),
    clickTrayMenu: (...labels: string[]) => tray?.menu.click(labels),
    clickAppMenu: (...labels: string[]) => appMenu.click(labels),
    clickNotification: (title: string): void => {
      const found = shown.find((each) => each.title === title);
      if (found === undefined) throw new Error(`No notification says "${title}"`);
      found.emit('click');
    },
    answerDialog: (answer: string | null): void => {
      if (open === null) throw new Error('There is no dialog');
      open.answer(answer);
    },
  };
}
