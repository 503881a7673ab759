import { z } from 'zod';
import { RunState } from '../../../src-shared/run.ts';

/** What a message is about. `started` goes to addresses that are pinged, and to nobody else. */
export const MessageKind = z.enum(['started', 'ended', 'recovered', 'silent', 'alarm', 'test']);
export type MessageKind = z.infer<typeof MessageKind>;

/** A run as a message tells of it. Times in ms since the epoch, durations in ms, sizes in bytes. */
export const MessageRun = z.object({
  id: z.int(),
  state: RunState,
  startedAt: z.number(),
  /** Null while it goes on. */
  endedAt: z.number().nullable(),
  durationMs: z.number().nullable(),
  filesTransferred: z.number(),
  bytesTransferred: z.number(),
  deleted: z.number(),
  /** Names, or parts of the run, that failed. */
  failed: z.number(),
  /** Deletions that wait for approval. */
  held: z.number(),
});
export type MessageRun = z.infer<typeof MessageRun>;

/** Something people are told: what, where and what to do next. The same for all ways to tell it. */
export const Message = z.object({
  kind: MessageKind,
  tone: z.enum(['good', 'problem', 'info']),
  /** One line. */
  title: z.string(),
  /** What happened, in sentences. */
  text: z.string(),
  /** What to do next; null: nothing. */
  next: z.string().nullable(),
  /** Figures for people, in the order they are shown. */
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  at: z.number(),
  /** The machine that tells it. */
  host: z.string(),
  job: z.object({ id: z.string(), name: z.string() }).nullable(),
  run: MessageRun.nullable(),
});
export type Message = z.infer<typeof Message>;

/** A message as plain text: what happened, what to do, the figures. */
export function plainText({ text, next, facts }: Message): string {
  const width = Math.max(...facts.map(({ name }) => name.length), 0);
  const figures = facts.map(({ name, value }) => `${name.padEnd(width)}  ${value}`);
  return [text, ...(next === null ? [] : [`What to do: ${next}`]), figures.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** The same in one line, for where there is little room. */
export function shortText({ text, next }: Message): string {
  return [text.replaceAll('\n', ' '), next].filter((part) => part !== null && part !== '').join(' ');
}
