/**
 * Loaded before the script of a utility process of the double: gives it `process.parentPort` in place of Node's own
 * channel. What comes before somebody listens is kept, and the process goes on without its parent, as Electron's do.
 */
import { EventEmitter } from 'node:events';

const send = process.send?.bind(process);
Object.assign(process, { send: undefined });

class ParentPort extends EventEmitter {
  readonly #early: unknown[] = [];

  constructor() {
    super();
    process.on('message', (data) => {
      if (this.listenerCount('message') === 0) this.#early.push(data);
      else this.emit('message', { data });
    });
    this.on('newListener', (event) => {
      if (event === 'message') setImmediate(() => this.#early.splice(0).forEach((data) => this.emit('message', { data })));
    });
  }

  postMessage(message: unknown): void {
    send?.(message, undefined, undefined, () => undefined);
  }
}

Object.assign(process, { parentPort: new ParentPort() });
setInterval(() => undefined, 2 ** 30);
