import { EventEmitter } from 'node:events';
import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { WindowDouble } from './electron-window.ts';

/** By this a second instance tells the first that it was started. */
const startedAgain = 'SIGUSR2';

/** `app` of the double. It is ready when the entry says so, as Electron's is once the main script has run. */
export class AppDouble extends EventEmitter {
  readonly #ready = Promise.withResolvers<void>();
  #isReady = false;
  #userData: string | null = null;
  #lock: string | null = null;
  /** Those that are open. */
  readonly windows = new Set<WindowDouble>();
  isSandboxed = false;

  /** For what Electron refuses before the app is ready. */
  needReady(what: string): void {
    if (!this.#isReady) throw new Error(`${what} cannot be used before the app is ready`);
  }

  /** For what Electron refuses afterwards. */
  needEarly(what: string): void {
    if (this.#isReady) throw new Error(`${what} must be called before the app is ready`);
  }

  becomeReady(): void {
    this.#isReady = true;
    this.#ready.resolve();
    this.emit('ready');
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  enableSandbox(): void {
    this.needEarly('app.enableSandbox');
    this.isSandboxed = true;
  }

  setAppUserModelId(): void {
    // Windows groups the icons of its task bar by it.
  }

  setPath(name: string, folder: string): void {
    if (name === 'userData') this.#userData = folder;
  }

  /** As Chromium does on Linux: a link that names the process, in the folder of the user's data. */
  requestSingleInstanceLock(): boolean {
    if (this.#userData === null) throw new Error('The lock would lie in the usual folder, which belongs to the installed app');
    const lock = join(this.#userData, 'SingletonLock');
    for (;;) {
      try {
        symlinkSync(String(process.pid), lock);
        break;
      } catch {
        if (tell(Number(readlinkSync(lock)))) return false;
        rmSync(lock, { force: true });
      }
    }
    this.#lock = lock;
    process.on(startedAgain, () => this.emit('second-instance'));
    return true;
  }

  getLoginItemSettings(): { openAtLogin: boolean; wasOpenedAtLogin: boolean } {
    throw new Error('Electron has no login items on Linux');
  }

  setLoginItemSettings(): void {
    throw new Error('Electron has no login items on Linux');
  }

  focus(): void {
    this.needReady('app.focus');
  }

  quit(): void {
    let isPrevented = false;
    this.emit('before-quit', { preventDefault: () => { isPrevented = true; } });
    if (isPrevented) return;
    for (const window of this.windows) window.close();
    if (this.windows.size === 0) this.exit(0);
  }

  exit(code = 0): void {
    for (const window of this.windows) window.destroy();
    if (this.#lock !== null) rmSync(this.#lock, { force: true });
    process.exit(code);
  }

  /** Electron's default where nobody listens. */
  windowGone(): void {
    if (this.windows.size === 0 && !this.emit('window-all-closed')) this.quit();
  }
}

/** Whether that process is there to be told. */
function tell(pid: number): boolean {
  try {
    return process.kill(pid, startedAgain);
  } catch {
    return false;
  }
}
