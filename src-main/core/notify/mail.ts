import { AppError, type ErrorKind } from '../../../src-shared/errors.ts';
import type { MailSettings } from '../../../src-shared/notify.ts';
import { toLetter } from './digest.ts';
import { checkMail, readAddress } from './mail-address.ts';
import type { Message } from './message.ts';
import { oneLine } from './words.ts';

/** For a connection, a greeting and any silence of the server, ms. */
const silenceMs = 10_000;
/** For the whole mail, ms: less than the first wait before another try. */
const sentWithinMs = 40_000;
const subjectCharacters = 200;

/**
 * Sends messages as one mail; answers what the server said, in words. `password`: null where none is kept. Throws
 * `AppError` invalid-input, auth, connection or timeout, in the server's words; none of them holds the password.
 */
export async function sendMail(settings: MailSettings, password: string | null, messages: readonly Message[]): Promise<string> {
  checkMail(settings);
  const { host, port, security, user, from, to } = settings;
  if (user !== '' && (password === null || password === '')) {
    throw new AppError({ kind: 'auth', message: `There is no password for ${user} at ${host}.`, hint: 'Enter it in the settings, or run "daybreak notify set-mail-password".' });
  }
  const { title, text } = toLetter(messages);
  // It is needed by few processes, and takes its time to load.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host: host.replace(/^\[|\]$/gu, ''), port,
    secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none',
    ...(user === '' ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: silenceMs, greetingTimeout: silenceMs, socketTimeout: silenceMs, dnsTimeout: silenceMs,
    disableFileAccess: true, disableUrlAccess: true, logger: false,
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooSlow(host)), sentWithinMs);
    });
    const { response } = await Promise.race([transport.sendMail({
      from: { ...readAddress(from) }, to: to.map((address) => ({ ...readAddress(address) })), subject: oneLine(title, subjectCharacters), text,
      // So that no absence note answers, and no rule of a mailbox takes it for a person's.
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Daybreak-Host': oneLine(messages[0]?.host ?? '', 100) },
    }), limit]);
    return `${host} took the mail: ${withoutSecret(response, user, password)}`;
  } catch (thrown) {
    throw inWords(thrown, settings, password);
  } finally {
    clearTimeout(timer);
    transport.close();
  }
}

function tooSlow(host: string): AppError {
  return new AppError({ kind: 'timeout', message: `${host} did not take the mail within ${sentWithinMs / 1000} s.`, hint: 'Check the network and the mail server.' });
}

function inWords(thrown: unknown, { host, port, user, security }: MailSettings, password: string | null): AppError {
  if (thrown instanceof AppError) return thrown;
  const { code = '', message } = thrown as NodeJS.ErrnoException;
  const said = withoutSecret(message, user, password);
  const error = (kind: ErrorKind, text: string, hint: string) => new AppError({ kind, message: text, hint });
  switch (code) {
    case 'EAUTH':
      return error('auth', `${host} refused to sign in ${user}: ${said}`, 'Check user and password; some services want a password made for this app.');
    case 'ETLS':
      return error('connection', `${host} offers no encryption by ${security === 'starttls' ? 'STARTTLS' : 'TLS'} on port ${port}: ${said}`, 'Try the other kind of encryption, or the other port (465 for TLS, 587 for STARTTLS).');
    case 'EENVELOPE':
    case 'EMESSAGE':
      return error('invalid-input', `${host} refused the mail: ${said}`, 'Check the addresses of sender and receivers.');
    case 'ETIMEDOUT':
      return error('timeout', `${host} does not answer on port ${port}: ${said}`, 'Check host, port and network.');
    default:
      return error('connection', `Mail by ${host}, port ${port}, failed: ${said}`, 'Check host, port and network. A server with a certificate of your own needs NODE_EXTRA_CA_CERTS.');
  }
}

/** A server may repeat what it was sent, also as AUTH PLAIN and AUTH LOGIN send it. */
function withoutSecret(text: string, user: string, password: string | null): string {
  const plain = text.replace(/\s+/gu, ' ').trim();
  if (password === null || password === '') return plain;
  const sent = [`\0${user}\0${password}`, password].map((each) => Buffer.from(each).toString('base64'));
  return [...sent, password].reduce((rest, secret) => rest.replaceAll(secret, '***'), plain);
}
