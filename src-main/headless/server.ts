import { randomBytes } from 'node:crypto';
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { WebSocketServer } from 'ws';
import { AppError } from '../../src-shared/errors.ts';
import { metricsType } from '../core/metrics/metrics-text.ts';
import { pageHeaders, readPageFile } from '../core/page/page-files.ts';
import { createAccess } from './access.ts';
import { cookieName, judgePage, judgeUpgrade, type GuardState, type Refusal, type RequestFacts } from './guard.ts';
import { refusalPage } from './refusal-page.ts';
import { serveSocket } from './socket.ts';

/** The only address that is listened on. */
const ADDRESS = '127.0.0.1';

const MOST_CONNECTIONS = 200;
const MOST_SOCKETS = 32;
/** A message of a page in bytes; the largest call, a job with its excludes, stays far below. */
const MOST_MESSAGE_BYTES = 1024 * 1024;

const REQUEST_MS = 10_000;
/** Between two pings; who has not answered by the next is gone. */
const PING_MS = 30_000;
/** For the browsers to take leave. */
const FAREWELL_MS = 500;

/** What `/metrics` answers with, and to whom: `isToken` null means to all who reach the address. */
export interface MetricsSource {
  read(): string;
  readonly isToken: ((secret: string) => boolean) | null;
}

export interface HeadlessOptions {
  /** The contract with its calls. */
  readonly router: AnyRouter;
  /** Folder of the built page. */
  readonly pageFolder: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Ms since the epoch. */
  now(): number;
  /** Left out: there are none. */
  readonly metrics?: MetricsSource | undefined;
}

/** The page and its socket, on this machine's own address. */
export interface HeadlessHost {
  readonly port: number;
  /** A new link that lets one browser in, once. */
  newLink(): string;
  /** Takes leave of all browsers. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1. Throws `AppError` where the port cannot be had. */
export async function startHeadless(options: HeadlessOptions): Promise<HeadlessHost> {
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 5_000 });
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, options.port);
  const { address, port } = server.address() as AddressInfo;
  if (address !== ADDRESS) {
    server.close();
    throw new AppError({ kind: 'internal', message: `Asked for ${ADDRESS}, the system listens on ${address}: refused.` });
  }

  const access = createAccess(() => options.now());
  const guard: GuardState = { port, isSession: (secret) => access.isSession(secret), metrics: options.metrics };
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES, perMessageDeflate: false });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const nonce = randomBytes(16).toString('base64');
    for (const [name, value] of Object.entries(pageHeaders(nonce))) response.setHeader(name, value);
    const decision = judgePage(factsOf(request), guard);
    if (decision.kind === 'redeem') {
      const secret = decision.hasSession ? null : access.redeem(decision.code);
      if (secret === null && !decision.hasSession) {
        sendRefusal(response, { kind: 'refuse', status: 403, reason: 'This start link was used already, or is too old.' }, nonce);
        return;
      }
      if (secret !== null) response.setHeader('Set-Cookie', `${cookieName(port)}=${secret}; Path=/; HttpOnly; SameSite=Strict`);
      response.writeHead(303, { Location: '/' }).end();
      return;
    }
    if (decision.kind === 'refuse') {
      sendRefusal(response, decision, nonce);
      return;
    }
    if (decision.kind === 'metrics') {
      send(response, 200, metricsType, options.metrics?.read() ?? '');
      return;
    }
    const file = await readPageFile(options.pageFolder, decision.name, nonce);
    if (file === null) sendRefusal(response, { kind: 'refuse', status: 404, reason: 'There is nothing at this address.' }, nonce);
    else send(response, 200, file.type, file.body);
  }

  server.on('request', (request, response) => {
    // Nothing that is asked for here has a body.
    request.resume();
    void answer(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    const decision = judgeUpgrade(factsOf(request), guard);
    if (decision.kind === 'refuse') refuseUpgrade(stream, decision.status, decision.reason);
    else if (sockets.clients.size >= MOST_SOCKETS) refuseUpgrade(stream, 503, 'Too many windows are open.');
    else sockets.handleUpgrade(request, stream, head, (socket) => serveSocket(socket, options.router));
  });
  const stopPinging = pingAll(sockets);

  return {
    port,
    newLink: () => `http://${ADDRESS}:${port}/start?code=${access.newCode()}`,
    async close() {
      stopPinging();
      const closed = new Promise<void>((resolve) => { server.close(() => resolve()); });
      for (const socket of sockets.clients) socket.close(1001, 'the host ends');
      server.closeIdleConnections();
      const force = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
      }, FAREWELL_MS);
      await closed;
      clearTimeout(force);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new AppError(
      error.code === 'EADDRINUSE'
        ? { kind: 'busy', message: `Port ${port} is in use by another program.`, hint: 'Choose another one with --port, or leave it out for any that is free.' }
        : { kind: 'permission', message: `Port ${port} cannot be used: ${error.message}`, hint: 'Choose one above 1023 with --port, or leave it out for any that is free.' },
    )));
    server.listen({ host: ADDRESS, port, exclusive: true }, resolve);
  });
}

function factsOf({ method, url, headers }: IncomingMessage): RequestFacts {
  return { method: method ?? '', target: url ?? '', host: headers.host, origin: headers.origin, cookie: headers.cookie, authorization: headers.authorization };
}

function sendRefusal(response: ServerResponse, { status, reason }: Refusal, nonce: string): void {
  if (status === 405) response.setHeader('Allow', 'GET, HEAD');
  send(response, status, 'text/html; charset=utf-8', refusalPage(status, reason, nonce));
}

/** For HEAD, Node leaves the body out by itself. */
function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

function refuseUpgrade(stream: Duplex, status: Refusal['status'] | 503, reason: string): void {
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n`
      + `X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nContent-Length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`,
    () => stream.destroy(),
  );
}

/** Ends connections whose other end has gone without a word, as after a broken tunnel. Returns what ends the watch. */
function pingAll(sockets: WebSocketServer): () => void {
  const silent = new WeakSet<object>();
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (silent.has(socket)) socket.terminate();
      silent.add(socket);
      socket.once('pong', () => silent.delete(socket));
      socket.ping();
    }
  }, PING_MS);
  timer.unref();
  return () => clearInterval(timer);
}
