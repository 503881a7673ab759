import { machineTimeZone } from '../core/schedule/machine-time.ts';
import { nextRunAt } from '../core/schedule/timetable.ts';
import { dateWords } from '../core/schedule/words.ts';
import { pauseEnd } from '../../src-shared/pause-end.ts';
import { Schedule, TimeOfDay } from '../../src-shared/schedule.ts';
import { exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import { usageError } from './usage.ts';

export interface PauseOptions {
  readonly for?: string;
  readonly until?: string;
  readonly off?: boolean;
}

const units: Readonly<Record<string, number>> = { m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `daybreak pause`: lets all schedules rest, or go on; without an option it says which. Throws `AppError` invalid-input. */
export async function runPause(face: Face, options: PauseOptions): Promise<number> {
  const zone = machineTimeZone();
  const until = readPause(options, face.now(), zone);
  const app = await face.openApp();
  try {
    if (until !== 'ask') app.scheduler.pauseAll(until);
    const { pausedUntil } = app.scheduler.state();
    face.output.write(pausedUntil === null
      ? 'Schedules are on.\n'
      : `All schedules are paused until ${dateWords(pausedUntil, face.now(), zone)}. Runs that are live go on.\n`);
    return exitCodes.ok;
  } finally {
    await app.close();
  }
}

/** When a pause ends, ms since the epoch; null: it is over; `ask`: nothing is changed. Throws `AppError` invalid-input. */
export function readPause(options: PauseOptions, now: number, timeZone: string): number | null | 'ask' {
  const given = [options.for, options.until, options.off].filter((each) => each !== undefined);
  if (given.length > 1) throw usageError('--for, --until and --off exclude each other', 'Give one of them.');
  if (options.off === true) return null;
  if (options.for !== undefined) {
    const [, amount, unit = ''] = /^(\d{1,4})(m|min|h|d)$/u.exec(options.for) ?? [];
    const ms = Number(amount) * (units[unit] ?? NaN);
    if (!(ms > 0)) throw usageError(`--for ${options.for} is not a time like 30min, 1h or 2d`, 'Write a whole number and min, h or d.');
    return now + ms;
  }
  if (options.until === undefined) return 'ask';
  if (options.until === 'tomorrow') return pauseEnd('tomorrow', now);
  const at = options.until;
  if (!TimeOfDay.safeParse(at).success) throw usageError(`--until ${at} is neither "tomorrow" nor a time of day like 14:30`, 'Tomorrow is 6 in the morning of the next day.');
  return nextRunAt(Schedule.parse({ rhythm: { kind: 'daily', at } }), now, timeZone);
}
