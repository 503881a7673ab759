import type { LabRequest } from '../../src-shared/lab.ts';
import { usageError } from './usage.ts';

/** What commander hands over for `daybreak lab`: text as typed. */
export interface TypedLabOptions {
  readonly sampleSize: string;
  readonly sampleEntries: string;
  readonly rounds: string;
  readonly time: string;
  readonly ways?: string;
  readonly exclude?: readonly string[];
  readonly job?: string;
  readonly json?: boolean;
}

/** The numbers of a request. Throws `AppError` invalid-input. */
export function readLabNumbers(typed: TypedLabOptions): Pick<LabRequest, 'sampleBytes' | 'sampleEntries' | 'rounds' | 'mostMs' | 'ways'> {
  return {
    sampleBytes: readSize(typed.sampleSize),
    sampleEntries: wholeNumber('--sample-entries', typed.sampleEntries, 1, 1_000_000),
    rounds: wholeNumber('--rounds', typed.rounds, 1, 9),
    mostMs: readTime(typed.time),
    ...(typed.ways === undefined ? {} : { ways: typed.ways.split(',').map((word) => word.trim()) }),
  };
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/u.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : wrong(option, text, `Give a whole number from ${least} to ${most}.`);
}

/** `300MB`, `1GB`, in bytes. */
function readSize(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,6})\s?(kB|MB|GB)$/iu.exec(text) ?? [];
  const bytes = Number(amount) * { kb: 1e3, mb: 1e6, gb: 1e9 }[unit.toLowerCase() as 'kb' | 'mb' | 'gb'];
  return bytes > 0 ? bytes : wrong('--sample-size', text, 'Give a size: 300MB, 1GB.');
}

/** `90s`, `5min`, `1h`, in ms. */
function readTime(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,5})\s?(s|min|h)$/u.exec(text) ?? [];
  const ms = Number(amount) * { s: 1000, min: 60_000, h: 3_600_000 }[unit as 's' | 'min' | 'h'];
  return ms >= 1000 && ms <= 24 * 3_600_000 ? ms : wrong('--time', text, 'Give a time from 1s to 24h: 90s, 5min, 1h.');
}

function wrong(option: string, text: string, hint: string): never {
  throw usageError(`${option} ${text} cannot be used`, hint);
}
