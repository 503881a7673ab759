import type { Screen } from '../../src-main/cli/screen.ts';
import { cellWidth } from '../../src-main/cli/text.ts';

/** A terminal as far as the command line uses one (ECMA-48 and DEC private modes): what a person would see. */
export interface Terminal extends Screen {
  /** All lines from the first one written, without trailing spaces; colours are not kept. */
  lines(): string[];
  /** Everything that was written, with all control codes. */
  raw(): string;
  cursorHidden(): boolean;
  /** Changes the size and tells the listeners; what is shown stays as it is. */
  resize(columns: number, rows: number): void;
  foreground: boolean;
}

/** A terminal of the given size. It fails on a control code that it does not know. */
export function createTerminal(columns = 80, rows = 24): Terminal {
  let size = { columns, rows };
  let cells: string[][] = [[]];
  let row = 0;
  let column = 0;
  let hidden = false;
  let wrap = true;
  let raw = '';
  const listeners = new Set<() => void>();
  const top = (): number => Math.max(0, cells.length - size.rows);
  const down = (): void => {
    row += 1;
    while (cells.length <= row) cells.push([]);
  };
  const put = (cluster: string): void => {
    const width = cellWidth(cluster);
    if (column + width > size.columns) {
      if (!wrap) column = Math.max(0, size.columns - width);
      else {
        down();
        column = 0;
      }
    }
    const line = cells[row]!;
    while (line.length < column) line.push(' ');
    line[column] = cluster;
    for (let extra = 1; extra < width; extra++) line[column + extra] = '';
    column += width;
  };
  const control = (parameters: string, final: string): void => {
    if (final === 'A') row = Math.max(top(), row - Number(parameters || 1));
    else if (final === 'K') cells[row]!.length = Math.min(cells[row]!.length, column);
    else if (final === 'J') {
      cells = cells.slice(0, row + 1);
      cells[row]!.length = Math.min(cells[row]!.length, column);
    } else if (parameters === '?25') hidden = final === 'l';
    else if (parameters === '?7') wrap = final === 'h';
    else if (parameters !== '?2026' && final !== 'm') throw new Error(`unknown control code ${parameters}${final}`);
  };
  return {
    foreground: true,
    write: (text) => {
      raw += text;
      for (const [, parameters, final, other] of text.matchAll(/\u001b\[([\d;?]*)([A-Za-z])|([\s\S])/gu)) {
        if (final !== undefined) control(parameters ?? '', final);
        else if (other === '\n') {
          down();
          column = 0;
        } else if (other === '\r') column = 0;
        else if (other !== undefined && other < ' ') throw new Error(`control character ${JSON.stringify(other)} on the screen`);
        else if (other !== undefined) put(other);
      }
    },
    size: () => size,
    onResize: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isBehind: () => false,
    onClosed: () => undefined,
    isForeground() {
      return this.foreground;
    },
    lines: () => cells.map((line) => line.join('').trimEnd()),
    raw: () => raw,
    cursorHidden: () => hidden,
    resize: (newColumns, newRows) => {
      size = { columns: newColumns, rows: newRows };
      for (const listener of listeners) listener();
    },
  };
}

/** A pipe or file: no size, and all that was written. */
export function createPipe(): Screen & { text(): string; behind: boolean; close(): void } {
  let text = '';
  const closedListeners: (() => void)[] = [];
  return {
    behind: false,
    write: (more) => {
      text += more;
    },
    size: () => null,
    onResize: () => () => undefined,
    isBehind() {
      return this.behind;
    },
    onClosed: (listener) => {
      closedListeners.push(listener);
    },
    isForeground: () => true,
    text: () => text,
    close: () => {
      for (const listener of closedListeners) listener();
    },
  };
}
