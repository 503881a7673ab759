import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { Webhook } from '../../../src-shared/notify.ts';
import { toLetter } from './digest.ts';
import type { Message } from './message.ts';
import { shownAddress } from './webhook-address.ts';
import { webRequest, type WebRequest } from './webhook-forms.ts';

/** For the whole answer, ms. */
const answerWithinMs = 10_000;
const mostRedirects = 3;
/** A redirect that asks for the same request once more; others would turn it into a GET. */
const sameAgain = [307, 308];

/**
 * Sends messages as one request; answers what the server said, in words. Throws `AppError` connection, timeout, auth,
 * not-found or invalid-input; none of them holds more of the address than its host.
 */
export async function sendWebhook({ form, url }: Pick<Webhook, 'form' | 'url'>, messages: readonly Message[]): Promise<string> {
  const where = shownAddress(url);
  const stop = AbortSignal.timeout(answerWithinMs);
  let request = webRequest(form, url, toLetter(messages));
  for (let redirects = 0; ; redirects++) {
    const response = await ask(request, where, stop);
    if (response.ok) return `${where} answered ${statusOf(response)}.${url.startsWith('http:') ? ' It is not encrypted on its way.' : ''}`;
    const next = redirects < mostRedirects && sameAgain.includes(response.status) ? response.headers.get('location') : null;
    if (next === null || !URL.canParse(next, request.url)) throw refusal(response, where);
    request = { ...request, url: sameHost(new URL(next, request.url), request.url, where) };
  }
}

async function ask({ url, headers, body }: WebRequest, where: string, stop: AbortSignal): Promise<Response> {
  const address = new URL(url);
  const { username, password } = address;
  // fetch takes no address with a name in it.
  address.username = '';
  address.password = '';
  const signIn = username === '' ? {} : { authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}` };
  try {
    const response = await fetch(address, { method: 'POST', headers: { 'user-agent': 'Daybreak', ...headers, ...signIn }, body, redirect: 'manual', signal: stop });
    // Nothing of the answer is read: it may be endless, and it may repeat the address.
    await response.body?.cancel();
    return response;
  } catch (thrown) {
    throw unreachable(thrown, where);
  }
}

function sameHost(next: URL, before: string, where: string): string {
  const from = new URL(before);
  if (next.host === from.host && next.protocol === from.protocol) {
    next.username = from.username;
    next.password = from.password;
    return next.href;
  }
  throw new AppError({
    kind: 'invalid-input', message: `${where} sends on to another server (${next.host}), which Daybreak does not follow.`,
    hint: 'Enter the address it leads to, if you trust it.',
  });
}

function statusOf({ status, statusText }: Response): string {
  return `${status}${statusText === '' ? '' : ` ${statusText}`}`;
}

function refusal(response: Response, where: string): AppError {
  const message = `${where} answered ${statusOf(response)}`;
  switch (response.status) {
    case 401:
    case 403: return new AppError({ kind: 'auth', message, hint: 'Check the address and its token.' });
    case 404:
    case 410: return new AppError({ kind: 'not-found', message, hint: 'Check the address: the service does not know it, or not any more.' });
    default: return new AppError({ kind: 'connection', message, hint: 'Check the address and its form, or see what the service reports.' });
  }
}

function unreachable(thrown: unknown, where: string): AppError {
  if ((thrown as Error | null)?.name === 'TimeoutError') {
    return new AppError({ kind: 'timeout', message: `${where} did not answer within ${answerWithinMs / 1000} s`, hint: 'Check the network and the service.' });
  }
  const cause = (thrown as { readonly cause?: unknown } | null)?.cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? toAppError(thrown).kind;
  return new AppError({ kind: 'connection', message: `${where} cannot be reached (${code})`, hint: 'Check the address and the network.' });
}
