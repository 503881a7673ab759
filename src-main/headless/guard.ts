import { pageFileName } from '../core/page/page-files.ts';

/**
 * Who may do what, decided by pure functions: a web page from elsewhere, another user of this machine, or a name that
 * was made to lead here (DNS rebinding) can all send requests to this port.
 */

/** Where the page's WebSocket is. */
export const RPC_PATH = '/rpc';

/** Where metrics are, once they are switched on. */
export const METRICS_PATH = '/metrics';

/** A request as it arrived; a header is undefined where it is missing. */
export interface RequestFacts {
  readonly method: string;
  /** The request target as sent: path and query. */
  readonly target: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly cookie: string | undefined;
  readonly authorization?: string | undefined;
}

/** What a decision depends on beside the request. */
export interface GuardState {
  readonly port: number;
  /** Whether this secret was given out for a start code. Compares in constant time. */
  isSession(secret: string): boolean;
  /** Left out: metrics are off. `isToken` null: whoever reaches this machine's own address may read them; compares in constant time. */
  readonly metrics?: { readonly isToken: ((secret: string) => boolean) | null } | undefined;
}

export interface Refusal {
  readonly kind: 'refuse';
  readonly status: 400 | 401 | 403 | 404 | 405 | 421;
  /** One sentence for people. */
  readonly reason: string;
}

/** `redeem`: a start code that is still to be tried; `hasSession`: this browser is in already, whatever the code is. */
export type PageDecision =
  | Refusal
  | { readonly kind: 'redeem'; readonly code: string; readonly hasSession: boolean }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'metrics' };
export type UpgradeDecision = Refusal | { readonly kind: 'accept' };

/** The name of the session's cookie. Cookies know no ports: two hosts at once would overwrite each other's. */
export function cookieName(port: number): string {
  return `daybreak-${port}`;
}

/** Decides about a request that is no upgrade. */
export function judgePage(facts: RequestFacts, state: GuardState): PageDecision {
  if (!isOwnHost(facts.host, state.port)) return wrongHost;
  if (facts.method !== 'GET' && facts.method !== 'HEAD') return refuse(405, 'Only GET and HEAD are answered here.');
  const url = readTarget(facts.target);
  if (url === null) return refuse(400, 'This is not a path of this host.');
  const hasSession = carriesSession(facts.cookie, state);
  if (url.pathname === '/start') {
    // HEAD is sent by programs that look at links, and must not use one up.
    return facts.method === 'GET'
      ? { kind: 'redeem', code: url.searchParams.get('code') ?? '', hasSession }
      : refuse(405, 'A start link is opened with GET.');
  }
  if (url.pathname === METRICS_PATH && state.metrics) return judgeMetrics(facts, state.metrics, hasSession);
  if (!hasSession) return refuse(401, 'This browser has not been let in yet.');
  const name = pageFileName(url.pathname);
  return name === null ? refuse(404, 'There is nothing at this address.') : { kind: 'file', name };
}

function judgeMetrics({ authorization }: RequestFacts, { isToken }: NonNullable<GuardState['metrics']>, hasSession: boolean): PageDecision {
  if (isToken === null || hasSession) return { kind: 'metrics' };
  const token = /^bearer +(?<token>\S{1,1000})$/iu.exec(authorization ?? '')?.groups?.['token'];
  return token !== undefined && isToken(token) ? { kind: 'metrics' } : refuse(401, 'Metrics are for those who show the token of this host.');
}

/** Decides about an upgrade to a WebSocket: the only way to a call. */
export function judgeUpgrade(facts: RequestFacts, state: GuardState): UpgradeDecision {
  if (!isOwnHost(facts.host, state.port)) return wrongHost;
  if (facts.method !== 'GET') return refuse(405, 'An upgrade is a GET.');
  if (facts.target !== RPC_PATH) return refuse(404, 'There is no socket at this address.');
  // Browsers send Origin with every upgrade and no page can change it; what sends none is no browser.
  if (facts.origin !== `http://${facts.host}`) return refuse(403, 'The socket is for the page of this host only.');
  if (!carriesSession(facts.cookie, state)) return refuse(401, 'This browser has not been let in yet.');
  return { kind: 'accept' };
}

const wrongHost: Refusal = refuse(421, 'This host answers to 127.0.0.1 and localhost with its own port only.');

function refuse(status: Refusal['status'], reason: string): Refusal {
  return { kind: 'refuse', status, reason };
}

function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** Null for anything but a path with an optional query: no absolute form, no `//host`. */
function readTarget(target: string): URL | null {
  if (!/^\/(?!\/)[\x21-\x7e]*$/u.test(target) || target.includes('\\') || target.includes('#')) return null;
  // Dots are not resolved away: a name with them is refused by who looks for the file.
  const [pathname = '', query = ''] = splitOnce(target, '?');
  if (/(^|\/)\.{1,2}(\/|$)|%/u.test(pathname)) return null;
  return new URL(`http://host${pathname}?${query}`);
}

function splitOnce(text: string, at: string): string[] {
  const place = text.indexOf(at);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + at.length)];
}

function carriesSession(cookie: string | undefined, state: GuardState): boolean {
  const name = cookieName(state.port);
  return (cookie ?? '').split(';').slice(0, 100).some((pair) => {
    const [found = '', secret = ''] = splitOnce(pair.trim(), '=');
    return found === name && state.isSession(secret);
  });
}
