import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import { Receipt, type ChainCheck, type ChainedReceipt } from '../../../src-shared/receipt.ts';
import { fromJson, inTransaction } from './database.ts';

/** The receipts, each hashed together with the hash of the one before it. There is no way to change or remove one. */
export interface ReceiptStore {
  /** Adds a receipt at the end of the chain; where its run has one already, that stays and is given back. */
  append(receipt: Receipt): ChainedReceipt;
  /** Throws `AppError` not-found. */
  get(run: number): ChainedReceipt;
  /** Looks at every receipt. */
  verify(): ChainCheck;
  /**
   * Ended runs that have no receipt, oldest first: skipped, refused and interrupted ones, and those that ended before `endedBefore`
   * (ms since the epoch) without one. Runs from before there were receipts are not among them.
   */
  missing(endedBefore: number): number[];
}

/** What the first receipt names as the hash before it. */
const noHash = '0'.repeat(64);

/** Where the chain ends, kept apart from it, so that receipts that are taken away at its end show. */
const ChainEnd = z.object({ count: z.int(), hash: z.string() });
type ChainEnd = z.infer<typeof ChainEnd>;

interface Row {
  readonly number: number;
  readonly run: number;
  readonly receipt: string;
  readonly hash: string;
  readonly previous: string;
}

/** The receipts in `database`. */
export function receiptStore(database: DatabaseSync): ReceiptStore {
  const columns = 'number, run, receipt, hash, previous';
  const add = database.prepare(`INSERT INTO receipts (${columns}) VALUES (?, ?, ?, ?, ?)`);
  const byRun = database.prepare(`SELECT ${columns} FROM receipts WHERE run = ?`);
  const all = database.prepare(`SELECT ${columns} FROM receipts ORDER BY number`);
  const last = database.prepare('SELECT number AS count, hash FROM receipts ORDER BY number DESC LIMIT 1');
  const fact = database.prepare('SELECT value FROM facts WHERE name = ?');
  const setFact = database.prepare('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)');
  const startAfter = database.prepare('INSERT OR IGNORE INTO facts (name, value) SELECT \'receipts_after\', coalesce(max(id), 0) FROM runs WHERE ended_at IS NOT NULL');
  const missing = database.prepare(`
    SELECT id FROM runs
    WHERE id > (SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'receipts_after') AND ended_at IS NOT NULL
      AND (began_at IS NULL OR state = 'interrupted' OR ended_at < ?) AND NOT EXISTS (SELECT 1 FROM receipts WHERE run = runs.id)
    ORDER BY id`);
  const find = (run: number): Row | undefined => byRun.get(run) as Row | undefined;

  function endOfChain(): ChainEnd | null {
    const value = fact.get('receipts_end')?.['value'];
    try {
      return typeof value === 'string' ? ChainEnd.parse(JSON.parse(value)) : null;
    } catch {
      // Somebody wrote there: as good as gone.
      return null;
    }
  }

  return {
    append(receipt) {
      return inTransaction(database, () => {
        const there = find(receipt.run);
        if (there) return toChained(there);
        // What was taken away at the end must leave a gap, so the kept end counts, not the rows.
        const end = endOfChain() ?? (last.get() as ChainEnd | undefined) ?? { count: 0, hash: noHash };
        const text = canonicalText(receipt);
        const row: Row = { number: end.count + 1, run: receipt.run, receipt: text, hash: hashOf(end.hash, text), previous: end.hash };
        add.run(row.number, row.run, row.receipt, row.hash, row.previous);
        setFact.run('receipts_end', JSON.stringify({ count: row.number, hash: row.hash } satisfies ChainEnd));
        return toChained(row);
      });
    },
    get(run) {
      const row = find(run);
      if (row) return toChained(row);
      throw new AppError({
        kind: 'not-found', message: `Run ${run} has no receipt.`, hint: 'A run gets one when it ends; dry runs, and runs of earlier versions of Daybreak, have none.',
      });
    },
    verify: () => inTransaction(database, () => checkChain(all.iterate() as Iterable<Row>, endOfChain())),
    missing(endedBefore) {
      startAfter.run();
      return missing.all(Math.round(endedBefore)).map((row) => Number(row['id']));
    },
  };
}

/** Follows the chain from its first row to `end`, and names the first thing that is wrong with it. */
function checkChain(rows: Iterable<Row>, end: ChainEnd | null): ChainCheck {
  let receipts = 0;
  let before: Pick<Row, 'number' | 'run' | 'hash'> = { number: 0, run: 0, hash: noHash };
  let problem: ChainCheck['problem'] = null;
  for (const row of rows) {
    receipts++;
    problem ??= problemOf(row, before);
    before = row;
  }
  if (problem || (end?.count ?? 0) === before.number && (end?.hash ?? noHash) === before.hash) return { receipts, problem };
  const lost = (end?.count ?? 0) - before.number;
  const message = end === null ? 'The note of where the receipts end is gone: some may have been taken away after the last one.'
    : lost > 0 ? `${lost === 1 ? 'The last receipt is' : `The last ${lost} receipts are`} missing: ${end.count} were written, the last one there is number ${before.number}.`
      : 'The last receipts are not those that Daybreak wrote.';
  return { receipts, problem: { run: null, message } };
}

function problemOf(row: Row, before: Pick<Row, 'number' | 'run' | 'hash'>): ChainCheck['problem'] {
  const { number, run } = row;
  const isWhole = hashOf(row.previous, row.receipt) === row.hash && runIn(row.receipt) === run;
  if (!isWhole) return { run, message: `The receipt of run ${run} was changed after it was written.` };
  if (number !== before.number + 1) {
    const between = before.number === 0 ? `before that of run ${run}` : `between those of run ${before.run} and run ${run}`;
    const gap = number - before.number - 1;
    return { run: null, message: gap === 1 ? `Receipt ${number - 1} is missing: ${between}.` : `${gap} receipts are missing: ${between}.` };
  }
  if (row.previous === before.hash) return null;
  return { run, message: `The receipt of run ${run} does not stand where it was written: another one came before it then.` };
}

function runIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { run?: unknown } | null)?.run;
  } catch {
    return null;
  }
}

function hashOf(previous: string, text: string): string {
  return createHash('sha256').update(`${previous}\n${text}`).digest('hex');
}

/** A receipt as the text that is hashed: JSON with the fields of every object in the order of their names, without spaces. */
export function canonicalText(receipt: Receipt): string {
  return JSON.stringify(inOrder(JSON.parse(JSON.stringify(receipt))));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, inOrder(each)]));
}

function toChained({ number, run, receipt, hash, previous }: Row): ChainedReceipt {
  return { receipt: fromJson(Receipt, receipt, `the receipt of run ${run}`), number, hash, previous };
}
