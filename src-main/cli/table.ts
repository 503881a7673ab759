import { cellWidth, fitMiddle, padEnd, padStart } from './text.ts';

/** A column of a table for a terminal or a log. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** May be cut in the middle where the table is too wide. */
  readonly flexible?: boolean;
}

const GAP = '  ';
const LEAST_FLEXIBLE = 12;

/**
 * Rows of printable cells as lines with a title line first, at most `width` cells wide as far as the flexible
 * columns allow. `width` null: as wide as needed.
 */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[], width: number | null): string[] {
  const widths = columns.map((column, index) =>
    Math.max(cellWidth(column.title), ...rows.map((row) => cellWidth(row[index] ?? ''))));
  if (width !== null) shrink(columns, widths, width);
  const lineOf = (cells: readonly string[]): string => columns.map((column, index) => {
    const room = widths[index] ?? 0;
    const text = column.flexible === true ? fitMiddle(cells[index] ?? '', room) : cells[index] ?? '';
    return column.align === 'right' ? padStart(text, room) : padEnd(text, room);
  }).join(GAP).trimEnd();
  return [lineOf(columns.map((column) => column.title)), ...rows.map(lineOf)];
}

/** Takes cells from the widest flexible column, one at a time. */
function shrink(columns: readonly Column[], widths: number[], width: number): void {
  let excess = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (columns.length - 1) - width;
  while (excess > 0) {
    let widest = -1;
    columns.forEach((column, index) => {
      const cells = widths[index] ?? 0;
      if (column.flexible === true && cells > LEAST_FLEXIBLE && cells > (widths[widest] ?? 0)) widest = index;
    });
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
}
