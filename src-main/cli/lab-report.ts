import type { LabFigure, LabResult, LabState } from '../../src-shared/lab.ts';
import { formatBytes, formatDuration, formatNumberOf } from './format.ts';
import { line, type Line } from './line.ts';
import { tableLines, type Column } from './table.ts';
import { printable } from './text.ts';

export interface ReportStyle {
  readonly width: number | null;
  readonly utf8: boolean;
  readonly callName: string;
}

const columns: readonly Column[] = [
  { title: 'way', align: 'left', flexible: true },
  { title: 'median', align: 'right' },
  { title: 'spread', align: 'right' },
  { title: 'x faster', align: 'right' },
  { title: 'CPU', align: 'right' },
  { title: '', align: 'left' },
];

/** Length of the bar of the slowest way. */
const barCells = 20;

/** What is being measured now, in one line. */
export function progressLine({ phase, doing, done, total }: LabState): string {
  return phase === 'measuring' ? `${done + 1} of ${total}: ${doing}` : doing;
}

/** A result as a table with bars, what it means, and how to use it. */
export function labReport(result: LabResult, style: ReportStyle): Line[] {
  const slowest = Math.max(...result.figures.map(({ medianMs }) => medianMs ?? 0), 1);
  const rows = result.figures.map((figure) => row(figure, result.winner, slowest, style.utf8));
  const [title = '', ...body] = tableLines(columns, rows, style.width);
  const notes = result.figures.filter(({ note }) => note !== null);
  return [
    line(`Measured with ${formatNumberOf(result.sample.entries, 'entry', 'entries')}, ${formatBytes(result.sample.bytes)} of ${printable(result.source)}${result.isCold ? ', caches emptied before each measurement' : ''}, in ${formatDuration(result.durationMs)}`),
    line(''),
    line(title, 'strong'),
    ...body.map((text, index) => line(text, result.figures[index]?.way.id === result.winner ? 'good' : 'plain')),
    ...(notes.length > 0 ? [line('')] : []),
    ...notes.map(({ way, note }) => line(printable(`${way.label}: ${note}`), 'warning')),
    line(''),
    ...result.explanation.map((text) => line(printable(text))),
    ...useLines(result, style.callName),
  ];
}

function row({ way, medianMs, spread, speed, cpuMs }: LabFigure, winner: string | null, slowest: number, utf8: boolean): string[] {
  return [
    `${way.id === winner ? '* ' : '  '}${printable(way.label)}`,
    medianMs === null ? '-' : seconds(medianMs),
    spread === null ? '-' : `${Math.round(spread * 100)} %`,
    speed === null ? '-' : speed.toFixed(speed < 10 ? 1 : 0),
    cpuMs === null ? '-' : seconds(cpuMs),
    medianMs === null ? '' : (utf8 ? '█' : '#').repeat(Math.max(1, Math.round(barCells * medianMs / slowest))),
  ];
}

function seconds(ms: number): string {
  return ms < 9950 ? `${(ms / 1000).toFixed(2)} s` : formatDuration(ms);
}

/** How to use the winner. */
function useLines({ figures, winner, source, destination, jobId }: LabResult, callName: string): Line[] {
  const options = figures.find(({ way }) => way.id === winner)?.way.options;
  if (!options) return [];
  const flags = [...(options.workers === undefined ? [] : [`--workers ${options.workers}`]), ...(options.compress === true ? ['--compress'] : [])].join(' ');
  const quoted = [source, destination].map((path) => (/^[\w/.:+-]+$/u.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
  return [
    line(''),
    line(`To use it: ${callName} backup ${flags} ${printable(quoted)}`, 'strong'),
    ...(jobId === null ? [] : [line('For the saved job: "Use this" beside the result in the interface.')]),
  ];
}
