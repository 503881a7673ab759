/** Text for a terminal: made harmless, measured in cells, cut to fit. */

let segmenter: Intl.Segmenter | null = null;

/** Where characters end, as people see them. Made when a text needs it: it takes 9 ms. */
function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

// Control characters (C0, DEL, C1) and the marks that reorder a line (bidirectional overrides and isolates).
const harmful = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * `text` on one line without anything a terminal would act on: a name from a foreign disk must not move the
 * cursor or set a window title. Such characters are written as rsync writes them: `\#ooo` per byte
 * (rsync(1), OPTIONS --8-bit-output).
 */
export function printable(text: string): string {
  return text.replace(harmful, (found) =>
    [...Buffer.from(found)].map((byte) => `\\#${byte.toString(8).padStart(3, '0')}`).join(''));
}

/** Code points of East Asian Width W and F (Unicode Standard Annex 11), emoji left out. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], [0x2329, 0x232a], [0x2e80, 0x303e], [0x3041, 0xa4cf], [0xa960, 0xa97f], [0xac00, 0xd7a3],
  [0xf900, 0xfaff], [0xfe10, 0xfe19], [0xfe30, 0xfe6f], [0xff00, 0xff60], [0xffe0, 0xffe6], [0x16fe0, 0x1b2ff],
  [0x1f200, 0x1f2ff], [0x20000, 0x3fffd],
];

function clusterWidth(cluster: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(cluster)) return 0;
  if (/\p{Emoji_Presentation}|\ufe0f/u.test(cluster)) return 2;
  const code = cluster.codePointAt(0) ?? 0;
  return wideRanges.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

const isAscii = (text: string): boolean => /^[ -~]*$/u.test(text);

/** Terminal cells that `text` (printable, without colours) takes. */
export function cellWidth(text: string): number {
  if (isAscii(text)) return text.length;
  let width = 0;
  for (const { segment } of segmentsOf(text)) width += clusterWidth(segment);
  return width;
}

function takeCells(clusters: readonly string[], cells: number): string {
  let width = 0;
  let taken = '';
  for (const cluster of clusters) {
    width += clusterWidth(cluster);
    if (width > cells) break;
    taken += cluster;
  }
  return taken;
}

function clustersOf(text: string): string[] {
  return Array.from(segmentsOf(text), ({ segment }) => segment);
}

/** `text` in at most `cells` cells, cut at the end with `…`. */
export function fitEnd(text: string, cells: number): string {
  if (cellWidth(text) <= cells) return text;
  return cells < 1 ? '' : `${takeCells(clustersOf(text), cells - 1)}…`;
}

/** `text` in at most `cells` cells, cut in the middle with `…`: the ends of a path tell most. */
export function fitMiddle(text: string, cells: number): string {
  if (cellWidth(text) <= cells) return text;
  if (cells < 1) return '';
  const clusters = clustersOf(text);
  const tail = takeCells(clusters.toReversed(), Math.floor(cells / 2));
  const tailClusters = clustersOf(tail).toReversed();
  return `${takeCells(clusters, cells - 1 - cellWidth(tail))}…${tailClusters.join('')}`;
}

/** `text` filled with spaces to `cells` cells. */
export function padEnd(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - cellWidth(text)));
}

/** `text` right-aligned in `cells` cells. */
export function padStart(text: string, cells: number): string {
  return ' '.repeat(Math.max(0, cells - cellWidth(text))) + text;
}

/**
 * `text` (printable) broken at spaces into lines of at most `cells` cells, the next ones indented like the first.
 * A word longer than that, such as a path, is left whole for the terminal to break: so it can still be copied.
 */
export function wrapWords(text: string, cells: number): string[] {
  const indent = /^ */u.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  for (const word of text.slice(indent.length).split(' ')) {
    const longer = current === indent ? current + word : `${current} ${word}`;
    if (current !== indent && cellWidth(longer) > cells) {
      lines.push(current);
      current = indent + word;
    } else current = longer;
  }
  return [...lines, current];
}
