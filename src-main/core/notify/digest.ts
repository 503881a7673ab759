import type { Webhook } from '../../../src-shared/notify.ts';
import type { WaitingMessage } from '../store/outbox.ts';
import { plainText, type Message } from './message.ts';
import { countText } from './words.ts';

/** Messages that go out as one. */
export interface Letter {
  readonly title: string;
  readonly text: string;
  readonly tone: Message['tone'];
  readonly messages: readonly Message[];
}

/** One letter of at least one message. A single one looks like itself; of several, problems come first. */
export function toLetter(messages: readonly Message[]): Letter {
  const order = ['problem', 'good', 'info'] as const;
  const sorted = [...messages].sort((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone));
  const [first] = sorted;
  if (first !== undefined && sorted.length === 1) return { title: first.title, text: plainText(first), tone: first.tone, messages };
  const problems = sorted.filter(({ tone }) => tone === 'problem').length;
  const title = `Daybreak on ${first?.host ?? 'this machine'}: ${countText(sorted.length, 'message')}, ${problems === 0 ? 'no problem' : countText(problems, 'problem')}`;
  return {
    title, tone: problems > 0 ? 'problem' : 'good', messages: sorted,
    text: [
      sorted.map((each) => `- ${each.title}`).join('\n'),
      ...sorted.map((each) => `${each.title}\n${'-'.repeat(Math.min(each.title.length, 72))}\n${plainText(each)}`),
    ].join('\n\n'),
  };
}

/** What a channel does next: messages to send, each list as one letter, and messages that newer ones have replaced. */
export interface ChannelPlan {
  readonly letters: readonly (readonly WaitingMessage[])[];
  readonly replaced: readonly WaitingMessage[];
}

/** Messages of one letter at the most. */
const mostTogether = 50;
/** Nothing waits longer than a day for its next try: what seems to was written before the clock was set back, ms. */
const longestWaitMs = 25 * 3_600_000;

/** The plan for what waits (oldest first) for one channel. `isLast`: what was never tried goes now, digest or not. */
export function planChannel(waiting: readonly WaitingMessage[], form: Webhook['form'] | 'mail', now: number, isLast: boolean): ChannelPlan {
  const isDue = ({ nextTryAt, tries }: WaitingMessage): boolean => nextTryAt <= now || nextTryAt > now + longestWaitMs || (isLast && tries === 0);
  if (form === 'pings') {
    // A ping says how it is now: a late "started" after "success" would say the wrong thing.
    const newest = new Map(waiting.map((each) => [each.message.job?.id ?? '', each]));
    const last = [...newest.values()];
    return { letters: last.filter(isDue).map((each) => [each]), replaced: waiting.filter((each) => !last.includes(each)) };
  }
  const due = waiting.filter(isDue);
  const letters = Array.from({ length: Math.ceil(due.length / mostTogether) }, (_, place) => due.slice(place * mostTogether, (place + 1) * mostTogether));
  return { letters, replaced: [] };
}
