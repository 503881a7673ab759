import type { Webhook } from '../../../src-shared/notify.ts';
import type { Letter } from './digest.ts';
import type { Message } from './message.ts';
import { oneLine } from './words.ts';

/** What is sent to a web address. */
export interface WebRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Characters of a text that chat services take. */
const chatCharacters = 3000;
/** ntfy makes a file of a longer text. */
const ntfyBytes = 3900;
const pingCharacters = 10_000;

/** States of a run that are a success to those who are pinged: all was copied. */
const successes = new Set<string | undefined>(['succeeded', 'warned']);

/** A letter in the form that the receiver reads. Of a pings address the letter holds one message. */
export function webRequest(form: Webhook['form'], url: string, letter: Letter): WebRequest {
  switch (form) {
    case 'json': return json(url, { version: 1, title: letter.title, messages: letter.messages });
    case 'slack': return json(url, { text: slackText(letter) });
    case 'teams': return json(url, teamsCard(letter));
    case 'ntfy': return ntfy(url, letter);
    case 'pings': return { url: pingAddress(url, letter.messages[0]), headers: plain, body: cut(letter.text, pingCharacters) };
  }
}

const plain = { 'content-type': 'text/plain; charset=utf-8' };

function json(url: string, content: unknown): WebRequest {
  return { url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) };
}

/** Slack reads &, < and > as its own marks. */
function slackText({ title, text }: Letter): string {
  const escaped = (part: string): string => part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `*${escaped(oneLine(title, 200))}*\n\`\`\`${escaped(cut(text, chatCharacters).replaceAll('```', '\'\'\''))}\`\`\``;
}

/** An adaptive card, as workflows of Teams take it. */
function teamsCard({ title, text, tone, messages }: Letter): unknown {
  const [only] = messages;
  const isSingle = messages.length === 1 && only !== undefined;
  const block = (words: string, more: object = {}) => ({ type: 'TextBlock', text: escapeMarkdown(cut(words, chatCharacters)), wrap: true, ...more });
  const color = { good: 'Good', problem: 'Attention', info: 'Default' }[tone];
  const body = [
    block(title, { size: 'Medium', weight: 'Bolder', color }),
    ...(isSingle ? [only.text, only.next ?? ''].filter((part) => part !== '').map((part) => block(part)) : [block(text, { fontType: 'Monospace' })]),
    ...(isSingle && only.facts.length > 0 ? [{ type: 'FactSet', facts: only.facts.map(({ name, value }) => ({ title: name, value: escapeMarkdown(value) })) }] : []),
  ];
  return {
    type: 'message',
    attachments: [{
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: { $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', type: 'AdaptiveCard', version: '1.4', body },
    }],
  };
}

/** Names of files must not become links or emphasis. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\*_[\]()`]/gu, '\\$&');
}

function ntfy(url: string, { title, text, tone }: Letter): WebRequest {
  const priority = { good: '2', problem: '4', info: '3' }[tone];
  const tags = { good: 'white_check_mark', problem: 'warning', info: 'information_source' }[tone];
  const bytes = Buffer.from(text);
  // Cut between characters: a half one decodes to U+FFFD at the end.
  const body = bytes.length <= ntfyBytes ? text : `${bytes.subarray(0, ntfyBytes).toString('utf8').replace(/\uFFFD+$/u, '')}…`;
  return { url, headers: { ...plain, Title: headerText(oneLine(title, 200)), Priority: priority, Tags: tags }, body };
}

/** Text of a header: as it is in ASCII, else as RFC 2047 has it, which ntfy reads. */
function headerText(text: string): string {
  return /^[\x20-\x7e]*$/u.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}

/** As healthchecks.io has it: URL/start, URL, URL/fail. */
function pingAddress(url: string, message: Message | undefined): string {
  const isFine = message?.kind === 'test' || successes.has(message?.run?.state);
  const part = message?.kind === 'started' ? '/start' : isFine ? '' : '/fail';
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/$/u, '')}${part}`;
  return address.href;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
