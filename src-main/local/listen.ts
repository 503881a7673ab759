import { chmodSync, chownSync, linkSync, lstatSync, renameSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { AnyRouter } from '@orpc/server';
import { AppError } from '../../src-shared/errors.ts';
import { serveConnection } from './serve-connection.ts';

const mostConnections = 32;

/** A host that is just about to listen refuses for less than this, ms. */
const settleMs = 100;
/** While another host has the socket, it is looked at again so often, ms. */
const retryMs = 15_000;
const mostTries = 5;
/** Bytes that the address of a socket holds everywhere (unix(7); macOS has the shorter one). */
const mostPathBytes = 103;

export interface ListenOptions {
  /** Absolute; its folder is there and is for this user, or for the group it is shared with. */
  readonly path: string;
  readonly router: AnyRouter;
  /** Opened to the group of its folder, too. */
  readonly isShared: boolean;
}

/** A local socket that this host listens at, or waits for. */
export interface LocalListener {
  close(): Promise<void>;
}

/**
 * Listens at a socket until closed. While another living host has it, that one keeps it and this one takes it over when
 * it has ended. `onProblem` is told in one sentence why there is none at all: the host works without.
 */
export async function listenLocally(options: ListenOptions, onProblem: (problem: string) => void): Promise<LocalListener> {
  let server: Server | null = null;
  let timer: NodeJS.Timeout | undefined;
  const stop = new AbortController();
  const attempt = async (): Promise<void> => {
    try {
      const taken = await take(options);
      if (stop.signal.aborted) taken?.close();
      else if (taken) server = taken;
      else timer = setTimeout(() => void attempt(), retryMs).unref();
    } catch (thrown) {
      onProblem(`Other programs of this user cannot talk to this host: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  };
  const connections = new Set<{ destroy(): void }>();
  await attempt();
  return {
    close() {
      stop.abort();
      clearTimeout(timer);
      for (const each of connections) each.destroy();
      return new Promise((resolve) => {
        if (server === null) resolve();
        else server.close(() => resolve());
      });
    },
  };

  /** Null: another living host has it. */
  async function take({ path: place, router, isShared }: ListenOptions): Promise<Server | null> {
    if (Buffer.byteLength(place) > mostPathBytes) {
      throw new AppError({ kind: 'invalid-input', message: `${place} is too long for the address of a socket. Set DAYBREAK_HOME to a shorter folder.` });
    }
    for (let tries = 0; tries < mostTries; tries++) {
      const made = createServer((socket) => {
        connections.add(socket);
        socket.once('close', () => connections.delete(socket));
        serveConnection(socket, router);
      });
      made.maxConnections = mostConnections;
      if (await bind(made, place, isShared)) return made;
      if (await isAnswered(place) || !(await moveStale(place))) return null;
    }
    throw new AppError({ kind: 'busy', message: `${place} changes hands all the time.` });
  }
}

/** False where there is a file of that name. Throws where nothing can be made there. */
function bind(server: Server, place: string, isShared: boolean): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    // The file is made within the call: at no moment may others open it.
    const before = process.umask(0o177);
    try {
      server.listen({ path: place }, () => {
        if (isShared) share(place);
        server.unref();
        resolve(true);
      });
    } finally {
      process.umask(before);
    }
  });
}

/** For the group its folder belongs to, which systemd made for it. */
function share(place: string): void {
  chownSync(place, process.getuid?.() ?? 0, statSync(path.dirname(place)).gid);
  chmodSync(place, 0o660);
}

/** Whether someone listens there. Asked twice: between bind(2) and listen(2) nobody is answered. */
async function isAnswered(place: string): Promise<boolean> {
  if (await answers(place)) return true;
  await wait(settleMs);
  return answers(place);
}

function answers(place: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path: place }, () => {
      socket.destroy();
      resolve(true);
    });
    // Only a refusal says that nobody listens: a full queue or a foreign owner do not.
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'));
  });
}

/**
 * Takes a dead host's socket away. Another host may do the same and already listen at a new one: then that one is put
 * back. Answers false there, and where the name is none of a socket.
 */
async function moveStale(place: string): Promise<boolean> {
  const seen = lstatSync(place, { throwIfNoEntry: false });
  if (seen === undefined) return true;
  if (!seen.isSocket()) throw new AppError({ kind: 'invalid-input', message: `${place} is no socket: something else has this name.` });
  const aside = `${place}.${process.pid}`;
  try {
    renameSync(place, aside);
  } catch {
    return true;
  }
  const isLiving = await answers(aside);
  try {
    if (isLiving) linkSync(aside, place);
  } finally {
    rmSync(aside, { force: true });
  }
  return !isLiving;
}
