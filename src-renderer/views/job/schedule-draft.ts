import { Schedule, TimeOfDay, type Rhythm } from '../../../src-shared/schedule.ts';

/** What a person chooses of the rhythm first. Off keeps what was filled in. */
export type When = 'off' | Rhythm['kind'];

/** Days of the week as they are shown: Monday first; the numbers are those of a schedule. */
export const weekDays: readonly { readonly day: number; readonly short: string; readonly long: string }[] = [
  { day: 1, short: 'Mon', long: 'Monday' }, { day: 2, short: 'Tue', long: 'Tuesday' }, { day: 3, short: 'Wed', long: 'Wednesday' }, { day: 4, short: 'Thu', long: 'Thursday' },
  { day: 5, short: 'Fri', long: 'Friday' }, { day: 6, short: 'Sat', long: 'Saturday' }, { day: 0, short: 'Sun', long: 'Sunday' },
];

const usualStart = '22:00';
/** End of the window that is offered first. */
export const usualEnd = '06:00';

/** What is chosen in `schedule`. */
export function whenOf(schedule: Schedule | null): When {
  return schedule?.enabled ? schedule.rhythm.kind : 'off';
}

/** `schedule` with another choice; times and all else that was filled in stay. */
export function withWhen(schedule: Schedule | null, when: When): Schedule | null {
  if (when === 'off') return schedule && { ...schedule, enabled: false };
  if (schedule?.rhythm.kind === when) return { ...schedule, enabled: true };
  const rhythm = rhythmOf(when, schedule?.rhythm ?? null);
  return schedule ? { ...schedule, enabled: true, rhythm } : Schedule.parse({ rhythm });
}

function rhythmOf(kind: Rhythm['kind'], before: Rhythm | null): Rhythm {
  const at = before && before.kind !== 'cron' && TimeOfDay.safeParse(before.at).success ? before.at : usualStart;
  switch (kind) {
    case 'daily': return { kind, at };
    case 'weekly': return { kind, at, days: [1, 2, 3, 4, 5] };
    case 'hours': return { kind, at, every: 4 };
    case 'cron': return { kind, text: cronTextOf(before, at) };
  }
}

/** What was chosen so far in cron's words, as a start. */
function cronTextOf(before: Rhythm | null, at: string): string {
  const [hours, minutes] = at.split(':').map(Number);
  const days = before?.kind === 'weekly' ? before.days.toSorted((one, other) => one - other).join(',') : '*';
  return `${minutes} ${hours} * * ${days}`;
}

/** `days` with `day` put in or taken out, in the week's order. */
export function withDay(days: readonly number[], day: number, isOn: boolean): number[] {
  return weekDays.map((each) => each.day).filter((each) => (each === day ? isOn : days.includes(each)));
}

/** Why a schedule cannot be kept, in a sentence; null when it can. One that is off may hold anything. */
export function scheduleProblem(schedule: Schedule | null): string | null {
  if (!schedule?.enabled) return null;
  const { rhythm, finishBy } = schedule;
  if (rhythm.kind === 'weekly' && rhythm.days.length === 0) return 'Choose at least one day of the week.';
  if (rhythm.kind === 'cron' && rhythm.text.trim() === '') return 'Give the five fields of cron: minute, hour, day, month, day of the week.';
  if (rhythm.kind !== 'cron' && rhythm.at === '') return 'Give the time it starts at.';
  if (finishBy === '') return 'Give the time it is to be done by.';
  if (rhythm.kind !== 'cron' && finishBy === rhythm.at) return 'The end of the window is its start: choose another time.';
  return Schedule.safeParse(schedule).success ? null : 'This schedule cannot be used.';
}

/** The schedule to keep. One that is off and was never whole is none. */
export function toSchedule(schedule: Schedule | null): Schedule | null {
  if (!schedule) return null;
  const parsed = Schedule.safeParse(schedule);
  return parsed.success ? parsed.data : null;
}

/** A schedule in a few words: "Every day at 22:00, done by 06:00". */
export function scheduleWords(schedule: Schedule | null): string {
  if (!schedule?.enabled) return 'Only when started by hand';
  return `${rhythmWords(schedule.rhythm)}${schedule.finishBy === null ? '' : `, done by ${schedule.finishBy}`}`;
}

function rhythmWords(rhythm: Rhythm): string {
  switch (rhythm.kind) {
    case 'daily': return `Every day at ${rhythm.at}`;
    case 'weekly': return `${daysWords(rhythm.days)} at ${rhythm.at}`;
    case 'hours': return rhythm.every === 1 ? `Every hour, counted from ${rhythm.at}` : `Every ${rhythm.every} hours, counted from ${rhythm.at}`;
    case 'cron': return `As cron says: ${rhythm.text}`;
  }
}

function daysWords(days: readonly number[]): string {
  const sorted = weekDays.filter(({ day }) => days.includes(day));
  if (sorted.length === 7) return 'Every day';
  if (sorted.length === 5 && !days.includes(0) && !days.includes(6)) return 'Monday to Friday';
  if (sorted.length === 1) return `Every ${sorted[0]?.long ?? ''}`;
  return sorted.map(({ short }) => short).join(', ');
}

/** What else of a schedule is worth a sentence in a summary. */
export function scheduleSentences(schedule: Schedule | null): string[] {
  if (!schedule?.enabled) return [];
  return [
    ...(schedule.timeZone === null ? [] : [`Times are those of ${schedule.timeZone}.`]),
    missedWords[schedule.missed],
    overlapWords[schedule.overlap],
  ];
}

export const missedWords: Readonly<Record<Schedule['missed'], string>> = {
  'catch-up': 'A run that was missed, because the machine was off or asleep, is made up for once.',
  skip: 'A run that was missed is left out, and the history says so.',
  ask: 'A run that was missed waits in the overview for your answer.',
};

export const overlapWords: Readonly<Record<Schedule['overlap'], string>> = {
  queue: 'When a run is due while the one before, or another one into the same destination, still goes on, it starts after it.',
  skip: 'When a run is due while the one before, or another one into the same destination, still goes on, it is left out, and the history says so.',
};
