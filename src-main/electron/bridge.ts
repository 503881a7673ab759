import type { AnyRouter, Context } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { channels } from '../../src-shared/desktop-bridge.ts';
import { limitCalls } from '../core/calls/call-limit.ts';
import { isCallFrame } from '../core/calls/call-frame.ts';
import { isOurs } from './page-scheme.ts';
import type { ContentsSurface, ElectronSurface, IpcEventSurface } from './surface.ts';

/** Calls and streams of the window at once. A page of ours has some ten. */
const mostCalls = 64;

/** A message of the page in characters; the largest call, a job with its excludes, stays far below. */
const mostCharacters = 1024 * 1024;

/** The calls, bound to the window's page. */
export interface Bridge {
  /** Answers the pages of this window from now on, one after the other. */
  attach(contents: ContentsSurface): void;
}

/** One document of a window, and its calls in flight. */
interface Conversation {
  readonly documentId: string;
  take(message: string): void;
  end(): void;
}

/**
 * Binds the calls to IPC. Each document has a peer of its own, which ends with it: at a reload, a crash, or when the
 * window closes. What does not come from the main frame of our page, or is no call, is not looked at further.
 */
export function createBridge({ ipcMain }: Pick<ElectronSurface, 'ipcMain'>, router: AnyRouter): Bridge {
  const windows = new Map<number, { take(event: IpcEventSurface, documentId: unknown, message: unknown): void }>();
  ipcMain.on(channels.toHost, (event, documentId, message) => windows.get(event.sender.id)?.take(event, documentId, message));

  return {
    attach(contents) {
      const { id } = contents;
      let talk: Conversation | null = null;
      /** A document that is on its way out may still say something. */
      let ended: string | null = null;
      const end = (): void => {
        talk?.end();
        ended = talk?.documentId ?? ended;
        talk = null;
      };
      windows.set(id, {
        take({ senderFrame }, documentId, message) {
          if (senderFrame === null || senderFrame.parent !== null || !isOurs(senderFrame.url)) return;
          if (typeof documentId !== 'string' || documentId === ended || typeof message !== 'string') return;
          if (message.length > mostCharacters || !isCallFrame(message)) return;
          if (talk?.documentId !== documentId) {
            end();
            talk = converse(contents, documentId, router);
          }
          talk.take(message);
        },
      });
      contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
        if (isMainFrame && !isSameDocument) end();
      });
      contents.on('render-process-gone', end);
      contents.on('destroyed', () => {
        end();
        windows.delete(id);
      });
    },
  };
}

function converse(contents: ContentsSurface, documentId: string, router: AnyRouter): Conversation {
  const listeners: Record<'message' | 'close', ((event: { data: string }) => void)[]> = { message: [], close: [] };
  let isOpen = true;
  new RPCHandler(router, { interceptors: [limitCalls(mostCalls)] }).upgrade({
    postMessage(message: unknown) {
      if (isOpen && !contents.isDestroyed()) contents.send(channels.toPage, documentId, message);
    },
    on: (type: 'message' | 'close', listener: (event?: { data: unknown }) => void) => void listeners[type].push(listener),
  } as unknown as Parameters<RPCHandler<Context>['upgrade']>[0]);
  return {
    documentId,
    take: (data) => listeners.message.forEach((listener) => listener({ data })),
    end() {
      isOpen = false;
      listeners.close.forEach((listener) => listener({ data: '' }));
    },
  };
}
