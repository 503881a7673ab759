import { describe, expect, test } from 'vitest';
import { readLabNumbers } from '../../src-main/cli/lab-options.ts';
import { labReport, progressLine } from '../../src-main/cli/lab-report.ts';
import { runCommandLine } from '../../src-main/cli/program.ts';
import type { LabFigure, LabResult, LabState } from '../../src-shared/lab.ts';
import { createFace } from '../doubles/cli-face.ts';

const typed = { sampleSize: '300MB', sampleEntries: '5000', rounds: '3', time: '5min' };

function figure(id: string, medianMs: number | null, more: Partial<LabFigure> = {}): LabFigure {
  return {
    way: { id, group: 'pool', label: `Way ${id}`, commands: [], options: { workers: 16, compress: false } }, rounds: medianMs === null ? [] : [medianMs],
    medianMs, spread: medianMs === null ? null : 0.04, cpuMs: 500, speed: 2, note: null, ...more,
  };
}

const result: LabResult = {
  at: 0, source: '/data/my prod', destination: '/mnt/backup', jobId: null, sample: { entries: 1234, bytes: 3e6, folders: 10, isWhole: false },
  isCold: true, figures: [figure('one', 2000), figure('pool-16', 1000), figure('slow', null, { note: 'It did not work.' })],
  winner: 'pool-16', explanation: ['Because.'], durationMs: 61_000,
};

describe('daybreak lab', () => {
  test('reads its numbers', () => {
    expect(readLabNumbers(typed)).toEqual({ sampleBytes: 3e8, sampleEntries: 5000, rounds: 3, mostMs: 300_000 });
    expect(readLabNumbers({ ...typed, sampleSize: '2gb', time: '90s', ways: 'a, b' })).toMatchObject({ sampleBytes: 2e9, mostMs: 90_000, ways: ['a', 'b'] });
  });

  test.each([['--rounds', '0'], ['--rounds', '10'], ['--time', 'long'], ['--time', '0s'], ['--sample-size', '3'], ['--sample-entries', 'x']])('refuses %s %s', async (option, value) => {
    const face = createFace(() => Promise.reject(new Error('The product was opened')));
    await expect(runCommandLine(['lab', '/a', '/b', option, value], face)).rejects.toMatchObject({ kind: 'invalid-input', message: `${option} ${value} cannot be used` });
  });

  test('shows a table with bars, what it means, and how to use the winner', () => {
    const lines = labReport(result, { width: 100, utf8: false, callName: 'daybreak' }).map(({ text }) => text);
    const text = lines.join('\n');
    expect(lines[0]).toContain('caches emptied before each measurement, in 1 min 1 s');
    expect(lines.find((line) => line.includes('* Way pool-16'))).toMatch(/1\.00 s +4 % +2\.0 +0\.50 s {2}#{10}$/u);
    expect(lines.find((line) => line.includes('Way one'))).toMatch(/#{20}$/u);
    expect(text).toContain('Way slow: It did not work.');
    expect(text).toContain('Because.');
    expect(lines.at(-1)).toBe("To use it: daybreak backup --workers 16 '/data/my prod' /mnt/backup");
  });

  test('promises nothing where there is no winner', () => {
    expect(labReport({ ...result, winner: null }, { width: null, utf8: true, callName: 'daybreak' }).map(({ text }) => text).join('\n')).not.toContain('To use it');
  });

  test('says what it does', () => {
    const state: LabState = { key: 'k', request: { ...typed } as never, phase: 'measuring', doing: 'Way one: round 1 of 3', done: 4, total: 42, figures: [], result: null, error: null };
    expect(progressLine(state)).toBe('5 of 42: Way one: round 1 of 3');
    expect(progressLine({ ...state, phase: 'sampling', doing: 'Choosing' })).toBe('Choosing');
  });
});
