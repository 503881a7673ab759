import { describe, expect, it } from 'vitest';
import { pageFileName } from '../../src-main/core/page/page-files.ts';
import { createAccess } from '../../src-main/headless/access.ts';
import { isCallFrame } from '../../src-main/core/calls/call-frame.ts';
import { judgePage, judgeUpgrade, type GuardState, type RequestFacts } from '../../src-main/headless/guard.ts';

const state: GuardState = { port: 4321, isSession: (secret) => secret === 'good' };
const page: RequestFacts = { method: 'GET', target: '/', host: '127.0.0.1:4321', origin: undefined, cookie: 'daybreak-4321=good' };
const upgrade: RequestFacts = { ...page, target: '/rpc', origin: 'http://127.0.0.1:4321' };

describe('a request for the page', () => {
  it.each<[string, Partial<RequestFacts>, unknown]>([
    ['the page', {}, { kind: 'file', name: 'index.html' }],
    ['the page by its other name', { host: 'localhost:4321' }, { kind: 'file', name: 'index.html' }],
    ['a part of it', { target: '/assets/index-B_x-1.js?v=2' }, { kind: 'file', name: 'assets/index-B_x-1.js' }],
    ['one cookie among others', { cookie: 'a=b; daybreak-4321=good; daybreak-1=x' }, { kind: 'file', name: 'index.html' }],
    ['the good one of two of the same name', { cookie: 'daybreak-4321=planted; daybreak-4321=good' }, { kind: 'file', name: 'index.html' }],
    ['a start code', { target: '/start?code=abc', cookie: undefined }, { kind: 'redeem', code: 'abc', hasSession: false }],
    ['a start code of one who is in', { target: '/start?code=abc' }, { kind: 'redeem', code: 'abc', hasSession: true }],
    ['a start without a code', { target: '/start', cookie: undefined }, { kind: 'redeem', code: '', hasSession: false }],
  ])('is answered: %s', (_what, facts, decision) => {
    expect(judgePage({ ...page, ...facts }, state)).toEqual(decision);
  });

  it.each<[string, Partial<RequestFacts>, number]>([
    ['no cookie', { cookie: undefined }, 401],
    ['a wrong cookie', { cookie: 'daybreak-4321=bad' }, 401],
    ['an empty cookie', { cookie: 'daybreak-4321=' }, 401],
    ['the cookie of another port', { cookie: 'daybreak-4322=good' }, 401],
    ['a name that leads here', { host: 'evil.example:4321' }, 421],
    ['a name that only looks like ours', { host: '127.0.0.1:4321.evil.example' }, 421],
    ['another port', { host: '127.0.0.1:80' }, 421],
    ['no port', { host: '127.0.0.1' }, 421],
    ['no host', { host: undefined }, 421],
    ['two hosts', { host: '127.0.0.1:4321, evil.example' }, 421],
    ['another spelling of the address', { host: '0x7f.1:4321' }, 421],
    ['a name that leads here, with a start code', { host: 'evil.example:4321', target: '/start?code=abc' }, 421],
    ['POST', { method: 'POST' }, 405],
    ['POST to the start', { method: 'POST', target: '/start?code=abc' }, 405],
    ['HEAD of a start link, which would use it up', { method: 'HEAD', target: '/start?code=abc' }, 405],
    ['an absolute target', { target: 'http://evil.example/' }, 400],
    ['a target of another host', { target: '//evil.example/' }, 400],
    ['a target that climbs', { target: '/../package.json' }, 400],
    ['a target that climbs inside', { target: '/assets/../../package.json' }, 400],
    ['a target that climbs in disguise', { target: '/%2e%2e/package.json' }, 400],
    ['a target that climbs with backslashes', { target: '/..\\package.json' }, 400],
    ['a NUL', { target: '/index.html%00.js' }, 400],
    ['the star of OPTIONS', { target: '*' }, 400],
    ['what is not there by its kind', { target: '/secrets.pem' }, 404],
    ['a hidden file', { target: '/.env' }, 404],
    ['the socket, asked as a page', { target: '/rpc' }, 404],
  ])('is refused: %s', (_what, facts, status) => {
    expect(judgePage({ ...page, ...facts }, state)).toMatchObject({ kind: 'refuse', status });
  });
});

