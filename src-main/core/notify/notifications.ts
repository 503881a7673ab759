import { hostname } from 'node:os';
import { AppError } from '../../../src-shared/errors.ts';
import type { MailSettings, NotifySettings, OutboxEntry, Webhook } from '../../../src-shared/notify.ts';
import type { SecretStore } from '../ports.ts';
import type { Store } from '../store/open-store.ts';
import type { Verdict } from './decide.ts';
import { createDelivery } from './delivery.ts';
import { sendMail } from './mail.ts';
import { checkMail } from './mail-address.ts';
import type { Message } from './message.ts';
import { testMessage } from './run-message.ts';
import { createTeller } from './teller.ts';
import { sendWebhook } from './webhook.ts';
import { shownAddress, withWholeAddress } from './webhook-address.ts';

/** Messages of the outbox that are shown. */
const shownMessages = 100;

/** Where a test goes. `password`: null for the one that is kept. */
export type TestChannel =
  | { readonly kind: 'mail'; readonly mail: MailSettings; readonly password: string | null }
  | { readonly kind: 'webhook'; readonly webhook: Webhook };

export interface NotificationsParts {
  readonly store: () => Store;
  readonly secrets: SecretStore;
  /** Ms since the epoch. */
  readonly now: () => number;
  /** Whether this process sends what waits, of all that have this data folder open; left out: it does. */
  readonly mayDeliver?: () => boolean;
  /** Before a message that could not be sent is tried for the second time, ms. */
  readonly retryMs?: number | undefined;
}

/** How people are told about runs. Passwords and whole addresses go in and never come out. */
export interface Notifications {
  /** Rejects as the store does. Addresses of webhooks are shortened. */
  get(): Promise<{ settings: NotifySettings; hasMailPassword: boolean; whyNoSecrets: string | null }>;
  /**
   * Keeps settings; shortened addresses stay as they are. `mailPassword`: left out, it stays; null or '' forgets it.
   * Rejects with `AppError` invalid-input, also where the server is another one and the password is left out; permission where
   * the password cannot be kept.
   */
  set(settings: NotifySettings, mailPassword?: string | null): Promise<void>;
  /** Sends a message now; answers in the server's words. Rejects with `AppError` as sending does. */
  test(channel: TestChannel): Promise<string>;
  /** Sends a test by what is saved: `mail`, the id of a webhook. Rejects with `AppError` not-found. */
  testSaved(channel: string): Promise<string>;
  /** The newest 100 messages. */
  outbox(): OutboxEntry[];
  /** Called by the store's owner. They never throw: a run goes on whoever cannot be told. */
  runBegan(run: number): void;
  runEnded(run: number): void;
  /** What is said of the end of a run (null: the job's newest one); null: nothing. `isEvery`: any end is told, unless the job never is. */
  verdictOf(jobId: string, run: number | null, isEvery: boolean): Verdict | null;
  /** Told of what no live run of this host shows: alarms, silence, runs that were skipped or lost. Begins with what nobody heard yet. */
  onNews(listener: (message: Message) => void): void;
  /** Sends from now on what waits, until `close`. */
  start(): void;
  /** Something may be due: the clock was set, or the network is back. */
  wake(): void;
  /** One try for what waits, for a process that is about to end. */
  deliverNow(): Promise<void>;
  close(): Promise<void>;
}

