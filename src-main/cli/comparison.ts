import type { RunComparison } from '../../src-shared/diagnosis.ts';
import type { App } from '../core/app.ts';
import { createHistory } from '../core/history.ts';
import type { Face } from './face.ts';
import { line, renderLine, textLines, type Line } from './line.ts';
import { styleFor } from './style.ts';
import { tableLines, type Column } from './table.ts';
import { printable } from './text.ts';

/** Writes two runs side by side, and which difference explains their times. Throws `AppError` not-found. */
export function writeComparison(face: Face, app: App, runs: readonly [number, number], json: boolean): void {
  const compared = createHistory(() => app.store(), () => null).compare(runs);
  if (json) {
    face.output.write(`${JSON.stringify(compared)}\n`);
    return;
  }
  const width = face.output.size()?.columns ?? null;
  const style = styleFor(face, face.output);
  const lines = comparisonLines(compared.comparison, [compared.earlier.id, compared.later.id], width);
  face.output.write(lines.map((each) => `${renderLine(style, each)}\n`).join(''));
}

function comparisonLines({ explanation, differences, followed }: RunComparison, [earlier, later]: readonly [number, number], width: number | null): Line[] {
  const columns: readonly Column[] = [
    { title: 'what changed', align: 'left' }, { title: `run ${earlier}`, align: 'left', flexible: true }, { title: `run ${later}`, align: 'left', flexible: true },
    { title: 'time', align: 'right' },
  ];
  const rows = differences.map(({ what, before, after, factor }) => [what, printable(before), printable(after), factor === null ? '' : `x ${factor.toFixed(2)}`]);
  return [
    ...textLines(explanation, 'strong'),
    ...(rows.length === 0 ? [] : [line(''), ...tableLines(columns, rows, width).map((text, index) => line(text, index === 0 ? 'strong' : 'plain'))]),
    ...(followed === null ? [] : [line(''), ...textLines(
      `Followed: ${followed.advice}. Expected ${followed.predicted.toFixed(1)} times as fast, got ${followed.got.toFixed(1)}.`,
    )]),
  ];
}
