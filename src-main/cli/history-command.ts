import { adviceLines } from './advice-lines.ts';
import { writeComparison } from './comparison.ts';
import type { App } from '../core/app.ts';
import type { RunRow, UnitRow } from '../core/store/runs.ts';
import { exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import { formatBytes, formatCount, formatDuration, formatMoment, formatNumberOf, formatZone } from './format.ts';
import { errorLines, line, noticeLines, renderLine, textLines, type Line } from './line.ts';
import { styleFor } from './style.ts';
import { shellWords } from '../core/rsync/shell-words.ts';
import { tableLines, type Column } from './table.ts';
import { printable } from './text.ts';
import { usageError } from './usage.ts';

/** Slowest units shown without `--all`. */
const SHOWN_UNITS = 20;

export interface HistoryOptions {
  readonly json?: boolean;
  readonly limit?: string;
  readonly all?: boolean;
  readonly compare?: string;
}

/** `daybreak history [RUN] [--compare RUN]`. Throws `AppError` for a bad number or a run that is not there. */
export async function runHistory(face: Face, run: string | undefined, options: HistoryOptions): Promise<number> {
  const limit = wholeNumber('--limit', options.limit ?? '20');
  const id = run === undefined ? null : wholeNumber('RUN', run);
  const other = options.compare === undefined ? null : wholeNumber('--compare', options.compare);
  if (other !== null && id === null) throw usageError('--compare needs a run to compare with', `For instance: ${face.callName} history 17 --compare ${other}`);
  const app = await face.openApp();
  try {
    if (id !== null && other !== null) writeComparison(face, app, [id, other], options.json === true);
    else if (options.json === true) face.output.write(`${JSON.stringify(id === null ? { runs: app.history(limit) } : app.run(id))}\n`);
    else {
      const width = face.output.size()?.columns ?? null;
      const lines = id === null ? listLines(app, limit, width, face) : runLines(app.run(id), options.all === true, width);
      const style = styleFor(face, face.output);
      face.output.write(lines.map((each) => `${renderLine(style, each)}\n`).join(''));
    }
    return exitCodes.ok;
  } finally {
    await app.close();
  }
}

function wholeNumber(what: string, text: string): number {
  if (!/^\d{1,9}$/u.test(text) || Number(text) < 1) {
    throw usageError(
      `${what} ${text} is not a whole number from 1 up`,
      'The first column of the history holds the numbers of the runs.',
    );
  }
  return Number(text);
}

const listColumns = (zone: string): readonly Column[] => [
  { title: 'run', align: 'right' },
  { title: `when (${zone})`, align: 'left' },
  { title: 'state', align: 'left' },
  { title: 'duration', align: 'right' },
  { title: 'entries', align: 'right' },
  { title: 'size', align: 'right' },
  { title: 'copied', align: 'right' },
  { title: 'source', align: 'left', flexible: true },
  { title: 'destination', align: 'left', flexible: true },
];

function listLines(app: App, limit: number, width: number | null, face: Face): Line[] {
  const runs = app.history(limit);
  if (runs.length === 0) return [line(`No runs yet. Start one: ${face.callName} backup SRC DEST`)];
  const rows = runs.map((run) => [
    `${run.id}`, formatMoment(run.startedAt), run.state, durationOf(run),
    formatCount(run.totals.entries), formatBytes(run.totals.bytes), formatBytes(run.totals.bytesTransferred),
    printable(run.source), printable(run.destination),
  ]);
  const [title = '', ...body] = tableLines(listColumns(formatZone(face.now())), rows, width);
  return [line(title, 'strong'), ...body.map((text, index) => line(text, toneOf(runs[index])))];
}

function toneOf(run: RunRow | undefined): Line['tone'] {
  if (run === undefined) return 'plain';
  if (run.state === 'failed' || run.state === 'unproven' || run.state === 'interrupted') return 'problem';
  return run.state === 'warned' || run.state === 'held' ? 'warning' : 'plain';
}

function durationOf(run: RunRow): string {
  return run.endedAt === null ? '-' : formatDuration(run.endedAt - run.startedAt);
}

function runLines({ run, units, verdict }: ReturnType<App['run']>, all: boolean, width: number | null): Line[] {
  const shown = all ? units : units.slice(0, SHOWN_UNITS);
  const hidden = units.length - shown.length;
  return [
    ...factLines(run),
    ...adviceLines(verdict),
    ...run.notices.flatMap(noticeLines),
    ...(run.error ? errorLines(run.error) : []),
    ...(units.length === 0 ? [] : [line(''), ...unitTable(shown, width)]),
    ...(hidden > 0 ? [line(`and ${formatNumberOf(hidden, 'faster unit')} (all with --all)`, 'quiet')] : []),
    ...units.filter(isBad).slice(0, all ? units.length : SHOWN_UNITS).flatMap(failureLines),
  ];
}

function factLines(run: RunRow): Line[] {
  const { totals } = run;
  const facts: [string, string][] = [
    ['run', `${run.id}, started by ${run.trigger}`],
    ['state', run.state],
    ['source', run.source],
    ['destination', run.destination],
    ['started', `${formatMoment(run.startedAt)} (${formatZone(run.startedAt)})`],
    ['duration', durationOf(run)],
    ['looked at', `${formatNumberOf(totals.entries, 'entry', 'entries')}, ${formatBytes(totals.bytes)}`],
    ['copied', `${formatNumberOf(totals.filesTransferred, 'file')}, ${formatBytes(totals.bytesTransferred)}`],
    ['created', formatCount(totals.created)],
    ['deleted', formatCount(totals.deleted)],
    ...(totals.held > 0 ? [['held', formatCount(totals.held)] satisfies [string, string]] : []),
    ...(run.limitedBy === null ? [] : [['limited by', run.limitedBy] satisfies [string, string]]),
    ['rsync', run.rsyncVersion ?? 'unknown'],
  ];
  return facts.map(([name, value]) => line(`${name.padEnd(12)} ${value}`, name === 'state' ? toneOf(run) : 'plain'));
}

const unitColumns: readonly Column[] = [
  { title: 'unit', align: 'right' },
  { title: 'state', align: 'left' },
  { title: 'seconds', align: 'right' },
  { title: 'entries', align: 'right' },
  { title: 'size', align: 'right' },
  { title: 'copied', align: 'right' },
  { title: 'code', align: 'right' },
  { title: 'tries', align: 'right' },
  { title: 'name', align: 'left', flexible: true },
];

function unitTable(units: readonly UnitRow[], width: number | null): Line[] {
  const rows = units.map((unit) => [
    `${unit.unit}`, unit.state, (unit.durationMs / 1000).toFixed(1), formatCount(unit.entries), formatBytes(unit.bytes),
    formatBytes(unit.bytesTransferred), unit.code === null ? '-' : `${unit.code}`, `${unit.attempt}`,
    printable(unit.name === '' ? '(root folder)' : unit.name),
  ]);
  return tableLines(unitColumns, rows, width).map((text, index) => line(text, index === 0 ? 'strong' : 'plain'));
}

function isBad({ state }: UnitRow): boolean {
  return state === 'failed' || state === 'warned';
}

function failureLines(unit: UnitRow): Line[] {
  const name = unit.name === '' ? '(root folder)' : unit.name;
  return [
    line(''),
    line(`unit ${unit.unit} ${unit.state}: ${name}`, unit.state === 'failed' ? 'problem' : 'warning'),
    ...(unit.argv.length === 0 ? [] : [line(`  ${shellWords(['rsync', ...unit.argv])}`, 'quiet')]),
    ...unit.lastLines.flatMap((text) => textLines(text, 'plain', '  | ')),
  ];
}
