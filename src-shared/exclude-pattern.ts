/** rsync drops longer patterns (PATH_MAX). */
const longestPattern = 4095;

/** Why a pattern for `rsync --exclude` is refused, or null when it is fine. */
export function validateExclude(pattern: string): string | null {
  if (pattern === '') return 'An exclude pattern must not be empty';
  if (pattern.includes('\0')) return 'An exclude pattern must not contain a NUL character';
  if (/[\r\n]/u.test(pattern)) return 'An exclude pattern must be a single line; ? stands for a line end in a name';
  if (pattern.startsWith('+ ') || pattern.startsWith('- ')) {
    const sign = pattern.slice(0, 1);
    return `An exclude pattern must not start with "${sign} ", which rsync takes for a rule of its own; write [${sign}] instead`;
  }
  if (pattern === '!') {
    return 'An exclude pattern must not be "!", which tells rsync to forget all others; write [\\!] for a file of that name';
  }
  if (utf8Bytes(pattern) > longestPattern) return `An exclude pattern must not be longer than ${longestPattern} bytes`;
  return null;
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
