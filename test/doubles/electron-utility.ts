import type { ForkOptions } from 'electron';
import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { AppDouble } from './electron-app.ts';

const parentPort = new URL('electron-parent-port.ts', import.meta.url).href;

/** A utility process of the double: a forked Node, with the ways of Electron that differ from `child_process`. */
export class UtilityDouble extends EventEmitter {
  readonly #child: ChildProcess;
  #state: 'starting' | 'running' | 'ended' = 'starting';

  constructor(app: AppDouble, script: string, args: string[], { env, execArgv = [] }: ForkOptions) {
    super();
    app.needReady('utilityProcess.fork');
    this.#child = fork(script, args, {
      execArgv: ['--import', parentPort, ...execArgv], env: env as NodeJS.ProcessEnv, serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.on('spawn', () => {
      this.#state = 'running';
      this.emit('spawn');
    });
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('exit', (code) => {
      this.#state = 'ended';
      // Killed by a signal: Electron tells 0.
      this.emit('exit', code ?? 0);
    });
  }

  /** Only known while it runs. */
  get pid(): number | undefined {
    return this.#state === 'running' ? this.#child.pid : undefined;
  }

  get stderr(): NodeJS.ReadableStream | null {
    return this.#child.stderr;
  }

  postMessage(message: unknown): void {
    if (this.#state === 'ended') throw new Error('Posting to a utility process that has ended takes Electron with it');
    // Nobody promises that it hears before it is there.
    if (this.#state === 'running') this.#child.send(message as object, () => undefined);
  }
}
