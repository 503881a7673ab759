import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { os } from '@orpc/server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { z } from 'zod';
import { startHeadless, type HeadlessHost } from '../../src-main/headless/server.ts';
import { seededRandom, type Random } from '../fixtures/random.ts';

/** What was executed, by the calls themselves. */
let executed: string[] = [];
let openStreams = 0;
const router = {
  jobs: {
    create: os.input(z.object({ name: z.string().max(10) })).handler(({ input }) => {
      executed.push(input.name);
      return { name: input.name };
    }),
    watch: os.handler(async function* watch({ signal }) {
      openStreams += 1;
      try {
        yield 'open';
        await new Promise((resolve) => { signal?.addEventListener('abort', resolve); });
      } finally {
        openStreams -= 1;
      }
    }),
    flood: os.handler(async function* flood() {
      for (let count = 0; count < 100_000; count += 1) {
        executed.push('flood');
        yield 'x'.repeat(100_000);
      }
    }),
  },
};

let folder: string;
let host: HeadlessHost;
let cookie: string;
let own: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'daybreak-access-'));
  const pageFolder = path.join(folder, 'renderer');
  mkdirSync(path.join(pageFolder, 'assets'), { recursive: true });
  writeFileSync(path.join(pageFolder, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__"><title>the page</title>');
  writeFileSync(path.join(pageFolder, 'assets', 'main.js'), 'export {};');
  writeFileSync(path.join(folder, 'secret.json'), '{"secret":true}');
  host = await startHeadless({ router, pageFolder, port: 0, now: () => Date.now() });
  own = `127.0.0.1:${host.port}`;
  cookie = await letIn();
});

beforeEach(() => { executed = []; });

afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the page', () => {
  it('is served to a browser that was let in, with a policy and a nonce of its own', async () => {
    const [first, second] = [await get('/', { cookie }), await get('/', { cookie })];
    const nonce = /content="([^"]+)"/u.exec(first.body)?.[1] ?? '';
    expect(nonce).toMatch(/^[\w+/]{22}==$/u);
    expect(first.headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; `
      + "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    );
    expect(second.body).not.toContain(nonce);
    expect(first).toMatchObject({ status: 200, headers: {
      'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer',
    } });
    expect(await get('/assets/main.js', { cookie })).toMatchObject({ status: 200, body: 'export {};', headers: { 'content-type': 'text/javascript; charset=utf-8' } });
    expect(await get('/', { cookie }, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it.each<[string, number, string, Record<string, string>, string?]>([
    ['without a cookie', 401, '/', { cookie: '' }],
    ['with a wrong cookie', 401, '/', { cookie: 'daybreak=1' }],
    ['under a foreign name (DNS rebinding)', 421, '/', { host: 'evil.example' }],
    ['under a foreign name with our port', 421, '/start?code=x', { host: 'evil.example:80' }],
    ['by POST', 405, '/', {}, 'POST'],
    ['outside of its folder', 400, '/../secret.json', {}],
    ['outside of its folder, encoded', 400, '/%2e%2e%2fsecret.json', {}],
    ['that is not there', 404, '/assets/other.js', {}],
  ])('is refused %s: %d', async (_what, status, target, headers, method = 'GET') => {
    const answer = await get(target, { cookie, ...headers }, method);
    expect(answer).toMatchObject({ status, headers: { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } });
    expect(answer.body).not.toContain('secret":');
    expect(answer.body).not.toContain('the page');
  });

  it('ends requests that are no HTTP, and goes on', async () => {
    for (const bytes of ['\0\0\0\0\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', `CONNECT evil.example:80 HTTP/1.1\r\nHost: ${own}\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: ${own}\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`]) {
      expect(await raw(bytes)).not.toMatch(/^HTTP\/1.1 [23]/u);
    }
    expect((await get('/', { cookie })).status).toBe(200);
  });
});

describe('a start link', () => {
  it('lets one browser in, once, and leads to the page', async () => {
    const target = host.newLink().replace(`http://${own}`, '');
    const first = await get(target, {});
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(first.headers['set-cookie']).toEqual([expect.stringMatching(
      new RegExp(`^daybreak-${host.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`, 'u'),
    )]);
    const again = await get(target, {});
    expect(again.status).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.body).toContain('press Enter');
    // Who is in already is led to the page, as after a reload of the link.
    expect(await get(target, { cookie })).toMatchObject({ status: 303, headers: { location: '/' } });
  });

  it('is not used up by a look at it, nor under a foreign name', async () => {
    const target = host.newLink().replace(`http://${own}`, '');
    expect((await get(target, {}, 'HEAD')).status).toBe(405);
    expect((await get(target, { host: 'evil.example' })).status).toBe(421);
    expect((await get(target, {})).status).toBe(303);
  });

  it('is not guessed', async () => {
    expect((await get('/start', {})).status).toBe(403);
    expect((await get('/start?code=aaaa', {})).status).toBe(403);
  });
});

