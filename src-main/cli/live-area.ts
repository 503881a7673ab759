import { cellWidth } from './text.ts';
import type { Screen } from './screen.ts';

/** A line of a frame: its cells without colours, and how it is written. */
export interface FrameLine {
  readonly plain: string;
  readonly painted: string;
}

/** The lines at the bottom of a terminal that are drawn again and again. */
export interface LiveArea {
  /** Replaces the lines. Each must be narrower than the terminal. */
  draw(lines: readonly FrameLine[]): void;
  /** Writes lines above that stay. */
  print(lines: readonly string[]): void;
  /** Takes the lines away and gives the cursor back. Safe to call again; `draw` starts anew. */
  clear(): void;
}

const ESC = '\u001b[';
const HIDE_CURSOR = `${ESC}?25l`;
const SHOW_CURSOR = `${ESC}?25h`;
// Synchronized output (DEC mode 2026): the terminal shows a frame at once. Others ignore it.
const BEGIN = `${ESC}?2026h`;
const END = `${ESC}?2026l`;
// A line that a terminal finds wider than we do is cut, not wrapped (DECAWM).
const NO_WRAP = `${ESC}?7l`;
const WRAP = `${ESC}?7h`;
const ERASE_LINE = `${ESC}K`;
const ERASE_BELOW = `${ESC}J`;

/** A live area at the bottom of `screen`, which must be a terminal. */
export function createLiveArea(screen: Screen): LiveArea {
  let shown: readonly FrameLine[] = [];
  let drawing = false;
  let drawnColumns = 0;

  const toTop = (): string => {
    // After a resize the terminal may have wrapped our lines: count rows, not lines.
    const columns = Math.max(1, screen.size()?.columns ?? 80);
    const rows = shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(cellWidth(line.plain) / columns)), 0);
    return rows === 0 ? '\r' : `${ESC}${rows}A\r`;
  };
  const body = (lines: readonly FrameLine[]): string => lines.map((line) => `${line.painted}${ERASE_LINE}\n`).join('');

  return {
    draw: (lines) => {
      const columns = screen.size()?.columns ?? 80;
      const isSame = drawing && columns === drawnColumns && lines.length === shown.length
        && lines.every((line, index) => line.painted === shown[index]?.painted);
      if (isSame) return;
      screen.write(`${BEGIN}${HIDE_CURSOR}${NO_WRAP}${toTop()}${body(lines)}${ERASE_BELOW}${WRAP}${END}`);
      shown = lines;
      drawnColumns = columns;
      drawing = true;
    },
    print: (lines) => {
      if (lines.length === 0) return;
      const text = lines.map((line) => `${line}\n`).join('');
      if (!drawing) screen.write(text);
      else screen.write(`${BEGIN}${toTop()}${ERASE_BELOW}${text}${NO_WRAP}${body(shown)}${WRAP}${END}`);
    },
    clear: () => {
      if (drawing) screen.write(`${BEGIN}${toTop()}${ERASE_BELOW}${END}${SHOW_CURSOR}`);
      shown = [];
      drawing = false;
    },
  };
}
