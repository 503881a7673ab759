import { describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import type { Change } from '../../src-shared/rsync-result.ts';
import { fromText } from '../../src-main/core/rsync/byte-name.ts';
import { createOutputReader, type CallProgress, type OutputSummary } from '../../src-main/core/rsync/output.ts';
import { captured, capturedVersions } from '../fixtures/rsync/captured.ts';

interface Read extends OutputSummary {
  readonly changes: Change[];
  readonly progress: number[];
}

/** Reads a whole output in pieces of `pieceSize` bytes. */
function read(output: string | Buffer, pieceSize = 1 << 20): Read {
  const bytes = Buffer.from(output);
  const changes: Change[] = [];
  const progress: number[] = [];
  const reader = createOutputReader({ onChange: (next) => changes.push(next), onProgress: ({ bytes: moved }) => progress.push(moved) });
  for (let at = 0; at < bytes.length; at += pieceSize) reader.push(bytes.subarray(at, at + pieceSize));
  return { ...reader.end(), changes, progress };
}

function change(code: string, name: string | ByteName, bytes: number, isFolder = false): Change {
  return { code, name: fromText(name), isFolder, bytes };
}

const latin1 = (name: string): ByteName => name as ByteName;

describe.each(capturedVersions)('output of rsync %s', (version) => {
  const mirror = captured(version, 'mirror').stdout;

  test('names come back as the bytes they are, whatever rsync escaped', () => {
    const { changes } = read(mirror);
    const created = changes.filter(({ code }) => code !== '*deleting').map(({ name }) => name);
    expect(new Set(created)).toEqual(new Set([
      ' lead', 'trail ', '@@ x', 'tab\tname', 'é ü.txt', 'us\x1f', 'cr\rname', 'arrow -> b', 'back\\slash', 'was-folder',
      'new\nline',
      'lit\\#012x', 'lit\\#12', '\\#999', 'sub', 'sub/deep', 'sub/h1', 'sub/h2', 'sub/link', 'dangling', 'pipe', 'big', 'changed',
      'new-folder',
    ].map(fromText).concat(latin1('bad\xff\xfeutf'))));
  });

  test('each change has its code, size and kind', () => {
    const { changes } = read(mirror);
    expect(changes).toEqual(expect.arrayContaining([
      change('>f+++++++++', 'big', 300_000),
      change('>f.st......', 'changed', 11),
      change('cd+++++++++', 'sub/deep', 4096, true),
      change('hf+++++++++', 'sub/h1', 6),
      change('cL+++++++++', 'sub/link', 2),
      change('cS+++++++++', 'pipe', 0),
    ]));
  });

  test.each(['mirror', 'preview'])('deletions of a %s are told, folders as folders', (name) => {
    const deletions = read(captured(version, name).stdout).changes.filter(({ code }) => code === '*deleting');
    expect(deletions).toEqual([
      change('*deleting', 'gone/in/x\ny', 0), change('*deleting', 'gone/in', 0, true), change('*deleting', 'gone/g', 0),
      change('*deleting', 'gone', 0, true), change('*deleting', 'empty', 0, true), change('*deleting', 'stale-link', 0),
      change('*deleting', 'stale', 0), { code: '*deleting', name: latin1('bad\xffgone'), isFolder: false, bytes: 0 },
      change('*deleting', 'was-folder/x', 0),
    ]);
  });

  test('the counts of --stats are read', () => {
    expect(read(mirror).stats).toEqual({
      entries: 26, files: 19, created: 24, createdFiles: 18, deleted: 9, filesTransferred: 18,
      totalBytes: 300_052, transferredBytes: 300_036, literalBytes: 300_036,
    });
    expect(read(captured(version, 'nothing to do').stdout)).toEqual({
      stats: {
        entries: 26, files: 19, created: 0, createdFiles: 0, deleted: 0, filesTransferred: 0, totalBytes: 300_052, transferredBytes: 0,
        literalBytes: 0,
      },
      changes: [], progress: [], messages: [], deletionStopped: false, hasLinks: false,
    });
  });

  test('numbers with separators are the same numbers', () => {
    const output = captured(version, 'numbers with separators').stdout;
    expect(output).toContain('300,052 bytes');
    expect(read(output).stats).toMatchObject({ totalBytes: 300_052, transferredBytes: 300_036 });
  });

  test('an answer to SIGVTALRM tells files and what is left, and the name before it is no message', () => {
    const told: CallProgress[] = [];
    const reader = createOutputReader({ onProgress: (progress) => told.push(progress) });
    reader.push(Buffer.from('skipping non-regular file "x"\nf2/n1\n\r       25000000  25%   10.12MB/s    0:00:02 (xfr#5, to-chk=15/25)\n'));
    reader.push(Buffer.from('f3/n1\n\r       30000000  30%   10.12MB/s    0:00:02 (xfr#6, ir-chk=1000/1025)\n'));
    expect(reader.end().messages).toEqual(['skipping non-regular file "x"']);
    expect(told).toEqual([{ bytes: 25_000_000, files: 5, left: 15 }, { bytes: 30_000_000, files: 6, left: null }]);
  });

  test('progress is read between CRs, and the changes beside it', () => {
    const { progress, changes, stats, messages } = read(captured(version, 'progress').stdout);
    expect(progress[0]).toBe(1);
    expect(progress.at(-1)).toBe(300_036);
    expect(progress).toEqual([...progress].sort((one, other) => one - other));
    // The root itself, and 25 names: one of the hard links is made, not transferred.
    expect(changes).toHaveLength(26);
    expect(changes[0]).toEqual(change('cd+++++++++', '', 4096, true));
    expect(stats?.filesTransferred).toBe(18);
    expect(messages).toEqual([]);
  });

  test.each(['mirror', 'progress', 'unreadable'])('pieces of any size read the same (%s)', (name) => {
    const output = captured(version, name).stdout;
    const whole = read(output);
    for (const size of [1, 2, 3, 7, 100]) expect(read(output, size)).toEqual(whole);
  });

  test('it says when rsync stops deleting', () => {
    expect(read(captured(version, 'unreadable').stdout).deletionStopped).toBe(true);
    expect(read(captured(version, 'deletions left').stdout).deletionStopped).toBe(false);
  });

  test('a file that rsync leaves out is told, not counted as a change', () => {
    expect(read(captured(version, 'device as a user').stdout)).toMatchObject({
      messages: ['skipping non-regular file "device"'], changes: [],
    });
  });

  test('an rsync that ended early has no counts', () => {
    expect(read(captured(version, 'ended by TERM').stdout).stats).toBeNull();
  });
});

describe('output of any rsync', () => {
  test('numbers of other locales and units', () => {
    const stats = (files: string, size: string): unknown => read(
      `Number of files: ${files}\nTotal file size: ${size} bytes\n`,
    ).stats;
    expect(stats('1.234.567 (reg: 1)', "1'234")).toMatchObject({ entries: 1_234_567, totalBytes: 1234 });
    expect(stats('7', '1.23M')).toMatchObject({ entries: 7, totalBytes: 1_230_000 });
    expect(stats('7', '1,5K')).toMatchObject({ totalBytes: 1500 });
  });

  test('a count rsync did not print is 0, and labels we do not know do no harm', () => {
    expect(read('Number of files: 3\nNumber of moons: 9\nShoe size: 44\n')).toMatchObject({
      stats: { entries: 3, deleted: 0 }, messages: [],
    });
  });

  test('a change with no attributes to tell keeps its width', () => {
    expect(read('@@ hf          6 a b\n@@ .f...p..... 6 c\n').changes).toEqual([
      change('hf         ', 'a b', 6), change('.f...p.....', 'c', 6),
    ]);
  });

  test('a last line without an end is read', () => {
    expect(read('@@ >f+++++++++ 1 a').changes).toEqual([change('>f+++++++++', 'a', 1)]);
  });

  test('a line without end is dropped, not kept, and the next one is read', () => {
    const { changes, messages } = read(`${'x'.repeat(10_000_000)}\n@@ >f+++++++++ 1 a\n`, 65_536);
    expect(messages).toEqual([]);
    expect(changes).toEqual([change('>f+++++++++', 'a', 1)]);
  });

  test('what is no change is never taken for one', () => {
    expect(read('@@ what\n@@ >f+++ 1 a\n@@ >f+++++++++ x a\n@@ >f+++++++++ 1 \n').changes).toEqual([]);
  });

  test('only so many messages are kept', () => {
    expect(read('a message\n'.repeat(1000)).messages).toHaveLength(20);
  });
});