describe('the socket', () => {
  it.each<[string, number, Record<string, string>, string?]>([
    ['without a cookie', 401, { cookie: '' }],
    ['with a wrong cookie', 401, { cookie: 'daybreak-1=x' }],
    ['from a foreign page', 403, { origin: 'http://evil.example' }],
    ['from a page of another port', 403, { origin: 'http://127.0.0.1:1' }],
    ['from no page', 403, { origin: '' }],
    ['under a foreign name (DNS rebinding)', 421, { host: 'evil.example' }],
    ['at another path', 404, {}, '/feed'],
  ])('is refused %s: %d', async (_what, status, headers, target = '/rpc') => {
    expect(await upgradeStatus(target, headers)).toBe(status);
  });

  it('carries a call to who was let in', async () => {
    const socket = await open();
    expect(await call(socket, '1', '/jobs/create', { json: { name: 'omega' } })).toMatchObject({ i: '1', p: { b: { json: { name: 'omega' } } } });
    expect(executed).toEqual(['omega']);
    socket.close();
  });

  it.each<[string, string, unknown, number]>([
    ['an unknown call', '/jobs/explode', {}, 404],
    ['a call by a name every object has', '/constructor', {}, 404],
    ['a group of calls', '/jobs', {}, 404],
    ['no input', '/jobs/create', undefined, 400],
    ['input of another form', '/jobs/create', { json: { name: 7 } }, 400],
    ['input that is too long', '/jobs/create', { json: { name: 'x'.repeat(11) } }, 400],
    ['input that reaches for prototypes', '/jobs/create', { json: { name: {} }, meta: [[1, '__proto__', 'polluted']] }, 400],
  ])('answers %s', async (_what, target, input, status) => {
    const socket = await open();
    expect(await call(socket, '1', target, input)).toMatchObject({ i: '1', p: { s: status } });
    expect(executed).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    socket.close();
  });

  it.each<[string, string | Buffer, number]>([
    ['a message above 1 MiB', JSON.stringify({ i: '1', p: { u: '/jobs/create', b: 'x'.repeat(1024 * 1024) } }), 1009],
    ['bytes', Buffer.from('{"i":"1","p":{"u":"/jobs/create"}}'), 1003],
    ['no call', '{"i":1}', 1008],
  ])('is closed after %s', async (_what, message, code) => {
    const socket = await open();
    const closed = closeOf(socket);
    socket.send(message);
    expect(await closed).toBe(code);
    expect(executed).toEqual([]);
  });

  it('has at most 64 calls in flight, and streams that end when their reader leaves', async () => {
    const socket = await open();
    for (let id = 0; id < 64; id += 1) socket.send(frame(`s${id}`, '/jobs/watch'));
    await expect.poll(() => openStreams).toBe(64);
    expect(await call(socket, 'more', '/jobs/create', { json: { name: 'omega' } })).toMatchObject({ p: { s: 429 } });
    socket.send(JSON.stringify({ i: 's0', t: 4 }));
    await expect.poll(() => openStreams).toBe(63);
    expect(await call(socket, 'again', '/jobs/create', { json: { name: 'omega' } })).toMatchObject({ i: 'again', p: { b: { json: { name: 'omega' } } } });
    socket.close();
    await expect.poll(() => openStreams).toBe(0);
  });

  it('asks a stream for no more than its reader takes', async () => {
    const socket = await open();
    socket.send(frame('1', '/jobs/flood'));
    socket.pause();
    await expect.poll(() => executed.length).toBeGreaterThan(0);
    let before = -1;
    while (before !== executed.length) {
      before = executed.length;
      await new Promise((resolve) => { setTimeout(resolve, 150); });
    }
    // What lies in the system's buffers: a few MB of the 10 GB.
    expect(executed.length).toBeLessThan(300);
    socket.terminate();
  });

  it('refuses a 33rd window until one closes', async () => {
    const many = await Promise.all(Array.from({ length: 32 }, () => open()));
    expect(await upgradeStatus('/rpc', {})).toBe(503);
    await leave(many[0]);
    await leave(await open());
    await Promise.all(many.slice(1).map(leave));
  });

  it('withstands 10,000 random frames: none is executed, and the host goes on', async () => {
    const random = seededRandom(4);
    const statuses = new Map<number | undefined, number>();
    for (let sent = 0; sent < 10_000;) {
      const socket = await open();
      let answered = 0;
      socket.on('message', (data: Buffer) => {
        const { p: { s: status } } = JSON.parse(data.toString()) as { p: { s?: number } };
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        answered += 1;
      });
      // Every frame with the form of a call is answered; the first that has none closes the socket.
      for (let burst = 0; burst < 40; burst += 1) socket.send(randomCall(random, `${sent += 1}`));
      await expect.poll(() => answered, { interval: 1 }).toBe(40);
      socket.send(randomBytesOf(random, sent += 1), { binary: random.chance(0.3) });
      expect([1003, 1007, 1008]).toContain(await closeOf(socket));
    }
    expect(executed).toEqual([]);
    expect(new Set(statuses.keys())).toEqual(new Set([400, 404]));
    expect((await get('/', { cookie })).status).toBe(200);
    const socket = await open();
    expect(await call(socket, '1', '/jobs/create', { json: { name: 'omega' } })).toMatchObject({ p: { b: { json: { name: 'omega' } } } });
    socket.close();
  });
});

