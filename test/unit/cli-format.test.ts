import { describe, expect, it } from 'vitest';
import {
  formatBytes, formatCount, formatDuration, formatMoment, formatNumberOf, formatPercent, formatRate, THIN_SPACE,
} from '../../src-main/cli/format.ts';
import { createPaint, isUtf8Locale, plainCharacters, wantsColours } from '../../src-main/cli/paint.ts';
import { shellWords } from '../../src-main/core/rsync/shell-words.ts';
import { tableLines } from '../../src-main/cli/table.ts';
import { cellWidth, fitEnd, fitMiddle, padEnd, padStart, printable, wrapWords } from '../../src-main/cli/text.ts';

describe('numbers for people', () => {
  it.each([
    [0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [1234, '1.2 kB'], [99_940, '99.9 kB'], [99_960, '100 kB'], [999_499, '999 kB'],
    [999_600, '1.0 MB'], [12_345_678, '12.3 MB'], [3_400_000_000, '3.4 GB'], [120e12, '120 TB'], [5e18, '5.0 EB'],
    [5e22, '50000 EB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0.0 s'], [-5, '0.0 s'], [440, '0.4 s'], [9949, '9.9 s'], [9960, '10 s'], [59_400, '59 s'], [59_600, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_600, '1 h'], [8_040_000, '2 h 14 min'], [86_399_000, '1 d'], [273_600_000, '3 d 4 h'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('separates groups of three by thin spaces that do not break', () => {
    expect(formatCount(1_234_567)).toBe(`1${THIN_SPACE}234${THIN_SPACE}567`);
    expect(formatCount(999)).toBe('999');
    expect(formatNumberOf(1, 'entry', 'entries')).toBe('1 entry');
    expect(formatNumberOf(1000, 'file')).toBe(`1${THIN_SPACE}000 files`);
  });

  it('says 100 % only at the very end', () => {
    expect(formatPercent(0.9999)).toBe('99 %');
    expect(formatPercent(1)).toBe('100 %');
    expect(formatPercent(1.2)).toBe('100 %');
  });

  it('gives rates and local times', () => {
    expect(formatRate(84e6)).toBe('84.0 MB/s');
    expect(formatMoment(new Date(2026, 0, 31, 22, 5).getTime())).toBe('2026-01-31 22:05');
  });
});

describe('text on a terminal', () => {
  it('never passes on what a terminal would act on', () => {
    expect(printable('a\u001b[2Jb\nc\u007f')).toBe('a\\#033[2Jb\\#012c\\#177');
    expect(printable('\u009b31mred')).toBe('\\#302\\#23331mred');
    expect(printable('harmless\u202egpj.exe')).toBe('harmless\\#342\\#200\\#256gpj.exe');
    expect(printable('Größe 日本 🎬')).toBe('Größe 日本 🎬');
  });

  it.each([
    ['abc', 3], ['Größe', 5], ['日本語', 6], ['🎬', 2], ['e\u0301', 1], ['👨‍👩‍👧', 2], ['한글', 4], ['ｆｕｌｌ', 8], ['…█░', 3], ['☂', 1],
    ['☂️', 2],
  ])('%s takes %d cells', (text, cells) => {
    expect(cellWidth(text)).toBe(cells);
  });

  it('is cut without breaking wide or combined characters', () => {
    expect(fitMiddle('omega/shots/plates', 40)).toBe('omega/shots/plates');
    expect(fitMiddle('omega/shots/plates', 11)).toBe('omega…lates');
    expect(fitMiddle('日本語日本語', 6)).toBe('日…語');
    for (let cells = 0; cells < 14; cells++) {
      expect(cellWidth(fitMiddle('日本e\u0301語日本🎬x', cells))).toBeLessThanOrEqual(cells);
      expect(cellWidth(fitEnd('日本e\u0301語日本🎬x', cells))).toBeLessThanOrEqual(cells);
    }
    expect(padEnd('日', 4)).toBe('日  ');
    expect(padStart('日', 4)).toBe('  日');
  });

  it('is broken at spaces, but a path is never torn', () => {
    expect(wrapWords('  one two three four', 10)).toEqual(['  one two', '  three', '  four']);
    expect(wrapWords('see /a/very/long/path now', 8)).toEqual(['see', '/a/very/long/path', 'now']);
    expect(wrapWords('', 8)).toEqual(['']);
    expect(wrapWords('short', 8)).toEqual(['short']);
    expect(wrapWords('日本 日本 日本', 9)).toEqual(['日本 日本', '日本']);
  });

  it('is coloured only where colours are wanted', () => {
    expect(wantsColours({ TERM: 'xterm' }, true)).toBe(true);
    expect(wantsColours({ TERM: 'xterm', NO_COLOR: '' }, true)).toBe(true);
    expect(wantsColours({ TERM: 'xterm', NO_COLOR: '1' }, true)).toBe(false);
    expect(wantsColours({ TERM: 'dumb' }, true)).toBe(false);
    expect(wantsColours({ TERM: 'xterm' }, false)).toBe(false);
    expect(createPaint(true)('problem', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(createPaint(false)('problem', 'x')).toBe('x');
  });

  it('uses signs other than ASCII only in a UTF-8 locale', () => {
    expect(isUtf8Locale({ LANG: 'en_US.UTF-8' })).toBe(true);
    expect(isUtf8Locale({ LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe(false);
    expect(isUtf8Locale({ LANG: 'de_DE.utf8', LC_ALL: '' })).toBe(true);
    expect(isUtf8Locale({})).toBe(false);
    expect(plainCharacters(`1${THIN_SPACE}234 · █░ x…y Größe`)).toBe('1 234 - #. x~y Größe');
  });
});

describe('a table', () => {
  const columns = [{ title: 'run', align: 'right' }, { title: 'path', align: 'left', flexible: true },
    { title: 'n', align: 'right' }] as const;

  it('aligns its columns', () => {
    expect(tableLines(columns, [['1', '/a', '10'], ['12', '/日本', '9']], null)).toEqual(['run  path    n', '  1  /a     10',
      ' 12  /日本   9']);
  });

  it('cuts the flexible column in the middle to fit, but not to nothing', () => {
    const rows = [['1', '/data/production/of/a/long/name -> /mnt/backup', '10']];
    for (const text of tableLines(columns, rows, 40)) expect(cellWidth(text)).toBeLessThanOrEqual(40);
    expect(tableLines(columns, rows, 40)[1]).toMatch(/^  1  \/data\/productio….*\/mnt\/backup  10$/u);
    expect(tableLines(columns, rows, 5)[1]).toContain('…');
  });
});

describe('a command to copy', () => {
  it('is read back by a shell as it was', async () => {
    const { execFileSync } = await import('node:child_process');
    const argv = ['plain', 'two words', 'it\'s', '$HOME', 'a\nb', 'tab\tq\'\\', '*', '', '-x', 'Größe', '\\#012', 'a;b',
      '\u001b[2J'];
    const echoed = execFileSync('bash', ['-c', `printf '%s\\0' ${shellWords(argv)}`]).toString('utf8');
    expect(echoed.split('\0').slice(0, -1)).toEqual(argv);
    expect(shellWords(argv)).not.toContain('\u001b');
  });
});
