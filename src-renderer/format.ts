const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes in decimal units: "1.2 GB". */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toPrecision(value >= 9.95 ? 3 : 2)} ${units[unit] ?? ''}`;
}

/** Bytes per second: "85 MB/s". */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

const counts = new Intl.NumberFormat('en');

/** "12,345". */
export function formatCount(count: number): string {
  return counts.format(Math.round(count));
}

/** "1 file", "2 files". */
export function formatNumberOf(count: number, word: string): string {
  const plural = /[^aeiou]y$/u.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
  return `${formatCount(count)} ${count === 1 ? word : plural}`;
}

/** "2 h 14 min", "3 min 5 s", "4.2 s". */
export function formatDuration(ms: number): string {
  if (ms < 950) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 600) return join(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? join(hours, 'h', minutes % 60, 'min') : join(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

const today = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const thisYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const otherYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });

/** A moment (ms since the epoch) in this place's time: "14:05" today, else with the date. */
export function formatWhen(at: number): string {
  const moment = new Date(at);
  const now = new Date();
  if (moment.toDateString() === now.toDateString()) return `today ${today.format(moment)}`;
  return (moment.getFullYear() === now.getFullYear() ? thisYear : otherYear).format(moment);
}

const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const dayMs = 86_400_000;

/** A moment (ms since the epoch) with all that is known of it, for a tooltip: the date, the second, the time zone. */
export function formatExactly(at: number): string {
  return `${zoned.format(new Date(at))} (${zoned.resolvedOptions().timeZone})`;
}

/** A moment to come (ms since the epoch): "today 14:00", "tonight 22:00", "tomorrow 02:00", "Fri 22:00", else with the date. One that is past is told as such. */
export function formatComing(at: number, now: number = Date.now()): string {
  if (at < now) return formatWhen(at);
  const moment = new Date(at);
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - midnight) / dayMs);
  if (days === 0) return `${moment.getHours() >= 18 ? 'tonight' : 'today'} ${today.format(moment)}`;
  if (days === 1) return `tomorrow ${today.format(moment)}`;
  if (days > 1 && days < 7) return weekday.format(moment);
  return (moment.getFullYear() === new Date(now).getFullYear() ? thisYear : otherYear).format(moment);
}

/** 0.123 as "12 %". */
export function formatPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
