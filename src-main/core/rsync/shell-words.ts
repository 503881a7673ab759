/**
 * An argv as one line that a POSIX shell reads back the same (sh(1p), 2.2 Quoting): for showing and copying only,
 * never run from here.
 */
export function shellWords(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/u.test(word)) return word;
  // Control characters and bytes that are no text need the $'...' form that sh(1p) of 2024 and all common shells have.
  if (/[\u0000-\u001f\u007f-\u009f]/u.test(word)) {
    return `$'${word.replace(/['\\]/gu, '\\$&').replace(/[\u0000-\u001f\u007f-\u009f]/gu, octal)}'`;
  }
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function octal(found: string): string {
  return [...Buffer.from(found)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
