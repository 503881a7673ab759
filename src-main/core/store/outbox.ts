import type { DatabaseSync } from 'node:sqlite';
import { Message } from '../notify/message.ts';
import type { OutboxEntry } from '../../../src-shared/notify.ts';
import { fromJson, inTransaction, whole } from './database.ts';

/** A message that waits. Times in ms since the epoch. */
export interface WaitingMessage {
  readonly id: number;
  readonly channel: string;
  readonly message: Message;
  readonly createdAt: number;
  readonly tries: number;
  readonly nextTryAt: number;
}

/** Messages on their way out; they survive a restart. Any process may add, and one at a time sends: see `claim`. */
export interface Outbox {
  /** Waits until `dueAt`, or goes with what waits already for that channel and was not tried yet. */
  add(channel: string, message: Message, now: number, dueAt: number): void;
  /** All that wait, oldest first. */
  waiting(): WaitingMessage[];
  /**
   * Takes messages for one try; true where all are still as they were read, false where another process was first. Until
   * `nextTryAt` no one else tries them, so that a process that dies in the middle loses nothing.
   */
  claim(messages: readonly WaitingMessage[], nextTryAt: number): boolean;
  sent(ids: readonly number[], now: number): void;
  /** The try failed; it comes again as it was claimed, or never where it is given up. */
  failed(ids: readonly number[], error: string, isGivenUp: boolean): void;
  /** Those that wait after a failure are due now: what was wrong may have been mended. Not those that are being tried. */
  hurry(now: number): void;
  newest(limit: number): OutboxEntry[];
}

/** Closed messages that are kept to be looked at. */
const keptMessages = 500;
const keptMs = 30 * 86_400_000;

interface Columns {
  readonly id: number;
  readonly channel: string;
  readonly message: string;
  readonly createdAt: number;
  readonly tries: number;
  readonly nextTryAt: number | null;
  readonly sentAt: number | null;
  readonly error: string | null;
}

/** The outbox in `database`. */
export function outboxStore(database: DatabaseSync): Outbox {
  const columns = 'id, channel, message, created_at AS createdAt, tries, next_try_at AS nextTryAt, sent_at AS sentAt, error';
  const untried = database.prepare('SELECT min(next_try_at) AS dueAt FROM outbox WHERE channel = ? AND tries = 0 AND next_try_at IS NOT NULL');
  const add = database.prepare('INSERT INTO outbox (channel, message, created_at, next_try_at) VALUES (?, ?, ?, ?)');
  const prune = database.prepare(`
    DELETE FROM outbox WHERE next_try_at IS NULL
      AND (created_at < ? OR id <= (SELECT id FROM outbox ORDER BY id DESC LIMIT 1 OFFSET ${keptMessages}))`);
  const waiting = database.prepare(`SELECT ${columns} FROM outbox WHERE next_try_at IS NOT NULL ORDER BY id`);
  const asRead = database.prepare('SELECT 1 FROM outbox WHERE id = ? AND tries = ? AND next_try_at = ?');
  const claim = database.prepare('UPDATE outbox SET tries = tries + 1, next_try_at = ?, error = NULL WHERE id = ?');
  const sent = database.prepare('UPDATE outbox SET sent_at = ?, next_try_at = NULL, error = NULL WHERE id = ?');
  const failed = database.prepare('UPDATE outbox SET error = ?, next_try_at = CASE WHEN ? THEN NULL ELSE next_try_at END WHERE id = ?');
  const hurry = database.prepare('UPDATE outbox SET next_try_at = ?1 WHERE next_try_at > ?1 AND error IS NOT NULL');
  const newest = database.prepare(`SELECT ${columns} FROM outbox ORDER BY id DESC LIMIT ?`);
  const messageOf = ({ id, message }: Columns) => fromJson(Message, message, `message ${id} of the outbox`);
  return {
    add(channel, message, now, dueAt) {
      inTransaction(database, () => {
        const due = untried.get(channel)?.['dueAt'];
        const together = typeof due === 'number' ? Math.min(due, dueAt) : dueAt;
        add.run(channel, JSON.stringify(message), whole(now), whole(together));
        prune.run(whole(now - keptMs));
      });
    },
    waiting: () => (waiting.all() as unknown as Columns[]).map((row) => {
      const { id, channel, createdAt, tries, nextTryAt } = row;
      return { id, channel, message: messageOf(row), createdAt, tries, nextTryAt: nextTryAt! };
    }),
    claim(messages, nextTryAt) {
      return inTransaction(database, () => {
        if (!messages.every((read) => asRead.get(read.id, read.tries, read.nextTryAt))) return false;
        for (const { id } of messages) claim.run(whole(nextTryAt), id);
        return true;
      });
    },
    sent(ids, now) {
      for (const id of ids) sent.run(whole(now), id);
    },
    failed(ids, error, isGivenUp) {
      for (const id of ids) failed.run(error, isGivenUp ? 1 : 0, id);
    },
    hurry(now) {
      hurry.run(whole(now));
    },
    newest: (limit) => (newest.all(limit) as unknown as Columns[]).map((row) => {
      const { id, channel, createdAt, tries, sentAt, nextTryAt, error } = row;
      return { id, channel, title: messageOf(row).title, createdAt, tries, sentAt, nextTryAt, error };
    }),
  };
}
