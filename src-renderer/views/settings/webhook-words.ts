import type { Webhook } from '../../../src-shared/notify.ts';

export const webhookForms: readonly { readonly value: Webhook['form']; readonly label: string; readonly meaning: string }[] = [
  { value: 'json', label: 'JSON', meaning: 'Daybreak’s own form, for a program of yours.' },
  { value: 'slack', label: 'Slack', meaning: 'An incoming webhook of Slack, or of what speaks like it (Mattermost, Discord with /slack).' },
  { value: 'teams', label: 'Microsoft Teams', meaning: 'A workflow that takes a webhook request.' },
  { value: 'ntfy', label: 'ntfy', meaning: 'The address of a topic: notifications on your phone.' },
  { value: 'pings', label: 'Pings', meaning: 'Start, success and failure, as healthchecks.io and Uptime Kuma take them.' },
];

/** An address with what may be secret in it left out: the host, and the last four signs. */
export function shortAddress(address: string): string {
  if (!URL.canParse(address)) return address;
  const { host, pathname, search } = new URL(address);
  const rest = `${pathname}${search}`;
  return rest.length <= 6 ? `${host}${rest === '/' ? '' : rest}` : `${host}/…${rest.slice(-4)}`;
}

/** Why an address cannot be used, in a sentence; null where it can. */
export function addressProblem(address: string): string | null {
  return URL.canParse(address) && /^https?:$/u.test(new URL(address).protocol) ? null : 'Give the whole address, beginning with https://.';
}