/** Notifications over `parts.store`; nothing is read or sent before it is asked for. */
export function createNotifications({ store, secrets, now, mayDeliver = () => true, retryMs }: NotificationsParts): Notifications {
  const host = hostname();
  const unheard: Message[] = [];
  const listeners = new Set<(message: Message) => void>();
  const teller = createTeller({
    store, now, host,
    news(message) {
      if (listeners.size === 0) unheard.push(message);
      for (const listener of listeners) listener(message);
    },
  });
  const delivery = createDelivery({
    outbox: () => store().outbox, settings: () => store().notify.get(), secrets, now, mayDeliver, retryMs, beforeLook: () => teller.look(),
  });

  /** A message that cannot be left for sending is lost, the run it tells of is not. */
  function tell(work: () => void): void {
    try {
      work();
    } catch {
      // The run's end is in the history, where the next look at silence finds it.
    }
    delivery.wake();
  }

  /** The password that is kept goes to the server it was given for: else a page could learn it by naming one of its own. */
  async function refuseOtherServer(mail: MailSettings): Promise<void> {
    const stored = store().notify.get().mail;
    if (stored.host === '' || isSameServer(mail, stored) || (await secrets.get('mail-password')) === null) return;
    throw new AppError({ kind: 'invalid-input', message: `The password that is kept was given for ${stored.host}, port ${stored.port}.`, hint: 'Enter the password again.' });
  }

  async function keepPassword(password: string | null): Promise<void> {
    const kept = await secrets.get('mail-password').catch(() => null);
    // A credential of the service is only read, and may be given all the same.
    if (password === null || password !== kept) await secrets.set('mail-password', password);
  }

  async function test(channel: TestChannel): Promise<string> {
    const messages = [testMessage(host, now())];
    if (channel.kind === 'webhook') return sendWebhook(withWholeAddress(channel.webhook, store().notify.get().webhooks), messages);
    if (channel.password !== null) return sendMail(channel.mail, channel.password, messages);
    await refuseOtherServer(channel.mail);
    return sendMail(channel.mail, await secrets.get('mail-password'), messages);
  }

  return {
    async get() {
      const settings = store().notify.get();
      const whyNoSecrets = await secrets.whyNot();
      const hasMailPassword = await secrets.get('mail-password').then((password) => password !== null, () => false);
      return { settings: { ...settings, webhooks: settings.webhooks.map((each) => ({ ...each, url: shownAddress(each.url) })) }, hasMailPassword, whyNoSecrets };
    },
    async set(given, mailPassword) {
      const stored = store().notify.get().webhooks;
      const settings = { ...given, webhooks: given.webhooks.map((each) => withWholeAddress(each, stored)) };
      checkSettings(settings);
      if (mailPassword === undefined) await refuseOtherServer(settings.mail);
      else await keepPassword(mailPassword === '' ? null : mailPassword);
      store().notify.set(settings);
      store().outbox.hurry(now());
      delivery.wake();
    },
    test,
    async testSaved(channel) {
      const { mail, webhooks } = store().notify.get();
      if (channel === 'mail') return test({ kind: 'mail', mail, password: null });
      const webhook = webhooks.find(({ id }) => id === channel);
      if (webhook) return test({ kind: 'webhook', webhook });
      const known = ['mail', ...webhooks.map(({ id }) => id)].join(', ');
      throw new AppError({ kind: 'not-found', message: `There is no webhook "${channel}".`, hint: `There are: ${known}.` });
    },
    outbox: () => store().outbox.newest(shownMessages),
    runBegan: (run) => tell(() => teller.runBegan(run)),
    runEnded: (run) => tell(() => teller.runEnded(run)),
    verdictOf(jobId, run, isEvery) {
      try {
        return teller.verdictOf(jobId, run, isEvery);
      } catch {
        // Without a history, better once too often than not at all.
        return 'problem';
      }
    },
    onNews(listener) {
      listeners.add(listener);
      for (const message of unheard.splice(0)) listener(message);
    },
    start: () => delivery.start(),
    wake: () => delivery.wake(),
    deliverNow: () => delivery.deliverNow(),
    close: () => delivery.close(),
  };
}

/** Whether a password given for the one goes to the other in the same way. */
function isSameServer(one: MailSettings, other: MailSettings): boolean {
  return one.host === other.host && one.port === other.port && one.security === other.security;
}

/** What is off need not be filled in. Throws `AppError` invalid-input. */
function checkSettings({ mail, webhooks }: NotifySettings): void {
  if (mail.enabled) checkMail(mail);
  const ids = webhooks.map(({ id }) => id);
  const twice = ids.find((id, place) => id === 'mail' || ids.indexOf(id) !== place);
  if (twice === undefined) return;
  throw new AppError({ kind: 'invalid-input', message: `"${twice}" cannot be the name of this webhook: it is taken.`, hint: 'Give it another one.' });
}
