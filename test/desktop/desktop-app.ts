import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { createDisplay, type Display } from '../doubles/electron-display.ts';
import { createWire, type AppCalls, type Desktop, type Remote } from '../doubles/electron-wire.ts';

const entry = fileURLToPath(new URL('run-desktop.ts', import.meta.url));

/** Generous: another test may keep the machine busy. */
const deadlineMs = 20_000;
const lookEveryMs = 20;

/** The built desktop app in a process of its own, with the double in the place of Electron. */
export interface DesktopApp {
  readonly pid: number;
  /** The hands of a person on its desktop. */
  readonly hands: Remote<AppCalls>;
  readonly display: Display;
  /** The page of the window, once it shows. */
  shownPage(): Promise<Page>;
  /** The desktop, once `look` says that it is as wanted. */
  desktopWhere(what: string, look: (desktop: Desktop) => boolean): Promise<Desktop>;
  /** Its exit code; `stderr` is what it said. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly stderr: string }>;
  kill(signal: NodeJS.Signals): void;
}

/** How a desktop starts the app. */
export interface DesktopStart {
  readonly argv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the app with its data in `home`; its windows open in `browser`. */
export function startDesktopApp(browser: Browser, home: string, { argv = [], env = {} }: DesktopStart = {}): DesktopApp {
  const child = fork(entry, [...argv], {
    serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...env, DAYBREAK_HOME: home, LC_ALL: 'C.UTF-8' },
  });
  let stderr = '';
  let isEnded = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const display = createDisplay(browser, () => hands);
  const hands = createWire<AppCalls>(child, display.calls);
  const ended = new Promise<Awaited<DesktopApp['ended']>>((resolve) => {
    child.once('close', (code, signal) => {
      isEnded = true;
      void display.close().then(() => resolve({ code, signal, stderr }));
    });
  });

  async function desktopWhere(what: string, look: (desktop: Desktop) => boolean): Promise<Desktop> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      if (isEnded) throw new Error(`The app ended, which was to show ${what}: ${stderr}`);
      const desktop = await hands.desktop();
      if (look(desktop)) return desktop;
      if (performance.now() > deadline) throw new Error(`Not within ${deadlineMs} ms: ${what}. The desktop shows ${JSON.stringify(desktop)} ${stderr}`);
      await new Promise((resolve) => { setTimeout(resolve, lookEveryMs); });
    }
  }

  return {
    pid: child.pid ?? -1,
    hands, display, ended, desktopWhere,
    async shownPage() {
      await desktopWhere('a window', ({ window }) => window?.isVisible === true);
      const page = display.page();
      if (page === null) throw new Error('The window has no page');
      return page;
    },
    kill: (signal) => void child.kill(signal),
  };
}
