import type { AnyRouter, Context } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import type { WebSocket } from 'ws';
import { limitCalls } from '../core/calls/call-limit.ts';
import { isCallFrame } from '../core/calls/call-frame.ts';

/** Calls and streams of one page at once. A page of ours has some ten. */
const MOST_CALLS = 64;

/** A reader that has so much waiting for it, in bytes, is not reading. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/** What closes a socket, as RFC 6455 numbers it. */
const closeCodes = { unsupported: 1003, policy: 1008 } as const;

type RpcSocket = Parameters<RPCHandler<Context>['upgrade']>[0];
type MessageListener = (event: { data: string }) => unknown;

/**
 * Binds the calls to one WebSocket that was let in. What is no call of a page closes the socket: nothing of it is
 * looked at further. A stream is asked for its next value only when the one before has left, so that a slow page is
 * sent fewer states, not older ones.
 */
export function serveSocket(socket: WebSocket, router: AnyRouter): void {
  const messageListeners: MessageListener[] = [];
  const closed = new Promise<void>((resolve) => { socket.once('close', () => setImmediate(resolve)); });
  const send = (data: string | Uint8Array): Promise<void> => {
    if (socket.bufferedAmount > MOST_WAITING_BYTES) socket.terminate();
    // Once it ends, senders wait until it has: a stream that went on at once would never let the event loop come to that.
    if (socket.readyState !== socket.OPEN) return closed;
    return new Promise((resolve) => {
      socket.send(data, (error) => resolve(error ? closed : undefined));
    });
  };
  const rpcSocket = {
    send,
    addEventListener(type: string, listener: MessageListener) {
      if (type === 'message') messageListeners.push(listener);
      else if (type === 'close') socket.once('close', () => void listener({ data: '' }));
    },
  } as unknown as RpcSocket;
  void new RPCHandler(router, { interceptors: [limitCalls(MOST_CALLS)] }).upgrade(rpcSocket);

  // Too large a message, a bad frame, a reset: ws closes the socket by itself, with the code that fits.
  socket.on('error', () => undefined);
  socket.on('message', (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return;
    if (isBinary) {
      socket.close(closeCodes.unsupported, 'text only');
      return;
    }
    const text = (data as Buffer).toString('utf8');
    if (!isCallFrame(text)) {
      socket.close(closeCodes.policy, 'not a call');
      return;
    }
    for (const listener of messageListeners) void listener({ data: text });
  });
}
