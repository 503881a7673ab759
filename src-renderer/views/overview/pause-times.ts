export const hourMs = 3_600_000;

/** When "until tomorrow" ends: 6 in the morning of the next day, so that the night's runs rest as well. Ms since the epoch. */
export function tomorrowAt(now: number): number {
  const end = new Date(now);
  end.setDate(end.getDate() + 1);
  return end.setHours(6, 0, 0, 0);
}
