import type { LiveRuns } from '../core/live/live-runs.ts';
import type { MainWindow } from './main-window.ts';
import type { ElectronSurface } from './surface.ts';
import { namesOf } from './words.ts';

export interface QuitParts {
  readonly electron: Pick<ElectronSurface, 'app' | 'dialog'>;
  readonly live: Pick<LiveRuns, 'list' | 'hasLive' | 'subscribe'>;
  readonly window: Pick<MainWindow, 'current'>;
  /** Cancels what runs and ends all processes. */
  readonly endAll: () => Promise<void>;
  /** What `isWaiting` says has changed. */
  readonly changed: () => void;
}

/** The way out of the app. */
export interface Quitting {
  /** Quits; where runs are live, a person decides first. */
  request(): Promise<void>;
  /** Quits without asking, as a signal or the end of the session wants it. */
  now(): Promise<void>;
  /** It quits when the last run has ended. */
  isWaiting(): boolean;
  /** Windows may go. */
  isEnding(): boolean;
}

const answers = { wait: 0, cancelRuns: 1, stay: 2 } as const;

/** Takes over every way the system ends the app. */
export function createQuitting({ electron: { app, dialog }, live, window, endAll, changed }: QuitParts): Quitting {
  let state: 'staying' | 'asking' | 'waiting' | 'ending' = 'staying';

  function become(next: typeof state): void {
    state = next;
    changed();
  }

  async function end(): Promise<void> {
    if (state === 'ending') return;
    become('ending');
    try {
      await endAll();
    } finally {
      app.exit(0);
    }
  }

  async function ask(): Promise<number> {
    const names = namesOf(live.list().filter((run) => run.outcome === null));
    const options: Electron.MessageBoxOptions = {
      type: 'question',
      message: names.length === 1 ? `"${names[0]}" is running.` : `${names.length} backups are running.`,
      detail: 'Wait: Daybreak quits when this is done. Cancel: what was copied so far stays, and the next run takes it from there.',
      buttons: ['Wait, then quit', 'Cancel and quit', 'Don\'t quit'],
      defaultId: answers.wait,
      cancelId: answers.stay,
      noLink: true,
    };
    const parent = window.current();
    const { response } = await (parent === null ? dialog.showMessageBox(options) : dialog.showMessageBox(parent, options));
    return response;
  }

  async function request(): Promise<void> {
    if (state === 'ending' || state === 'asking') return;
    if (!live.hasLive()) return end();
    become('asking');
    const answer = await ask();
    if (answer === answers.stay) return become('staying');
    if (answer === answers.cancelRuns || !live.hasLive()) return end();
    become('waiting');
  }

  live.subscribe(() => {
    if (state === 'waiting' && !live.hasLive()) void end();
  });
  app.on('before-quit', (event) => {
    event.preventDefault();
    void request();
  });
  // Without a listener Electron quits by itself.
  app.on('window-all-closed', () => undefined);
  return { request, now: end, isWaiting: () => state === 'waiting', isEnding: () => state === 'ending' };
}