/** Opens a new start link as a browser would, and gives its cookie. */
async function letIn(): Promise<string> {
  const { headers } = await get(host.newLink().replace(`http://127.0.0.1:${host.port}`, ''), {});
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

function get(target: string, headers: Record<string, string>, method = 'GET') {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: host.port, path: target, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** What the host answers to these bytes, until it closes. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(host.port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.on('data', (chunk) => { text += chunk.toString('latin1'); });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

function socketTo(target: string, headers: Record<string, string>): WebSocket {
  const { origin = `http://${own}`, ...rest } = headers;
  const options: ClientOptions = { headers: { cookie, ...rest }, ...(origin === '' ? {} : { origin }) };
  return new WebSocket(`ws://${own}${target}`, options);
}

function upgradeStatus(target: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const socket = socketTo(target, headers);
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on('open', () => {
      resolve(101);
      socket.close();
    });
  });
}

function open(): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = socketTo('/rpc', {});
    socket.on('error', reject);
    socket.on('open', () => resolve(socket));
  });
}

function closeOf(socket: WebSocket | undefined): Promise<number> {
  return new Promise((resolve) => { socket?.once('close', (code) => resolve(code)); });
}

async function leave(socket: WebSocket | undefined): Promise<void> {
  const closed = closeOf(socket);
  socket?.close();
  await closed;
}

function frame(id: string, target: string, input?: unknown): string {
  return JSON.stringify({ i: id, p: { u: target, b: input } });
}

/** The answer to a call, as it is on the wire. */
function call(socket: WebSocket, id: string, target: string, input?: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    const onMessage = (data: Buffer): void => {
      const answer = JSON.parse(data.toString()) as { i: string; t?: number };
      if (answer.i !== id) return;
      socket.off('message', onMessage);
      resolve(answer);
    };
    socket.on('message', onMessage);
    socket.send(frame(id, target, input));
  });
}

/** A call that is well formed, and wrong: its name or its input. */
function randomCall(random: Random, id: string): string {
  const values = [null, 7, '', 'x'.repeat(20), [], {}, { json: { name: null } }, { json: [1], meta: [[9, 'a']] }, { json: 1, meta: 'x' }, { meta: [[1, 'x']] },
    { json: { name: 'x'.repeat(12) } }, { json: { name: ['omega'] } }, { maps: [['a']], json: { name: {} } }];
  const targets = ['/jobs/create', '/jobs/create', '/jobs/createx', '/hasOwnProperty', '/a/b/c/d'];
  return frame(id, random.pick(targets), random.pick(values));
}

/** Bytes without any form. */
function randomBytesOf(random: Random, seed: number): Buffer {
  return Buffer.from(Array.from({ length: 1 + (seed % 200) }, () => random.int(0, 255)));
}
