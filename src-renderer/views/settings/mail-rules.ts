import { MailSettings } from '../../../src-shared/notify.ts';

/** Where servers usually listen for each way. */
export const usualPorts: Readonly<Record<MailSettings['security'], number>> = { starttls: 587, tls: 465, none: 25 };

/** `mail` with another encryption; the port follows where it was the usual one. */
export function withSecurity(mail: MailSettings, security: MailSettings['security']): MailSettings {
  return { ...mail, security, port: mail.port === usualPorts[mail.security] ? usualPorts[security] : mail.port };
}

/** Why nothing could be sent like this, in a sentence; null where it could. What is off may hold anything that can be kept. */
export function mailProblem(mail: MailSettings): string | null {
  const wrong = [...(mail.from === '' ? [] : [mail.from]), ...mail.to].find((address) => !/^[^\s@]+@[^\s@]+$/u.test(address.trim()));
  if (wrong !== undefined) return `"${wrong}" is no mail address.`;
  if (mail.enabled && mail.host.trim() === '') return 'Give the name of the mail server.';
  if (mail.enabled && mail.from.trim() === '') return 'Give the address mail comes from.';
  if (mail.enabled && mail.to.length === 0) return 'Give at least one address mail goes to.';
  return MailSettings.safeParse(mail).success ? null : 'One of these values is too long.';
}
