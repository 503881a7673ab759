import type { Socket } from 'node:net';
import type { AnyRouter, Context } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { isCallFrame } from '../core/calls/call-frame.ts';
import { limitCalls } from '../core/calls/call-limit.ts';
import { asFrame, readFrames } from './frames.ts';

/** Calls and streams of one connection at once. A command line of ours has two. */
const mostCalls = 64;
/** A message in bytes; the largest call, a job with its excludes, stays far below. */
const mostMessageBytes = 1024 * 1024;
/** A reader that has so much waiting for it, in bytes, is not reading. */
const mostWaitingBytes = 16 * 1024 * 1024;

type RpcSocket = Parameters<RPCHandler<Context>['upgrade']>[0];
type MessageListener = (event: { data: string }) => unknown;

/**
 * Binds the calls to one connection of the local socket. What is no call ends it: nothing of it is looked at further. A
 * stream is asked for its next value only when the one before has left.
 */
export function serveConnection(socket: Socket, router: AnyRouter): void {
  const messageListeners: MessageListener[] = [];
  const closed = new Promise<void>((resolve) => { socket.once('close', () => setImmediate(resolve)); });
  const rpcSocket = {
    send(data: string | Uint8Array): Promise<void> {
      if (socket.writableLength > mostWaitingBytes) socket.destroy();
      // Once it ends, senders wait until it has: a stream that went on at once would never let the event loop come to that.
      if (!socket.writable) return closed;
      return new Promise((resolve) => {
        socket.write(asFrame(data), (error) => resolve(error ? closed : undefined));
      });
    },
    addEventListener(type: string, listener: MessageListener) {
      if (type === 'message') messageListeners.push(listener);
      else if (type === 'close') socket.once('close', () => void listener({ data: '' }));
    },
  } as unknown as RpcSocket;
  void new RPCHandler(router, { interceptors: [limitCalls(mostCalls)] }).upgrade(rpcSocket);

  socket.on('error', () => socket.destroy());
  readFrames(socket, mostMessageBytes, (frame) => {
    if (!isCallFrame(frame)) return false;
    for (const listener of messageListeners) void listener({ data: frame });
    return true;
  });
}
