/** How long all schedules may rest, as the page, the tray and the command line offer it. */
export type PauseChoice = 'hour' | 'tomorrow';

/** The hour of the morning at which a pause "until tomorrow" ends: after the night that it is meant for. */
const morningHour = 6;

/** The end of a pause that begins at `now`, both in ms since the epoch; a morning is one of this machine's time zone. */
export function pauseEnd(choice: PauseChoice, now: number): number {
  if (choice === 'hour') return now + 60 * 60 * 1000;
  const end = new Date(now);
  // Late at night, "tomorrow" is still the next calendar day.
  end.setDate(end.getDate() + 1);
  end.setHours(morningHour, 0, 0, 0);
  return end.getTime();
}
