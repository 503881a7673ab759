import { AppError } from '../../../src-shared/errors.ts';
import type { MailSettings } from '../../../src-shared/notify.ts';

/** A sender or receiver. */
export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/** A mailbox without quotes, comments or control characters: what is odder is refused, so that nothing can become a header. */
const mailbox = /^[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@[\p{L}\p{N}][\p{L}\p{N}-]{0,62}(?:\.[\p{L}\p{N}][\p{L}\p{N}-]{0,62}){0,20}$/u;
const withName = /^"?(?<name>[^<>"\p{Cc}]{0,100}?)"?\s*<(?<address>[^<>\s]+)>$/u;

/** Reads `anna@example.org` or `Anna <anna@example.org>`. Throws `AppError` invalid-input for anything else. */
export function readAddress(text: string): MailAddress {
  const { name = '', address = text } = withName.exec(text)?.groups ?? {};
  if (mailbox.test(address)) return { name: name.trim(), address };
  throw new AppError({
    kind: 'invalid-input', message: `"${text.replace(/\p{Cc}+/gu, ' ')}" is not a mail address.`, hint: 'Write it like anna@example.org, or Anna <anna@example.org>.',
  });
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/iu;
const hostName = /^[\p{L}\p{N}._:[\]-]+$/u;

/** Throws `AppError` invalid-input where mail cannot be sent by these settings, or must not. */
export function checkMail({ host, security, from, to }: MailSettings): void {
  const refuse = (message: string, hint: string): never => {
    throw new AppError({ kind: 'invalid-input', message, hint });
  };
  if (!hostName.test(host)) refuse(host === '' ? 'There is no mail server.' : `"${host}" is not the name of a server.`, 'Enter the host of your mail server, like smtp.example.org.');
  if (security === 'none' && !loopback.test(host)) {
    refuse(`Mail to ${host} would go out unencrypted, with its password.`, 'Choose TLS or STARTTLS. Without encryption only a server on this machine is used (localhost).');
  }
  if (from === '') refuse('There is no sender.', 'Enter the address that mail is sent from.');
  if (to.length === 0) refuse('There is no receiver.', 'Enter at least one address that mail is sent to.');
  for (const address of [from, ...to]) readAddress(address);
}
