/** An argv longer than this keeps its options, its first and its last names, characters. */
const keptArgv = 4000;
/** Lines kept of what rsync said last, and characters of each. */
const keptLines = 20;
const keptLine = 1000;

/**
 * An argv for the history: a unit may name a thousand paths, and thousands of units would make the history larger
 * than what it tells of. A long one has `[... N more]` in place of its middle.
 */
export function shortArgv(argv: readonly string[]): string[] {
  if (sizeOf(argv) <= keptArgv) return [...argv];
  const last = argv.slice(-1).map((word) => shortText(word, keptLine));
  const first: string[] = [];
  let size = sizeOf(last);
  for (const word of argv.slice(0, -1)) {
    const short = shortText(word, keptLine);
    size += short.length;
    if (size > keptArgv) break;
    first.push(short);
  }
  const left = argv.length - first.length - last.length;
  return [...first, ...(left > 0 ? [`[... ${left} more]`] : []), ...last];
}

/** The last lines of an output, each cut to a readable length. */
export function shortLines(lines: readonly string[]): string[] {
  return lines.slice(-keptLines).map((line) => shortText(line, keptLine));
}

function shortText(text: string, kept: number): string {
  return text.length <= kept ? text : `${text.slice(0, kept)}...`;
}

function sizeOf(words: readonly string[]): number {
  return words.reduce((size, word) => size + word.length, 0);
}
