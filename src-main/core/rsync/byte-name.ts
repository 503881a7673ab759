import { isUtf8 as isUtf8Bytes } from 'node:buffer';
import type { ByteName } from '../../../src-shared/byte-name.ts';

/** The bytes of a name, for calls that take paths as buffers. */
export function toBytes(name: ByteName): Buffer {
  return Buffer.from(name, 'latin1');
}

/** A name as the kernel gave it, for instance from `readdir(path, { encoding: 'buffer' })`. */
export function fromBytes(bytes: Buffer): ByteName {
  return bytes.toString('latin1') as ByteName;
}

/** The bytes of a piece of text (a pattern, an argument) as a name. */
export function fromText(text: string): ByteName {
  return Buffer.from(text, 'utf8').toString('latin1') as ByteName;
}

/** True when the bytes of the name are text. */
export function isUtf8(name: ByteName): boolean {
  return isAscii(name) || isUtf8Bytes(toBytes(name));
}

/**
 * The string that reaches a child process as exactly these bytes, or null where argv cannot carry them from
 * Node: it encodes every argument as UTF-8, and no argument can hold a NUL.
 */
export function toArgument(name: ByteName): string | null {
  if (name.includes('\0')) return null;
  if (isAscii(name)) return name;
  const bytes = toBytes(name);
  return isUtf8Bytes(bytes) ? bytes.toString('utf8') : null;
}

/**
 * A name for people. Bytes that are not text, and characters that would move a cursor or reorder a line, become
 * `\#ooo` (octal) as rsync prints them; a backslash that could be taken for such an escape becomes `\#134`, so no
 * two names look the same. The root of a transfer is shown as `.`.
 */
export function display(name: ByteName): string {
  if (name === '') return '.';
  return printable(name.replace(/\\(?=#\d{3})/gu, '\\#134'));
}

/** A line of rsync's for people: as `display`, but what rsync has escaped already is left as it is. */
export function displayLine(line: string): string {
  return printable(line);
}

/** True when each character is one byte in UTF-8 too. */
export function isAscii(text: string): boolean {
  return /^[\u0000-\u007f]*$/u.test(text);
}

/** One well-formed UTF-8 character (Unicode 15, table 3-7), or else one single byte; over one char per byte. */
const utf8Characters = new RegExp(
  [
    '[\\xc2-\\xdf][\\x80-\\xbf]',
    '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]', '\\xed[\\x80-\\x9f][\\x80-\\xbf]', '[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}',
    '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}', '\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}', '[\\xf1-\\xf3][\\x80-\\xbf]{3}',
    '[\\x00-\\xff]',
  ].join('|'),
  'gu',
);

/** Control and format characters, and line and paragraph separators: none of them shows as itself. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function printable(bytes: string): string {
  if (/^[ -~]*$/u.test(bytes)) return bytes;
  return bytes.replace(utf8Characters, (character) => {
    const code = character.charCodeAt(0);
    if (character.length === 1 && code < 0x80) return code >= 0x20 && code < 0x7f ? character : octal(character);
    if (character.length === 1) return octal(character);
    const text = Buffer.from(character, 'latin1').toString('utf8');
    return invisible.test(text) ? octal(character) : text;
  });
}

function octal(bytes: string): string {
  return Array.from(bytes, (byte) => `\\#${byte.charCodeAt(0).toString(8).padStart(3, '0')}`).join('');
}

const notAscii = /[\u0080-\u00ff]/u;

/** The path of a name below `root`, for a file call. Most names are ASCII, and a string costs a third less than a buffer. */
export function pathTo(root: string, name: ByteName): string | Buffer {
  if (name === '') return root;
  return notAscii.test(name) ? Buffer.concat([Buffer.from(`${root}/`), toBytes(name)]) : `${root}/${name}`;
}
