import { expect, test } from 'vitest';
import { writtenIn } from '../../src-main/worker/process-io.ts';

const io = (wchar: number, syscw: number, dirtied: number): string =>
  `rchar: 5\nwchar: ${wchar}\nsyscr: 7\nsyscw: ${syscw}\nread_bytes: 0\nwrite_bytes: ${dirtied}\ncancelled_write_bytes: 0\n`;

test.each([
  ['many small files, whose pages are more than they hold', io(2000, 10, 40_960), 2000],
  ['a large file by writes', io(500e6, 2000, 499e6), 500e6],
  ['a large file within the kernel, of which no call has ended', io(0, 0, 300e6), 300e6],
  ['the second of two such files', io(1e9, 2, 1.4e9), 1.4e9],
  ['a process that is gone', '', 0],
])('bytes written of %s', (_what, text, bytes) => {
  expect(writtenIn(text)).toBe(bytes);
});
