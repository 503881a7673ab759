import { toAppError } from '../../../src-shared/errors.ts';
import type { NotifySettings, Webhook } from '../../../src-shared/notify.ts';
import type { SecretStore } from '../ports.ts';
import type { Outbox, WaitingMessage } from '../store/outbox.ts';
import { backoffMs, givenUpAfterMs } from './backoff.ts';
import { planChannel } from './digest.ts';
import { sendMail } from './mail.ts';
import { sendWebhook } from './webhook.ts';

/** Between two looks of its own, ms: what is due and cannot be sent must not keep this process busy. */
const shortestSleepMs = 1000;
/** The longest sleep, ms: the clock may be set, another process may leave a message, and silence is looked for as often. */
const longestSleepMs = 60_000;

export interface DeliveryParts {
  /** May throw: then the next look tries again. */
  readonly outbox: () => Outbox;
  readonly settings: () => NotifySettings;
  readonly secrets: SecretStore;
  /** Ms since the epoch. */
  readonly now: () => number;
  /** Whether this process is the one that sends; the others only leave messages. */
  readonly mayDeliver: () => boolean;
  /** Called before each look into the outbox: what else is to be told now. */
  readonly beforeLook: () => void;
  /** Before a message that could not be sent is tried for the second time, ms. */
  readonly retryMs?: number | undefined;
}

/** Sends what waits in the outbox. */
export interface Delivery {
  /** From now on, until `close`. */
  start(): void;
  /** Something may be due. Nothing happens before `start`. */
  wake(): void;
  /** One try for all that was never tried or is due: for a process that is about to end. Resolves when it is done. */
  deliverNow(): Promise<void>;
  /** Resolves when what is being sent is sent, or has failed. */
  close(): Promise<void>;
}

/** A delivery that is not started yet. */
export function createDelivery({ outbox, settings, secrets, now, mayDeliver, beforeLook, retryMs }: DeliveryParts): Delivery {
  let isStarted = false;
  let timer: NodeJS.Timeout | undefined;
  let going: Promise<void> | null = null;
  let isWoken = false;

  function sleep(): void {
    clearTimeout(timer);
    if (!isStarted) return;
    let ms = longestSleepMs;
    try {
      if (mayDeliver()) for (const { nextTryAt } of outbox().waiting()) ms = Math.min(ms, nextTryAt - now());
    } catch {
      // What cannot be read now is looked at again after the longest sleep.
    }
    timer = setTimeout(wake, Math.max(shortestSleepMs, ms));
    timer.unref();
  }

  function wake(): void {
    if (!isStarted) return;
    isWoken = true;
    if (going !== null) return;
    going = passes().finally(() => {
      going = null;
      sleep();
    });
  }

  async function passes(): Promise<void> {
    do {
      isWoken = false;
      // So that a run's end is never held up by what telling takes.
      await Promise.resolve();
      if (mayDeliver()) await pass(false);
    } while (isWoken);
  }

  async function pass(isLast: boolean): Promise<void> {
    try {
      beforeLook();
      const channels = Map.groupBy(outbox().waiting(), ({ channel }) => channel);
      await Promise.all([...channels].map(([channel, waiting]) => serve(channel, waiting, isLast)));
    } catch {
      // The history is in use or cannot be written: the messages stay, and the next look tries again.
    }
  }

  async function serve(channel: string, waiting: readonly WaitingMessage[], isLast: boolean): Promise<void> {
    const { mail, webhooks } = settings();
    const webhook = webhooks.find(({ id, enabled }) => id === channel && enabled);
    if (channel === 'mail' ? !mail.enabled : webhook === undefined) {
      outbox().failed(waiting.map(({ id }) => id), 'Given up: it was switched off or removed.', true);
      return;
    }
    const { letters, replaced } = planChannel(waiting, webhook?.form ?? 'mail', now(), isLast);
    if (replaced.length > 0) outbox().failed(replaced.map(({ id }) => id), 'Not sent: a newer one has replaced it.', true);
    for (const letter of letters) await post(letter, webhook ?? null, mail);
  }

  async function post(letter: readonly WaitingMessage[], webhook: Webhook | null, mail: NotifySettings['mail']): Promise<void> {
    const tries = Math.max(...letter.map((each) => each.tries)) + 1;
    if (!outbox().claim(letter, now() + backoffMs(tries, retryMs))) return;
    const messages = letter.map(({ message }) => message);
    const ids = letter.map(({ id }) => id);
    try {
      if (webhook) await sendWebhook(webhook, messages);
      else await sendMail(mail, await secrets.get('mail-password'), messages);
    } catch (thrown) {
      const { message } = toAppError(thrown);
      const old = letter.filter(({ createdAt }) => now() - createdAt >= givenUpAfterMs).map(({ id }) => id);
      outbox().failed(ids.filter((id) => !old.includes(id)), message, false);
      outbox().failed(old, `Given up after 2 days: ${message}`, true);
      return;
    }
    outbox().sent(ids, now());
  }

  return {
    start() {
      isStarted = true;
      wake();
    },
    wake,
    async deliverNow() {
      await going;
      await pass(true);
    },
    async close() {
      isStarted = false;
      clearTimeout(timer);
      await going;
    },
  };
}
