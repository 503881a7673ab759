import { connect, type Socket } from 'node:net';
import { createORPCClient, type ClientContext } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { LocalCalls } from '../../src-shared/contract/local.ts';
import { AppError } from '../../src-shared/errors.ts';
import { callError } from './call-error.ts';
import { asFrame, readFrames } from './frames.ts';

/** A frame of a host in bytes: a feed with thousands of jobs stays below. */
const mostFrameBytes = 256 * 1024 * 1024;

/** Another host, for as long as the connection lasts. */
export interface LocalHost {
  /** Throw `AppError`: what the host says, or `connection`. Streams that break end with a plain error: see `callError`. */
  readonly calls: LocalCalls;
  readonly close: () => void;
}

/**
 * Connects to the host that listens at `socketPath`. Throws `AppError` not-found where none does, permission where it is
 * not for this user.
 */
export async function connectLocal(socketPath: string): Promise<LocalHost> {
  const socket = await open(socketPath);
  socket.on('error', () => socket.destroy());
  const link = new RPCLink<ClientContext>({
    port: {
      postMessage: (message: unknown) => void socket.write(asFrame(message as string)),
      onMessage: {
        addListener: (listener: (data: unknown) => void) => readFrames(socket, mostFrameBytes, (frame) => {
          listener(frame);
          return true;
        }),
      },
      onDisconnect: { addListener: (listener: () => void) => void socket.once('close', () => listener()) },
    },
    interceptors: [async (call) => {
      // A call after the end would wait for ever.
      if (socket.destroyed) throw callError(null);
      try {
        return await call.next();
      } catch (thrown) {
        throw callError(thrown);
      }
    }],
  });
  return { calls: createORPCClient(link), close: () => void socket.destroy() };
}

function open(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketPath }, () => {
      socket.off('error', fail);
      resolve(socket);
    });
    function fail(error: NodeJS.ErrnoException): void {
      socket.destroy();
      reject(isRefused(error) ? noAccess(socketPath) : noHost(socketPath));
    }
    socket.once('error', fail);
  });
}

function isRefused({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EACCES' || code === 'EPERM';
}

function noAccess(socketPath: string): AppError {
  return new AppError({
    kind: 'permission', message: `${socketPath} is not for this user.`,
    hint: 'For the system service, join its group: sudo usermod -aG daybreak USER, then log in again.',
  });
}

function noHost(socketPath: string): AppError {
  return new AppError({
    kind: 'not-found', message: `No Daybreak listens at ${socketPath}.`, hint: 'Start one: the desktop app, daybreak serve, or daybreak service install',
  });
}
