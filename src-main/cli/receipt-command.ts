import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import type { ChainCheck, ChainedReceipt } from '../../src-shared/receipt.ts';
import { receiptPage } from '../core/receipt/page.ts';
import { rootLevelName } from '../core/receipt/unprotected.ts';
import { verdictOf, type Verdict } from '../core/receipt/verdict.ts';
import { exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import { formatBytes, formatCount, formatDuration, formatMoment, formatNumberOf, formatZone } from './format.ts';
import { line, noticeLines, renderLine, textLines, type Line } from './line.ts';
import type { Tone } from './paint.ts';
import { styleFor } from './style.ts';
import { tableLines, type Column } from './table.ts';
import { printable } from './text.ts';
import { usageError } from './usage.ts';

export interface ReceiptOptions {
  readonly json?: boolean;
  readonly html?: string;
}

/** `daybreak receipt RUN`. Throws `AppError` for a bad number, a run without a receipt, or a file that cannot be written. */
export async function runReceipt(face: Face, run: string, options: ReceiptOptions): Promise<number> {
  if (!/^\d{1,9}$/u.test(run) || Number(run) < 1) throw usageError(`RUN ${run} is not the number of a run`, 'The first column of the history holds the numbers of the runs.');
  if (options.json === true && options.html !== undefined) throw usageError('--json and --html cannot be used together', 'Call it twice.');
  const app = await face.openApp();
  try {
    const chained = app.receipts.get(Number(run));
    if (options.html !== undefined) await writePage(face, options.html, chained);
    else if (options.json === true) face.output.write(`${JSON.stringify(chained)}\n`);
    else write(face, receiptLines(chained, face.output.size()?.columns ?? null));
    return exitCodes.ok;
  } finally {
    await app.close();
  }
}

/** `daybreak receipts verify`: exit code 1 where a receipt was changed or is missing. */
export async function runVerifyReceipts(face: Face, options: { readonly json?: boolean }): Promise<number> {
  const app = await face.openApp();
  try {
    const check = app.receipts.verify();
    if (options.json === true) face.output.write(`${JSON.stringify(check)}\n`);
    else write(face, checkLines(check));
    return check.problem === null ? exitCodes.ok : exitCodes.failed;
  } finally {
    await app.close();
  }
}

function write(face: Face, lines: readonly Line[]): void {
  const style = styleFor(face, face.output);
  face.output.write(lines.map((each) => `${renderLine(style, each)}\n`).join(''));
}

async function writePage(face: Face, file: string, chained: ChainedReceipt): Promise<void> {
  const target = path.resolve(face.callerFolder, file);
  try {
    await writeFile(target, receiptPage(chained), { flag: 'wx' });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') throw usageError(`${target} is there already`, 'Give another name, or remove it first.');
    throw new AppError({ kind: 'permission', message: `${target} cannot be written: ${toAppError(thrown).message}`, hint: 'Give a file in a folder that you may write to.' });
  }
}

const tones: Readonly<Record<Verdict['level'], Tone>> = { good: 'good', partly: 'warning', none: 'problem' };

const folderColumns: readonly Column[] = [
  { title: 'folder', align: 'left', flexible: true }, { title: 'state', align: 'left' }, { title: 'entries', align: 'right' },
  { title: 'size', align: 'right' }, { title: 'failed', align: 'right' }, { title: 'time', align: 'right' },
];

function receiptLines({ receipt, number, hash }: ChainedReceipt, width: number | null): Line[] {
  const { level, title, sentence } = verdictOf(receipt);
  const rows = receipt.folders.map((row) => [
    printable(row.folder === '' ? rootLevelName : row.folder), row.state, formatCount(row.entries), formatBytes(row.bytes), formatCount(row.failed),
    formatDuration(row.durationMs),
  ]);
  return [
    line(title, tones[level]), ...textLines(sentence), line(''),
    line(`run ${receipt.run} of "${receipt.job.name}", ${receipt.state}`, 'strong'),
    line(`${formatMoment(receipt.startedAt)} to ${formatMoment(receipt.endedAt)} (${formatZone(receipt.startedAt)})`),
    line(`${receipt.host.user} on ${receipt.host.name}, rsync ${receipt.rsync.version ?? 'not called'}`),
    ...(rows.length === 0 ? [] : [line(''), ...tableLines(folderColumns, rows, width).map((each, index) => line(each, index === 0 ? 'strong' : 'plain'))]),
    line(''), line('Not protected, and why', 'strong'),
    ...receipt.unprotected.flatMap(({ name, reason }) => textLines(`${name}: ${reason}`, 'plain', '  ')),
    ...(receipt.failures.length === 0 ? [] : [line(`${formatNumberOf(receipt.failures.filter(({ isNew }) => isNew).length, 'of these failures is new', 'of these failures are new')} since last time`)]),
    ...receipt.notices.flatMap(noticeLines),
    line(''), line(`receipt ${number}, SHA-256 ${hash}`, 'quiet'),
  ];
}

function checkLines({ receipts, problem }: ChainCheck): Line[] {
  if (problem === null) return [line(`All is as it was written: ${formatNumberOf(receipts, 'receipt')}.`, 'good')];
  return [
    ...textLines(problem.message, 'problem'),
    line('  Compare with a copy of the data folder, or with hashes that were kept elsewhere (docs/receipts.md).'),
  ];
}
