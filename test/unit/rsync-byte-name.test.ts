import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import { display, displayLine, fromBytes, fromText, isUtf8, toArgument, toBytes } from '../../src-main/core/rsync/byte-name.ts';

function bytes(...values: number[]): ByteName {
  return fromBytes(Buffer.from(values));
}

describe('names as bytes', () => {
  test('every byte comes through unchanged', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(toBytes(fromBytes(all)).equals(all)).toBe(true);
  });

  test.each([
    ['text', fromText('é'), true],
    ['ASCII', fromText('plain\n'), true],
    ['a latin1 name', bytes(0xe9), false],
    ['an overlong form', bytes(0xc0, 0xaf), false],
    ['half a surrogate pair', bytes(0xed, 0xa0, 0x80), false],
    ['a cut character', bytes(0x61, 0xe2, 0x82), false],
  ])('%s is UTF-8 or not', (_, name, expected) => {
    expect(isUtf8(name)).toBe(expected);
    expect(toArgument(name) !== null).toBe(expected);
  });

  test.each(
    ['plain', 'é 𝄞 ü', '\ufeffmark', 'new\nline', '-rf', ''],
  )('the argument for %j reaches a program as the same bytes', (text) => {
    const name = fromText(text);
    const seen = execFileSync('/bin/sh', ['-c', 'printf %s "$1"', 'sh', toArgument(name) ?? 'none']);
    expect(fromBytes(seen)).toBe(name);
  });

  test('a NUL fits into no argument', () => {
    expect(toArgument(bytes(0x61, 0))).toBeNull();
  });
});

describe('names for people', () => {
  test.each<[string, ByteName, string]>([
    ['plain', fromText('plain name.txt'), 'plain name.txt'],
    ['text', fromText('é 𝄞 日本'), 'é 𝄞 日本'],
    ['the root', '' as ByteName, '.'],
    ['a line end', fromText('a\nb'), 'a\\#012b'],
    ['a terminal escape', fromText('\u001b[31m'), '\\#033[31m'],
    ['a C1 control', fromText('\u009b31m'), '\\#302\\#23331m'],
    ['text turned round', fromText('a\u202egpj.exe'), 'a\\#342\\#200\\#256gpj.exe'],
    ['a line separator', fromText('a\u2028b'), 'a\\#342\\#200\\#250b'],
    ['bytes that are no text', bytes(0x61, 0xff, 0xe9), 'a\\#377\\#351'],
    ['a cut character before text', bytes(0xe2, 0x82, 0x61), '\\#342\\#202a'],
    ['a surrogate', bytes(0xed, 0xa0, 0x80), '\\#355\\#240\\#200'],
    ['what looks like an escape', fromText('a\\#012'), 'a\\#134#012'],
    ['a backslash', fromText('a\\b\\#1'), 'a\\b\\#1'],
  ])('%s', (_, name, shown) => {
    expect(display(name)).toBe(shown);
  });

  test('no two names look the same', () => {
    const names = [
      fromText('a\nb'), fromText('a\\#012b'), fromText('a\\#134#012b'), bytes(0xff), fromText('\\#377'), fromText('ÿ'),
    ];
    expect(new Set(names.map(display)).size).toBe(names.length);
  });

  test('what rsync has escaped in a line is left as it is', () => {
    expect(displayLine(fromText('opendir "/s/é\\#012" failed\u0007'))).toBe('opendir "/s/é\\#012" failed\\#007');
  });
});
