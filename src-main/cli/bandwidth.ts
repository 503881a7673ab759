import { usageError } from './usage.ts';

const powers: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/**
 * `--bwlimit` in rsync's own syntax (rsync(1), OPTIONS --max-size and --bwlimit): a number with an optional
 * fraction, then a suffix; none means KiB. `K`, `KiB`, `M`, `MiB` ... are powers of 1024, `KB`, `MB` ... of 1000,
 * `B` is bytes; `+1` or `-1` at the end moves the result by one byte.
 * Returns bytes per second, or null for 0 (no limit). Throws `AppError` invalid-input.
 */
export function parseBandwidth(text: string): number | null {
  const match = /^(?<number>\d+\.?\d*|\.\d+)(?<suffix>[bkmgtp])?(?<base>b|ib)?(?<step>[+-]1)?$/iu.exec(text);
  const { number, suffix, base, step } = match?.groups ?? {};
  // Without a size letter there is nothing for the base to change: `10ib` is no size.
  if (number === undefined || (base !== undefined && suffix === undefined)) {
    throw usageError(`--bwlimit ${text} is not a rate`, 'Write it as rsync does: 500 (KiB/s), 1.5m, 20MB, or 0 for no limit.');
  }
  const factor = (base?.toLowerCase() === 'b' ? 1000 : 1024) ** (powers[(suffix ?? 'k').toLowerCase()] ?? 1);
  const bytes = Math.floor(Number(number) * factor) + (step === undefined ? 0 : Number(step));
  if (bytes === 0) return null;
  if (bytes < 512 || bytes > Number.MAX_SAFE_INTEGER) {
    throw usageError(
      `--bwlimit ${text} is too ${bytes < 512 ? 'small: rsync needs 512 bytes per second or more' : 'large'}`,
      'A number alone means KiB/s; 0 means no limit.',
    );
  }
  return bytes;
}