describe('an upgrade to the socket', () => {
  it.each<[string, Partial<RequestFacts>]>([
    ['from the page', {}],
    ['from the page by its other name', { host: 'localhost:4321', origin: 'http://localhost:4321' }],
  ])('is accepted: %s', (_what, facts) => {
    expect(judgeUpgrade({ ...upgrade, ...facts }, state)).toEqual({ kind: 'accept' });
  });

  it.each<[string, Partial<RequestFacts>, number]>([
    ['no cookie', { cookie: undefined }, 401],
    ['a wrong cookie', { cookie: 'daybreak-4321=bad' }, 401],
    ['a foreign page', { origin: 'http://evil.example' }, 403],
    ['a page of another port of this machine', { origin: 'http://127.0.0.1:4322' }, 403],
    ['the same page by another name than the request', { origin: 'http://localhost:4321' }, 403],
    ['https', { origin: 'https://127.0.0.1:4321' }, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
    ['no origin', { origin: undefined }, 403],
    ['a name that leads here, with its own origin', { host: 'evil.example:4321', origin: 'http://evil.example:4321' }, 421],
    ['another path', { target: '/' }, 404],
    ['another spelling of the path', { target: '/rpc?x=1' }, 404],
    ['POST', { method: 'POST' }, 405],
  ])('is refused: %s', (_what, facts, status) => {
    expect(judgeUpgrade({ ...upgrade, ...facts }, state)).toMatchObject({ kind: 'refuse', status });
  });
});

describe('a start code', () => {
  it('lets in once', () => {
    const access = createAccess(() => 0);
    const code = access.newCode();
    const secret = access.redeem(code);
    expect(secret).toMatch(/^[\w-]{43}$/u);
    expect(access.isSession(secret ?? '')).toBe(true);
    expect(access.redeem(code)).toBeNull();
    expect(access.isSession(code)).toBe(false);
  });

  it('is too old after an hour', () => {
    let now = 0;
    const access = createAccess(() => now);
    const [first, second] = [access.newCode(), access.newCode()];
    now = 3_599_999;
    expect(access.redeem(first)).not.toBeNull();
    now = 3_600_000;
    expect(access.redeem(second)).toBeNull();
  });

  it.each(['', 'a', '\0', 'x'.repeat(100_000)])('is not guessed by %j', (guess) => {
    const access = createAccess(() => 0);
    access.newCode();
    expect(access.redeem(guess)).toBeNull();
    expect(access.isSession(guess)).toBe(false);
  });

  it('does not pile up: of many, the newest work', () => {
    const access = createAccess(() => 0);
    const codes = Array.from({ length: 30 }, () => access.newCode());
    expect(access.redeem(codes[0] ?? '')).toBeNull();
    expect(access.redeem(codes.at(-1) ?? '')).not.toBeNull();
  });
});

describe('a name of a page file', () => {
  it.each([
    ['/', 'index.html'], ['/favicon.svg', 'favicon.svg'], ['/assets/a-1.b2.css', 'assets/a-1.b2.css'],
    ['/assets', null], ['/a..js', null], ['/.js', null], ['/a/.b.js', null], ['/a//b.js', null], ['/a.js/', null], ['/a.JS', null],
    ['a.js', null], ['/a.ts', null], ['/a.js\n', null],
  ])('of %j is %j', (pathname, name) => {
    expect(pageFileName(pathname)).toBe(name);
  });
});

describe('a frame of the socket', () => {
  it.each([
    ['a call', { i: '1', p: { u: '/jobs/list' } }],
    ['a call with input', { i: '1', p: { u: '/jobs/create', b: { json: { a: 1 }, meta: [] }, h: {} } }],
    ['the end of a call', { i: '1', t: 4 }],
  ])('is %s', (_what, frame) => {
    expect(isCallFrame(JSON.stringify(frame))).toBe(true);
  });

  it.each([
    ['no JSON', '{'], ['nothing', ''], ['a number', '1'], ['null', 'null'], ['a list', '[]'],
    ['no call in it', '{"i":"1"}'], ['no id', '{"p":{"u":"/jobs/list"}}'], ['an id that is a number', '{"i":1,"p":{"u":"/jobs/list"}}'],
    ['a foreign address', '{"i":"1","p":{"u":"http://evil.example/jobs/list"}}'], ['a query', '{"i":"1","p":{"u":"/jobs/list?data=1"}}'],
    ['another method', '{"i":"1","p":{"u":"/jobs/list","m":"GET"}}'],
    ['headers that choose a reader', '{"i":"1","p":{"u":"/jobs/list","h":{"content-type":"multipart/form-data"}}}'],
    ['a stream to the host', '{"i":"1","t":3,"p":{"e":"message"}}'], ['an unknown type', '{"i":"1","t":9}'],
    ['more than a call has', '{"i":"1","p":{"u":"/jobs/list"},"x":1}'],
  ])('is refused: %s', (_what, text) => {
    expect(isCallFrame(text)).toBe(false);
  });
});
